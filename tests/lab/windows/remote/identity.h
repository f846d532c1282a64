/* SPDX-License-Identifier: MIT */
/*
 * What a caller says of himself, in a question and out of it: his
 * credentials, the authentication level of the call, and what his machine's
 * policy lets him do.
 */
#ifndef LAB_REMOTE_IDENTITY_H
#define LAB_REMOTE_IDENTITY_H

#include "wire.h"

struct identity {
    const WCHAR *user; /* NULL: no credentials, an anonymous caller */
    const WCHAR *password;
    const WCHAR *authority; /* empty, or as ConnectServer takes it */
    DWORD level;            /* RPC_C_AUTHN_LEVEL_* */
    DWORD impersonation;    /* RPC_C_IMP_LEVEL_* */
    DWORD lm_level;         /* its LmCompatibilityLevel */
    bool sends_ntlm;
    bool asks_mapper_by_name; /* EnableAuthEpResolution */
};

/* The texts stay the message's. */
void identity_of(const struct message *, struct identity *);

/* What this machine's policies say is filled in here. */
void identity_put(struct message *, const struct identity *);

#endif
