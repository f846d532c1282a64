/* SPDX-License-Identifier: MIT */
/*
 * The program that a rule is for. Its %NAME% are the machine's: the service
 * that keeps the rules knows no login, whose own variables may say otherwise.
 */
#ifndef PAYLOAD_FIREWALL_PROGRAM_H
#define PAYLOAD_FIREWALL_PROGRAM_H

#include <stdbool.h>

#include "payload/engine/setting.h"
#include "payload/firewall/rule.h"

/*
 * `program` with its variables expanded and its case folded, as
 * rule.program_path wants it; the caller frees. NULL when memory is short.
 */
char *firewall_program_path(const char *program);

/*
 * Whether there is a file where `program`, its variables expanded, says;
 * false with `reason`.
 */
bool firewall_program_is_there(const char *program,
                               struct setting_reason *reason);

/* Gives every rule its program_path; -1 when memory is short. */
int firewall_expand_programs(struct rule_list *list);

#endif
