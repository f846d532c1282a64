/* SPDX-License-Identifier: MIT */
/* What all replaced functions have in common: who may, where, what names. */
#ifndef LAB_NETAPI32_RULES_H
#define LAB_NETAPI32_RULES_H

#include "account.h"

#include <stdbool.h>
#include <windows.h>

#include <lm.h>

/* NERR_InvalidComputer unless the server is this machine. */
NET_API_STATUS rules_server(const WCHAR *server);

/* The same, and ERROR_ACCESS_DENIED unless the caller is elevated. */
NET_API_STATUS rules_writer(const WCHAR *server);

/* Whether an account of at most `max` characters may be called so. */
bool rules_name(const WCHAR *name, size_t max);

struct policy {
    USER_MODALS_INFO_0 password;
    USER_MODALS_INFO_3 lockout;
};

/* Accounts\Policy in the registry, else what a workgroup machine has. */
void rules_policy(struct policy *);

/* NERR_PasswordTooShort for one that the policy does not let in. */
NET_API_STATUS rules_password(const WCHAR *password);

DWORD rules_now(void); /* seconds since 1970 */

/*
 * A buffer of the API for `len` bytes and texts behind them. pack() appends a
 * text and gives its place; the room was counted with pack_len().
 */
struct pack {
    BYTE *start;
    BYTE *end;
};
size_t pack_len(const WCHAR *text);
NET_API_STATUS pack_begin(struct pack *, size_t fixed, size_t texts);
WCHAR *pack_text(struct pack *, const WCHAR *text);
void *pack_bytes(struct pack *, const void *bytes, size_t len);

#endif
