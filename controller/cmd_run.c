/* SPDX-License-Identifier: MIT */
/* check, apply, undo, ping, clean and verify: one run over the fleet. */
#include "controller/commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "controller/ask.h"
#include "controller/command_again.h"
#include "controller/fleet/fleet.h"
#include "controller/kept_run.h"
#include "controller/job/payload_image.h"
#include "controller/known_target.h"
#include "controller/probing.h"
#include "controller/rerun.h"
#include "controller/run.h"

/* So many names are still a command that one would paste. */
#define NAMED_MAX 20

static enum verb verb_of(enum command command)
{
    if (command == COMMAND_APPLY)
        return VERB_APPLY;
    if (command == COMMAND_UNDO)
        return VERB_UNDO;
    if (command == COMMAND_CLEAN)
        return VERB_CLEAN;
    if (command == COMMAND_VERIFY)
        return VERB_VERIFY;
    return command == COMMAND_PING ? VERB_PING : VERB_CHECK;
}

static char *join_sources(const struct options *options)
{
    struct buf out;
    buf_init(&out, 65536);
    for (size_t i = 0; i < options->inventory_count; i++)
        buf_addf(&out, "%s%s", i ? " " : "", options->inventories[i]);
    return buf_take(&out);
}

/*
 * The command for an apply. --rerun is of one verb, so that an apply of what a
 * check chose by it has to name the hosts. NULL where there are too many.
 */
static int make_apply(struct run *run)
{
    const struct target_list *targets = &run->chosen.targets;
    struct buf names;
    char *limit = NULL;
    if (run->options->rerun != NULL && run->verb == VERB_CHECK) {
        if (targets->count > NAMED_MAX)
            return 0;
        buf_init(&names, 65536);
        for (size_t i = 0; i < targets->count; i++)
            buf_addf(&names, "%s%s", i > 0 ? "," : "", targets->items[i].name);
        limit = buf_take(&names);
        if (limit == NULL)
            return -1;
    }
    run->apply = command_apply(run->options, limit);
    free(limit);
    return run->apply == NULL ? -1 : 0;
}

/* The words that this run is repeated and gone on with. */
static int take_words(struct run *run, struct err *err)
{
    const struct options *options = run->options;
    bool as_kept = run->undo.inventory != NULL && options->inventory_by_default;
    run->sources =
        as_kept ? strdup(run->undo.inventory) : join_sources(options);
    run->again = command_again(options, run->undo.run);
    return run->sources != NULL && run->again != NULL && make_apply(run) == 0
               ? 0
               : err_set(err, 0, "out of memory");
}

static int open_requests(struct run *run, struct err *err)
{
    const struct options *options = run->options;
    const struct request_options wanted = {
        .only = options->only,
        .skip = options->skip,
        .restart_never = options->restart_never && verb_writes(run->verb),
        .allow_irreversible = options->allow_irreversible,
        .forget_undo = options->forget_undo,
        .dry_run = options->dry_run && run->verb == VERB_CLEAN,
    };
    run->requests = requests_new(&wanted, err);
    return run->requests != NULL ? 0 : -1;
}

/* From here on the run is in the store. */
static int begin_kept_run(struct run *run, struct err *err)
{
    const struct kept_run kept = {.id = run->id,
                                  .verb = run->verb,
                                  .sources = run->sources,
                                  .reason = run->options->reason,
                                  .goes_on = run->resumed.run[0] != '\0',
                                  .targets = &run->chosen.targets};
    if (run->store == NULL)
        run->store = store_open(run->options->store, err);
    if (run->store == NULL ||
        (run_goes_via(run) && verify_from_learn(&run->via, run->store, err)))
        return -1;
    return kept_run_begin(run->store, &kept, err);
}

static int open_recap(struct run *run, struct err *err)
{
    const struct recap_config config = {
        .out = stdout,
        .output = run->options->output,
        .color = run->options->color,
        .before = isatty(STDOUT_FILENO) ? live_wipe : NULL,
        .context = &run->live,
        .columns = live_columns(STDOUT_FILENO),
        .quiet = run->options->quiet,
        .verb = run->verb,
        .run = run->id,
        .again = run->again,
        .apply = run->apply,
        .nothing_asked = run->chosen.targets.nothing_asked};
    run->recap = recap_new(&config);
    return run->recap != NULL ? 0 : err_set(err, 0, "out of memory");
}

static int open_run(struct run *run, struct err *err)
{
    return take_words(run, err) || open_requests(run, err) ||
                   begin_kept_run(run, err) || open_recap(run, err)
               ? -1
               : 0;
}

static void close_run(struct run *run)
{
    for (size_t i = 0; i < run->held_count; i++)
        result_free(run->held[i]);
    free(run->held);
    for (size_t i = 0; i < run->unkept_count; i++)
        free(run->unkept[i]);
    free(run->unkept);
    recap_free(run->recap);
    outdir_close(run->outdir);
    store_close(run->store);
    requests_free(run->requests);
    schedule_free(run->schedule);
    free(run->again);
    free(run->apply);
    free(run->sources);
    resumed_release(&run->resumed);
    verify_from_close(&run->via);
    chosen_close(&run->chosen);
    from_target_release(&run->from);
    undo_plan_release(&run->undo);
}

/* The hosts that this run logs in to. */
static struct chosen *connecting(struct run *run)
{
    return run_goes_via(run) ? &run->via.collector : &run->chosen;
}

static int make_plan(struct run *run, struct job_plan *plan, struct err *err)
{
    *plan = (struct job_plan){.verb = run->verb,
                              .run = run->id,
                              .transport = &ssh_transport,
                              .transport_context = &connecting(run)->ssh,
                              .turns = &run->turns,
                              .timeouts = chosen_timeouts(run->options),
                              .log = run->log};
    return payload_image(&plan->payload, err);
}

/* Hosts whose outcome was known before: their results come first. */
static int tell_rest(struct run *run, struct err *err)
{
    struct from_target *from = &run->from;
    while (from->rest_count > 0) {
        if (run_keep(run, NULL, from->rest[--from->rest_count], err))
            return -1;
    }
    return run_on_turn(run, err);
}

/* The canaries are done and good. */
static void ask_about_rest(struct run *run, size_t rest)
{
    switch (ask_yes_no("The first %u went well. Go on with the other %zu?",
                       run->options->schedule.canary, rest)) {
    case ASK_YES:
        schedule_agree(run->schedule);
        return;
    case ASK_NO:
        schedule_stop(run->schedule, "nobody agreed to go on");
        return;
    case ASK_NOBODY:
        schedule_stop(run->schedule, "there is no terminal to ask at whether "
                                     "to go on (--yes goes on)");
        return;
    }
}

static int run_schedule(struct run *run, struct fleet_config *config,
                        enum fleet_end *end, struct err *err)
{
    const struct options *options = run->options;
    struct schedule_plan plan = options->schedule;
    plan.agreed = options->yes;
    plan.for_ms = options->until_done ? options->for_s * UINT64_C(1000) : 0;
    run->schedule = schedule_new(&plan, config->target_count);
    if (run->schedule == NULL)
        return err_set(err, 0, "out of memory");
    config->schedule = run->schedule;
    int failed = fleet_run(config, end, err);
    live_wipe(&run->live);
    while (!failed && *end == FLEET_ASKS) {
        ask_about_rest(run, config->target_count - plan.canary);
        failed = fleet_run(config, end, err);
        live_wipe(&run->live);
    }
    return failed;
}

/* The hosts that end with a result each. */
static size_t host_count(const struct run *run)
{
    return run->options->from_target ? run->undo.count + run->from.rest_count
                                     : run->chosen.targets.count;
}

/*
 * Before the first file goes: a store that believed afterwards that a machine
 * has the payload would run what somebody else put in its place.
 */
static int forget_caches(struct run *run, struct err *err)
{
    const struct target_list *targets = &run->chosen.targets;
    if (run->verb != VERB_CLEAN || run->options->dry_run)
        return 0;
    for (size_t i = 0; i < targets->count; i++) {
        struct target_cache cache = {.shell = SHELL_UNKNOWN};
        known_target_get(run->store, run->log, &targets->items[i], &cache);
        cache = (struct target_cache){.shell = cache.shell};
        if (known_target_put(run->store, &targets->items[i], &cache, err))
            return -1;
    }
    return store_commit(run->store, err);
}

static int run_fleet(struct run *run, enum fleet_end *end, struct err *err)
{
    struct job_plan plan;
    live_begin(&run->live, host_count(run));
    if (make_plan(run, &plan, err) || forget_caches(run, err) ||
        tell_rest(run, err))
        return -1;
    struct probing probing = {
        .store = run->store, .ways = run->chosen.ways, .log = run->log};
    const struct probe_plan probes =
        probing_plan(&probing, run->options, run->id);
    struct fleet_config config = {
        .work =
            run->verb == VERB_VERIFY && !run_goes_via(run) ? &probe_work : NULL,
        .work_context = &probes,
        .plan = &plan,
        .targets = connecting(run)->targets.items,
        .target_count = run->options->from_target
                            ? run->undo.count
                            : connecting(run)->targets.count,
        .forks = fleet_forks_possible(
            run->options->forks, !chosen_is_direct(connecting(run)), run->log),
        .links = chosen_links(connecting(run)),
        .log = run->log,
        .context = run,
        .request = run_on_request,
        .cache = run_on_cache,
        .on_done = run_on_done,
        .on_not_tried = run_on_not_tried,
        .on_turn = run_on_turn,
        .on_look = run_on_look};
    return run_schedule(run, &config, end, err);
}

/* The status that the run ends with, kept with it. */
static int end_run(struct run *run, enum fleet_end end, struct err *err)
{
    int status = result_exit_status(run->verb, recap_counts(run->recap));
    if (end == FLEET_INTERRUPTED)
        status = EXIT_INTERRUPTED;
    if (!run->resumed.stays_open &&
        store_run_end(run->store, run->id, status, err))
        return -1;
    if (recap_end(run->recap, schedule_why(run->schedule)))
        return err_set(err, 0, "standard output: cannot be written");
    return status;
}

static int perform(struct run *run, struct err *err)
{
    enum fleet_end end = FLEET_ALL_DONE;
    if (run_fleet(run, &end, err))
        return -1;
    if (end == FLEET_STOPPED) {
        recap_end(run->recap, schedule_why(run->schedule));
        struct err cause = *err;
        return err_set(err, 0, "%s; the run was stopped", cause.text);
    }
    return end_run(run, end, err);
}

static int tell_error(const struct run *run, const struct err *err)
{
    log_line(run->log, LOG_ERROR, "%s", err->text);
    return EXIT_CONTROLLER;
}

/* What undo has to know before it knows its hosts. */
static int plan_undo(struct run *run, struct err *err)
{
    int failed = undo_plan_make(&run->undo, run->store, run->options->run,
                                run->options->all, err);
    char *rest = run->undo.unsure;
    for (char *line; !failed && (line = strsep(&rest, "\n")) != NULL;)
        log_line(run->log, LOG_WARNING, "%s", line);
    return failed;
}

/* Status to end with, or -1: go on. Everything that goes wrong is told. */
static int choose_from_target(struct run *run)
{
    struct from_target *from = &run->from;
    struct job_plan plan;
    struct err err = {0};
    *from = (struct from_target){.options = run->options,
                                 .log = run->log,
                                 .store = run->store,
                                 .chosen = &run->chosen,
                                 .live = &run->live,
                                 .undo = &run->undo};
    if (from_target_open(from) ||
        chosen_connect(&run->chosen, run->options, run->log))
        return EXIT_CONTROLLER;
    if (make_plan(run, &plan, &err))
        return tell_error(run, &err);
    if (from_target_plan(from, &plan))
        return EXIT_CONTROLLER;
    if (from->interrupted)
        return EXIT_INTERRUPTED;
    bool go_on = run->undo.count == 0 || from_target_agreed(from);
    return go_on ? -1 : EXIT_CONTROLLER;
}

/* As its name says; where the hosts come from differs by verb. */
static int choose_hosts(struct run *run)
{
    const struct options *options = run->options;
    const struct log *log = run->log;
    struct err err;
    if (options->collector != NULL)
        return verify_from_open(&run->via, &run->chosen, options, log,
                                &run->resumed);
    if (run->verb == VERB_UNDO && plan_undo(run, &err)) {
        log_line(log, LOG_ERROR, "%s", err.text);
        return -1;
    }
    bool asks_nothing = run->verb == VERB_PING || run->verb == VERB_CLEAN;
    int failed =
        run->verb == VERB_UNDO
            ? chosen_open_undo(&run->chosen, options, &run->undo, log)
            : chosen_open(&run->chosen, options,
                          asks_nothing ? INVENTORY_CONNECT : INVENTORY_WMI,
                          log);
    return failed ? -1
                  : rerun_narrow(&run->chosen.targets, options, run->verb, log,
                                 &run->resumed);
}

/* verify asks ports alone, unless it goes through a machine. */
static bool logs_in(const struct run *run)
{
    return run->verb != VERB_VERIFY || run_goes_via(run) ||
           chosen_goes_through(&run->chosen);
}

/*
 * Everything that comes before the first write. Status to end with, or -1:
 * go on. Everything that goes wrong is told.
 */
static int choose(struct run *run)
{
    struct err err;
    if (kept_run_name(run->id)) {
        log_line(run->log, LOG_ERROR,
                 "the run cannot be named: no random bytes");
        return EXIT_CONTROLLER;
    }
    if (run->options->outdir != NULL &&
        outdir_open(&run->outdir, run->options->outdir, run->id, &err))
        return tell_error(run, &err);
    if (run->verb == VERB_UNDO)
        run->store = store_open(run->options->store, &err);
    if (run->verb == VERB_UNDO && run->store == NULL)
        return tell_error(run, &err);
    if (run->options->from_target)
        return choose_from_target(run);
    if (choose_hosts(run) ||
        (logs_in(run) &&
         chosen_connect(connecting(run), run->options, run->log)))
        return EXIT_CONTROLLER;
    if (run->resumed.run[0] != '\0') {
        memcpy(run->fresh_id, run->id, sizeof run->fresh_id);
        snprintf(run->id, sizeof run->id, "%.*s", PROTOCOL_RUN_ID_MAX,
                 run->resumed.run);
    }
    return -1;
}

int command_run(const struct options *options, const struct log *log)
{
    struct run run = {.options = options, .verb = verb_of(options->command)};
    live_init(&run.live, run.verb, options->quiet, log);
    run.log = &run.live.log;
    struct err err = {0};
    int told = choose(&run);
    int status = told;
    if (told < 0 && open_run(&run, &err) == 0)
        status = perform(&run, &err);
    if (status < 0)
        log_line(log, LOG_ERROR, "%s", err.text);
    run_tell_unkept(&run);
    close_run(&run);
    return status < 0 ? EXIT_CONTROLLER : status;
}
