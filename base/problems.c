/* SPDX-License-Identifier: MIT */
#include "base/problems.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/word.h"

#define TEXT_MAX 65536
#define WORD_MAX 64

void problems_init(struct problems *problems)
{
    *problems = (struct problems){0};
}

void problems_release(struct problems *problems)
{
    for (size_t i = 0; i < problems->count; i++)
        free(problems->items[i].text);
    free(problems->items);
    problems_init(problems);
}

__attribute__((format(printf, 3, 0))) static void
add(struct problems *problems, bool warning, const char *format, va_list args)
{
    if (warning)
        problems->warning_count++;
    else
        problems->error_count++;
    if (problems->count == PROBLEMS_MAX)
        return;
    if (problems->items == NULL)
        problems->items = calloc(PROBLEMS_MAX, sizeof *problems->items);
    if (problems->items == NULL)
        return;
    struct buf line;
    buf_init(&line, TEXT_MAX);
    buf_addv(&line, format, args);
    char *text = buf_take(&line);
    if (text == NULL)
        return;
    problems->items[problems->count].warning = warning;
    problems->items[problems->count].text = text;
    problems->count++;
}

void problems_error(struct problems *problems, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add(problems, false, format, args);
    va_end(args);
}

void problems_warning(struct problems *problems, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add(problems, true, format, args);
    va_end(args);
}

static unsigned smaller(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/*
 * Insertions, deletions, replacements and swaps of neighbours that lead from
 * one word to the other; two rows back are enough for the swaps.
 */
static unsigned distance(const char *a, size_t a_len, const char *b,
                         size_t b_len)
{
    unsigned rows[3][WORD_MAX + 1];
    unsigned *before = rows[0];
    unsigned *last = rows[1];
    unsigned *now = rows[2];
    for (size_t j = 0; j <= b_len; j++)
        last[j] = (unsigned)j;
    for (size_t i = 1; i <= a_len; i++) {
        now[0] = (unsigned)i;
        for (size_t j = 1; j <= b_len; j++) {
            char from = word_lower(a[i - 1]);
            char to = word_lower(b[j - 1]);
            unsigned cost = last[j - 1] + (from == to ? 0 : 1);
            cost = smaller(cost, smaller(last[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && from == word_lower(b[j - 2]) &&
                word_lower(a[i - 2]) == to)
                cost = smaller(cost, before[j - 2] + 1);
            now[j] = cost;
        }
        unsigned *free_row = before;
        before = last;
        last = now;
        now = free_row;
    }
    return last[b_len];
}

const char *problems_nearest(const char *word, const char *const *words)
{
    size_t len = strlen(word);
    if (len == 0 || len > WORD_MAX)
        return NULL;
    const char *nearest = NULL;
    unsigned best = 0;
    for (; *words != NULL; words++) {
        size_t other_len = strlen(*words);
        if (other_len > WORD_MAX)
            continue;
        /* About a quarter may be wrong: more is another word. */
        size_t longer = len > other_len ? len : other_len;
        unsigned allowed = (unsigned)(longer + 2) / 4;
        unsigned found = distance(word, len, *words, other_len);
        if (found <= allowed && found < longer &&
            (nearest == NULL || found < best)) {
            nearest = *words;
            best = found;
        }
    }
    return nearest;
}
