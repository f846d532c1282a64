/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/json.h"
#include "base/utf8.h"
#include "base/word.h"
#include "judgement/causes.h"
#include "judgement/rows.h"

#define PRODUCT_MAX 100

void row_home_edition(struct bench *bench)
{
    static const struct bench_reason reason = {
        .name = "home_edition",
        .hint = "use Windows Pro, Enterprise, Education or a server",
    };
    const cJSON *edition = bench_fact(bench, "edition");
    if (cJSON_IsString(edition) &&
        strncmp(edition->valuestring, "Core", 4) == 0)
        bench_block_all(bench, &reason,
                        "this is a Home edition of Windows, which is not "
                        "made to be read from another machine");
}

void row_other_firewall(struct bench *bench)
{
    static const struct bench_reason reason = {
        .code = "0x800706BA",
        .name = "other_firewall",
        .hint = "let TCP 135 and winmgmt's port in there, or give the "
                "filtering back to Windows",
    };
    const cJSON *product =
        cJSON_GetArrayItem(bench_fact(bench, "firewall.products"), 0);
    if (!cJSON_IsString(product))
        return;
    bench_block_all(bench, &reason,
                    "the firewall \"%.*s\" filters instead of Windows' own, "
                    "whose rules have no effect",
                    (int)utf8_cut(product->valuestring, PRODUCT_MAX),
                    product->valuestring);
}

void row_remote_clients(struct bench *bench)
{
    if (bench_policy(bench, "restrict_remote_clients", 0) == 2)
        bench_say(bench, "%s; %s: %s", RPC_POLICY_TEXT, RPC_POLICY_EFFECT,
                  RPC_POLICY_REMEDY);
}

void row_dcom_off(struct bench *bench)
{
    static const struct bench_reason reason = {
        .code = "0x80070005",
        .name = "dcom_off",
        .hint = "ask for \"dcom\": {\"enabled\": true}",
    };
    const cJSON *value = bench_fact(bench, "enable_dcom");
    if (bench->wish->dcom_enabled == FLAG_NOT_ASKED && cJSON_IsString(value) &&
        !word_same(value->valuestring, "Y"))
        bench_block_all(bench, &reason, "DCOM is switched off (EnableDCOM)");
}

void row_dcom_protocols(struct bench *bench)
{
    static const struct bench_reason reason = {
        .code = "0x800706BA",
        .name = "dcom_protocols",
        .hint = "add \"Connection-oriented TCP/IP\" in dcomcnfg, My Computer, "
                "Default Protocols, and restart Windows",
    };
    const cJSON *protocols = bench_fact(bench, "dcom_protocols");
    if (cJSON_IsArray(protocols) && !bench_holds(protocols, "ncacn_ip_tcp"))
        bench_block_all(bench, &reason,
                        "DCOM does not speak TCP here (\"DCOM Protocols\" "
                        "lacks ncacn_ip_tcp)");
}

void row_winmgmt_disabled(struct bench *bench)
{
    static const struct bench_reason reason = {
        .code = "0x80070422",
        .name = "winmgmt_disabled",
        .hint = "ask for \"services\": {\"winmgmt\": \"running\"}",
    };
    if (!bench->wish->winmgmt_runs &&
        bench_fact_is(bench, "winmgmt.start", "disabled"))
        bench_block_all(bench, &reason, "the service winmgmt is disabled");
}

/* The profiles that what is asked for opens; 0: nothing is asked. */
static unsigned asked_profiles(const struct settings *wish)
{
    unsigned profiles = 0;
    if (wish->wmi_group.enabled == FLAG_ON)
        profiles |= wish->wmi_group.profiles;
    for (size_t i = 0; i < wish->rule_count; i++)
        if (bench_is_door(&wish->rules[i]))
            profiles |= wish->rules[i].profiles;
    return profiles;
}

void row_network_profile(struct bench *bench)
{
    unsigned current = bench_profiles(bench);
    unsigned asked = asked_profiles(bench->wish);
    if (asked != 0 && current != 0 && (asked & current) == 0)
        bench_say(bench,
                  "nothing that is asked for opens the network that is in use "
                  "(profile %s): add that profile to the rules, or correct "
                  "the network's profile (Set-NetConnectionProfile)",
                  (current & SETTINGS_PROFILE_PUBLIC) != 0    ? "public"
                  : (current & SETTINGS_PROFILE_PRIVATE) != 0 ? "private"
                                                              : "domain");
}

/* True when the rule is narrower than Windows' own may be. */
static bool is_scoped(const struct rule_wish *rule)
{
    return bench_is_door(rule) && rule->remote_address_count > 0;
}

void row_group_and_rules(struct bench *bench)
{
    const struct settings *wish = bench->wish;
    bool scoped = false;
    for (size_t i = 0; i < wish->rule_count; i++)
        scoped |= is_scoped(&wish->rules[i]);
    if (scoped && wish->wmi_group.enabled == FLAG_ON)
        bench_note(bench, "firewall.wmi_group",
                   "it opens beside the rules DCOM and WMI and knows no "
                   "remote_addresses: theirs limit nothing as long as the "
                   "group is enabled");
}

/* Ports of a process that others share say nothing of WMI. */
void row_fixed_port(struct bench *bench)
{
    static const struct bench_reason reason = {
        .code = "0x800706BA",
        .name = "listens_elsewhere",
        .hint = "restart winmgmt, or Windows, and check again; use the rule "
                "`WMI` without a port until then",
    };
    const struct fixed_port_wish *wish = &bench->wish->fixed_port;
    const cJSON *ports = bench_fact(bench, "winmgmt.ports");
    const cJSON *port;
    if (wish->enabled != FLAG_ON || cJSON_GetArraySize(ports) == 0 ||
        !cJSON_IsTrue(bench_fact(bench, "winmgmt.own_process")))
        return;
    cJSON_ArrayForEach (port, ports) {
        if (cJSON_IsNumber(port) && port->valueint == wish->port)
            return;
    }
    bench_block_setting(bench, "fixed_port", &reason,
                        "winmgmt listens on TCP %d, not on %d",
                        cJSON_GetArrayItem(ports, 0)->valueint, wish->port);
}
