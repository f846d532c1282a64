/* SPDX-License-Identifier: MIT */
/* The accounts that the request names, and what they are part of. */
#include <windows.h>
#include <lm.h>

#include "payload/facts/facts.h"

#include <stdlib.h>

#include "base/json.h"
#include "base/word.h"
#include "payload/account/account.h"
#include "payload/account/token.h"
#include "payload/account/netapi.h"
#include "payload/win32/utf16.h"

#define ACCOUNTS_MAX 64

static cJSON *sid_item(const struct sid *sid)
{
    char text[SID_TEXT_MAX];
    sid_print(sid, text);
    return cJSON_CreateString(text);
}

static void add_flags(cJSON *item, const wchar_t *name)
{
    USER_INFO_1 *info = NULL;
    struct netapi net;
    const wchar_t *bare = wcsrchr(name, L'\\');
    if (!netapi_load(&net) || net.user(NULL, bare != NULL ? bare + 1 : name, 1,
                                       (LPBYTE *)&info) != NERR_Success)
        return;
    cJSON_AddBoolToObject(item, "enabled",
                          (info->usri1_flags & UF_ACCOUNTDISABLE) == 0);
    cJSON_AddBoolToObject(item, "password_required",
                          (info->usri1_flags & UF_PASSWD_NOTREQD) == 0);
    net.discard(info);
}

static void add_groups(struct account_memory *memory, cJSON *item,
                       const struct sid *sid)
{
    struct descriptor_token token;
    const char *note;
    if (account_token(memory, sid, &token, &note) != 0)
        return;
    cJSON *groups = cJSON_AddArrayToObject(item, "groups");
    for (size_t i = 0; i < token.count; i++) {
        if (!sid_same(&token.sids[i], sid))
            cJSON_AddItemToArray(groups, sid_item(&token.sids[i]));
    }
    account_token_release(&token);
}

static cJSON *describe(struct account_memory *memory, const char *account,
                       const struct sid *sid)
{
    struct account_who who = {.user = false};
    cJSON *item = cJSON_CreateObject();
    cJSON_AddStringToObject(item, "account", account);
    facts_put(item, "sid", sid_item(sid));
    if (account_describe(memory, sid, &who)) {
        facts_put_text(item, "name", utf16_text_to_utf8(who.name));
        cJSON_AddBoolToObject(item, "user", who.user);
        cJSON_AddBoolToObject(item, "local", who.local);
    }
    if (who.user)
        add_groups(memory, item, sid);
    if (who.user && who.local)
        add_flags(item, who.name);
    return item;
}

/* Accounts that nobody has are left out: their settings say so. */
static void add(cJSON *list, const struct settings *settings,
                const char *account)
{
    struct setting_reason reason = {0};
    struct sid sid;
    const cJSON *each;
    cJSON_ArrayForEach (each, list) {
        if (word_same(json_text(each, "account"), account))
            return;
    }
    if (cJSON_GetArraySize(list) < ACCOUNTS_MAX &&
        account_find_asked(settings, account, &sid, &reason) == 0)
        cJSON_AddItemToArray(list, describe(settings->memory, account, &sid));
}

void facts_accounts(cJSON *facts, const struct settings *settings)
{
    cJSON *list = cJSON_CreateArray();
    if (settings->account.name != NULL)
        add(list, settings, settings->account.name);
    for (size_t i = 0; i < settings->permission_count; i++)
        add(list, settings, settings->permissions[i].account);
    for (size_t i = 0; i < settings->control_count; i++)
        add(list, settings, settings->controls[i].account);
    for (size_t i = 0; i < settings->group_count; i++)
        for (size_t j = 0; j < settings->groups[i].member_count; j++)
            add(list, settings, settings->groups[i].members[j]);
    for (size_t i = 0; i < settings->namespace_count; i++)
        for (size_t j = 0; j < settings->namespaces[i].grant_count; j++)
            add(list, settings, settings->namespaces[i].grants[j].account);
    if (cJSON_GetArraySize(list) == 0) {
        cJSON_Delete(list);
        return;
    }
    facts_put(facts, "accounts", list);
}
