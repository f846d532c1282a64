/* SPDX-License-Identifier: MIT */
/*
 * The program that runs on a target. payload/protocol.h is its manual.
 */
#include <windows.h>
#include <stdlib.h>

#include "payload/run/run.h"
#include "payload/win32/system.h"
#include "payload/win32/utf16.h"

#define WORDS_MAX 8

/* mingw's startup calls it by this name and has no prototype for it. */
int wmain(int argc, wchar_t **argv);

int wmain(int argc, wchar_t **argv)
{
    char *words[WORDS_MAX] = {NULL};
    int count = 0;
    system_prepare();
    for (; count < WORDS_MAX && count + 1 < argc; count++) {
        words[count] = utf16_text_to_utf8(argv[count + 1]);
        if (words[count] == NULL)
            break;
    }
    run_command(count, words);
    for (int i = 0; i < count; i++)
        free(words[i]);
    /* The result is the proof, never the exit status. */
    return 0;
}
