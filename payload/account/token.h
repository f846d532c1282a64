/* SPDX-License-Identifier: MIT */
/*
 * Whom an account stands for when it calls from another machine: itself,
 * what everybody is who comes from the network, and its local groups, those
 * too that have everybody as a member. INTERACTIVE is none of it.
 */
#ifndef PAYLOAD_TOKEN_H
#define PAYLOAD_TOKEN_H

#include <stdbool.h>

#include "payload/account/account_memory.h"
#include "payload/descriptor/descriptor_access.h"
#include "payload/descriptor/sid.h"

/*
 * `note` becomes what is to be said of the token (a static text), or NULL.
 * -1 when memory is short.
 */
int account_token(struct account_memory *memory, const struct sid *sid,
                  struct descriptor_token *token, const char **note);
void account_token_release(struct descriptor_token *token);

/* By itself or through a group, over the network or not. */
bool account_is_administrator(struct account_memory *memory,
                              const struct sid *sid);

#endif
