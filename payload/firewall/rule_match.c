/* SPDX-License-Identifier: MIT */
#include "payload/firewall/rule_match.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/word.h"
#include "payload/settings/address_set.h"
#include "payload/firewall/port_set.h"

#define ADDRESSES_MAX ((size_t)1024 * 1024) /* bytes */
#define OUR_DESCRIPTION "Made by wmifleet for remote WMI."

bool rule_has_name(const struct rule *rule, const char *name)
{
    return word_same(rule_text(rule, RULE_NAME), name);
}

bool rule_is_ours(const struct rule *rule)
{
    return word_same(rule_text(rule, RULE_GROUPING), RULE_GROUPING_OURS);
}

static const char *rule_program(const struct rule *rule)
{
    return rule->program_path != NULL ? rule->program_path
                                      : rule_text(rule, RULE_PROGRAM);
}

static const char *wanted_program(const struct rule_wish *wish,
                                  const char *expanded)
{
    if (expanded != NULL)
        return expanded;
    return wish->program != NULL ? wish->program : "";
}

static const char *wanted_service(const struct rule_wish *wish)
{
    return wish->service != NULL ? wish->service : "";
}

static int wanted_addresses(const struct rule_wish *wish,
                            struct address_set *set)
{
    address_set_init(set);
    set->any = wish->remote_address_count == 0;
    if (address_set_add_all(set, wish->remote_addresses,
                            wish->remote_address_count) == 0)
        return 0;
    address_set_release(set);
    return -1;
}

bool rule_wish_is_wide(const struct rule_wish *wish)
{
    struct address_set set;
    if (wanted_addresses(wish, &set) != 0)
        return false;
    bool wide = address_set_is_wide(&set);
    address_set_release(&set);
    return wide;
}

/* Sets `relation`'s verdict on the rule's and the wish's addresses. */
static int relate_addresses(const struct rule *rule,
                            const struct rule_wish *wish,
                            bool (*relation)(const struct address_set *,
                                             const struct address_set *))
{
    struct address_set has;
    struct address_set wanted;
    int result = -1;
    address_set_init(&has);
    if (wanted_addresses(wish, &wanted) != 0)
        return -1;
    if (address_set_add(&has, rule_text(rule, RULE_REMOTE_ADDRESSES)) == 0)
        result = relation(&has, &wanted);
    address_set_release(&has);
    address_set_release(&wanted);
    return result;
}

static bool same_ports(const char *has, const char *wanted)
{
    struct port_set a;
    struct port_set b;
    port_set_parse(&a, has);
    port_set_parse(&b, wanted);
    return port_set_equal(&a, &b);
}

static bool is_any(const char *text)
{
    return *text == '\0' || strcmp(text, "*") == 0;
}

/* No condition that a wish cannot express narrows or widens the rule. */
static bool is_plain(const struct rule *rule)
{
    const char *types = rule_text(rule, RULE_INTERFACE_TYPES);
    for (int i = RULE_PACKAGE; i < RULE_TEXT_COUNT; i++) {
        if (*rule_text(rule, (enum rule_text)i) != '\0')
            return false;
    }
    return is_any(rule_text(rule, RULE_REMOTE_PORTS)) &&
           is_any(rule_text(rule, RULE_LOCAL_ADDRESSES)) &&
           is_any(rule_text(rule, RULE_ICMP)) &&
           (is_any(types) || word_same(types, "all")) &&
           cJSON_GetArraySize(rule->interfaces) == 0 && !rule->edge_traversal &&
           rule->edge_options == 0 && rule->secure_flags == 0;
}

bool rule_is_meant(const struct rule *rule, const struct rule_wish *wish,
                   const char *wish_program)
{
    return rule_has_name(rule, wish->name) &&
           (wish->direction == 0 || rule->direction == (long)wish->direction) &&
           word_same(rule_program(rule), wanted_program(wish, wish_program)) &&
           word_same(rule_text(rule, RULE_SERVICE), wanted_service(wish));
}

int rule_agrees(const struct rule *rule, const struct rule_wish *wish,
                const char *wish_program)
{
    if (!rule_is_meant(rule, wish, wish_program) || !rule->enabled ||
        rule->action != RULE_ACTION_ALLOW ||
        rule->protocol != (long)wish->protocol ||
        rule_profiles(rule) != wish->profiles || !is_plain(rule) ||
        !same_ports(rule_text(rule, RULE_LOCAL_PORTS), wish->local_ports))
        return 0;
    return relate_addresses(rule, wish, address_set_equal);
}

/* Whether the rule's program and service take in the wanted ones. */
static bool catches_process(const struct rule *rule,
                            const struct rule_wish *wish,
                            const char *wish_program)
{
    const char *program = rule_program(rule);
    const char *service = rule_text(rule, RULE_SERVICE);
    const char *wanted = wanted_service(wish);
    if (*program != '\0' &&
        !word_same(program, wanted_program(wish, wish_program)))
        return false;
    return *service == '\0' || (strcmp(service, "*") == 0 && *wanted != '\0') ||
           word_same(service, wanted);
}

/* A word such as LocalSubnet may mean any address. */
static bool may_overlap(const struct address_set *a,
                        const struct address_set *b)
{
    return a->word_count > 0 || b->word_count > 0 || address_set_overlaps(a, b);
}

/*
 * A wish for any protocol is there for DCOM, which is TCP alone: a rule for
 * TCP takes all of it, one for another protocol nothing.
 */
static bool catches_protocol(const struct rule *rule,
                             const struct rule_wish *wish)
{
    return rule->protocol == RULE_PROTOCOL_ANY ||
           rule->protocol == (long)wish->protocol ||
           ((long)wish->protocol == RULE_PROTOCOL_ANY &&
            rule->protocol == RULE_PROTOCOL_TCP);
}

/* Whether a rule with this action is about the wish at all. */
static bool concerns(const struct rule *rule, long action,
                     const struct rule_wish *wish, const char *wish_program)
{
    return rule->enabled && rule->action == action &&
           rule->direction == (long)wish->direction &&
           (rule_profiles(rule) & wish->profiles) != 0 &&
           catches_protocol(rule, wish) &&
           catches_process(rule, wish, wish_program);
}

enum rule_obstacle rule_obstructs(const struct rule *rule,
                                  const struct rule_wish *wish,
                                  const char *wish_program, unsigned profiles)
{
    struct port_set blocked;
    struct port_set wanted;
    if (!concerns(rule, RULE_ACTION_BLOCK, wish, wish_program))
        return RULE_HARMLESS;
    port_set_parse(&blocked, rule_text(rule, RULE_LOCAL_PORTS));
    port_set_parse(&wanted, wish->local_ports);
    if (!port_set_overlaps(&blocked, &wanted) ||
        relate_addresses(rule, wish, may_overlap) <= 0)
        return RULE_HARMLESS;
    bool whole = (profiles & ~rule_profiles(rule)) == 0 && is_plain(rule) &&
                 (blocked.any || port_set_equal(&blocked, &wanted)) &&
                 relate_addresses(rule, wish, address_set_covers) > 0;
    return whole ? RULE_BLOCKS_ALL : RULE_BLOCKS_SOME;
}

bool rule_admits(const struct rule *rule, const struct rule_wish *wish,
                 const char *wish_program, unsigned port)
{
    struct port_set ports;
    port_set_parse(&ports, rule_text(rule, RULE_LOCAL_PORTS));
    return concerns(rule, RULE_ACTION_ALLOW, wish, wish_program) &&
           (ports.any || port_set_names(&ports, port));
}

static bool ends_in(const char *text, const char *end)
{
    size_t len = strlen(text);
    size_t end_len = strlen(end);
    return len >= end_len && word_same(text + len - end_len, end);
}

bool rule_serves_ssh(const struct rule *rule, unsigned ssh_port)
{
    struct port_set ports;
    if (ends_in(rule_program(rule), "\\sshd.exe") ||
        word_same(rule_text(rule, RULE_SERVICE), "sshd"))
        return true;
    port_set_parse(&ports, rule_text(rule, RULE_LOCAL_PORTS));
    return rule->direction == RULE_IN && rule->action == RULE_ACTION_ALLOW &&
           rule->protocol == RULE_PROTOCOL_TCP &&
           port_set_names(&ports, ssh_port);
}

/* The wish's addresses as put_RemoteAddresses takes them. */
static char *join_addresses(const struct rule_wish *wish)
{
    struct buf joined;
    buf_init(&joined, ADDRESSES_MAX);
    if (wish->remote_address_count == 0)
        buf_add_char(&joined, '*');
    else
        for (size_t i = 0; i < wish->remote_address_count; i++)
            buf_addf(&joined, "%s%s", i > 0 ? "," : "",
                     wish->remote_addresses[i]);
    return buf_take(&joined);
}

int rule_from_wish(struct rule *rule, const struct rule_wish *wish)
{
    bool has_ports = wish->protocol == RULE_PROTOCOL_TCP ||
                     wish->protocol == RULE_PROTOCOL_UDP;
    const char *any_ports = has_ports ? "*" : "";
    const struct {
        enum rule_text which;
        const char *text;
    } texts[] = {
        {RULE_NAME, wish->name},
        {RULE_DESCRIPTION, OUR_DESCRIPTION},
        {RULE_GROUPING, RULE_GROUPING_OURS},
        {RULE_PROGRAM, wish->program},
        {RULE_SERVICE, wish->service},
        {RULE_LOCAL_PORTS,
         wish->local_ports != NULL ? wish->local_ports : any_ports},
        {RULE_REMOTE_PORTS, any_ports},
        {RULE_LOCAL_ADDRESSES, "*"},
        {RULE_INTERFACE_TYPES, "All"},
    };
    struct rule made = {
        .direction = wish->direction,
        .protocol = wish->protocol,
        .action = RULE_ACTION_ALLOW,
        .profiles = wish->profiles == SETTINGS_PROFILE_ALL
                        ? RULE_PROFILES_ALL
                        : (long)wish->profiles,
        .enabled = true,
    };
    made.text[RULE_REMOTE_ADDRESSES] = join_addresses(wish);
    bool failed = made.text[RULE_REMOTE_ADDRESSES] == NULL;
    for (size_t i = 0; i < sizeof texts / sizeof *texts && !failed; i++)
        failed = texts[i].text != NULL &&
                 rule_set_text(&made, texts[i].which, texts[i].text) != 0;
    if (failed) {
        rule_release(&made);
        return -1;
    }
    *rule = made;
    return 0;
}

/* Adds `item` under `key`; frees it and returns false where that fails. */
static bool put(cJSON *object, const char *key, cJSON *item)
{
    if (cJSON_AddItemToObject(object, key, item))
        return true;
    cJSON_Delete(item);
    return false;
}

static bool put_text(cJSON *object, const char *key, const char *text)
{
    return text == NULL || put(object, key, cJSON_CreateString(text));
}

static bool put_flag(cJSON *object, const char *key, bool flag)
{
    return !flag || put(object, key, cJSON_CreateTrue());
}

static cJSON *addresses_to_json(const struct rule_wish *wish)
{
    return cJSON_CreateStringArray(wish->remote_addresses,
                                   (int)wish->remote_address_count);
}

/* NULL when the request left it open. */
static const char *direction_word(const struct rule_wish *wish)
{
    return wish->direction == 0          ? NULL
           : wish->direction == RULE_OUT ? "out"
                                         : "in";
}

cJSON *rule_wish_to_json(const struct rule_wish *wish)
{
    cJSON *object = cJSON_CreateObject();
    if (object != NULL && put_text(object, "name", wish->name) &&
        put_text(object, "state", wish->present ? "present" : "absent") &&
        put_text(object, "direction", direction_word(wish)) &&
        put_text(object, "program", wish->program) &&
        put_text(object, "service", wish->service) &&
        put(object, "protocol", rule_protocol_to_json(wish->protocol)) &&
        put_text(object, "local_ports", wish->local_ports) &&
        (wish->remote_address_count == 0 ||
         put(object, "remote_addresses", addresses_to_json(wish))) &&
        put(object, "profiles", rule_profiles_to_json(wish->profiles)) &&
        put_text(object, "match", wish->match_name_only ? "name" : NULL) &&
        put_flag(object, "require_program", wish->require_program) &&
        put_flag(object, "when_outbound_blocked", wish->when_outbound_blocked))
        return object;
    cJSON_Delete(object);
    return NULL;
}
