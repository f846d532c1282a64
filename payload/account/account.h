/* SPDX-License-Identifier: MIT */
/* Accounts of this machine by name, SID or word. */
#ifndef PAYLOAD_ACCOUNT_H
#define PAYLOAD_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>

#include "payload/account/account_memory.h"
#include "payload/engine/setting.h"
#include "payload/descriptor/sid.h"

/* 0, or -1 with `reason`: nobody has that name, or a machine has it. */
int account_find(struct account_memory *memory, const char *text,
                 struct sid *sid, struct setting_reason *reason);

/*
 * The same for a setting of `settings`. The name of their `account` means one
 * of this machine alone: where it has none, Windows would go on to look for
 * a user of its domain. An account that is missing because their `account` is
 * still to be made gives CODE_ACCOUNT_TO_COME, which a setting's `read` passes
 * on.
 */
int account_find_asked(const struct settings *settings, const char *text,
                       struct sid *sid, struct setting_reason *reason);

/* The same by Windows' own name alone; its code. */
unsigned long account_look_up(const wchar_t *name, struct sid *sid);

#define ACCOUNT_NAME_COUNT 256

struct account_who {
    wchar_t name[ACCOUNT_NAME_COUNT * 2]; /* DOMAIN\name */
    bool user;
    bool local; /* an account of this machine itself */
};

/* False when nobody has that SID as far as this machine knows. */
bool account_describe(struct account_memory *memory, const struct sid *sid,
                      struct account_who *who);

#endif
