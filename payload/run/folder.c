/* SPDX-License-Identifier: MIT */
#include "payload/run/folder.h"

#include <windows.h>
#include <sddl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "payload/win32/errors.h"
#include "payload/run/guard.h"
#include "payload/win32/system.h"
#include "payload/win32/utf16.h"

#define PATH_UNITS 260

/*
 * SYSTEM and Administrators, everything, inherited; nobody else. The entry of
 * OWNER RIGHTS takes an owner's silent right to change the list: where policy
 * makes the login itself the owner of what it creates, its programs that are
 * not elevated could else give themselves the payload and wait until it is
 * run elevated.
 */
#define FOLDER_SDDL                                                            \
    L"O:BAG:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;RC;;;OW)"

static int fail(struct failure *failure, unsigned long code, const char *what)
{
    return failure_set(failure, FAILURE_PAYLOAD_FAILED, code, NULL,
                       "folder %%ProgramData%%\\" PROTOCOL_FOLDER_NAME ": %s: "
                       "%s",
                       what, error_text(code));
}

/*
 * Where %ProgramData% is, by the registry and the kernel alone: the
 * environment of the login holds what an unelevated process of that user
 * wrote to HKCU\Environment.
 */
static LSTATUS program_data(wchar_t path[PATH_UNITS])
{
    static const wchar_t drive_variable[] = L"%SystemDrive%";
    const size_t skip = sizeof drive_variable / sizeof *drive_variable - 1;
    wchar_t raw[PATH_UNITS];
    wchar_t windows[PATH_UNITS];
    DWORD size = sizeof raw;
    LSTATUS code = RegGetValueW(
        HKEY_LOCAL_MACHINE,
        L"SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList",
        L"ProgramData", RRF_RT_REG_SZ | RRF_RT_REG_EXPAND_SZ | RRF_NOEXPAND,
        NULL, raw, &size);
    if (code != ERROR_SUCCESS)
        return code;
    if (GetSystemWindowsDirectoryW(windows, PATH_UNITS) == 0)
        return (LSTATUS)GetLastError();
    size_t begin = 0;
    path[0] = L'\0';
    if (_wcsnicmp(raw, drive_variable, skip) == 0) {
        wcsncat(path, windows, 2);
        begin = skip;
    }
    if (wcschr(raw + begin, L'%') != NULL ||
        wcslen(path) + wcslen(raw + begin) >= PATH_UNITS - 80)
        return ERROR_BAD_PATHNAME;
    wcscat(path, raw + begin);
    return ERROR_SUCCESS;
}

/*
 * A token may name as owner what it has as owner group, which Administrators
 * is for an administrator; where a policy took that away, restoring is the
 * privilege to name anybody.
 */
static DWORD create(const wchar_t *path, SECURITY_ATTRIBUTES *attributes)
{
    if (CreateDirectoryW(path, attributes))
        return ERROR_SUCCESS;
    DWORD code = GetLastError();
    if (code != ERROR_INVALID_OWNER ||
        !system_set_privilege(SE_RESTORE_NAME, true))
        return code;
    code = CreateDirectoryW(path, attributes) ? ERROR_SUCCESS : GetLastError();
    system_set_privilege(SE_RESTORE_NAME, false);
    return code;
}

/* 0 also when there is one already: it is judged when it is open. */
static int make(const wchar_t *path, struct failure *failure)
{
    PSECURITY_DESCRIPTOR security = NULL;
    if (!ConvertStringSecurityDescriptorToSecurityDescriptorW(
            FOLDER_SDDL, SDDL_REVISION_1, &security, NULL))
        return fail(failure, GetLastError(), "its protection cannot be made");
    SECURITY_ATTRIBUTES attributes = {.nLength = sizeof attributes,
                                      .lpSecurityDescriptor = security,
                                      .bInheritHandle = FALSE};
    DWORD code = create(path, &attributes);
    LocalFree(security);
    if (code == ERROR_SUCCESS || code == ERROR_ALREADY_EXISTS)
        return 0;
    return fail(failure, code, "it cannot be made");
}

/*
 * Without FILE_SHARE_DELETE it can be neither renamed nor deleted until it is
 * closed, so what was judged is what is used.
 */
static int open_and_judge(const wchar_t *path, const char *name, HANDLE *opened,
                          struct failure *failure)
{
    HANDLE handle = CreateFileW(
        path, READ_CONTROL | FILE_LIST_DIRECTORY,
        FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING,
        FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT, NULL);
    if (handle == INVALID_HANDLE_VALUE) {
        DWORD code = GetLastError();
        /* We made it, or an administrator could open what we made. */
        if (code == ERROR_ACCESS_DENIED)
            return failure_set(failure, FAILURE_UNSAFE_DIR, code,
                               "delete it as an administrator",
                               "%s: it refuses administrators", name);
        return fail(failure, code, "it cannot be opened");
    }
    if (guard_check_folder(handle, name, failure) != 0) {
        CloseHandle(handle);
        return -1;
    }
    *opened = handle;
    return 0;
}

static bool fits_command_line(const char *path)
{
    return strspn(path, PROTOCOL_COMMAND_CHARACTERS) == strlen(path);
}

/* The path as a controller can put it on a command line. */
static int choose_path(struct folder *folder, const wchar_t *path,
                       struct failure *failure)
{
    wchar_t brief[PATH_UNITS];
    char *text = utf16_text_to_utf8(path);
    if (text != NULL && !fits_command_line(text)) {
        DWORD len = GetShortPathNameW(path, brief, PATH_UNITS);
        free(text);
        text = len > 0 && len < PATH_UNITS ? utf16_text_to_utf8(brief) : NULL;
    }
    int status = -1;
    if (text == NULL || !fits_command_line(text))
        failure_set(failure, FAILURE_PAYLOAD_FAILED, 0,
                    "let the volume make 8.3 names (fsutil 8dot3name)",
                    "folder %%ProgramData%%\\" PROTOCOL_FOLDER_NAME
                    ": its path has characters that no command line can "
                    "carry, and it has no 8.3 form");
    else
        status = 0;
    if (status == 0)
        snprintf(folder->path, sizeof folder->path, "%s", text);
    free(text);
    return status;
}

static int find_path(wchar_t path[PATH_UNITS], struct failure *failure)
{
    LSTATUS code = program_data(path);
    if (code != ERROR_SUCCESS)
        return fail(failure, (unsigned long)code,
                    "the registry does not say where ProgramData is");
    wcscat(path, L"\\"
                 L"" PROTOCOL_FOLDER_NAME);
    return 0;
}

static int open_at(struct folder *folder, const wchar_t *path,
                   struct failure *failure)
{
    HANDLE handle = NULL;
    char *name = utf16_text_to_utf8(path);
    if (name == NULL)
        return fail(failure, ERROR_NOT_ENOUGH_MEMORY, "its path");
    int status = open_and_judge(path, name, &handle, failure);
    free(name);
    if (status == 0 && choose_path(folder, path, failure) != 0) {
        CloseHandle(handle);
        status = -1;
    }
    if (status == 0)
        folder->handle = handle;
    return status;
}

int folder_open(struct folder *folder, struct failure *failure)
{
    wchar_t path[PATH_UNITS];
    *folder = (struct folder){.handle = NULL};
    return find_path(path, failure) == 0 && make(path, failure) == 0
               ? open_at(folder, path, failure)
               : -1;
}

int folder_open_existing(struct folder *folder, struct failure *failure)
{
    wchar_t path[PATH_UNITS];
    *folder = (struct folder){.handle = NULL};
    if (find_path(path, failure) != 0)
        return -1;
    if (GetFileAttributesW(path) == INVALID_FILE_ATTRIBUTES &&
        GetLastError() == ERROR_FILE_NOT_FOUND)
        return 0;
    return open_at(folder, path, failure);
}

int folder_remove(struct folder *folder, struct err *err)
{
    wchar_t *path = utf16_from_utf8(folder->path);
    folder_close(folder);
    BOOL removed = path != NULL && RemoveDirectoryW(path);
    DWORD code = removed ? ERROR_SUCCESS : GetLastError();
    free(path);
    return removed ? 0
                   : err_set(err, (int)code, "%s: it cannot be removed: %s",
                             folder->path, error_text(code));
}

void folder_close(struct folder *folder)
{
    if (folder->handle != NULL)
        CloseHandle(folder->handle);
    folder->handle = NULL;
}

void folder_path(const struct folder *folder, const char *name,
                 char path[FILE_PATH_MAX])
{
    int len = snprintf(path, FILE_PATH_MAX, "%s\\%s", folder->path, name);
    if (len < 0 || len >= FILE_PATH_MAX)
        path[0] = '\0'; /* no call opens it */
}
