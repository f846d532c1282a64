/* SPDX-License-Identifier: MIT */
#include "base/json.h"
#include "base/word.h"
#include "judgement/rows.h"

#define CALLBACK_ID "cimom.allow_anonymous_callback"
#define UNSECAPP_ID "cimom.unsecapp_access_control_default"

/* A value that is still to be written the target refuses by itself. */
void row_callback_in_domain(struct bench *bench)
{
    if (bench->wish->anonymous_callback == DWORD_ONE &&
        bench->wish->callback_in_domain != FLAG_ON && bench_in_domain(bench) &&
        bench_policy(bench, "allow_anonymous_callback", 0) == 1)
        bench_say(bench, CALLBACK_ID " is 1 on a member of a domain, where "
                                     "callbacks are authenticated without "
                                     "it: Microsoft says to leave it alone "
                                     "there");
}

void row_callback_in_workgroup(struct bench *bench)
{
    if (bench_is_asynchronous(bench) && bench_callback(bench) != 1 &&
        bench_fact(bench, "joined.kind") != NULL && !bench_in_domain(bench))
        bench_say(bench, "asynchronous queries will fail: in a workgroup "
                         "WMI's callbacks are anonymous, and "
                         "AllowAnonymousCallback is not 1; ask for "
                         "\"cimom\": {\"allow_anonymous_callback\": 1}, or "
                         "use semi-synchronous queries");
}

/* Between machines without a domain there is nobody whom it could let in. */
void row_checked_callbacks(struct bench *bench)
{
    if (bench->wish->unsecapp_access == DWORD_ONE &&
        bench_fact(bench, "joined.kind") != NULL && !bench_in_domain(bench))
        bench_note(bench, UNSECAPP_ID,
                   "in a workgroup WMI's callbacks are anonymous, and "
                   "unsecapp.exe then refuses them: asynchronous queries from "
                   "here bring nothing; leave `check_callbacks` out");
}

static bool outbound_is_blocked(const struct bench *bench)
{
    const cJSON *current = bench_fact(bench, "firewall.current_profiles");
    const cJSON *item;
    cJSON_ArrayForEach (item, current) {
        const cJSON *profile =
            cJSON_IsString(item)
                ? json_member(bench_fact(bench, "firewall.profiles"),
                              item->valuestring)
                : NULL;
        const char *word = json_text(profile, "default_outbound");
        if (word_same(word, "block") &&
            cJSON_IsTrue(json_member(profile, "enabled")))
            return true;
    }
    return false;
}

static bool asks_for_outbound(const struct settings *wish)
{
    bool asked = wish->wmi_group.enabled == FLAG_ON;
    for (size_t i = 0; i < wish->rule_count; i++)
        asked |= wish->rules[i].present && wish->rules[i].direction == RULE_OUT;
    return asked;
}

/* Callbacks are calls that the target makes. */
void row_outbound(struct bench *bench)
{
    static const struct bench_reason reason = {
        .code = "0x800706BA",
        .name = "outbound_blocked",
        .hint = "ask for the rule `WMI_OUT`",
    };
    if ((bench_is_asynchronous(bench) ||
         bench->wish->anonymous_callback == DWORD_ONE) &&
        outbound_is_blocked(bench) && !asks_for_outbound(bench->wish))
        bench_block_setting(bench, CALLBACK_ID, &reason,
                            "the firewall blocks outbound traffic, and no "
                            "rule lets WMI's callbacks out");
}

/* Speaks where the inventory says what the machine is for. */
void row_unsecapp(struct bench *bench)
{
    const struct settings *wish = bench->wish;
    if (bench->host->access == NULL || bench->host->collector != NULL)
        return;
    for (size_t i = 0; i < wish->rule_count; i++)
        if (wish->rules[i].present &&
            word_same(wish->rules[i].name, "UnsecApp"))
            bench_note(bench, "firewall.rules[UnsecApp]",
                       "not needed: it lets callbacks in to the machine that "
                       "asks, and this one only answers (it has no "
                       "wmi.collector)");
}
