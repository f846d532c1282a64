/* SPDX-License-Identifier: MIT */
#include "judgement/filtered.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"

#define ADMINISTRATORS "S-1-5-32-544"
#define RID_ADMINISTRATOR 500

static void read_policy(const cJSON *facts, const char *name, long *value)
{
    const cJSON *number = json_member(json_member(facts, "policy"), name);
    if (cJSON_IsNumber(number))
        *value = number->valueint;
}

struct token_filter filtered_policies(const cJSON *facts)
{
    struct token_filter filter = TOKEN_FILTER_ABSENT;
    read_policy(facts, "enable_lua", &filter.enable_lua);
    read_policy(facts, "local_account_token_filter_policy", &filter.off);
    read_policy(facts, "filter_administrator_token", &filter.administrator);
    return filter;
}

static bool is_local(const cJSON *account)
{
    return cJSON_IsTrue(json_member(account, "local"));
}

bool filtered_is_built_in(const cJSON *account)
{
    const char *sid = json_text(account, "sid");
    const char *last = sid != NULL ? strrchr(sid, '-') : NULL;
    return last != NULL && is_local(account) &&
           strtoul(last + 1, NULL, 10) == RID_ADMINISTRATOR;
}

static bool is_administrator(const cJSON *account)
{
    const cJSON *group;
    cJSON_ArrayForEach (group, json_member(account, "groups")) {
        if (cJSON_IsString(group) &&
            strcmp(group->valuestring, ADMINISTRATORS) == 0)
            return true;
    }
    return false;
}

bool filtered_account(const struct token_filter *filter, const cJSON *account)
{
    return is_local(account) && is_administrator(account) &&
           token_filter_holds(filter, filtered_is_built_in(account));
}
