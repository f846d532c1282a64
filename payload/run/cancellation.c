/* SPDX-License-Identifier: MIT */
#include "payload/run/cancellation.h"

#include <windows.h>
#include <stdio.h>
#include <stdlib.h>

#include "payload/run/machine_lock.h"
#include "payload/win32/utf16.h"

#define POLL_MS 50
/* Between a payload's start and its lock lie the scanners of the machine. */
#define START_MS 2000

static void mark_path(const struct folder *folder, const char *run,
                      char path[FILE_PATH_MAX])
{
    char name[PROTOCOL_RUN_ID_MAX + 8];
    snprintf(name, sizeof name, "c-%s", run);
    folder_path(folder, name, path);
}

static bool wait_for_end(const struct folder *folder,
                         const struct command *command, unsigned long wait_ms,
                         bool *seen)
{
    ULONGLONG begin = GetTickCount64();
    for (;;) {
        bool held = machine_lock_is_held(folder, command);
        ULONGLONG waited = GetTickCount64() - begin;
        *seen = *seen || held;
        if (!held && (*seen || waited >= START_MS))
            return true;
        if (waited >= wait_ms)
            return false;
        Sleep(POLL_MS);
    }
}

enum cancellation cancellation_ask(const struct folder *folder,
                                   const struct command *command,
                                   unsigned long wait_ms, struct err *err)
{
    char path[FILE_PATH_MAX];
    bool seen = false;
    mark_path(folder, command->run, path);
    if (file_replace(path, "", 0, err) != 0)
        return CANCELLATION_REFUSED;
    bool ended = wait_for_end(folder, command, wait_ms, &seen);
    (void)file_delete(path, NULL);
    if (!ended)
        return CANCELLATION_LASTS;
    return seen ? CANCELLATION_ENDED : CANCELLATION_NONE;
}

bool cancellation_is_asked(const struct folder *folder, const char *run)
{
    char path[FILE_PATH_MAX];
    mark_path(folder, run, path);
    wchar_t *wide = utf16_from_utf8(path);
    bool there =
        wide != NULL && GetFileAttributesW(wide) != INVALID_FILE_ATTRIBUTES;
    free(wide);
    return there;
}

void cancellation_forget(const struct folder *folder, const char *run)
{
    char path[FILE_PATH_MAX];
    if (!cancellation_is_asked(folder, run))
        return;
    mark_path(folder, run, path);
    (void)file_delete(path, NULL);
}
