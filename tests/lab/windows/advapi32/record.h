/* SPDX-License-Identifier: MIT */
/*
 * The security of files and folders of drive C:, kept by path in the
 * registry, since Wine keeps only what fits into Unix' permissions:
 *
 *   HKLM\SOFTWARE\wmifleet-lab\FileSecurity
 *     "c:\programdata\wmifleet" = REG_BINARY self-relative descriptor
 */
#ifndef LAB_RECORD_H
#define LAB_RECORD_H

#include <windows.h>
#include <stdbool.h>

enum { RECORD_PATH_MAX = 1024, RECORD_LEN_MAX = 32768 };

#define RECORD_KEY L"SOFTWARE\\wmifleet-lab\\FileSecurity"

/* The form in which paths are kept; false when it is not on drive C:. */
bool record_path(const WCHAR *path, WCHAR name[RECORD_PATH_MAX]);
bool record_path_of_handle(HANDLE file, WCHAR name[RECORD_PATH_MAX]);

/* The descriptor, to be freed by free(); NULL when there is none. */
PSECURITY_DESCRIPTOR record_read(const WCHAR *name);
DWORD record_write(const WCHAR *name, PSECURITY_DESCRIPTOR descriptor);
void record_forget(const WCHAR *name);

#endif
