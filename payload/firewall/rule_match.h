/* SPDX-License-Identifier: MIT */
/*
 * Firewall rules compared by meaning: with what is wanted, and with each
 * other. Case never matters in names, programs and services; addresses and
 * ports are compared as sets.
 *
 * A wish's program is given beside it, with its environment variables
 * expanded and its case folded like rule.program_path; NULL: as it is.
 *
 * Free of windows.h.
 */
#ifndef PAYLOAD_RULE_MATCH_H
#define PAYLOAD_RULE_MATCH_H

#include <stdbool.h>

#include "payload/firewall/rule.h"
#include "payload/settings/settings.h"

bool rule_has_name(const struct rule *rule, const char *name);
bool rule_is_ours(const struct rule *rule);

/*
 * Whether the rule does exactly what is wanted: enabled, allowing, and
 * neither narrower nor wider in any property. -1 when memory is short.
 */
int rule_agrees(const struct rule *rule, const struct rule_wish *wish,
                const char *wish_program);

/*
 * Name, direction, program and service agree: what `absent` deletes. A wish
 * without direction means either.
 */
bool rule_is_meant(const struct rule *rule, const struct rule_wish *wish,
                   const char *wish_program);

/* What an enabled blocking rule does to a wanted one. */
enum rule_obstacle { RULE_HARMLESS, RULE_BLOCKS_SOME, RULE_BLOCKS_ALL };

/*
 * A blocking rule wins over every allowing one in Windows' firewall.
 * RULE_BLOCKS_SOME: only for some addresses, ports or profiles. `profiles`
 * are those of the wish's that count (firewall_policy_deciding).
 */
enum rule_obstacle rule_obstructs(const struct rule *rule,
                                  const struct rule_wish *wish,
                                  const char *wish_program, unsigned profiles);

/*
 * Whether the rule lets in what the wish's program and service take on
 * `port`, from some address and in some profile of the wish's.
 */
bool rule_admits(const struct rule *rule, const struct rule_wish *wish,
                 const char *wish_program, unsigned port);

/*
 * Whether deleting the rule could lock the SSH server out: it names the
 * server's program or service, or lets in `ssh_port` by number.
 */
bool rule_serves_ssh(const struct rule *rule, unsigned ssh_port);

/* Whether a wish lets in every address. */
bool rule_wish_is_wide(const struct rule_wish *wish);

/* The rule of ours that does what is wanted. -1 when memory is short. */
int rule_from_wish(struct rule *rule, const struct rule_wish *wish);

/* The wish as the request writes it. NULL when memory is short. */
cJSON *rule_wish_to_json(const struct rule_wish *wish);

#endif
