/* SPDX-License-Identifier: MIT */
/*
 * What is wrong with something that a person wrote, all of it.
 *
 * Readers of inventories and settings go on after the first mistake and
 * collect them here, so that one run shows every mistake. A problem is one
 * line of text: where, what was found, what is allowed, the nearest word.
 * The list keeps at most PROBLEMS_MAX lines and counts the rest.
 */
#ifndef BASE_PROBLEMS_H
#define BASE_PROBLEMS_H

#include <stdbool.h>
#include <stddef.h>

#define PROBLEMS_MAX 100

struct problem {
    bool warning; /* told, but nothing is refused because of it */
    char *text;
};

struct problems {
    struct problem *items;
    size_t count;         /* items kept */
    size_t error_count;   /* all errors, kept or not */
    size_t warning_count; /* all warnings, kept or not */
};

void problems_init(struct problems *problems);
void problems_release(struct problems *problems);

/* Each adds one line; running out of memory still counts the problem. */
void problems_error(struct problems *problems, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void problems_warning(struct problems *problems, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * The word of `words` (NULL-terminated) nearest to `word` by edit distance,
 * ignoring case, or NULL when none is near enough to be meant.
 */
const char *problems_nearest(const char *word, const char *const *words);

#endif
