/* SPDX-License-Identifier: MIT */
#include "output.h"

#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_LEN = 1 << 20 };

struct copy {
    HANDLE from;
    HANDLE to;
    struct output_encoding encoding;
    size_t len;
    char line[LINE_MAX_LEN];
    WCHAR wide[LINE_MAX_LEN];
    char out[2 * LINE_MAX_LEN];
};

static void write_all(HANDLE to, const void *data, size_t len)
{
    const char *at = data;
    DWORD done;

    /* A reader that is gone is no reason to end: the program goes on. */
    while (len > 0 && WriteFile(to, at, (DWORD)len, &done, NULL)) {
        at += done;
        len -= done;
    }
}

static void write_wide(struct copy *copy, int count)
{
    int len;

    if (copy->encoding.to == 0) {
        write_all(copy->to, copy->wide, (size_t)count * sizeof(WCHAR));
        return;
    }
    len = WideCharToMultiByte(copy->encoding.to, 0, copy->wide, count,
                              copy->out, sizeof copy->out, NULL, NULL);
    write_all(copy->to, copy->out, (size_t)len);
}

static void flush_line(struct copy *copy, const WCHAR *end)
{
    int count = 0;

    if (copy->len > 0)
        count = MultiByteToWideChar(copy->encoding.from, 0, copy->line,
                                    (int)copy->len, copy->wide, LINE_MAX_LEN);
    write_wide(copy, count);
    wcscpy(copy->wide, end);
    write_wide(copy, (int)wcslen(end));
    copy->len = 0;
}

static void take_byte(struct copy *copy, char c)
{
    if (c == '\n') {
        if (copy->len > 0 && copy->line[copy->len - 1] == '\r')
            copy->len--;
        flush_line(copy, L"\r\n");
        return;
    }
    if (copy->len == LINE_MAX_LEN)
        flush_line(copy, L"");
    copy->line[copy->len++] = c;
}

static DWORD WINAPI copy_thread(void *argument)
{
    struct copy *copy = argument;
    char block[4096];
    DWORD len;
    DWORD i;

    while (ReadFile(copy->from, block, sizeof block, &len, NULL) && len > 0)
        for (i = 0; i < len; i++)
            take_byte(copy, block[i]);
    if (copy->len > 0)
        flush_line(copy, L"");
    CloseHandle(copy->from);
    free(copy);
    return 0;
}

HANDLE output_start(HANDLE from, HANDLE to,
                    const struct output_encoding *encoding)
{
    struct copy *copy = malloc(sizeof *copy);
    HANDLE thread;

    if (copy == NULL)
        return NULL;
    copy->from = from;
    copy->to = to;
    copy->encoding = *encoding;
    copy->len = 0;
    thread = CreateThread(NULL, 0, copy_thread, copy, 0, NULL);
    if (thread == NULL)
        free(copy);
    return thread;
}

void output_text(HANDLE to, const WCHAR *text)
{
    int len = WideCharToMultiByte(CP_UTF8, 0, text, -1, NULL, 0, NULL, NULL);
    char *bytes = malloc((size_t)len + 1);

    if (bytes == NULL)
        return;
    WideCharToMultiByte(CP_UTF8, 0, text, -1, bytes, len, NULL, NULL);
    write_all(to, bytes, strlen(bytes));
    free(bytes);
}
