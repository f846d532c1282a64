/* SPDX-License-Identifier: MIT */
/*
 * The way from a program's standard streams to the SSH channel. Without an
 * encoding the program has the channel's own handles and nothing touches its
 * bytes. With one, each line is taken for text in that code page and written
 * again, ended by CR LF, as a shell does that re-encodes what its programs
 * print: anything beyond ASCII, and any binary data, does not survive.
 */
#ifndef LAB_OUTPUT_H
#define LAB_OUTPUT_H

#include <windows.h>

struct output_encoding {
    UINT from; /* code page that the program's bytes are taken for; 0: none */
    UINT to;   /* code page written; 0: UTF-16 */
};

/*
 * Copies `from` to `to` until its end, on a thread of its own; closes `from`.
 * NULL when it cannot be started. The caller waits for and closes the handle.
 */
HANDLE output_start(HANDLE from, HANDLE to,
                    const struct output_encoding *encoding);

/* Writes text in UTF-8. */
void output_text(HANDLE to, const WCHAR *text);

#endif
