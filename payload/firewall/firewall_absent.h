/* SPDX-License-Identifier: MIT */
/*
 * The rules of one name that are wanted absent: deleted where the request
 * describes them or says that their name is enough, told where not, and never
 * when one of them lets the SSH server in.
 */
#ifndef PAYLOAD_FIREWALL_ABSENT_H
#define PAYLOAD_FIREWALL_ABSENT_H

#include "payload/firewall/firewall_reach.h"
#include "payload/firewall/firewall_store.h"
#include "payload/settings/settings.h"

/* How many of one name are removed at most. */
#define FIREWALL_REMOVALS_MAX 64

/* One of firewall.rules, whatever it wants. */
struct rule_setting {
    struct firewall_store *store;
    const struct settings *all;
    const struct rule_wish *wish; /* the request's, or `meant` */
    struct rule_wish meant;       /* the same for this controller */
    const char **addresses;       /* those of `meant`; NULL: the request's */
    struct firewall_peer peer;    /* read where `addresses` are needed */
    char *program; /* the wish's, expanded; NULL until first needed */
};

/* The rules of the wish's name. 0, or -1 with `reason`. */
int firewall_pick_named(struct rule_setting *own, struct firewall_pick *pick,
                        struct setting_reason *reason);

/* `rules` are those of the name, their programs expanded. */
enum setting_verdict firewall_absent_judge(struct rule_setting *own,
                                           const struct rule_list *rules,
                                           struct setting_reason *reason);
int firewall_absent_write(struct rule_setting *own,
                          struct setting_reason *reason);

#endif
