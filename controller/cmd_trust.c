/* SPDX-License-Identifier: MIT */
/*
 * trust: collects the hosts' keys, shows them, and adds the new ones to
 * known_hosts after a yes; with --replace also changed ones, in place of the
 * old. The exchange stops before any login.
 */
#include "controller/commands.h"

#include <stdio.h>
#include <stdlib.h>

#include "controller/ask.h"
#include "controller/chosen.h"
#include "controller/command_again.h"
#include "controller/fleet/fleet.h"
#include "controller/host_keys/seen_keys.h"
#include "controller/report/live.h"
#include "inventory/jump.h"

struct trust {
    const struct options *options;
    const struct log *log; /* that of `live` */
    struct live live;
    struct chosen chosen;
    const struct target *targets; /* whose keys are being seen to */
    size_t target_count;
    struct seen_keys keys;
    size_t counts[STATUS_COUNT];
};

/* --- collecting ----------------------------------------------------------- */

static int no_request(void *context, const struct target *target,
                      struct blob *request, struct err *err)
{
    (void)context;
    (void)target;
    (void)err;
    *request = (struct blob){0};
    return 0;
}

static void no_cache(void *context, const struct target *target,
                     struct target_cache *cache)
{
    (void)context;
    (void)target;
    (void)cache;
}

static void not_tried(void *context, const struct target *target)
{
    struct trust *trust = context;
    trust->counts[STATUS_NOT_TRIED]++;
    log_line(trust->log, LOG_ERROR, "%s: not tried", target->name);
}

static void on_look(void *context, const struct fleet_view *view)
{
    struct trust *trust = context;
    live_show(&trust->live, view, trust->counts);
}

static int on_done(void *context, const struct target *target, struct job *job,
                   struct result *result, struct err *err)
{
    struct trust *trust = context;
    trust->counts[result->status]++;
    const struct host_key *key = job_host_key(job);
    int failed = 0;
    if (key != NULL)
        failed = seen_keys_add(&trust->keys, trust->chosen.ssh.known_hosts,
                               target, key);
    else
        log_line(trust->log, LOG_ERROR, "%s: %s: %s; %s", target->name,
                 fault_word(result->fault),
                 result->fault_text ? result->fault_text : "",
                 result->fault_hint ? result->fault_hint : "");
    result_free(result);
    return failed ? err_set(err, 0, "out of memory") : 0;
}

/* --- showing -------------------------------------------------------------- */

static void print_old(void *context, const struct host_key *old,
                      unsigned long line, bool by_pattern)
{
    const struct trust *trust = context;
    char fingerprint[80];
    known_hosts_fingerprint(old, fingerprint, sizeof fingerprint);
    printf("%-20s was %s %s  %s:%lu%s\n", "", old->type, fingerprint,
           trust->chosen.known_hosts, line,
           by_pattern ? ", by a pattern: that line stays and counts" : "");
}

static void print_changed(struct trust *trust, const struct seen_key *key)
{
    const struct key_replacement item = seen_key_replacement(key);
    known_hosts_old_keys(trust->chosen.ssh.known_hosts, &item, print_old,
                         trust);
    if (trust->options->replace)
        return;
    char *words = command_trust_replace(trust->options, key->target->name);
    printf("%-20s not replaced. If it was re-installed, compare the new "
           "fingerprint there, then: wmifleet trust --replace%s; if not, "
           "somebody else answers\n",
           "", words != NULL ? words : "");
    free(words);
}

static void print_key(struct trust *trust, const struct seen_key *key)
{
    const struct target *target = key->target;
    printf("%-20s %s:%u  %s %s  %s\n", target->name, target->address,
           (unsigned)target->port, key->type, key->fingerprint,
           seen_key_verdict(key));
    if (key->verdict == KEY_CHANGED)
        print_changed(trust, key);
    if (key->shared_with != NULL)
        printf("%-20s " SHARED_HOSTKEY ": %s has the same key; not added; "
               "%s\n",
               "", key->shared_with, SHARED_HOSTKEY_HINT);
}

/* --- adding --------------------------------------------------------------- */

static bool asked_yes(const struct trust *trust, size_t added, size_t replaced)
{
    const char *file = trust->chosen.known_hosts;
    if (trust->options->yes)
        return true;
    enum ask_answer answer =
        replaced > 0
            ? ask_yes_no("Replace the keys of %zu hosts and add %zu in %s?",
                         replaced, added, file)
            : ask_yes_no("Add %zu to %s?", added, file);
    if (answer == ASK_NOBODY)
        log_line(trust->log, LOG_ERROR,
                 "trust: no terminal to ask at; compare the fingerprints, "
                 "then say --yes");
    return answer == ASK_YES;
}

static int replace_keys(struct trust *trust, size_t count)
{
    struct key_replacement *items = calloc(count + 1, sizeof *items);
    struct err err = {.text = "out of memory"};
    size_t filled = 0;
    for (size_t i = 0; items != NULL && i < trust->keys.count; i++) {
        if (seen_key_is_replaceable(&trust->keys.items[i]))
            items[filled++] = seen_key_replacement(&trust->keys.items[i]);
    }
    int failed =
        items == NULL ||
        known_hosts_replace(trust->chosen.ssh.known_hosts, items, filled, &err);
    free(items);
    if (failed) {
        log_line(trust->log, LOG_ERROR, "%s", err.text);
        return -1;
    }
    printf("%zu replaced in %s\n", filled, trust->chosen.known_hosts);
    return 0;
}

static int add_keys(struct trust *trust)
{
    size_t added = 0;
    for (size_t i = 0; i < trust->keys.count; i++) {
        const struct seen_key *key = &trust->keys.items[i];
        if (!seen_key_is_addable(key))
            continue;
        const struct host_key host_key = {key->type, key->blob, key->len};
        struct err err;
        if (known_hosts_append(trust->chosen.ssh.known_hosts,
                               seen_key_name(key), key->target->port, &host_key,
                               &err)) {
            log_line(trust->log, LOG_ERROR, "%s", err.text);
            return -1;
        }
        added++;
    }
    printf("%zu added to %s\n", added, trust->chosen.known_hosts);
    return 0;
}

/* 0 when every key that was seen is known now. */
static int settle(struct trust *trust)
{
    size_t added = 0;
    size_t replaced = 0;
    size_t bad = 0;
    seen_keys_sort(&trust->keys);
    for (size_t i = 0; i < trust->keys.count; i++) {
        const struct seen_key *key = &trust->keys.items[i];
        print_key(trust, key);
        if (seen_key_is_addable(key))
            added++;
        else if (trust->options->replace && seen_key_is_replaceable(key))
            replaced++;
        else if (key->verdict != KEY_KNOWN)
            bad++;
    }
    fflush(stdout);
    if (added + replaced == 0)
        return bad > 0 ? EXIT_DIFFERENCES : 0;
    if (!asked_yes(trust, added, replaced))
        return EXIT_DIFFERENCES;
    if ((replaced > 0 && replace_keys(trust, replaced)) ||
        (added > 0 && add_keys(trust)))
        return EXIT_CONTROLLER;
    return bad > 0 ? EXIT_DIFFERENCES : 0;
}

static int collect(struct trust *trust, enum fleet_end *end, struct err *err)
{
    struct job_plan plan = {.verb = VERB_TRUST,
                            .run = "trust",
                            .transport = &ssh_transport,
                            .transport_context = &trust->chosen.ssh,
                            .timeouts = chosen_timeouts(trust->options),
                            .log = trust->log};
    const struct fleet_config config = {
        .plan = &plan,
        .targets = trust->targets,
        .target_count = trust->target_count,
        .forks =
            fleet_forks_possible(trust->options->forks,
                                 !chosen_is_direct(&trust->chosen), trust->log),
        .links = chosen_links(&trust->chosen),
        .log = trust->log,
        .context = trust,
        .request = no_request,
        .cache = no_cache,
        .on_done = on_done,
        .on_not_tried = not_tried,
        .on_look = on_look};
    live_begin(&trust->live, config.target_count);
    if (seen_keys_init(&trust->keys, config.target_count))
        return err_set(err, 0, "out of memory");
    int failed = fleet_run(&config, end, err);
    live_wipe(&trust->live);
    return failed || seen_keys_mark_shared(&trust->keys) ? -1 : 0;
}

static int perform(struct trust *trust)
{
    enum fleet_end end = FLEET_ALL_DONE;
    struct err err = {.text = "out of memory"};
    if (collect(trust, &end, &err)) {
        log_line(trust->log, LOG_ERROR, "%s", err.text);
        return EXIT_CONTROLLER;
    }
    if (end == FLEET_INTERRUPTED)
        return EXIT_INTERRUPTED;
    int settled = settle(trust);
    int reached = result_exit_status(VERB_TRUST, trust->counts);
    return settled == EXIT_CONTROLLER || reached == 0 ? settled : reached;
}

static int see_to(struct trust *trust, const struct target *targets,
                  size_t count)
{
    trust->targets = targets;
    trust->target_count = count;
    int status = perform(trust);
    seen_keys_release(&trust->keys);
    return status;
}

/* --- jump hosts ----------------------------------------------------------- */

static size_t depth_of(const struct target *target)
{
    size_t depth = 0;
    for (; target->jump != NULL; target = target->jump)
        depth++;
    return depth;
}

static bool has_gate(const struct target *gates, size_t count,
                     const struct target *gate)
{
    size_t i = 0;
    while (i < count && !jump_same(&gates[i], gate))
        i++;
    return i < count;
}

/* The jump hosts that lie that deep, each once. Returns how many. */
static size_t find_gates(const struct target_list *list, size_t depth,
                         struct target *gates)
{
    size_t count = 0;
    const struct target *seen = NULL;
    for (size_t i = 0; i < list->count; i++) {
        const struct target *jump = list->items[i].jump;
        for (const struct target *hop = jump; hop && jump != seen;
             hop = hop->jump)
            if (depth_of(hop) == depth && !has_gate(gates, count, hop))
                gates[count++] = *hop;
        seen = jump;
    }
    return count;
}

/*
 * A host behind a jump host can be asked for its key only after a login there,
 * so those come first, the ones in front before the ones behind. 0: go on.
 */
static int see_to_gates(struct trust *trust)
{
    const struct target_list *list = &trust->chosen.targets;
    size_t depth_max = 0;
    for (size_t i = 0; i < list->count; i++)
        if (depth_of(&list->items[i]) > depth_max)
            depth_max = depth_of(&list->items[i]);
    struct target *gates = calloc(list->count * depth_max + 1, sizeof *gates);
    int status = gates == NULL ? EXIT_CONTROLLER : 0;
    for (size_t depth = 0; status == 0 && depth < depth_max; depth++)
        status = see_to(trust, gates, find_gates(list, depth, gates));
    free(gates);
    if (status != 0)
        log_line(trust->log, LOG_ERROR,
                 "trust: the keys of hosts behind a jump host can be asked for "
                 "once its own is known");
    return status;
}

int command_trust(const struct options *options, const struct log *log)
{
    struct trust trust = {.options = options};
    int status = EXIT_CONTROLLER;
    live_init(&trust.live, VERB_TRUST, options->quiet, log);
    trust.log = &trust.live.log;
    if (chosen_open(&trust.chosen, options, INVENTORY_CONNECT, trust.log) ==
            0 &&
        chosen_connect(&trust.chosen, options, trust.log) == 0)
        status = see_to_gates(&trust);
    if (status == 0)
        status = see_to(&trust, trust.chosen.targets.items,
                        trust.chosen.targets.count);
    chosen_close(&trust.chosen);
    return status;
}
