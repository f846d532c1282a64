/* SPDX-License-Identifier: MIT */
/*
 * The local users and groups of the machine, kept in the registry by SID:
 *
 *   HKLM\SOFTWARE\wmifleet-lab\Accounts
 *     "NextRid" = REG_DWORD
 *     \S-1-5-32-562            "Members" = REG_MULTI_SZ of SIDs
 *     \S-1-5-21-0-0-0-1001     "Name" "Kind" "Flags" "PasswordSet" ...
 *
 * Windows' own accounts need no key: what is not there is as from the
 * factory, and their names follow the machine's language. This part is in the
 * stand-ins of netapi32 and of advapi32 alike.
 */
#ifndef LAB_ACCOUNT_H
#define LAB_ACCOUNT_H

#include <stdbool.h>
#include <windows.h>

enum { ACCOUNT_NAME_MAX = 257, ACCOUNT_SID_TEXT_MAX = 190, MEMBERS_MAX = 64 };

enum account_kind { ACCOUNT_USER = 1, ACCOUNT_GROUP = 2 };

struct account {
    WCHAR name[ACCOUNT_NAME_MAX];
    WCHAR sid_text[ACCOUNT_SID_TEXT_MAX];
    BYTE sid[SECURITY_MAX_SID_SIZE];
    enum account_kind kind;
    bool is_factory; /* it cannot be deleted */
};

/*
 * All take any kind; false when there is none. A name is looked for on the
 * machine itself, then in its domain; the second one goes no further.
 */
bool account_by_name(const WCHAR *name, struct account *);
bool account_own_by_name(const WCHAR *name, struct account *);
bool account_by_sid(PSID, struct account *);

/* The account number `index` of all; false when there are no more. */
bool account_at(DWORD index, struct account *);

/* Makes an account with the next RID; a Win32 code. */
DWORD account_create(const WCHAR *name, enum account_kind, struct account *);
DWORD account_delete(const struct account *);

/* BUILTIN, in the machine's language, or the machine's name. */
const WCHAR *account_domain(const struct account *,
                            WCHAR machine[MAX_COMPUTERNAME_LENGTH + 1]);

/* The machine's SID without a RID: S-1-5-21-... */
const WCHAR *account_machine_sid(void);
bool account_is_machine_sid(PSID);

/* What Windows starts with differs by account: `otherwise` is for the rest. */
DWORD account_number(const struct account *, const WCHAR *what,
                     DWORD otherwise);
DWORD account_set_number(const struct account *, const WCHAR *what, DWORD);

/* An absent text is empty. */
void account_text(const struct account *, const WCHAR *what,
                  WCHAR text[ACCOUNT_NAME_MAX]);
DWORD account_set_text(const struct account *, const WCHAR *what,
                       const WCHAR *text);

/* The SIDs of a group's members as text. */
struct members {
    WCHAR sids[MEMBERS_MAX][ACCOUNT_SID_TEXT_MAX];
    DWORD count;
};

void account_members(const struct account *, struct members *);
DWORD account_set_members(const struct account *, const struct members *);
bool members_have(const struct members *, const WCHAR *sid);
bool members_add(struct members *, const WCHAR *sid);
bool members_remove(struct members *, const WCHAR *sid);

#endif
