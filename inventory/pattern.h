/* SPDX-License-Identifier: MIT */
/*
 * Ansible's host patterns, and pdsh's ranges beside them.
 *
 *   a:b  a,b   union          :&c  intersection      :!d  difference
 *   web*       glob           ~re  regular expression, from the start
 *   g[0] g[-1] g[0:2]         members of what `g` matches, both ends included
 *   @file      one pattern a line
 *   lab-[01-40,50]  lab-[01:40]   names, where no group is called `lab-`
 *
 * Unions are done first, then every &, then every !, wherever written. Names
 * of groups and of hosts match, addresses never.
 */
#ifndef INVENTORY_PATTERN_H
#define INVENTORY_PATTERN_H

#include <stdbool.h>

#include "base/problems.h"
#include "inventory/model.h"

/*
 * Sets chosen[host->order] for every host that the pattern selects; `chosen`
 * has a place for each host of the model. A part that matches nothing is an
 * error, a range that matches only in part a warning; `option` ("--limit")
 * opens each. -1 when there was an error.
 */
int pattern_match(struct model *model, const char *option, const char *pattern,
                  bool *chosen, struct problems *problems);

#endif
