/* SPDX-License-Identifier: MIT */
/*
 * What the default shell of a target makes of a command. Windows' sshd runs
 * `cmd.exe /c "<command>"`, or `<shell> -c "<command, escaped as the C
 * runtime wants it>"` for any other shell, which then sees the command as it
 * was sent. cmd.exe is Wine's own; the two others are small emulations of
 * one simple command: quoting, escapes, variables, `echo` and programs.
 */
#ifndef LAB_SHELLS_H
#define LAB_SHELLS_H

#include <windows.h>

enum { SHELL_TEXT_MAX = 32768 }; /* CreateProcess takes no more */

enum shell { SHELL_CMD, SHELL_POWERSHELL, SHELL_POSIX };

struct shell_plan {
    WCHAR program[MAX_PATH];      /* empty: nothing is to be run */
    WCHAR line[SHELL_TEXT_MAX];   /* the command line for CreateProcess */
    WCHAR output[SHELL_TEXT_MAX]; /* what the shell itself prints */
    WCHAR error[SHELL_TEXT_MAX];
    DWORD status; /* the shell's own, when nothing is run */
};

/* Fills `plan`; a command that is too long is cut, as no test sends one. */
void shell_plan(enum shell shell, const WCHAR *command,
                struct shell_plan *plan);

/* The status that sshd gets when the program ended with `status`. */
DWORD shell_status(enum shell shell, DWORD status);

#endif
