/* SPDX-License-Identifier: MIT */
/* The rights that user_state.h names, as the local security policy has them. */
#ifndef PAYLOAD_RIGHTS_H
#define PAYLOAD_RIGHTS_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "payload/descriptor/sid.h"

/* USER_DENIED_* of the account itself; a Win32 code. */
unsigned long rights_read(const struct sid *sid, unsigned *denied);

/*
 * Makes them `denied`; every other right of the account stays. An account
 * that is left without any right is forgotten by the policy.
 */
unsigned long rights_write(const struct sid *sid, unsigned denied);

/*
 * The SIDs that have the right to log on from the network, or the denial of
 * it; NULL when it cannot be read. The caller frees.
 */
cJSON *rights_network_logon(bool denial);

#endif
