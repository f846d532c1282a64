/* SPDX-License-Identifier: MIT */
#include "controller/ask.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

enum ask_answer ask_yes_no(const char *format, ...)
{
    FILE *terminal = fopen("/dev/tty", "r+e");
    if (terminal == NULL)
        return ASK_NOBODY;
    va_list arguments;
    va_start(arguments, format);
    vfprintf(terminal, format, arguments);
    va_end(arguments);
    fputs(" [y/N] ", terminal);
    fflush(terminal);
    char answer[16] = "";
    bool yes = fgets(answer, sizeof answer, terminal) != NULL &&
               (answer[0] == 'y' || answer[0] == 'Y');
    fclose(terminal);
    return yes ? ASK_YES : ASK_NO;
}
