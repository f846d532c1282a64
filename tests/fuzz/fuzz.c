/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"

static char *text_of(const char *bytes, size_t len)
{
    char *text = strndup(bytes, len);
    fuzz_must(text != NULL, "there is memory");
    return text;
}

char *fuzz_line(struct fuzz_input *input)
{
    const char *end =
        input->len > 0 ? memchr(input->at, '\n', input->len) : NULL;
    size_t len = end != NULL ? (size_t)(end - input->at) : input->len;
    char *line = text_of(input->at, len);
    size_t taken = end != NULL ? len + 1 : len;
    input->at += taken;
    input->len -= taken;
    return line;
}

char *fuzz_rest(struct fuzz_input *input)
{
    return text_of(input->at, input->len);
}

size_t fuzz_piece(const char *sizes, size_t number, size_t left)
{
    size_t count = strlen(sizes);
    size_t size = count > 0 ? (unsigned char)sizes[number % count] % 32u : 1;
    size = size == 0 ? 1 : size;
    return size < left ? size : left;
}

void fuzz_must(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "this does not hold: %s\n", what);
    abort();
}

/* Not base/utf8.c: what that gets wrong is to be seen. 0: no UTF-8. */
static size_t character(const unsigned char *at, size_t len, uint32_t *code)
{
    size_t size = at[0] < 0x80   ? 1
                  : at[0] < 0xC2 ? 0
                  : at[0] < 0xE0 ? 2
                  : at[0] < 0xF0 ? 3
                  : at[0] < 0xF5 ? 4
                                 : 0;
    if (size == 0 || size > len)
        return 0;
    *code = size == 1 ? at[0] : at[0] & (0x7Fu >> size);
    for (size_t i = 1; i < size; i++) {
        if (at[i] < 0x80 || at[i] > 0xBF)
            return 0;
        *code = *code << 6 | (at[i] & 0x3Fu);
    }
    bool wrong = (size == 3 && *code < 0x800) ||
                 (size == 4 && (*code < 0x10000 || *code > 0x10FFFF)) ||
                 (*code >= 0xD800 && *code <= 0xDFFF);
    return wrong ? 0 : size;
}

static bool is_obeyed(uint32_t code)
{
    return (code < 0x20 && code != '\n') || (code >= 0x7F && code < 0xA0) ||
           code == 0x061C || code == 0x200E || code == 0x200F ||
           (code >= 0x2028 && code <= 0x202E) ||
           (code >= 0x2066 && code <= 0x2069);
}

void fuzz_plain(const char *text, size_t len)
{
    const unsigned char *at = (const unsigned char *)text;
    while (len > 0) {
        uint32_t code = 0;
        size_t size = character(at, len, &code);
        fuzz_must(size > 0, "what is shown is UTF-8");
        fuzz_must(!is_obeyed(code), "a terminal obeys nothing that is shown");
        at += size;
        len -= size;
    }
}

void fuzz_plain_json(const cJSON *tree)
{
    char *text = json_print(tree, -1);
    fuzz_must(text != NULL, "there is memory");
    size_t len = strlen(text);
    fuzz_plain(text, len);
    fuzz_must(strchr(text, '\n') == NULL, "an object is one line");
    cJSON *again = json_parse("printed", text, len, NULL);
    fuzz_must(again != NULL, "what is printed is JSON");
    cJSON_Delete(again);
    free(text);
}

void fuzz_logged(const char *text)
{
    char *line = NULL;
    size_t len = 0;
    const struct log log = {.out = open_memstream(&line, &len),
                            .shown = LOG_TRACE};
    fuzz_must(log.out != NULL, "there is memory");
    log_line(&log, LOG_WARNING, "%s", text);
    fclose(log.out);
    fuzz_plain(line, len);
    fuzz_must(strchr(line, '\n') == line + len - 1, "a message is one line");
    free(line);
}

void fuzz_logged_all(const struct problems *problems)
{
    for (size_t i = 0; i < problems->count; i++)
        fuzz_logged(problems->items[i].text);
}
