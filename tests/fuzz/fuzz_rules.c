/* SPDX-License-Identifier: MIT */
/*
 * Firewall rules as a machine has them and as undo data keeps them. Line 1:
 * addresses; line 2: ports; the rest is an array of rules. A set equals
 * itself, and rules that were read are written as they are read again.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "payload/firewall/port_set.h"
#include "payload/firewall/rule_group.h"
#include "payload/firewall/rule_match.h"
#include "payload/firewall/rule_plan.h"
#include "payload/settings/address_set.h"
#include "tests/fuzz/fuzz.h"

/* What a list names is in it, however it is put together. */
static void check_elements(const struct address_set *set, const char *list)
{
    while (*list != '\0') {
        struct address_set one;
        size_t len = strcspn(list, ",");
        char *element = strndup(list, len);
        address_set_init(&one);
        fuzz_must(element != NULL && address_set_add(&one, element) == 0,
                  "there is memory");
        if (element[strspn(element, " \t")] != '\0')
            fuzz_must(address_set_covers(set, &one), "a set has its elements");
        address_set_release(&one);
        free(element);
        list += len + (list[len] == ',');
    }
}

static void read_addresses(const char *list)
{
    struct address_set set;
    struct address_set same;
    address_set_init(&set);
    address_set_init(&same);
    fuzz_must(address_set_add(&set, list) == 0 &&
                  address_set_add(&same, list) == 0 &&
                  address_set_add(&same, list) == 0,
              "there is memory");
    fuzz_must(address_set_equal(&set, &same), "twice the same is the same");
    fuzz_must(address_set_covers(&set, &same), "a set has all of itself");
    bool empty = !set.any && set.range_count == 0 && set.word_count == 0;
    fuzz_must(empty || address_set_overlaps(&set, &same), "and some of itself");
    for (size_t i = 1; i < set.range_count; i++)
        fuzz_must(set.ranges[i - 1].family < set.ranges[i].family ||
                      memcmp(set.ranges[i - 1].high, set.ranges[i].low, 16) < 0,
                  "ranges are in order and apart");
    check_elements(&set, list);
    address_set_is_wide(&set);
    address_set_release(&same);
    address_set_release(&set);
}

static void read_ports(const char *list)
{
    struct port_set *set = malloc(sizeof *set);
    fuzz_must(set != NULL, "there is memory");
    port_set_parse(set, list);
    fuzz_must(set->strange || port_set_equal(set, set),
              "ports equal themselves");
    port_set_names(set, 135);
    free(set);
}

static void judge(const struct rule_list *list)
{
    static const char *const addresses[] = {"10.0.0.5", "localsubnet"};
    const struct rule_wish wish = {
        .name = "DCOM",
        .present = true,
        .direction = RULE_IN,
        .program = "%systemroot%\\system32\\svchost.exe",
        .service = "RpcSs",
        .protocol = RULE_PROTOCOL_TCP,
        .local_ports = "135",
        .remote_addresses = (const char **)addresses,
        .remote_address_count = 2,
        .profiles = SETTINGS_PROFILE_DOMAIN | SETTINGS_PROFILE_PRIVATE};
    char profiles[80];
    for (size_t i = 0; i < list->count; i++) {
        const struct rule *rule = &list->items[i];
        rule_agrees(rule, &wish, NULL);
        rule_is_meant(rule, &wish, wish.program);
        rule_obstructs(rule, &wish, NULL, wish.profiles);
        rule_admits(rule, &wish, NULL, 135);
        rule_serves_ssh(rule, 22);
        rule_is_ours(rule);
        rule_group_is_wmi(rule_text(rule, RULE_GROUPING));
        rule_profiles_text(rule_profiles(rule), profiles, sizeof profiles);
        fuzz_plain(profiles, strlen(profiles));
    }
    rule_group_agrees(list, true, wish.profiles);
    rule_group_effect(list, list, true, wish.profiles);
    rule_group_served(list);
    rule_group_reaches(list, wish.profiles, "10.0.0.5");
    rule_group_straddles(list, wish.profiles);
}

/* From what stands there to itself nothing is to be done. */
static void plan(const struct rule_list *list)
{
    size_t *pairs = calloc(list->count + 1, sizeof *pairs);
    fuzz_must(pairs != NULL, "there is memory");
    rule_plan(list, list, pairs);
    for (size_t i = 0; i < list->count; i++) {
        fuzz_must(pairs[i] < list->count, "each rule has its own");
        fuzz_must(rule_identical(&list->items[i], &list->items[pairs[i]]),
                  "a rule becomes what it is");
    }
    free(pairs);
}

static void write_again(const struct rule_list *list)
{
    struct rule_list again;
    cJSON *first = rule_list_to_json(list);
    fuzz_must(first != NULL, "there is memory");
    fuzz_plain_json(first);
    fuzz_must(rule_list_from_json(&again, first) == 0,
              "what is written can be read");
    cJSON *second = rule_list_to_json(&again);
    fuzz_must(second != NULL && cJSON_Compare(first, second, true),
              "and is written as before");
    cJSON_Delete(second);
    rule_list_release(&again);
    cJSON_Delete(first);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct fuzz_input input = {(const char *)data, len};
    struct rule_list list;
    char *addresses = fuzz_line(&input);
    char *ports = fuzz_line(&input);
    cJSON *tree = json_parse("rules", input.at, input.len, NULL);
    read_addresses(addresses);
    read_ports(ports);
    if (tree != NULL && rule_list_from_json(&list, tree) == 0) {
        judge(&list);
        plan(&list);
        write_again(&list);
        rule_list_release(&list);
    }
    cJSON_Delete(tree);
    free(ports);
    free(addresses);
    return 0;
}
