/* SPDX-License-Identifier: MIT */
/* Accounts of this machine by name, SID or word, and what they stand for. */
#ifndef PAYLOAD_ACCOUNT_H
#define PAYLOAD_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>

#include "payload/descriptor/descriptor_access.h"
#include "payload/engine/setting.h"
#include "payload/descriptor/sid.h"

/* 0, or -1 with `reason`: nobody has that name, or a machine has it. */
int account_find(const char *text, struct sid *sid,
                 struct setting_reason *reason);

/*
 * The same for a setting of `settings`. The name of their `account` means one
 * of this machine alone: where it has none, Windows would go on to look for
 * a user of its domain. An account that is missing because their `account` is
 * still to be made gives CODE_ACCOUNT_TO_COME, which a setting's `read` passes
 * on.
 */
int account_find_asked(const struct settings *settings, const char *text,
                       struct sid *sid, struct setting_reason *reason);

#define ACCOUNT_NAME_COUNT 256

struct account_who {
    wchar_t name[ACCOUNT_NAME_COUNT * 2]; /* DOMAIN\name */
    bool user;
    bool local; /* an account of this machine itself */
};

/* False when nobody has that SID as far as this machine knows. */
bool account_describe(const struct sid *sid, struct account_who *who);

/*
 * Whom the account stands for when it calls from another machine: itself,
 * what everybody is, its local groups. `note` becomes what is to be said of
 * that (a static text), or NULL. -1 when memory is short.
 */
int account_token(const struct sid *sid, struct descriptor_token *token,
                  const char **note);
/* By itself or through a group, over the network or not. */
bool account_is_administrator(const struct sid *sid);

void account_token_release(struct descriptor_token *token);

#endif
