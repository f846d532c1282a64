/* SPDX-License-Identifier: MIT */
/*
 * A program for the tests of the lab: prints its arguments, one a line, with
 * marks around them.
 *
 *   arguments --await FILE ...   first waits until FILE is there
 *   arguments --write FILE ...   prints into FILE
 *   arguments --status N         ends with that status
 */
#include <windows.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

static void await_file(const WCHAR *path)
{
    while (GetFileAttributesW(path) == INVALID_FILE_ATTRIBUTES)
        Sleep(20);
}

static void print_utf8(const WCHAR *text, FILE *to)
{
    char bytes[4096];

    if (WideCharToMultiByte(CP_UTF8, 0, text, -1, bytes, sizeof bytes, NULL,
                            NULL) != 0)
        fprintf(to, "[%s]\n", bytes);
}

int wmain(int argc, WCHAR **argv);

int wmain(int argc, WCHAR **argv)
{
    FILE *to = stdout;
    int status = 0;
    int i;

    for (i = 1; i + 1 < argc; i += 2) {
        if (wcscmp(argv[i], L"--await") == 0)
            await_file(argv[i + 1]);
        else if (wcscmp(argv[i], L"--write") == 0)
            to = _wfopen(argv[i + 1], L"w");
        else if (wcscmp(argv[i], L"--status") == 0)
            status = _wtoi(argv[i + 1]);
        else
            break;
    }
    if (to == NULL)
        return 1;
    for (; i < argc; i++)
        print_utf8(argv[i], to);
    fclose(to);
    return status;
}
