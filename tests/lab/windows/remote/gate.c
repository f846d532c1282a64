/* SPDX-License-Identifier: MIT */
#include "gate.h"

#include "../firewall/meaning.h"
#include "../firewall/settings.h"
#include "../firewall/store.h"
#include "../firewall/text.h"
#include "place.h"

#include <icftypes.h>
#include <stdlib.h>
#include <wchar.h>

#define SVCHOST L"%SystemRoot%\\system32\\svchost.exe"

enum { PORT_MAPPER = 135, TOKEN_LEN = 128 };

enum verdict { VERDICT_NONE, VERDICT_ALLOW, VERDICT_BLOCK };

/* A rule with one of these asks for more than addresses and ports tell. */
static const WCHAR *const FURTHER[] = {
    L"IF",     L"Security", L"Security2", L"Security2_9", L"RMauth",
    L"RUAuth", L"LUAuth",   L"LUOwn",     L"AppPkgId",    L"Platform",
};

static bool asks_further(const struct fw_rule *rule)
{
    for (size_t i = 0; i < ARRAYSIZE(FURTHER); i++)
        if (rule_get(rule, FURTHER[i]))
            return true;
    return false;
}

static DWORD mask_of(unsigned long prefix)
{
    return prefix == 0 ? 0 : 0xffffffffu << (32 - prefix);
}

/* An address behind a slash is a mask, a number a length. */
static bool in_subnet(WCHAR *token, WCHAR *slash, DWORD address)
{
    DWORD base, mask;

    *slash = 0;
    if (!place_parse(token, &base))
        return false;
    if (!place_parse(slash + 1, &mask))
        mask = mask_of(wcstoul(slash + 1, NULL, 10));
    return (base & mask) == (address & mask);
}

static bool token_has(const WCHAR *text, const struct packet *packet,
                      DWORD address)
{
    WCHAR token[TOKEN_LEN];
    DWORD low, high;
    WCHAR *mark;

    if (wide_same(text, L"LocalSubnet")) {
        DWORD mask = mask_of(place_prefix_length());

        return (packet->own & mask) == (address & mask);
    }
    if (wcslen(text) >= TOKEN_LEN)
        return false;
    wcscpy(token, text);
    mark = wcschr(token, L'/');
    if (mark)
        return in_subnet(token, mark, address);
    mark = wcschr(token, L'-');
    if (!mark)
        return place_parse(token, &low) && low == address;
    *mark = 0;
    return place_parse(token, &low) && place_parse(mark + 1, &high) &&
           low <= address && address <= high;
}

/* Addresses of the other family alone admit none of ours. */
static bool address_matches(const struct fw_rule *rule, const WCHAR *key4,
                            const WCHAR *key6, const struct packet *packet,
                            DWORD address)
{
    const WCHAR *value;
    size_t at = 0;

    if (!rule_get(rule, key4) && !rule_get(rule, key6))
        return true;
    while ((value = rule_next(rule, key4, &at)) != NULL)
        if (token_has(value, packet, address))
            return true;
    return false;
}

static bool word_is_port(const WCHAR *value, const struct packet *packet)
{
    WCHAR *end;
    unsigned long number;

    if (wide_same(value, L"RPC"))
        return packet->is_dynamic_rpc;
    if (wide_same(value, L"RPC-EPMap"))
        return packet->own_port == PORT_MAPPER;
    number = wcstoul(value, &end, 10);
    return end != value && *end == 0 && number == packet->own_port;
}

static bool range_has_port(const WCHAR *value, unsigned port)
{
    WCHAR *end;
    unsigned long low = wcstoul(value, &end, 10);

    return *end == L'-' && low <= port && port <= wcstoul(end + 1, NULL, 10);
}

static bool port_matches(const struct fw_rule *rule,
                         const struct packet *packet)
{
    const WCHAR *value;
    bool limited = false;
    size_t at = 0;

    while ((value = rule_next(rule, L"LPort", &at)) != NULL) {
        limited = true;
        if (word_is_port(value, packet))
            return true;
    }
    at = 0;
    while ((value = rule_next(rule, L"LPort2_10", &at)) != NULL) {
        limited = true;
        if (range_has_port(value, packet->own_port))
            return true;
    }
    return !limited;
}

static bool same_program(const WCHAR *rule, const WCHAR *program)
{
    WCHAR wanted[MAX_PATH], found[MAX_PATH];

    return ExpandEnvironmentStringsW(rule, wanted, MAX_PATH) - 1 < MAX_PATH &&
           ExpandEnvironmentStringsW(program, found, MAX_PATH) - 1 < MAX_PATH &&
           wide_same(wanted, found);
}

static bool program_matches(const struct fw_rule *rule,
                            const struct packet *packet)
{
    const WCHAR *program = rule_get(rule, L"App");
    const WCHAR *service = rule_get(rule, L"Svc");

    if (program && !same_program(program, packet->program))
        return false;
    if (!service)
        return true;
    return packet->service &&
           (wcscmp(service, L"*") == 0 || wide_same(service, packet->service));
}

static bool matches(const struct fw_rule *rule, const struct packet *packet,
                    LONG profile)
{
    LONG protocol = rule_protocol(rule);

    return rule_is(rule, L"Active", L"TRUE") &&
           rule_is(rule, L"Dir", packet->is_outbound ? L"Out" : L"In") &&
           (rule_profiles(rule) & profile) != 0 &&
           (protocol == PROTOCOL_TCP || protocol == PROTOCOL_ANY) &&
           !rule_get(rule, L"RPort") && !rule_get(rule, L"RPort2_10") &&
           port_matches(rule, packet) &&
           address_matches(rule, L"LA4", L"LA6", packet, packet->own) &&
           address_matches(rule, L"RA4", L"RA6", packet, packet->remote) &&
           program_matches(rule, packet) && !asks_further(rule);
}

static enum verdict verdict_of(enum store_origin origin,
                               const struct packet *packet, LONG profile)
{
    enum verdict verdict = VERDICT_NONE;
    struct store_list list;

    if (FAILED(store_load(origin, &list)))
        return VERDICT_BLOCK;
    for (size_t i = 0; i < list.count && verdict != VERDICT_BLOCK; i++) {
        const struct fw_rule *rule = &list.entries[i].rule;

        if (!matches(rule, packet, profile))
            continue;
        if (rule_is(rule, L"Action", L"Block"))
            verdict = VERDICT_BLOCK;
        else if (rule_is(rule, L"Action", L"Allow"))
            verdict = VERDICT_ALLOW;
    }
    store_free(&list);
    return verdict;
}

static DWORD setting(LONG profile, const WCHAR *name, DWORD absent)
{
    return policy_value(profile, name, profile_value(profile, name, absent));
}

static bool profile_admits(const struct packet *packet, LONG profile)
{
    enum verdict local = VERDICT_NONE, policy;

    if (setting(profile, L"EnableFirewall", 1) == 0)
        return true;
    if (!packet->is_outbound && inbound_blocked(profile))
        return false;
    policy = verdict_of(STORE_POLICY, packet, profile);
    if (local_rules_count(profile))
        local = verdict_of(STORE_LOCAL, packet, profile);
    if (policy == VERDICT_BLOCK || local == VERDICT_BLOCK)
        return false;
    if (policy == VERDICT_ALLOW || local == VERDICT_ALLOW)
        return true;
    return packet->is_outbound
               ? setting(profile, L"DefaultOutboundAction", 0) == 0
               : setting(profile, L"DefaultInboundAction", 1) == 0;
}

bool gate_admits(const struct packet *packet)
{
    LONG profiles = lab_current_profiles();

    for (LONG profile = 1; profile <= NET_FW_PROFILE2_PUBLIC; profile <<= 1)
        if ((profiles & profile) != 0 && !profile_admits(packet, profile))
            return false;
    return true;
}

bool gate_admits_mapper(DWORD own, DWORD remote)
{
    return gate_admits(&(struct packet){.own = own,
                                        .remote = remote,
                                        .own_port = PORT_MAPPER,
                                        .program = SVCHOST,
                                        .service = L"rpcss"});
}

bool gate_admits_wmi(DWORD own, DWORD remote, unsigned port, bool is_fixed)
{
    return gate_admits(&(struct packet){.own = own,
                                        .remote = remote,
                                        .own_port = port,
                                        .is_dynamic_rpc = !is_fixed,
                                        .program = SVCHOST,
                                        .service = L"winmgmt"});
}

bool gate_lets_wmi_out(DWORD own, DWORD remote)
{
    return gate_admits(&(struct packet){.is_outbound = true,
                                        .own = own,
                                        .remote = remote,
                                        .program = SVCHOST,
                                        .service = L"winmgmt"});
}

bool gate_admits_sink(DWORD own, DWORD remote, unsigned port,
                      const WCHAR *program)
{
    return gate_admits(&(struct packet){.own = own,
                                        .remote = remote,
                                        .own_port = port,
                                        .is_dynamic_rpc = true,
                                        .program = program});
}
