/* SPDX-License-Identifier: MIT */
#include "payload/run/watchdog.h"

#include <windows.h>

/* Last words may hang too, on a pipe that nobody reads. */
#define LAST_WORDS_MS 10000

static DWORD WINAPI end_process(void *unused)
{
    (void)unused;
    Sleep(LAST_WORDS_MS);
    TerminateProcess(GetCurrentProcess(), 0);
    return 0;
}

static DWORD WINAPI watch(void *argument)
{
    const struct watchdog *watchdog = argument;
    Sleep(watchdog->after_ms);
    HANDLE last = CreateThread(NULL, 0, end_process, NULL, 0, NULL);
    if (last != NULL)
        CloseHandle(last);
    watchdog->bark(watchdog->context);
    TerminateProcess(GetCurrentProcess(), 0);
    return 0;
}

int watchdog_start(struct watchdog *watchdog)
{
    HANDLE thread = CreateThread(NULL, 0, watch, watchdog, 0, NULL);
    if (thread == NULL)
        return -1;
    CloseHandle(thread);
    return 0;
}
