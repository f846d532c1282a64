/* SPDX-License-Identifier: MIT */
#include "judgement/cause_judges.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "judgement/admitted.h"
#include "judgement/filtered.h"

#define SID_ADMINISTRATORS "S-1-5-32-544"
#define SID_DCOM_USERS "S-1-5-32-562"

static enum cause_verdict __attribute__((format(printf, 2, 3)))
likely(char *why, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(why, CAUSE_WHY_SIZE, format, arguments);
    va_end(arguments);
    return CAUSE_LIKELY;
}

static enum cause_verdict excluded(char *why, const char *text)
{
    snprintf(why, CAUSE_WHY_SIZE, "%s", text);
    return CAUSE_EXCLUDED;
}

/* Where a member has one bad value: likely then, else excluded. */
static enum cause_verdict number_is(const struct evidence *evidence,
                                    const char *path, double bad,
                                    const char *name, char *why)
{
    double is;
    if (!evidence_number(evidence, path, &is))
        return CAUSE_UNKNOWN;
    if (is == bad)
        return likely(why, "%s is %g there", name, is);
    snprintf(why, CAUSE_WHY_SIZE, "%s is %g there", name, is);
    return CAUSE_EXCLUDED;
}

/* --- the firewall --------------------------------------------------------- */

static const char *networks(const struct admitted *admitted)
{
    return admitted->profiles[0] != '\0' ? admitted->profiles : "its networks";
}

/* LIKELY: the machine is on no network with that address. */
static enum cause_verdict is_elsewhere(const struct evidence *evidence,
                                       const struct address_set *peer)
{
    const cJSON *subnet;
    struct address_set here;
    int failed = 0;
    address_set_init(&here);
    cJSON_ArrayForEach (subnet, evidence_at(evidence, "subnets")) {
        if (cJSON_IsString(subnet))
            failed |= address_set_add(&here, subnet->valuestring);
    }
    enum cause_verdict verdict = CAUSE_UNKNOWN;
    if (failed == 0 && (here.any || here.range_count > 0))
        verdict =
            address_set_covers(&here, peer) ? CAUSE_EXCLUDED : CAUSE_LIKELY;
    address_set_release(&here);
    return verdict;
}

/* Rules with words: whom they stand for the machine knows. */
static enum cause_verdict judge_words(const struct admitted *admitted,
                                      const struct evidence *evidence,
                                      const struct address_set *peer,
                                      const char *what, char *why)
{
    const struct address_set *whom = &admitted->whom;
    if (!address_set_has_word(whom, "localsubnet"))
        return CAUSE_UNKNOWN;
    enum cause_verdict elsewhere = is_elsewhere(evidence, peer);
    if (elsewhere == CAUSE_EXCLUDED)
        return excluded(why, "the rules there admit LocalSubnet, and this "
                             "comes from there");
    if (elsewhere == CAUSE_UNKNOWN || whom->word_count > 1)
        return CAUSE_UNKNOWN;
    return likely(why,
                  "the rules for %s there (%s) admit LocalSubnet%s only, and "
                  "this comes from %s",
                  what, networks(admitted),
                  whom->range_count > 0 ? " and other addresses" : "",
                  evidence->from);
}

static enum cause_verdict judge_whom(const struct admitted *admitted,
                                     const struct evidence *evidence,
                                     const char *what, char *why)
{
    const struct address_set *whom = &admitted->whom;
    struct address_range range;
    const struct address_set peer = {.ranges = &range, .range_count = 1};
    if (whom->any)
        return excluded(why, "the rules there admit every address");
    if (whom->range_count + whom->word_count == 0)
        return likely(why, "no enabled rule there admits %s (%s)", what,
                      networks(admitted));
    if (evidence->from == NULL || !address_range_parse(evidence->from, &range))
        return CAUSE_UNKNOWN;
    if (address_set_covers(whom, &peer))
        return excluded(why, "the rules there admit this address");
    if (whom->word_count > 0)
        return judge_words(admitted, evidence, &peer, what, why);
    return likely(why,
                  "the rules for %s there (%s) admit other addresses only, and "
                  "this comes from %s",
                  what, networks(admitted), evidence->from);
}

static enum cause_verdict judge_admitted(const struct evidence *evidence,
                                         const char *service, const char *what,
                                         char *why)
{
    struct admitted admitted;
    enum cause_verdict verdict = CAUSE_UNKNOWN;
    if (admitted_read(&admitted, evidence, service) == 0 && admitted.known)
        verdict = judge_whom(&admitted, evidence, what, why);
    admitted_release(&admitted);
    return verdict;
}

CAUSE_JUDGE(judge_port_135)
{
    return judge_admitted(evidence, "rpcss", "TCP 135", why);
}

CAUSE_JUDGE(judge_wmi_port)
{
    return judge_admitted(evidence, "winmgmt", "the WMI service", why);
}

CAUSE_JUDGE(judge_firewall_policy)
{
    const cJSON *profile;
    const cJSON *used = evidence_at(evidence, "firewall.current_profiles");
    if (used == NULL)
        return CAUSE_UNKNOWN;
    cJSON_ArrayForEach (profile, used) {
        char path[96];
        const char *name = cJSON_GetStringValue(profile);
        if (name == NULL)
            continue;
        snprintf(path, sizeof path, "firewall.profiles.%.16s.block_all_inbound",
                 name);
        if (cJSON_IsTrue(evidence_at(evidence, path)))
            return likely(why, "the profile %s blocks all that comes in", name);
        snprintf(path, sizeof path, "firewall.profiles.%.16s.local_rules",
                 name);
        if (cJSON_IsFalse(evidence_at(evidence, path)))
            return likely(why, "a policy ignores local rules in the profile %s",
                          name);
    }
    return excluded(why, "the profiles in use there obey their rules");
}

CAUSE_JUDGE(judge_rpc_policy)
{
    enum cause_verdict verdict = number_is(
        evidence, "policy.restrict_remote_clients", 2, "the policy", why);
    if (verdict == CAUSE_UNKNOWN && evidence_at(evidence, "policy") != NULL)
        return excluded(why, "the policy is not set there");
    return verdict;
}

/* --- services ------------------------------------------------------------- */

CAUSE_JUDGE(judge_winmgmt)
{
    const char *state = evidence_text(evidence, "winmgmt.state");
    const char *start = evidence_text(evidence, "winmgmt.start");
    if (state == NULL)
        return CAUSE_UNKNOWN;
    if (strcmp(state, "running") == 0)
        return excluded(why, "it runs there");
    return likely(why, "it is %.40s there, start %.40s", state,
                  start != NULL ? start : "not known");
}

CAUSE_JUDGE(judge_dcom_off)
{
    const char *enabled = evidence_text(evidence, "enable_dcom");
    if (enabled == NULL)
        return CAUSE_UNKNOWN;
    if (strcmp(enabled, "Y") == 0 || strcmp(enabled, "y") == 0)
        return excluded(why, "EnableDCOM is Y there");
    return likely(why, "EnableDCOM is %.20s there", enabled);
}

/* Since build 17763's update of March 2023 nobody can lower it (KB5004442). */
CAUSE_JUDGE(judge_hardening)
{
    double raised;
    if (evidence_number(evidence, "dcom_hardening.require_integrity",
                        &raised) &&
        raised == 0)
        return excluded(why, "it is switched off there, as old systems allow");
    return CAUSE_UNKNOWN;
}

/* --- the account ---------------------------------------------------------- */

static bool in_group(const cJSON *account, const char *sid)
{
    const cJSON *group;
    cJSON_ArrayForEach (group,
                        cJSON_GetObjectItemCaseSensitive(account, "groups")) {
        if (cJSON_IsString(group) && strcmp(group->valuestring, sid) == 0)
            return true;
    }
    return false;
}

static const char *name_of(const cJSON *account)
{
    const char *name = cJSON_GetStringValue(
        cJSON_GetObjectItemCaseSensitive(account, "account"));
    return name != NULL ? name : "an account";
}

CAUSE_JUDGE(judge_token_filter)
{
    const cJSON *account;
    const cJSON *accounts = evidence_at(evidence, "accounts");
    const struct token_filter filter = filtered_policies(evidence->facts);
    if (filter.off == 1)
        return excluded(why, "the filter is off there");
    if (filter.enable_lua == 0)
        return excluded(why, "UAC is off there");
    cJSON_ArrayForEach (account, accounts) {
        if (filtered_account(&filter, account))
            return likely(why,
                          "%.60s is an administrator there, and the "
                          "filter is on",
                          name_of(account));
    }
    if (cJSON_GetArraySize(accounts) > 0)
        return excluded(why, "no account of the inventory is an administrator "
                             "whom it filters there");
    return CAUSE_UNKNOWN;
}

CAUSE_JUDGE(judge_dcom_rights)
{
    const cJSON *account;
    if (evidence_state(evidence, "dcom.permissions", "drift") ||
        evidence_state(evidence, "dcom.permissions", "blocked"))
        return likely(why, "dcom.permissions is not as asked there");
    if (evidence_state(evidence, "dcom.permissions", "ok") ||
        evidence_state(evidence, "dcom.permissions", "changed"))
        return excluded(why, "dcom.permissions is as asked there");
    cJSON_ArrayForEach (account, evidence_at(evidence, "accounts")) {
        if (!in_group(account, SID_DCOM_USERS) &&
            !in_group(account, SID_ADMINISTRATORS))
            return likely(why,
                          "%.60s is no member of Distributed COM Users there",
                          name_of(account));
    }
    return CAUSE_UNKNOWN;
}

CAUSE_JUDGE(judge_logon_right)
{
    const cJSON *account;
    const cJSON *denied = evidence_at(evidence, "logon_rights.deny_network");
    if (denied == NULL)
        return CAUSE_UNKNOWN;
    if (evidence_has(evidence, "logon_rights.deny_network", "S-1-5-113"))
        return likely(why, "every local account is denied there");
    cJSON_ArrayForEach (account, evidence_at(evidence, "accounts")) {
        const cJSON *sid;
        const char *own = cJSON_GetStringValue(
            cJSON_GetObjectItemCaseSensitive(account, "sid"));
        cJSON_ArrayForEach (sid, denied) {
            const char *is = cJSON_GetStringValue(sid);
            if (is != NULL && ((own != NULL && strcmp(is, own) == 0) ||
                               in_group(account, is)))
                return likely(why, "%.60s is denied there", name_of(account));
        }
    }
    return excluded(why, "nobody of the inventory is denied there");
}

CAUSE_JUDGE(judge_guest)
{
    return number_is(evidence, "policy.forceguest", 1, "forceguest", why);
}

CAUSE_JUDGE(judge_ntlm)
{
    return number_is(evidence, "policy.restrict_receiving_ntlm", 2,
                     "RestrictReceivingNTLMTraffic", why);
}

CAUSE_JUDGE(judge_blank_password)
{
    return number_is(evidence, "policy.limit_blank_password_use", 1,
                     "LimitBlankPasswordUse", why);
}

/* --- WMI ------------------------------------------------------------------ */

CAUSE_JUDGE(judge_namespace_rights)
{
    if (evidence_state(evidence, "namespaces", "drift") ||
        evidence_state(evidence, "namespaces", "failed"))
        return likely(why, "namespaces is not as asked there");
    if (evidence_state(evidence, "namespaces", "ok") ||
        evidence_state(evidence, "namespaces", "changed"))
        return excluded(why, "the grants of the inventory stand there");
    return CAUSE_UNKNOWN;
}

CAUSE_JUDGE(judge_encryption)
{
    const cJSON *entry;
    const cJSON *list = evidence_at(evidence, "namespaces");
    cJSON_ArrayForEach (entry, list) {
        const char *path = cJSON_GetStringValue(
            cJSON_GetObjectItemCaseSensitive(entry, "path"));
        if (path != NULL && cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(
                                entry, "requires_encryption")))
            return likely(why, "%.100s requires it there", path);
    }
    if (cJSON_GetArraySize(list) > 0)
        return excluded(why, "the namespaces of the inventory do not require "
                             "it");
    return CAUSE_UNKNOWN;
}

CAUSE_JUDGE(judge_callback)
{
    double allowed = 0;
    const char *joined = evidence_text(evidence, "joined.kind");
    if (joined == NULL || strcmp(joined, "domain") == 0)
        return CAUSE_UNKNOWN;
    if (evidence_number(evidence, "policy.allow_anonymous_callback",
                        &allowed) &&
        allowed == 1)
        return excluded(why, "anonymous callbacks are allowed there");
    if (evidence_at(evidence, "policy") == NULL)
        return CAUSE_UNKNOWN;
    return likely(why, "anonymous callbacks are not allowed there");
}
