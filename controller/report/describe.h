/* SPDX-License-Identifier: MIT */
/*
 * A setting's value as a person reads it, on one line.
 *
 * The payload's `before`, `after` and `desired` are exact, hence long where a
 * setting is many things at once (a firewall group is eight rules). Here they
 * become a few words; --json and `show --json` have the whole. Everything is
 * escaped: the values come from a target.
 */
#ifndef CONTROLLER_DESCRIBE_H
#define CONTROLLER_DESCRIBE_H

#include <cjson/cJSON.h>

#include "base/buf.h"

/* Appends the words for one value; NULL is "unknown". */
void describe_value(struct buf *out, const cJSON *value);

/*
 * Appends one setting of a result: its id, what it was and what it shall be
 * or has become, and the error where there is one. `width` is the column of
 * the value; no line feed.
 */
void describe_setting(struct buf *out, const cJSON *setting, int width);

#endif
