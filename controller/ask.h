/* SPDX-License-Identifier: MIT */
/* A question on the terminal that a person answers with y or n. */
#ifndef CONTROLLER_ASK_H
#define CONTROLLER_ASK_H

enum ask_answer { ASK_NO, ASK_YES, ASK_NOBODY };

/* Anything but y is a no; ASK_NOBODY: there is no terminal. */
enum ask_answer ask_yes_no(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

#endif
