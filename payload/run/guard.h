/* SPDX-License-Identifier: MIT */
/* Who may change a directory, judged on an open handle. */
#ifndef PAYLOAD_GUARD_H
#define PAYLOAD_GUARD_H

#include <windows.h>

#include "payload/engine/outcome.h"

/*
 * 0 when the directory is no reparse point, belongs to Administrators or
 * SYSTEM, and has a protected DACL that allows nobody else anything. -1
 * with FAILURE_UNSAFE_DIR otherwise; `path` is for the text.
 */
int guard_check_folder(HANDLE folder, const char *path,
                       struct failure *failure);

#endif
