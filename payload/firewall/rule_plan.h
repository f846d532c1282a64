/* SPDX-License-Identifier: MIT */
/*
 * How to get from the rules that are there to the rules that were there:
 * which stay, which are changed in place, which go and which come back.
 *
 * Free of windows.h.
 */
#ifndef PAYLOAD_RULE_PLAN_H
#define PAYLOAD_RULE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "payload/firewall/rule.h"

#define RULE_PLAN_NONE SIZE_MAX

/* Equal in every property, as text. */
bool rule_identical(const struct rule *a, const struct rule *b);

/*
 * `pairs` has room for one index a current rule: the wanted rule that it is
 * or shall become, or RULE_PLAN_NONE when it goes. No wanted rule is named
 * twice; one that is named by none has to be added. A rule only ever
 * becomes one of its own kind, but a rule of ours any other one of ours.
 */
void rule_plan(const struct rule_list *current, const struct rule_list *wanted,
               size_t *pairs);

/* Whether some current rule is paired with wanted[index]. */
bool rule_plan_has(const size_t *pairs, size_t count, size_t index);

#endif
