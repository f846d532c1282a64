/* SPDX-License-Identifier: MIT */
/*
 * A program of Windows' own: started by its full path, given nothing of ours
 * but one pipe for what it says, ended with us, and waited for.
 */
#ifndef PAYLOAD_CHILD_H
#define PAYLOAD_CHILD_H

#include <wchar.h>

#define CHILD_SAID_MAX 100 /* bytes of its output that are kept */

struct child_end {
    unsigned long code;   /* Win32; 0: it ran to its end */
    unsigned long status; /* its exit code */
    /* The beginning of what it said, in its language; UTF-8, one line. */
    char said[3 * CHILD_SAID_MAX + 1];
};

/*
 * Runs `program`, a path below System32, with `arguments`. One that takes
 * longer than `timeout_ms` is ended, with the code ERROR_TIMEOUT.
 */
void child_run(const wchar_t *program, const wchar_t *arguments,
               unsigned timeout_ms, struct child_end *end);

#endif
