/* SPDX-License-Identifier: MIT */
#include "payload/service/child.h"

#include <windows.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "payload/win32/utf16.h"

#define COMMAND_COUNT (MAX_PATH + 128)
#define TURN_MS 50
#define SAID_MAX CHILD_SAID_MAX
#define ENDING_MS 5000

/* Everything that is open while the child runs; zeroed is nothing. */
struct child {
    HANDLE job;
    HANDLE out; /* our end of its output */
    PROCESS_INFORMATION process;
    char said[SAID_MAX];
    DWORD len;
};

static void close_handle(HANDLE handle)
{
    if (handle != NULL)
        CloseHandle(handle);
}

/* --- starting ------------------------------------------------------------ */

/* A job that takes its processes with it when its last handle closes. */
static bool make_job(struct child *child)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {
        .BasicLimitInformation = {.LimitFlags =
                                      JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE}};
    child->job = CreateJobObjectW(NULL, NULL);
    return child->job != NULL &&
           SetInformationJobObject(child->job,
                                   JobObjectExtendedLimitInformation, &limits,
                                   sizeof limits);
}

/* The login's profile, where we run, is no place to look for libraries. */
static void own_folder(const wchar_t *path, wchar_t folder[MAX_PATH])
{
    size_t len = wcslen(path);
    while (len > 0 && path[len - 1] != L'\\')
        len--;
    if (len >= MAX_PATH)
        len = 0;
    memcpy(folder, path, len * sizeof *path);
    folder[len] = L'\0';
}

static bool create_with(struct child *child, wchar_t *path, wchar_t *command,
                        STARTUPINFOEXW *start, HANDLE *inherited)
{
    const DWORD flags =
        CREATE_SUSPENDED | CREATE_NO_WINDOW | EXTENDED_STARTUPINFO_PRESENT;
    wchar_t folder[MAX_PATH];
    own_folder(path, folder);
    return UpdateProcThreadAttribute(
               start->lpAttributeList, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST,
               inherited, sizeof *inherited, NULL, NULL) &&
           CreateProcessW(path, command, NULL, NULL, TRUE, flags, NULL, folder,
                          &start->StartupInfo, &child->process);
}

/* Only `out`, which can be inherited, goes to the child. */
static bool create(struct child *child, wchar_t *path, wchar_t *command,
                   HANDLE out)
{
    STARTUPINFOEXW start = {.StartupInfo = {.cb = sizeof start,
                                            .dwFlags = STARTF_USESTDHANDLES,
                                            .hStdOutput = out,
                                            .hStdError = out}};
    SIZE_T size = 0;
    InitializeProcThreadAttributeList(NULL, 1, 0, &size);
    start.lpAttributeList = malloc(size);
    if (start.lpAttributeList == NULL) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return false;
    }
    bool created = false;
    if (InitializeProcThreadAttributeList(start.lpAttributeList, 1, 0, &size)) {
        created = create_with(child, path, command, &start, &out);
        DWORD code = GetLastError();
        DeleteProcThreadAttributeList(start.lpAttributeList);
        SetLastError(code);
    }
    free(start.lpAttributeList);
    return created;
}

/* Suspended until it is in the job. */
static bool start(struct child *child, wchar_t *path, wchar_t *command)
{
    SECURITY_ATTRIBUTES inherit = {.nLength = sizeof inherit,
                                   .bInheritHandle = TRUE};
    HANDLE out = NULL;
    if (!make_job(child) || !CreatePipe(&child->out, &out, &inherit, 0))
        return false;
    bool started =
        SetHandleInformation(child->out, HANDLE_FLAG_INHERIT, 0) &&
        create(child, path, command, out) &&
        AssignProcessToJobObject(child->job, child->process.hProcess) &&
        ResumeThread(child->process.hThread) != (DWORD)-1;
    DWORD code = GetLastError();
    CloseHandle(out);
    SetLastError(code);
    return started;
}

/* --- waiting ------------------------------------------------------------- */

/* What is there is taken, so that a full pipe never stops the child. */
static void take_output(struct child *child)
{
    char buffer[512];
    DWORD there = 0;
    DWORD len;
    while (PeekNamedPipe(child->out, NULL, 0, NULL, &there, NULL) &&
           there > 0 &&
           ReadFile(child->out, buffer, sizeof buffer, &len, NULL) && len > 0) {
        DWORD room = SAID_MAX - child->len;
        if (len > room)
            len = room;
        memcpy(child->said + child->len, buffer, len);
        child->len += len;
    }
}

static DWORD wait_for(struct child *child, unsigned timeout_ms, DWORD *status)
{
    ULONGLONG deadline = GetTickCount64() + timeout_ms;
    while (WaitForSingleObject(child->process.hProcess, TURN_MS) ==
           WAIT_TIMEOUT) {
        take_output(child);
        if (GetTickCount64() >= deadline)
            return ERROR_TIMEOUT;
    }
    take_output(child);
    return GetExitCodeProcess(child->process.hProcess, status) ? ERROR_SUCCESS
                                                               : GetLastError();
}

/* Nothing of it works on when its effects are looked at. */
static void finish(struct child *child)
{
    if (child->process.hProcess != NULL) {
        TerminateProcess(child->process.hProcess, ERROR_TIMEOUT);
        if (child->job != NULL)
            TerminateJobObject(child->job, ERROR_TIMEOUT);
        WaitForSingleObject(child->process.hProcess, ENDING_MS);
    }
    close_handle(child->process.hThread);
    close_handle(child->process.hProcess);
    close_handle(child->out);
    close_handle(child->job);
}

/* Console programs speak the OEM code page into a pipe. */
static void keep_said(const struct child *child, struct child_end *end)
{
    wchar_t wide[SAID_MAX];
    int count = MultiByteToWideChar(CP_OEMCP, 0, child->said, (int)child->len,
                                    wide, SAID_MAX);
    for (int i = 0; i < count; i++) {
        if (wide[i] < 0x20 || wide[i] == 0x7F)
            wide[i] = L' ';
    }
    while (count > 0 && wide[count - 1] == L' ')
        count--;
    char *text = utf16_to_utf8(wide, (size_t)count);
    if (text != NULL)
        snprintf(end->said, sizeof end->said, "%s", text);
    free(text);
}

void child_run(const wchar_t *program, const wchar_t *arguments,
               unsigned timeout_ms, struct child_end *end)
{
    struct child child = {.job = NULL};
    wchar_t path[MAX_PATH];
    wchar_t command[COMMAND_COUNT];
    DWORD status = 0;
    *end = (struct child_end){.code = ERROR_FILENAME_EXCED_RANGE};
    UINT len = GetSystemDirectoryW(path, MAX_PATH);
    if (len == 0 || len + wcslen(program) + 2 > MAX_PATH ||
        wcslen(arguments) + 4 > COMMAND_COUNT - MAX_PATH)
        return;
    wcscat(wcscat(path, L"\\"), program);
    wcscat(wcscpy(command, L"\""), path);
    wcscat(wcscat(command, L"\" "), arguments);
    end->code = start(&child, path, command)
                    ? wait_for(&child, timeout_ms, &status)
                    : GetLastError();
    finish(&child);
    end->status = status;
    keep_said(&child, end);
}
