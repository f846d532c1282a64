/* SPDX-License-Identifier: MIT */
/*
 * trust: collects the hosts' keys, shows them, and adds the new ones to
 * known_hosts after a yes; with --replace also changed ones, in place of the
 * old. The exchange stops before any login.
 */
#include "controller/commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "controller/ask.h"
#include "controller/chosen.h"
#include "controller/fleet/fleet.h"
#include "controller/report/live.h"
#include "controller/host_keys/known_hosts_replace.h"
#include "inventory/jump.h"

struct seen_key {
    const struct target *target;
    char *type;
    unsigned char *blob;
    size_t len;
    enum key_verdict verdict;
    char fingerprint[80];
    const char *shared_with; /* another host of this run with the same key */
};

struct trust {
    const struct options *options;
    const struct log *log; /* that of `live` */
    struct live live;
    struct chosen chosen;
    const struct target *targets; /* whose keys are being seen to */
    size_t target_count;
    struct seen_key *keys;
    size_t key_count;
    size_t counts[STATUS_COUNT];
};

static const char *name_of(const struct target *target)
{
    return target->host_key_alias ? target->host_key_alias : target->name;
}

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

static int keep_key(struct trust *trust, const struct target *target,
                    const struct host_key *key)
{
    struct seen_key *kept = &trust->keys[trust->key_count];
    *kept = (struct seen_key){.target = target,
                              .type = strdup(key->type),
                              .blob = malloc(key->len + 1),
                              .len = key->len};
    if (kept->type == NULL || kept->blob == NULL) {
        free(kept->type);
        free(kept->blob);
        return -1;
    }
    memcpy(kept->blob, key->blob, key->len);
    struct key_match match =
        known_hosts_match(trust->chosen.ssh.known_hosts, name_of(target),
                          target->address, target->port, key);
    kept->verdict = match.verdict;
    known_hosts_fingerprint(key, kept->fingerprint, sizeof kept->fingerprint);
    trust->key_count++;
    return 0;
}

static int on_done(void *context, const struct target *target, struct job *job,
                   struct result *result, struct err *err)
{
    struct trust *trust = context;
    trust->counts[result->status]++;
    const struct host_key *key = job_host_key(job);
    int failed = 0;
    if (key != NULL)
        failed = keep_key(trust, target, key);
    else
        log_line(trust->log, LOG_ERROR, "%s: %s: %s; %s", target->name,
                 fault_word(result->fault),
                 result->fault_text ? result->fault_text : "",
                 result->fault_hint ? result->fault_hint : "");
    result_free(result);
    return failed ? err_set(err, 0, "out of memory") : 0;
}

/* --- judging -------------------------------------------------------------- */

static int by_blob(const void *left, const void *right)
{
    const struct seen_key *const *a = left;
    const struct seen_key *const *b = right;
    if ((*a)->len != (*b)->len)
        return (*a)->len < (*b)->len ? -1 : 1;
    return memcmp((*a)->blob, (*b)->blob, (*a)->len);
}

static bool same_place(const struct target *a, const struct target *b)
{
    return a->port == b->port && strcmp(a->address, b->address) == 0 &&
           jump_same(a->jump, b->jump);
}

/* Marks keys that more than one machine of this run answers with. */
static int mark_shared(struct trust *trust)
{
    struct seen_key **sorted = malloc((trust->key_count + 1) * sizeof *sorted);
    if (sorted == NULL)
        return -1;
    for (size_t i = 0; i < trust->key_count; i++)
        sorted[i] = &trust->keys[i];
    qsort(sorted, trust->key_count, sizeof *sorted, by_blob);
    for (size_t i = 1; i < trust->key_count; i++) {
        struct seen_key *a = sorted[i - 1];
        struct seen_key *b = sorted[i];
        if (by_blob(&a, &b) != 0 || same_place(a->target, b->target))
            continue;
        a->shared_with = b->target->name;
        b->shared_with = a->target->name;
    }
    free(sorted);
    return 0;
}

static int by_name(const void *left, const void *right)
{
    const struct seen_key *a = left;
    const struct seen_key *b = right;
    return strverscmp(a->target->name, b->target->name);
}

static const char *verdict_text(enum key_verdict verdict)
{
    switch (verdict) {
    case KEY_KNOWN:
        return "known";
    case KEY_UNKNOWN:
        return "new";
    case KEY_CHANGED:
        return "CHANGED";
    case KEY_OTHER_HOST:
        return "OTHER HOST: known_hosts has this key for another host; "
               "not added";
    case KEY_REVOKED:
        return "REVOKED in known_hosts; not added";
    case KEY_AUTHORITY:
        return "only an @cert-authority line matches, which is not "
               "supported; not added";
    }
    return "";
}

static bool addable(const struct seen_key *key)
{
    return key->verdict == KEY_UNKNOWN && key->shared_with == NULL;
}

static bool replaceable(const struct seen_key *key)
{
    return key->verdict == KEY_CHANGED && key->shared_with == NULL;
}

static struct key_replacement replacement_of(const struct seen_key *key)
{
    return (struct key_replacement){name_of(key->target),
                                    key->target->address,
                                    key->target->port,
                                    {key->type, key->blob, key->len}};
}

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
    const struct key_replacement item = replacement_of(key);
    known_hosts_old_keys(trust->chosen.ssh.known_hosts, &item, print_old,
                         trust);
    if (!trust->options->replace)
        printf("%-20s not replaced. If it was re-installed, compare the new "
               "fingerprint there, then: wmifleet trust --replace -l %s; if "
               "not, somebody else answers\n",
               "", key->target->name);
}

static void print_key(struct trust *trust, const struct seen_key *key)
{
    const struct target *target = key->target;
    printf("%-20s %s:%u  %s %s  %s\n", target->name, target->address,
           (unsigned)target->port, key->type, key->fingerprint,
           verdict_text(key->verdict));
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
    for (size_t i = 0; items != NULL && i < trust->key_count; i++) {
        if (replaceable(&trust->keys[i]))
            items[filled++] = replacement_of(&trust->keys[i]);
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
    for (size_t i = 0; i < trust->key_count; i++) {
        const struct seen_key *key = &trust->keys[i];
        if (!addable(key))
            continue;
        const struct host_key host_key = {key->type, key->blob, key->len};
        struct err err;
        if (known_hosts_append(trust->chosen.ssh.known_hosts,
                               name_of(key->target), key->target->port,
                               &host_key, &err)) {
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
    qsort(trust->keys, trust->key_count, sizeof *trust->keys, by_name);
    for (size_t i = 0; i < trust->key_count; i++) {
        const struct seen_key *key = &trust->keys[i];
        print_key(trust, key);
        if (addable(key))
            added++;
        else if (trust->options->replace && replaceable(key))
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
                            .timeouts = job_timeouts_default(),
                            .log = trust->log};
    if (trust->options->connect_timeout_s > 0)
        plan.timeouts.connect =
            trust->options->connect_timeout_s * UINT64_C(1000);
    plan.timeouts.host = trust->options->timeout_s * UINT64_C(1000);
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
    trust->keys = calloc(config.target_count + 1, sizeof *trust->keys);
    if (trust->keys == NULL)
        return err_set(err, 0, "out of memory");
    int failed = fleet_run(&config, end, err);
    live_wipe(&trust->live);
    return failed || mark_shared(trust) ? -1 : 0;
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

static void forget_keys(struct trust *trust)
{
    for (size_t i = 0; i < trust->key_count; i++) {
        free(trust->keys[i].type);
        free(trust->keys[i].blob);
    }
    free(trust->keys);
    trust->keys = NULL;
    trust->key_count = 0;
}

static int see_to(struct trust *trust, const struct target *targets,
                  size_t count)
{
    trust->targets = targets;
    trust->target_count = count;
    int status = perform(trust);
    forget_keys(trust);
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
