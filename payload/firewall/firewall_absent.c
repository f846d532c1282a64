/* SPDX-License-Identifier: MIT */
#include "payload/firewall/firewall_absent.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/word.h"
#include "payload/win32/errors.h"
#include "payload/firewall/firewall_edit.h"
#include "payload/firewall/firewall_program.h"
#include "payload/firewall/rule_match.h"

static bool is_condemned(const struct rule_setting *own,
                         const struct rule *rule)
{
    return own->wish->match_name_only ||
           rule_is_meant(rule, own->wish, own->program);
}

/* Whether the rule is what another wish of this name wants present. */
static bool is_wanted_elsewhere(const struct rule_setting *own,
                                const struct rule *rule)
{
    for (size_t i = 0; i < own->all->rule_count; i++) {
        const struct rule_wish *other = &own->all->rules[i];
        if (!other->present || !word_same(other->name, own->wish->name))
            continue;
        char *program = other->program != NULL
                            ? firewall_program_path(other->program)
                            : NULL;
        bool meant = rule_is_meant(rule, other, program);
        free(program);
        if (meant)
            return true;
    }
    return false;
}

static enum setting_verdict conflict_over(const struct rule *rule, bool ssh,
                                          struct setting_reason *reason)
{
    setting_reason_set(
        reason, ssh ? CODE_RULE_OF_SSH : CODE_RULE_NOT_OURS,
        ssh ? "delete it by hand at the machine if that is really wanted"
            : "give the rule's direction, program and service, or "
              "\"match\": \"name\" to delete whatever has this name",
        "a rule named \"%.100s\" %s", rule_text(rule, RULE_NAME),
        ssh ? "lets the SSH server in, which wmifleet never closes"
            : "has another direction, program or service than described");
    return SETTING_CONFLICT;
}

enum setting_verdict firewall_absent_judge(struct rule_setting *own,
                                           const struct rule_list *rules,
                                           struct setting_reason *reason)
{
    enum setting_verdict verdict = SETTING_AGREES;
    const struct rule *other = NULL;
    struct firewall_peer peer;
    firewall_peer_read(&peer);
    for (size_t i = 0; i < rules->count; i++) {
        const struct rule *rule = &rules->items[i];
        bool condemned = is_condemned(own, rule);
        if (condemned && rule_serves_ssh(rule, peer.ssh_port))
            return conflict_over(rule, true, reason);
        if (condemned)
            verdict = SETTING_DIFFERS;
        else if (!is_wanted_elsewhere(own, rule))
            other = rule;
    }
    if (verdict == SETTING_AGREES && other != NULL)
        return conflict_over(other, false, reason);
    return verdict;
}

int firewall_absent_write(struct rule_setting *own,
                          struct setting_reason *reason)
{
    size_t before = SIZE_MAX;
    for (int i = 0; i < FIREWALL_REMOVALS_MAX; i++) {
        struct firewall_pick pick;
        size_t at = 0;
        if (firewall_pick_named(own, &pick, reason) != 0)
            return -1;
        size_t count = pick.rules.count;
        while (at < count && !is_condemned(own, &pick.rules.items[at]))
            at++;
        int status = 0;
        bool done = at == count || count >= before;
        if (!done)
            status = firewall_remove(
                own->store, pick.lives[at],
                rule_text(&pick.rules.items[at], RULE_NAME), reason);
        firewall_pick_release(&pick);
        firewall_store_forget(own->store);
        if (done || status != 0)
            return status;
        before = count;
    }
    return 0;
}
