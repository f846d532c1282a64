/* SPDX-License-Identifier: MIT */
/*
 * Does what Windows' sshd does with the command of an exec request: runs it
 * in the profile folder through the default shell and passes the exit status
 * on. The command comes as it was sent, in SSH_ORIGINAL_COMMAND, because any
 * way through a Unix command line would quote it anew. The program that is
 * run goes on when the SSH session dies, as under Windows without a terminal.
 *
 * Modes of the target (modes.h) choose the shell and what can go wrong
 * between the command and the program.
 */
#include <windows.h>
#include <stdbool.h>
#include <stdlib.h>
#include <wchar.h>

#include "modes.h"
#include "output.h"
#include "shells.h"

enum { SLOW_START_MS = 3000 };

static const WCHAR BANNER_BEFORE[] =
    L"\r\n** Property of the school. Use is recorded. **\r\n\r\n";
static const WCHAR BANNER_AFTER[] = L"\r\nGood bye.\r\n";

static enum shell default_shell(void)
{
    if (mode_is_on(L"shell-powershell"))
        return SHELL_POWERSHELL;
    return mode_is_on(L"shell-posix") ? SHELL_POSIX : SHELL_CMD;
}

static struct output_encoding default_encoding(void)
{
    if (mode_is_on(L"codepage-437"))
        return (struct output_encoding){437, CP_UTF8};
    if (mode_is_on(L"codepage-932"))
        return (struct output_encoding){932, CP_UTF8};
    if (mode_is_on(L"utf16"))
        return (struct output_encoding){437, 0};
    return (struct output_encoding){0, 0};
}

/* Antivirus: what was uploaded into the profile is gone before it runs. */
static void remove_programs(void)
{
    WIN32_FIND_DATAW found;
    HANDLE search = FindFirstFileW(L"*.exe", &found);

    if (search == INVALID_HANDLE_VALUE)
        return;
    do {
        DeleteFileW(found.cFileName);
    } while (FindNextFileW(search, &found));
    FindClose(search);
}

static bool names_program(const WCHAR *command)
{
    size_t len;

    command += wcsspn(command, L" \t\"'&");
    len = wcscspn(command, L" \t\"'");
    return len > 4 && _wcsnicmp(command + len - 4, L".exe", 4) == 0;
}

/* The end of a pipe that the program writes to; `*thread` copies the rest. */
static HANDLE through_encoding(HANDLE to,
                               const struct output_encoding *encoding,
                               HANDLE *thread)
{
    SECURITY_ATTRIBUTES inherit = {sizeof inherit, NULL, TRUE};
    HANDLE read_end;
    HANDLE write_end;

    if (!CreatePipe(&read_end, &write_end, &inherit, 0))
        return NULL;
    SetHandleInformation(read_end, HANDLE_FLAG_INHERIT, 0);
    *thread = output_start(read_end, to, encoding);
    return write_end;
}

static void wait_for_copy(HANDLE thread)
{
    if (thread == NULL)
        return;
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
}

static DWORD run_program(struct shell_plan *plan, STARTUPINFOW *startup)
{
    PROCESS_INFORMATION process;
    DWORD status = 1;

    if (!CreateProcessW(plan->program, plan->line, NULL, NULL, TRUE, 0, NULL,
                        NULL, startup, &process)) {
        /* PowerShell and cmd alike: a message and status 1. */
        output_text(startup->hStdError,
                    L"The program could not be started.\r\n");
        return status;
    }
    CloseHandle(process.hThread);
    WaitForSingleObject(process.hProcess, INFINITE);
    GetExitCodeProcess(process.hProcess, &status);
    CloseHandle(process.hProcess);
    return status;
}

static DWORD run_plan(struct shell_plan *plan,
                      const struct output_encoding *encoding)
{
    STARTUPINFOW startup = {.cb = sizeof startup,
                            .dwFlags = STARTF_USESTDHANDLES};
    HANDLE threads[2] = {NULL, NULL};
    DWORD status = plan->status;

    startup.hStdInput = GetStdHandle(STD_INPUT_HANDLE);
    startup.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
    startup.hStdError = GetStdHandle(STD_ERROR_HANDLE);
    if (encoding->from != 0) {
        startup.hStdOutput =
            through_encoding(startup.hStdOutput, encoding, &threads[0]);
        startup.hStdError =
            through_encoding(startup.hStdError, encoding, &threads[1]);
    }
    output_text(startup.hStdOutput, plan->output);
    output_text(startup.hStdError, plan->error);
    if (plan->program[0] != 0)
        status = run_program(plan, &startup);
    if (encoding->from != 0) {
        CloseHandle(startup.hStdOutput);
        CloseHandle(startup.hStdError);
    }
    wait_for_copy(threads[0]);
    wait_for_copy(threads[1]);
    return status;
}

static DWORD run_command(const WCHAR *command)
{
    static struct shell_plan plan;
    struct output_encoding encoding = default_encoding();
    enum shell shell = default_shell();

    if (mode_is_on(L"slow-start"))
        Sleep(SLOW_START_MS);
    if (mode_is_on(L"antivirus"))
        remove_programs();
    if (mode_is_on(L"not-started") && names_program(command))
        return 1;
    shell_plan(shell, command, &plan);
    return shell_status(shell, run_plan(&plan, &encoding));
}

int wmain(void);

int wmain(void)
{
    static WCHAR command[SHELL_TEXT_MAX];
    HANDLE out = GetStdHandle(STD_OUTPUT_HANDLE);
    bool banner = mode_is_on(L"banner");
    DWORD status;

    if (GetEnvironmentVariableW(L"SSH_ORIGINAL_COMMAND", command,
                                SHELL_TEXT_MAX) == 0)
        return 1;
    SetEnvironmentVariableW(L"SSH_ORIGINAL_COMMAND", NULL);
    if (banner)
        output_text(out, BANNER_BEFORE);
    status = run_command(command);
    if (banner)
        output_text(out, BANNER_AFTER);
    return (int)status;
}
