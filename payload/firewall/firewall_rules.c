/* SPDX-License-Identifier: MIT */
/*
 * firewall.rules[<name>]: one rule that is wanted present or absent.
 *
 * The state is every rule of that name, since names are not unique. Rules
 * that we made carry our grouping and are ours to change; one of somebody
 * else is never changed, and deleted only where the request describes it.
 */
#include "base/word.h"
#include "payload/firewall/firewall_program.h"
#include "payload/firewall/firewall_settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "payload/win32/errors.h"
#include "payload/firewall/firewall_edit.h"
#include "payload/firewall/firewall_absent.h"
#include "payload/firewall/firewall_reach.h"
#include "payload/firewall/rule_match.h"

#define WIDE_RISK                                                              \
    "the rule lets in every address: whoever reaches this machine may try to " \
    "log in; remote_addresses narrows it"
#define SETTLE_TRIES 10
#define SETTLE_MS 200 /* Windows applies a new rule with a small lag */

static bool has_name(const struct live_rule *item, const void *argument)
{
    return word_same(item->name, argument);
}

static int need_program(struct rule_setting *own)
{
    if (own->program == NULL && own->wish->program != NULL)
        own->program = firewall_program_path(own->wish->program);
    return own->wish->program != NULL && own->program == NULL ? -1 : 0;
}

int firewall_pick_named(struct rule_setting *own, struct firewall_pick *pick,
                        struct setting_reason *reason)
{
    return firewall_store_pick(own->store, has_name, own->wish->name, pick,
                               reason);
}

static cJSON *rules_read(struct setting *setting, struct setting_reason *reason)
{
    struct rule_setting *own = setting->data;
    struct firewall_pick pick;
    if (firewall_pick_named(own, &pick, reason) != 0)
        return NULL;
    cJSON *state = rule_list_to_json(&pick.rules);
    firewall_pick_release(&pick);
    if (state == NULL)
        setting_fail_memory(reason);
    return state;
}

/* --- present ------------------------------------------------------------- */

/*
 * Ours, and not the one that another wish of this name and the other
 * direction is about.
 */
static bool is_our_own(const struct rule_setting *own, const struct rule *rule)
{
    return rule_is_ours(rule) && rule->direction == (long)own->wish->direction;
}

/* Counted over the rules of the name. */
struct namesakes {
    size_t right;     /* do what is wanted */
    size_t our_wrong; /* ours that do not */
    size_t foreign;   /* somebody else's that do not */
};

static int count_namesakes(const struct rule_setting *own,
                           const struct rule_list *rules,
                           struct namesakes *count)
{
    *count = (struct namesakes){0, 0, 0};
    for (size_t i = 0; i < rules->count; i++) {
        const struct rule *rule = &rules->items[i];
        int agrees = rule_agrees(rule, own->wish, own->program);
        if (agrees < 0)
            return -1;
        if (agrees > 0)
            count->right++;
        else if (is_our_own(own, rule))
            count->our_wrong++;
        else if (!rule_is_ours(rule))
            count->foreign++;
    }
    return 0;
}

/* Whether the machine has what the rule is made of. */
static bool has_needs(const struct rule_setting *own,
                      struct setting_reason *reason)
{
    if (own->addresses != NULL && own->peer.address[0] == '\0') {
        setting_reason_set(reason, 0,
                           "name the controller's address instead, or look "
                           "why the SSH server does not set SSH_CONNECTION",
                           "the address of the controller is not known here: "
                           "SSH_CONNECTION does not tell it");
        return false;
    }
    return !own->wish->require_program ||
           firewall_program_is_there(own->wish->program, reason);
}

static enum setting_verdict judge_present(struct setting *setting,
                                          const struct rule_list *rules,
                                          struct setting_reason *reason)
{
    struct rule_setting *own = setting->data;
    const struct rule_wish *wish = own->wish;
    bool inbound = wish->direction == RULE_IN;
    struct namesakes count;
    if (wish->when_outbound_blocked &&
        !firewall_policy_blocks_out(&own->store->judged, wish->profiles)) {
        firewall_policy_hints(&own->store->judged, wish->profiles, inbound,
                              setting);
        return SETTING_SKIPPED;
    }
    if (!has_needs(own, reason))
        return SETTING_FAILED;
    if (count_namesakes(own, rules, &count) != 0) {
        setting_fail_memory(reason);
        return SETTING_BLOCKED;
    }
    firewall_policy_hints(&own->store->judged, wish->profiles, inbound,
                          setting);
    if (count.foreign > 0)
        setting_hint(setting,
                     "a rule of this name that wmifleet did not make differs "
                     "and is left alone; ours goes beside it");
    if (firewall_policy_blocks(&own->store->judged, wish->profiles, inbound,
                               reason) ||
        firewall_is_obstructed(setting, own->store, wish, own->program, reason))
        return SETTING_BLOCKED;
    return count.right > 0 && count.our_wrong == 0 ? SETTING_AGREES
                                                   : SETTING_DIFFERS;
}

/* The first rule of ours that is wrong, or NULL. */
static const struct rule *our_wrong_rule(const struct rule_setting *own,
                                         const struct firewall_pick *pick,
                                         INetFwRule **live)
{
    for (size_t i = 0; i < pick->rules.count; i++) {
        const struct rule *rule = &pick->rules.items[i];
        if (is_our_own(own, rule) &&
            rule_agrees(rule, own->wish, own->program) == 0) {
            *live = pick->lives[i];
            return rule;
        }
    }
    return NULL;
}

/*
 * One step towards the wish: a wrong rule of ours is changed, or removed
 * where a right one stands already; without one a new rule is added.
 */
static int step_present(struct rule_setting *own, bool *done,
                        struct setting_reason *reason)
{
    struct firewall_pick pick;
    struct namesakes count;
    struct rule wanted = {0};
    INetFwRule *live = NULL;
    int status = -1;
    if (firewall_pick_named(own, &pick, reason) != 0)
        return -1;
    const struct rule *wrong = our_wrong_rule(own, &pick, &live);
    *done = false;
    if (count_namesakes(own, &pick.rules, &count) != 0 ||
        rule_from_wish(&wanted, own->wish) != 0)
        setting_fail_memory(reason);
    else if (wrong != NULL && count.right > 0)
        status = firewall_remove(own->store, live, rule_text(wrong, RULE_NAME),
                                 reason);
    else if (wrong != NULL)
        status = firewall_change(live, wrong, &wanted, reason);
    else if (count.right == 0)
        status = firewall_add(own->store, &wanted, reason);
    else
        status = 0;
    *done = count.our_wrong <= 1;
    rule_release(&wanted);
    firewall_pick_release(&pick);
    firewall_store_forget(own->store);
    return status;
}

/* Waits until a rule that was written is seen, or is not going to be. */
static int settle_present(struct rule_setting *own,
                          struct setting_reason *reason)
{
    for (int tries = 0; tries < SETTLE_TRIES; tries++) {
        struct firewall_pick pick;
        struct namesakes count = {0, 0, 0};
        if (firewall_pick_named(own, &pick, reason) != 0)
            return -1;
        int status = count_namesakes(own, &pick.rules, &count);
        firewall_pick_release(&pick);
        if (status != 0)
            return setting_fail_memory(reason);
        if (count.right > 0 && count.our_wrong == 0)
            return 0;
        firewall_store_forget(own->store);
        Sleep(SETTLE_MS);
    }
    return 0; /* the engine reads again and says that it did not take */
}

static int write_present(struct rule_setting *own,
                         struct setting_reason *reason)
{
    bool done = false;
    for (int i = 0; i < FIREWALL_REMOVALS_MAX && !done; i++) {
        if (step_present(own, &done, reason) != 0)
            return -1;
    }
    return settle_present(own, reason);
}

/* --- the setting --------------------------------------------------------- */

static enum setting_verdict rules_compare(struct setting *setting,
                                          const cJSON *state,
                                          struct setting_reason *reason)
{
    struct rule_setting *own = setting->data;
    struct rule_list rules = {NULL, 0};
    enum setting_verdict verdict = SETTING_BLOCKED;
    if (need_program(own) != 0 || rule_list_from_json(&rules, state) != 0 ||
        firewall_expand_programs(&rules) != 0)
        setting_fail_memory(reason);
    else if (own->wish->present)
        verdict = judge_present(setting, &rules, reason);
    else
        verdict = firewall_absent_judge(own, &rules, reason);
    firewall_store_hint(own->store, setting);
    rule_list_release(&rules);
    return verdict;
}

static int rules_write(struct setting *setting, const cJSON *state,
                       struct setting_reason *reason)
{
    struct rule_setting *own = setting->data;
    (void)state; /* the live rules are needed, and they say the same */
    if (need_program(own) != 0)
        return setting_fail_memory(reason);
    int status = own->wish->present ? write_present(own, reason)
                                    : firewall_absent_write(own, reason);
    firewall_store_forget(own->store);
    return status;
}

static int rules_restore(struct setting *setting, const cJSON *state,
                         struct setting_reason *reason)
{
    struct rule_setting *own = setting->data;
    struct rule_list wanted = {NULL, 0};
    if (rule_list_from_json(&wanted, state) != 0)
        return setting_fail_memory(reason);
    int status = firewall_put_back(own->store, has_name, own->wish->name,
                                   &wanted, reason);
    rule_list_release(&wanted);
    return status;
}

static void rules_release(struct setting *setting)
{
    struct rule_setting *own = setting->data;
    if (own == NULL)
        return;
    firewall_store_drop(own->store);
    free(own->addresses);
    free(own->program);
    free(own);
}

static const struct setting_ops rules_ops = {
    .read = rules_read,
    .compare = rules_compare,
    .write = rules_write,
    .restore = rules_restore,
    .release = rules_release,
};

/* The name alone, unless an earlier wish has it too. */
static void make_id(const struct settings *settings, size_t index, char *id,
                    size_t size)
{
    const struct rule_wish *wish = &settings->rules[index];
    const char *suffix = "";
    for (size_t i = 0; i < index; i++) {
        if (word_same(settings->rules[i].name, wish->name))
            suffix = !wish->present                ? ",absent"
                     : wish->direction == RULE_OUT ? ",out"
                                                   : ",in";
    }
    snprintf(id, size, "firewall.rules[%.120s%s]", wish->name, suffix);
}

/* Puts the controller's address where the request has the word for it. */
static int mean_controller(struct rule_setting *own)
{
    size_t count = own->wish->remote_address_count;
    bool named = false;
    const char **addresses = calloc(count + 1, sizeof *addresses);
    if (addresses == NULL)
        return -1;
    for (size_t i = 0; i < count; i++) {
        addresses[i] = own->wish->remote_addresses[i];
        if (strcmp(addresses[i], SETTINGS_CONTROLLER) != 0)
            continue;
        if (!named)
            firewall_peer_read(&own->peer);
        named = true;
        addresses[i] = own->peer.address;
    }
    if (!named) {
        free(addresses);
        return 0;
    }
    own->addresses = addresses;
    own->meant = *own->wish;
    own->meant.remote_addresses = addresses;
    own->wish = &own->meant;
    return 0;
}

static int plan_rule(const struct settings *settings, size_t index,
                     struct firewall_store *store, struct setting_list *list)
{
    const struct rule_wish *wish = &settings->rules[index];
    char id[160];
    make_id(settings, index, id, sizeof id);
    struct setting *setting =
        setting_list_add(list, id, rule_wish_to_json(wish), &rules_ops);
    struct rule_setting *own = calloc(1, sizeof *own);
    if (setting == NULL || own == NULL) {
        free(own);
        return -1;
    }
    *own = (struct rule_setting){.store = store, .all = settings, .wish = wish};
    firewall_store_use(store);
    setting->data = own;
    if (mean_controller(own) != 0)
        return -1;
    if (wish->present && wish->direction == RULE_IN && rule_wish_is_wide(wish))
        setting->risk = WIDE_RISK;
    return 0;
}

int firewall_rules_plan(const struct settings *settings,
                        struct firewall_store *store, struct setting_list *list)
{
    for (size_t i = 0; i < settings->rule_count; i++) {
        if (plan_rule(settings, i, store, list) != 0)
            return -1;
    }
    return 0;
}
