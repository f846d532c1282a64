/* SPDX-License-Identifier: MIT */
/*
 * One word of a pattern against names: a shell glob as Python's fnmatch has
 * it, or after `~` a regular expression that must match from the start.
 * Python's expressions are read as far as POSIX can say the same; look-around
 * and named groups are refused.
 */
#ifndef INVENTORY_MATCHER_H
#define INVENTORY_MATCHER_H

#include <regex.h>
#include <stdbool.h>

#include "base/err.h"

struct matcher {
    const char *glob; /* NULL: the expression counts */
    regex_t regex;
};

/* `pattern` must outlive the matcher. -1 leaves nothing to release. */
int matcher_init(struct matcher *matcher, const char *pattern, struct err *err);
void matcher_release(struct matcher *matcher);
bool matcher_matches(const struct matcher *matcher, const char *name);

#endif
