/* SPDX-License-Identifier: MIT */
/*
 * Readers are the users among the accounts of the facts whom the inventory
 * gives something: a right to a namespace or to DCOM, a group, `account`
 * itself, or a place in wmi.access.readers.
 */
#include <string.h>

#include "base/json.h"
#include "base/word.h"
#include "judgement/filtered.h"
#include "judgement/rows.h"
#include "payload/settings/account_words.h"

#define ADMINISTRATORS "S-1-5-32-544"
#define LOCAL_ADMINISTRATOR "S-1-5-114"
#define DCOM_USERS "S-1-5-32-562"
#define FILTER_ID "uac.local_account_token_filter_policy"

struct reader {
    const cJSON *facts;
    const char *account; /* as the inventory writes it */
    bool local;
};

static bool is_asked(const struct bench *bench, const char *account)
{
    const struct settings *wish = bench->wish;
    bool asked =
        bench_holds(json_member(bench->host->access, "readers"), account) ||
        (wish->account.present && word_same(wish->account.name, account));
    for (size_t i = 0; i < wish->permission_count; i++)
        asked |= wish->permissions[i].present &&
                 word_same(wish->permissions[i].account, account);
    for (size_t i = 0; i < wish->group_count; i++)
        for (size_t j = 0; j < wish->groups[i].member_count; j++)
            asked |= wish->groups[i].present &&
                     word_same(wish->groups[i].members[j], account);
    for (size_t i = 0; i < wish->namespace_count; i++)
        for (size_t j = 0; j < wish->namespaces[i].grant_count; j++)
            asked |= wish->namespaces[i].grants[j].present &&
                     word_same(wish->namespaces[i].grants[j].account, account);
    return asked;
}

static bool is_in(const struct reader *reader, const char *group)
{
    return bench_holds(json_member(reader->facts, "groups"), group);
}

/* False for what is no reader. */
static bool reader_of(const struct bench *bench, const cJSON *facts,
                      struct reader *reader)
{
    *reader = (struct reader){
        .facts = facts,
        .account = json_text(facts, "account"),
        .local = cJSON_IsTrue(json_member(facts, "local")),
    };
    return json_text(facts, "sid") != NULL && reader->account != NULL &&
           cJSON_IsTrue(json_member(facts, "user")) &&
           cJSON_IsArray(json_member(facts, "groups")) &&
           is_asked(bench, reader->account);
}

typedef void reader_fn(struct bench *bench, const struct reader *reader);

static void for_each(struct bench *bench, reader_fn *judge)
{
    const cJSON *facts;
    struct reader reader;
    cJSON_ArrayForEach (facts, bench_fact(bench, "accounts")) {
        if (reader_of(bench, facts, &reader))
            judge(bench, &reader);
    }
}

/* --- logons --------------------------------------------------------------- */

static void forceguest(struct bench *bench, const struct reader *reader)
{
    static const struct bench_reason reason = {
        .code = "0x80070005",
        .name = "forceguest",
        .hint = "set \"Network access: Sharing and security model for local "
                "accounts\" to Classic",
    };
    if (reader->local)
        bench_block_account(bench, reader->account, &reason,
                            "the account `%s` becomes Guest when it comes "
                            "from the network (forceguest = 1)",
                            reader->account);
}

void row_forceguest(struct bench *bench)
{
    if (bench_policy(bench, "forceguest", 0) == 1)
        for_each(bench, forceguest);
}

/* The setting `account` says it of its own. */
static void disabled_account(struct bench *bench, const struct reader *reader)
{
    static const struct bench_reason reason = {
        .code = "0x80070533",
        .name = "ERROR_ACCOUNT_DISABLED",
        .hint = "enable it, or name it in the setting `account`",
    };
    if (cJSON_IsFalse(json_member(reader->facts, "enabled")) &&
        !(bench->wish->account.present &&
          word_same(bench->wish->account.name, reader->account)))
        bench_block_account(bench, reader->account, &reason,
                            "the account `%s` is disabled", reader->account);
}

void row_disabled_account(struct bench *bench)
{
    for_each(bench, disabled_account);
}

/* The first SID of the list that the reader's token has, or NULL. */
static const char *first_in_token(const cJSON *list,
                                  const struct reader *reader)
{
    const cJSON *item;
    cJSON_ArrayForEach (item, list) {
        if (cJSON_IsString(item) &&
            (is_in(reader, item->valuestring) ||
             word_same(json_text(reader->facts, "sid"), item->valuestring)))
            return item->valuestring;
    }
    return NULL;
}

#define CODE_LOGON_TYPE "0x80070569" /* ERROR_LOGON_TYPE_NOT_GRANTED */

static void denied_logon(struct bench *bench, const struct reader *reader)
{
    static const struct bench_reason reason = {
        .code = CODE_LOGON_TYPE,
        .name = "SeDenyNetworkLogonRight",
        .hint = "take that entry out of \"Deny access to this computer from "
                "the network\", or read with an account that it does not "
                "name",
    };
    const char *sid =
        first_in_token(bench_fact(bench, "logon_rights.deny_network"), reader);
    if (sid == NULL)
        return;
    bench_block_account(
        bench, reader->account, &reason,
        "the account `%s` may not log on from the network: policy denies it "
        "to %.60s%s",
        reader->account, sid,
        strcmp(sid, "S-1-5-113") == 0           ? " (local accounts)"
        : strcmp(sid, LOCAL_ADMINISTRATOR) == 0 ? " (local administrators)"
                                                : "");
}

void row_denied_logon(struct bench *bench)
{
    for_each(bench, denied_logon);
}

static void missing_logon_right(struct bench *bench,
                                const struct reader *reader)
{
    static const struct bench_reason reason = {
        .code = CODE_LOGON_TYPE,
        .name = "SeNetworkLogonRight",
        .hint = "add it or one of its groups to \"Access this computer from "
                "the network\"",
    };
    const cJSON *allowed = bench_fact(bench, "logon_rights.allow_network");
    if (cJSON_IsArray(allowed) && first_in_token(allowed, reader) == NULL)
        bench_block_account(bench, reader->account, &reason,
                            "the account `%s` may not log on from the "
                            "network: policy allows it to others only",
                            reader->account);
}

void row_missing_logon_right(struct bench *bench)
{
    for_each(bench, missing_logon_right);
}

static void ntlm(struct bench *bench, const struct reader *reader)
{
    static const struct bench_reason reason = {
        .code = "0x80070005",
        .name = "restrict_receiving_ntlm",
        .hint = "set \"Restrict NTLM: Incoming NTLM traffic\" to Allow all or "
                "Deny all domain accounts, or read with a domain account",
    };
    if (reader->local)
        bench_block_account(bench, reader->account, &reason,
                            "the account `%s` is of this machine and can "
                            "only use NTLM, which policy refuses "
                            "(RestrictReceivingNTLMTraffic = 2)",
                            reader->account);
}

void row_ntlm(struct bench *bench)
{
    if (bench_policy(bench, "restrict_receiving_ntlm", 0) == 2)
        for_each(bench, ntlm);
}

static void blank_password(struct bench *bench, const struct reader *reader)
{
    if (reader->local &&
        cJSON_IsFalse(json_member(reader->facts, "password_required")))
        bench_say(bench,
                  "the account `%s` may have a blank password, with which "
                  "nobody logs on from the network (LimitBlankPasswordUse): "
                  "give it one",
                  reader->account);
}

void row_blank_password(struct bench *bench)
{
    if (bench_policy(bench, "limit_blank_password_use", 1) != 0)
        for_each(bench, blank_password);
}

/* --- User Account Control ------------------------------------------------- */

/* After an apply of what is asked. */
static bool is_filtered(const struct bench *bench, const struct reader *reader)
{
    struct token_filter filter = filtered_policies(bench->host->facts);
    filter.off = bench_filter_off(bench);
    return filtered_account(&filter, reader->facts);
}

/* Without the policy that turns it off. */
static bool would_be_filtered(const struct bench *bench,
                              const struct reader *reader)
{
    struct token_filter filter = filtered_policies(bench->host->facts);
    filter.off = 0;
    return filtered_account(&filter, reader->facts);
}

/* Groups that the filter leaves in the token. */
static bool counts_through(const struct bench *bench,
                           const struct reader *reader, const char *account)
{
    const cJSON *facts;
    if (word_same(account, reader->account))
        return true;
    cJSON_ArrayForEach (facts, bench_fact(bench, "accounts")) {
        const char *sid = json_text(facts, "sid");
        if (sid != NULL && strcmp(sid, ADMINISTRATORS) != 0 &&
            strcmp(sid, LOCAL_ADMINISTRATOR) != 0 &&
            word_same(json_text(facts, "account"), account) &&
            is_in(reader, sid))
            return true;
    }
    return false;
}

static bool has_namespace(const struct bench *bench,
                          const struct reader *reader)
{
    const struct settings *wish = bench->wish;
    for (size_t i = 0; i < wish->namespace_count; i++) {
        for (size_t j = 0; j < wish->namespaces[i].grant_count; j++) {
            const struct grant_wish *grant = &wish->namespaces[i].grants[j];
            if (grant->present && (grant->rights & SETTINGS_WBEM_REMOTE) != 0 &&
                counts_through(bench, reader, grant->account))
                return true;
        }
    }
    return false;
}

static bool is_dcom_users(const char *group)
{
    const char *sid = account_word_sid(group);
    return word_same(sid != NULL ? sid : group, DCOM_USERS);
}

static bool has_dcom(const struct bench *bench, const struct reader *reader)
{
    const struct settings *wish = bench->wish;
    bool has = is_in(reader, DCOM_USERS);
    for (size_t i = 0; i < wish->group_count; i++)
        for (size_t j = 0; j < wish->groups[i].member_count; j++)
            has |= wish->groups[i].present &&
                   is_dcom_users(wish->groups[i].group) &&
                   word_same(wish->groups[i].members[j], reader->account);
    for (size_t i = 0; i < wish->permission_count; i++)
        has |=
            wish->permissions[i].present &&
            (wish->permissions[i].launch & SETTINGS_COM_ACTIVATE_REMOTE) != 0 &&
            counts_through(bench, reader, wish->permissions[i].account);
    return has;
}

static void filtered_administrator(struct bench *bench,
                                   const struct reader *reader)
{
    static const struct bench_reason reason = {
        .code = "0x80070005",
        .name = "filtered_token",
        .hint = "grant it DCOM (the group distributed_com_users) and the "
                "namespaces by its own name, or read with an account that is "
                "no administrator",
    };
    bool dcom = has_dcom(bench, reader);
    bool space = has_namespace(bench, reader);
    if (!is_filtered(bench, reader) || (dcom && space))
        return;
    bench_block_account(
        bench, reader->account, &reason,
        "the account `%s` is a local administrator whose token UAC filters "
        "over the network (%s), and it has no right of its own to %s",
        reader->account,
        filtered_is_built_in(reader->facts)
            ? "FilterAdministratorToken = 1"
            : "LocalAccountTokenFilterPolicy is not 1",
        dcom    ? "a namespace"
        : space ? "DCOM"
                : "DCOM and a namespace");
}

void row_filtered_administrator(struct bench *bench)
{
    for_each(bench, filtered_administrator);
}

void row_filter_policy(struct bench *bench)
{
    const cJSON *facts;
    struct reader reader;
    size_t readers = 0;
    bool needed = false;
    if (bench->wish->token_filter_policy != DWORD_ONE)
        return;
    if (bench_policy(bench, "enable_lua", 1) == 0) {
        bench_note(bench, FILTER_ID,
                   "not needed: UAC is off (EnableLUA = 0) and filters no "
                   "token");
        return;
    }
    cJSON_ArrayForEach (facts, bench_fact(bench, "accounts")) {
        if (!reader_of(bench, facts, &reader))
            continue;
        readers++;
        needed |= would_be_filtered(bench, &reader);
    }
    if (readers > 0 && !needed)
        bench_note(bench, FILTER_ID,
                   "not needed: no account that is to read is a local "
                   "administrator whose token UAC filters; leave it "
                   "out, it weakens every administrator");
}
