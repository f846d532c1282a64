/* SPDX-License-Identifier: MIT */
#include "payload/run/output.h"

#include <windows.h>

#include "payload/protocol.h"

/*
 * WriteFile is binary; stdio would be text, and the C runtime's idea of the
 * stream is not needed. 0, or -1 when the other end is gone.
 */
static int write_bytes(HANDLE out, const char *bytes, size_t len)
{
    while (len > 0) {
        DWORD part = len < 32768 ? (DWORD)len : 32768;
        DWORD done = 0;
        if (!WriteFile(out, bytes, part, &done, NULL) || done == 0)
            return -1;
        bytes += done;
        len -= done;
    }
    return 0;
}

void output_document(const char *text, size_t len)
{
    static const char rs = PROTOCOL_RS;
    HANDLE out = GetStdHandle(STD_OUTPUT_HANDLE);
    if (out == NULL || out == INVALID_HANDLE_VALUE)
        return;
    if (write_bytes(out, &rs, 1) == 0 && write_bytes(out, text, len) == 0)
        (void)write_bytes(out, "\n", 1);
}
