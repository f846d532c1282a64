/* SPDX-License-Identifier: MIT */
/*
 * Who calls from another machine: the network logon of a local account by
 * this target's accounts, rights and policies, and the token that comes of
 * it, with what UAC takes away.
 */
#ifndef LAB_REMOTE_CALLER_H
#define LAB_REMOTE_CALLER_H

#include <windows.h>
#include <stdbool.h>

#include "../netapi32/account.h"
#include "identity.h"

enum { CALLER_SIDS_MAX = 64 };

struct caller_sid {
    WCHAR text[ACCOUNT_SID_TEXT_MAX];
    bool only_denies; /* SE_GROUP_USE_FOR_DENY_ONLY */
};

struct caller {
    struct caller_sid sids[CALLER_SIDS_MAX];
    DWORD count;
    bool is_anonymous;
};

/* S_OK and the token, or why the logon fails. */
HRESULT caller_log_on(const struct identity *, struct caller *);

/* Whether the token counts this SID: for an allowing or a denying entry. */
bool caller_is(const struct caller *, PSID, bool denying);

/*
 * The rights that a descriptor's list gives the token, of `wanted`. Without a
 * list everybody has all; entries are taken in their order.
 */
ACCESS_MASK caller_rights(const struct caller *, PSECURITY_DESCRIPTOR,
                          ACCESS_MASK wanted);

#endif
