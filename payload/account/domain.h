/* SPDX-License-Identifier: MIT */
/* Whether this computer belongs to a domain. */
#ifndef PAYLOAD_DOMAIN_H
#define PAYLOAD_DOMAIN_H

enum domain_join {
    DOMAIN_UNKNOWN,
    DOMAIN_NONE,
    DOMAIN_WORKGROUP,
    DOMAIN_MEMBER
};

/* `name` (may be NULL) gets the workgroup's or domain's; the caller frees. */
enum domain_join domain_join_state(char **name);

/*
 * Whether the device itself is joined to Microsoft Entra, beside a domain
 * (hybrid) or not: 1 or 0, and -1 where this Windows cannot tell.
 */
int domain_entra_joined(void);

#endif
