/* SPDX-License-Identifier: MIT */
#include "payload/account/token.h"

#include <windows.h>
#include <lm.h>
#include <stdlib.h>

#include "payload/account/account.h"
#include "payload/account/netapi.h"
#include "payload/registry/registry_io.h"
#include "payload/settings/token_filter.h"

#define GROUPS_MAX 128
#define LOCAL_GROUPS_MAX 256 /* looked into: a domain has thousands */

#define EVERYONE "S-1-1-0"
#define NETWORK "S-1-5-2"
#define ANONYMOUS "S-1-5-7"
#define AUTHENTICATED "S-1-5-11"
#define LOCAL_ACCOUNT "S-1-5-113"
#define LOCAL_ADMINISTRATOR "S-1-5-114"
#define ADMINISTRATORS "S-1-5-32-544"
#define RID_ADMINISTRATOR 500
#define RID_GUEST 501

static bool holds_sid(const struct descriptor_token *token,
                      const struct sid *sid)
{
    for (size_t i = 0; i < token->count; i++) {
        if (sid_same(&token->sids[i], sid))
            return true;
    }
    return false;
}

static bool holds(const struct descriptor_token *token, const char *text)
{
    struct sid sid;
    return sid_parse(&sid, text) && holds_sid(token, &sid);
}

static void add_sid(struct descriptor_token *token, const struct sid *sid)
{
    if (!holds_sid(token, sid))
        token->sids[token->count++] = *sid;
}

static void add(struct descriptor_token *token, const char *text)
{
    struct sid sid;
    if (sid_parse(&sid, text))
        add_sid(token, &sid);
}

/* A local group, by the name that the functions of netapi know it by. */
static void add_group(struct descriptor_token *token, const wchar_t *name)
{
    struct sid sid;
    if (token->count < GROUPS_MAX && account_look_up(name, &sid) == 0)
        add_sid(token, &sid);
}

/* A domain that does not answer is not asked twice. */
static unsigned long ask_groups(const struct netapi *net,
                                struct account_memory *memory,
                                const struct sid *sid,
                                const struct account_who *who,
                                LOCALGROUP_USERS_INFO_0 **groups, DWORD *count)
{
    DWORD total = 0;
    unsigned long code;
    char key[SID_TEXT_MAX + 1] = "@"; /* no name begins so */
    sid_print(sid, key + 1);
    if (account_memory_recall(memory, key, &code, NULL, 0) && code != 0)
        return code;
    ULONGLONG begun = GetTickCount64();
    if (account_memory_is_late(memory, begun))
        return ERROR_TIMEOUT;
    code =
        net->groups_of(NULL, who->name, 0, LG_INCLUDE_INDIRECT,
                       (LPBYTE *)groups, MAX_PREFERRED_LENGTH, count, &total);
    if (code != NERR_Success)
        account_memory_keep(memory, key, code, "", 0, GetTickCount64() - begun);
    return code;
}

/* The local groups that Windows counts by its account, or by a global group. */
static bool add_groups(struct descriptor_token *token, const struct netapi *net,
                       struct account_memory *memory,
                       const struct account_who *who)
{
    LOCALGROUP_USERS_INFO_0 *groups = NULL;
    DWORD count = 0;
    if (ask_groups(net, memory, &token->sids[0], who, &groups, &count) !=
        NERR_Success)
        return false;
    for (DWORD i = 0; groups != NULL && i < count; i++)
        add_group(token, groups[i].lgrui0_name);
    if (groups != NULL)
        net->discard(groups);
    return true;
}

static bool has_member_of(const struct netapi *net, const wchar_t *group,
                          const struct descriptor_token *token)
{
    LOCALGROUP_MEMBERS_INFO_0 *members = NULL;
    DWORD count = 0;
    DWORD total = 0;
    bool has = false;
    if (net->members(NULL, group, 0, (LPBYTE *)&members, MAX_PREFERRED_LENGTH,
                     &count, &total, NULL) != NERR_Success)
        count = 0;
    for (DWORD i = 0; i < count && !has; i++) {
        struct sid sid;
        has = sid_read(&sid, members[i].lgrmi0_sid, SID_LEN_MAX) &&
              holds_sid(token, &sid);
    }
    if (members != NULL)
        net->discard(members);
    return has;
}

/*
 * Those by what everybody is who logs on: Users has Authenticated Users for a
 * member, and Windows' own count of a user's groups leaves that out. Users
 * has INTERACTIVE too, which a logon from the network is not.
 */
static bool add_groups_of_everybody(struct descriptor_token *token,
                                    const struct netapi *net)
{
    LOCALGROUP_INFO_0 *groups = NULL;
    DWORD count = 0;
    DWORD total = 0;
    if (net->groups(NULL, 0, (LPBYTE *)&groups, MAX_PREFERRED_LENGTH, &count,
                    &total, NULL) != NERR_Success)
        return false;
    for (DWORD i = 0; i < count && i < LOCAL_GROUPS_MAX; i++) {
        if (has_member_of(net, groups[i].lgrpi0_name, token))
            add_group(token, groups[i].lgrpi0_name);
    }
    if (groups != NULL)
        net->discard(groups);
    return true;
}

static bool add_all_groups(struct descriptor_token *token,
                           struct account_memory *memory,
                           const struct account_who *who)
{
    struct netapi net;
    if (!netapi_load(&net))
        return false;
    bool counted = !who->user || add_groups(token, &net, memory, who);
    return add_groups_of_everybody(token, &net) && counted;
}

static void read_policy(const char *name, long *value)
{
    static const char key[] =
        "SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Policies\\System";
    unsigned long number;
    if (registry_number(key, name, &number))
        *value = (long)number;
}

/* Whether UAC takes the administrator out of tokens from the network. */
static bool is_filtered(const struct sid *sid)
{
    struct token_filter filter = TOKEN_FILTER_ABSENT;
    read_policy("EnableLUA", &filter.enable_lua);
    read_policy("LocalAccountTokenFilterPolicy", &filter.off);
    read_policy("FilterAdministratorToken", &filter.administrator);
    return token_filter_holds(&filter, sid_last_part(sid) == RID_ADMINISTRATOR);
}

/* What counts for denials alone goes to the end. */
static void make_deny_only(struct descriptor_token *token, const char *text)
{
    struct sid sid;
    if (!sid_parse(&sid, text))
        return;
    size_t last = token->count - ++token->deny_only;
    for (size_t i = 0; i < last; i++) {
        if (!sid_same(&token->sids[i], &sid))
            continue;
        token->sids[i] = token->sids[last];
        token->sids[last] = sid;
    }
}

/* What UAC leaves of a local administrator who comes from the network. */
static void filter(struct descriptor_token *token, const struct sid *sid,
                   const char **note)
{
    if (!holds(token, ADMINISTRATORS))
        return;
    add(token, LOCAL_ADMINISTRATOR);
    if (!is_filtered(sid))
        return;
    make_deny_only(token, ADMINISTRATORS);
    make_deny_only(token, LOCAL_ADMINISTRATOR);
    *note = "it is a local administrator whose token UAC filters over the "
            "network: what Administrators may was not counted";
}

/*
 * What everybody is who comes from the network. A token of nobody is not of
 * everyone, unless a policy says so, and Guest's is not authenticated.
 */
static void add_everybody(struct descriptor_token *token, bool guest)
{
    if (holds(token, EVERYONE))
        return;
    if (!holds(token, ANONYMOUS)) {
        add(token, EVERYONE);
        if (!guest)
            add(token, AUTHENTICATED);
    }
    add(token, NETWORK);
}

int account_token(struct account_memory *memory, const struct sid *sid,
                  struct descriptor_token *token, const char **note)
{
    struct account_who who = {.user = false};
    struct descriptor_token made = {
        .sids = calloc(GROUPS_MAX + 8, sizeof *made.sids)};
    *note = NULL;
    if (made.sids == NULL)
        return -1;
    made.sids[made.count++] = *sid;
    bool known = account_describe(memory, sid, &who);
    bool local = known && who.user && who.local;
    add_everybody(&made, local && sid_last_part(sid) == RID_GUEST);
    if (local)
        add(&made, LOCAL_ACCOUNT);
    if (!add_all_groups(&made, memory, &who) && who.user)
        *note = "its group memberships could not be read: only its own "
                "entries and those for everybody were counted";
    if (local)
        filter(&made, sid, note);
    *token = made;
    return 0;
}

bool account_is_administrator(struct account_memory *memory,
                              const struct sid *sid)
{
    struct descriptor_token token;
    const char *note;
    if (account_token(memory, sid, &token, &note) != 0)
        return false;
    bool is = holds(&token, ADMINISTRATORS);
    account_token_release(&token);
    return is;
}

void account_token_release(struct descriptor_token *token)
{
    free(token->sids);
    *token = (struct descriptor_token){.sids = NULL};
}
