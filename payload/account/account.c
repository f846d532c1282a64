/* SPDX-License-Identifier: MIT */
#include "payload/account/account.h"

#include <windows.h>
#include <stdlib.h>
#include <string.h>

#include "payload/settings/account_words.h"
#include "payload/win32/errors.h"
#include "payload/account/netapi.h"
#include "payload/registry/registry_io.h"
#include "payload/settings/settings_read.h"
#include "payload/settings/token_filter.h"
#include "payload/win32/utf16.h"

#define NAME_COUNT ACCOUNT_NAME_COUNT
#define GROUPS_MAX 128

#define NAMES_HINT                                                             \
    "accounts are names (\"wmi-reader\", \"LAB-07\\wmi-reader\"), SIDs or "    \
    "words such as \"distributed_com_users\""

#define EVERYONE "S-1-1-0"
#define NETWORK "S-1-5-2"
#define ANONYMOUS "S-1-5-7"
#define AUTHENTICATED "S-1-5-11"
#define LOCAL_ACCOUNT "S-1-5-113"
#define LOCAL_ADMINISTRATOR "S-1-5-114"
#define ADMINISTRATORS "S-1-5-32-544"
#define RID_ADMINISTRATOR 500

/* --- who ----------------------------------------------------------------- */

static unsigned long look_up(const wchar_t *name, struct sid *sid,
                             SID_NAME_USE *use)
{
    wchar_t domain[NAME_COUNT];
    DWORD domain_count = NAME_COUNT;
    BYTE bytes[SID_LEN_MAX];
    DWORD len = sizeof bytes;
    if (!LookupAccountNameW(NULL, name, bytes, &len, domain, &domain_count,
                            use))
        return GetLastError();
    return sid_read(sid, bytes, sizeof bytes) ? 0 : ERROR_INVALID_DATA;
}

static int fail(const char *text, unsigned long code,
                struct setting_reason *reason)
{
    const char *meant = account_word_near(text);
    setting_reason_set(reason, code, NAMES_HINT, "the account `%s`: %s%s%s%s",
                       text, error_text(code),
                       meant != NULL ? "; did you mean the word `" : "",
                       meant != NULL ? meant : "", meant != NULL ? "`?" : "");
    return -1;
}

static int find_name(const wchar_t *name, const char *text, struct sid *sid,
                     struct setting_reason *reason)
{
    SID_NAME_USE use = SidTypeUnknown;
    unsigned long code =
        name != NULL ? look_up(name, sid, &use) : ERROR_NOT_ENOUGH_MEMORY;
    /* The name of the machine itself gives the SID of all its accounts. */
    if (code == 0 && (use == SidTypeDomain || use == SidTypeComputer))
        code = ERROR_NONE_MAPPED;
    return code == 0 ? 0 : fail(text, code, reason);
}

int account_find(const char *text, struct sid *sid,
                 struct setting_reason *reason)
{
    const char *word = account_word_sid(text);
    if (word != NULL)
        text = word;
    if (sid_parse(sid, text))
        return 0;
    wchar_t *name = utf16_from_utf8(text);
    int status = find_name(name, text, sid, reason);
    free(name);
    return status;
}

static int find_local(const char *text, struct sid *sid,
                      struct setting_reason *reason)
{
    wchar_t full[NAME_COUNT * 2];
    DWORD count = NAME_COUNT;
    wchar_t *name = utf16_from_utf8(text);
    int status = -1;
    if (name == NULL || utf16_len(name) >= NAME_COUNT ||
        !GetComputerNameW(full, &count)) {
        status = find_name(name, text, sid, reason);
    } else {
        lstrcatW(full, L"\\");
        lstrcatW(full, name);
        status = find_name(full, text, sid, reason);
    }
    free(name);
    return status;
}

int account_find_asked(const struct settings *settings, const char *text,
                       struct sid *sid, struct setting_reason *reason)
{
    bool own = settings_same_text(settings->account.name, text);
    if ((own ? find_local : account_find)(text, sid, reason) == 0)
        return 0;
    if (reason->code == ERROR_NONE_MAPPED && settings->account.present && own)
        setting_reason_set(reason, CODE_ACCOUNT_TO_COME,
                           "look at what the setting `account` says",
                           "the account `%s` does not exist yet: the setting "
                           "`account` makes it",
                           text);
    return -1;
}

/* --- what for ------------------------------------------------------------ */

bool account_describe(const struct sid *sid, struct account_who *who)
{
    wchar_t name[NAME_COUNT];
    wchar_t domain[NAME_COUNT];
    wchar_t computer[NAME_COUNT];
    DWORD name_count = NAME_COUNT;
    DWORD domain_count = NAME_COUNT;
    DWORD computer_count = NAME_COUNT;
    SID_NAME_USE use;
    if (!LookupAccountSidW(NULL, (PSID)sid->bytes, name, &name_count, domain,
                           &domain_count, &use))
        return false;
    who->user = use == SidTypeUser;
    who->local = GetComputerNameW(computer, &computer_count) &&
                 lstrcmpiW(domain, computer) == 0;
    who->name[0] = L'\0';
    if (domain[0] != L'\0') {
        lstrcpyW(who->name, domain);
        lstrcatW(who->name, L"\\");
    }
    lstrcatW(who->name, name);
    return true;
}

static void add(struct descriptor_token *token, const char *text)
{
    struct sid sid;
    if (!sid_parse(&sid, text))
        return;
    for (size_t i = 0; i < token->count; i++) {
        if (sid_same(&token->sids[i], &sid))
            return;
    }
    token->sids[token->count++] = sid;
}

static bool holds(const struct descriptor_token *token, const char *text)
{
    struct sid sid;
    for (size_t i = 0; sid_parse(&sid, text) && i < token->count; i++) {
        if (sid_same(&token->sids[i], &sid))
            return true;
    }
    return false;
}

/* The local groups, also through other groups. */
static bool add_groups(struct descriptor_token *token,
                       const struct account_who *who)
{
    LOCALGROUP_USERS_INFO_0 *groups = NULL;
    DWORD count = 0;
    DWORD total = 0;
    struct netapi net;
    if (!netapi_load(&net) ||
        net.groups_of(NULL, who->name, 0, LG_INCLUDE_INDIRECT,
                      (LPBYTE *)&groups, MAX_PREFERRED_LENGTH, &count,
                      &total) != NERR_Success)
        return false;
    for (DWORD i = 0; groups != NULL && i < count && token->count < GROUPS_MAX;
         i++) {
        SID_NAME_USE use;
        struct sid sid;
        if (look_up(groups[i].lgrui0_name, &sid, &use) == 0)
            token->sids[token->count++] = sid;
    }
    if (groups != NULL)
        net.discard(groups);
    return true;
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

static void add_user(struct descriptor_token *token, const struct sid *sid,
                     const struct account_who *who, const char **note)
{
    if (!add_groups(token, who))
        *note = "its group memberships could not be read: only its own "
                "entries and those for everybody were counted";
    if (!who->local)
        return;
    add(token, LOCAL_ACCOUNT);
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

int account_token(const struct sid *sid, struct descriptor_token *token,
                  const char **note)
{
    struct account_who who = {.user = false};
    struct descriptor_token made = {
        .sids = calloc(GROUPS_MAX + 8, sizeof *made.sids)};
    *note = NULL;
    if (made.sids == NULL)
        return -1;
    made.sids[made.count++] = *sid;
    /* A token of nobody is not of everyone, unless a policy says so. */
    if (!holds(&made, ANONYMOUS) && !holds(&made, EVERYONE)) {
        add(&made, EVERYONE);
        add(&made, AUTHENTICATED);
    }
    if (!holds(&made, EVERYONE) || made.count > 1)
        add(&made, NETWORK);
    if (account_describe(sid, &who) && who.user)
        add_user(&made, sid, &who, note);
    *token = made;
    return 0;
}

bool account_is_administrator(const struct sid *sid)
{
    struct descriptor_token token;
    const char *note;
    if (account_token(sid, &token, &note) != 0)
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
