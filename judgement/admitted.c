/* SPDX-License-Identifier: MIT */
#include "judgement/admitted.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char *member(const cJSON *object, const char *key)
{
    const char *text =
        cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));
    return text != NULL ? text : "";
}

/* "all", or a list of profiles of which one is in use. */
static bool holds_now(const struct evidence *evidence, const cJSON *rule)
{
    const cJSON *profiles = cJSON_GetObjectItemCaseSensitive(rule, "profiles");
    const cJSON *profile;
    if (!cJSON_IsArray(profiles))
        return true;
    cJSON_ArrayForEach (profile, profiles) {
        if (cJSON_IsString(profile) &&
            evidence_has(evidence, "firewall.current_profiles",
                         profile->valuestring))
            return true;
    }
    return false;
}

static bool opens(const struct evidence *evidence, const cJSON *rule,
                  const char *service)
{
    return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(rule, "enabled")) &&
           strcmp(member(rule, "action"), "allow") == 0 &&
           strcmp(member(rule, "direction"), "in") == 0 &&
           strcasecmp(member(rule, "service"), service) == 0 &&
           holds_now(evidence, rule);
}

static void name_profiles(struct admitted *admitted,
                          const struct evidence *evidence)
{
    const cJSON *profile;
    size_t len = 0;
    cJSON_ArrayForEach (profile,
                        evidence_at(evidence, "firewall.current_profiles")) {
        if (cJSON_IsString(profile) && len < sizeof admitted->profiles)
            len += (size_t)snprintf(
                admitted->profiles + len, sizeof admitted->profiles - len,
                "%s%.16s", len > 0 ? " and " : "", profile->valuestring);
    }
}

static int add_rules(struct admitted *admitted, const struct evidence *evidence,
                     const cJSON *rules, const char *service)
{
    const cJSON *rule;
    cJSON_ArrayForEach (rule, rules) {
        if (opens(evidence, rule, service) &&
            address_set_add(&admitted->whom, member(rule, "remote_addresses")))
            return -1;
    }
    return 0;
}

int admitted_read(struct admitted *admitted, const struct evidence *evidence,
                  const char *service)
{
    const cJSON *setting;
    *admitted = (struct admitted){0};
    address_set_init(&admitted->whom);
    name_profiles(admitted, evidence);
    cJSON_ArrayForEach (setting, evidence->settings) {
        const cJSON *after = cJSON_GetObjectItemCaseSensitive(setting, "after");
        if (strncmp(member(setting, "id"), "firewall.", 9) != 0 ||
            !cJSON_IsArray(after))
            continue;
        admitted->known = true;
        if (add_rules(admitted, evidence, after, service))
            return -1;
    }
    return 0;
}

void admitted_release(struct admitted *admitted)
{
    address_set_release(&admitted->whom);
}
