/* SPDX-License-Identifier: MIT */
#include "controller/undo/from_target.h"

#include "controller/ask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "controller/report/describe.h"
#include "controller/report/entries.h"
#include "controller/fleet/fleet.h"
#include "controller/known_target.h"
#include "controller/job/payload_image.h"
#include "controller/undo/snapshots.h"
#include "inventory/fold.h"
#include "payload/settings/run_id.h"

#define TEXT_MAX ((size_t)64 * 1024) /* of one host, for a person */
#define NAMES_MAX ((size_t)64 * 1024 * 1024)
#define SETTINGS_SHOWN_MAX 40 /* of one host */
#define BLOCKS_SHOWN_MAX 20
#define ID_WIDTH_MAX 60

struct asking {
    struct from_target *from;
    struct blob request;
    char *text;                  /* of the request */
    size_t counts[STATUS_COUNT]; /* of those that have answered */
};

/* --- which hosts ---------------------------------------------------------- */

static int open_stored(struct from_target *from)
{
    struct err err;
    if (undo_plan_hosts(&from->stored, from->store, from->run, &err) == 0)
        return chosen_open_undo(from->chosen, from->options, &from->stored,
                                from->log);
    log_line(from->log, LOG_ERROR, "%s", err.text);
    return -1;
}

int from_target_open(struct from_target *from)
{
    const char *run = from->options->run;
    struct store_run found;
    bool stored = false;
    if (run != NULL && strcmp(run, "last") == 0)
        run = NULL;
    struct err err;
    if (run != NULL && run_id_check(run, &err)) {
        log_line(from->log, LOG_ERROR, "%s", err.text);
        return -1;
    }
    if (run != NULL) {
        stored = store_run_find(from->store, run, &found, NULL) == 0;
        snprintf(from->run_id, sizeof from->run_id, "%s",
                 stored ? found.id : run);
        from->run = from->run_id;
    }
    if (stored)
        store_run_release(&found);
    if (stored && from->options->inventory_by_default)
        return open_stored(from);
    return chosen_open(from->chosen, from->options, INVENTORY_CONNECT,
                       from->log);
}

/* --- one host's answer ---------------------------------------------------- */

static int keep_rest(struct from_target *from, struct result *result,
                     struct err *err)
{
    /* Megabytes, which nobody reads any more. */
    cJSON_Delete(result->snapshots);
    result->snapshots = NULL;
    struct result **rest =
        realloc(from->rest, (from->rest_count + 1) * sizeof(struct result *));
    if (rest == NULL) {
        result_free(result);
        return err_set(err, 0, "out of memory");
    }
    from->rest = rest;
    result->verb = VERB_UNDO;
    rest[from->rest_count++] = result;
    return 0;
}

/* Its snapshots are not believed: nothing is written there. */
static void fail_refused(struct result *result, const char *why)
{
    static const char hint[] =
        "nothing was put back there; look at its folder "
        "%ProgramData%\\wmifleet, or name a run: wmifleet undo RUN "
        "--from-target";
    result_fail(result, FAULT_BAD_RESULT, why);
    free(result->fault_hint);
    result->fault_hint = strdup(hint);
}

static void say_nothing(struct result *result, const char *run)
{
    char text[160];
    snprintf(text, sizeof text,
             "its own snapshots have nothing to put back%s%s",
             run != NULL ? " of run " : "", run != NULL ? run : "");
    cJSON_Delete(result->hints);
    result->hints = cJSON_CreateArray();
    cJSON_AddItemToArray(result->hints, cJSON_CreateString(text));
}

/* As the command line chose it, with what the snapshots say was asked. */
static int keep_target(struct kept_target *kept, const struct target *target,
                       const cJSON *wmi, struct err *err)
{
    struct target asked = *target;
    asked.wmi = wmi;
    char *text = kept_target_print(&asked);
    int failed = text == NULL
                     ? err_set(err, 0, "out of memory")
                     : kept_target_parse(kept, target->name, text, err);
    free(text);
    return failed;
}

/* Takes the span. */
static int take_span(struct from_target *from, const struct target *target,
                     const struct result *result, struct snapshots_span *span,
                     struct err *err)
{
    struct kept_target kept;
    struct undo_host *host = NULL;
    if (span->foreign > 0)
        log_line(from->log, LOG_WARNING,
                 "%s: %zu snapshots of another installation of Windows are "
                 "left aside",
                 target->name, span->foreign);
    if (keep_target(&kept, target, span->wmi, err) == 0) {
        host = undo_plan_add(from->undo, &kept);
        if (host == NULL)
            err_set(err, 0, "out of memory");
    }
    if (host != NULL) {
        cJSON_Delete(host->settings);
        cJSON_Delete(host->earlier_wmi);
        host->settings = span->settings;
        host->earlier_wmi = span->earlier_wmi;
        host->identity = cJSON_Duplicate(result->identity, 1);
        snprintf(host->run, sizeof host->run, "%s", span->run);
        span->settings = NULL;
        span->earlier_wmi = NULL;
    }
    snapshots_release(span);
    return host != NULL ? 0 : -1;
}

static int judge(struct from_target *from, const struct target *target,
                 struct result *result, struct err *err)
{
    const struct snapshots_wish wish = {.run = from->run,
                                        .all = from->options->all};
    struct snapshots_span span;
    struct err why;
    if (result->fault != FAULT_NONE)
        return keep_rest(from, result, err);
    switch (snapshots_read(&span, result->snapshots, result->identity, &wish,
                           &why)) {
    case SNAPSHOTS_REFUSED:
        fail_refused(result, why.text);
        break;
    case SNAPSHOTS_NOTHING:
        say_nothing(result, from->run);
        break;
    case SNAPSHOTS_FOUND: {
        int failed = take_span(from, target, result, &span, err);
        result_free(result);
        return failed;
    }
    }
    return keep_rest(from, result, err);
}

/* --- asking --------------------------------------------------------------- */

static int on_request(void *context, const struct target *target,
                      struct blob *request, struct err *err)
{
    const struct asking *asking = context;
    (void)target;
    (void)err;
    *request = asking->request;
    return 0;
}

static void on_cache(void *context, const struct target *target,
                     struct target_cache *cache)
{
    const struct asking *asking = context;
    known_target_get(asking->from->store, asking->from->log, target, cache);
}

static int on_done(void *context, const struct target *target, struct job *job,
                   struct result *result, struct err *err)
{
    struct asking *asking = context;
    asking->counts[result->status]++;
    if (known_target_put(asking->from->store, target, job_cache(job), err)) {
        result_free(result);
        return -1;
    }
    return judge(asking->from, target, result, err);
}

static int on_turn(void *context, struct err *err)
{
    const struct asking *asking = context;
    return store_commit(asking->from->store, err);
}

static void on_look(void *context, const struct fleet_view *view)
{
    const struct asking *asking = context;
    live_show(asking->from->live, view, asking->counts);
}

static void on_not_tried(void *context, const struct target *target)
{
    const struct asking *asking = context;
    log_line(asking->from->log, LOG_ERROR, "%s: not tried", target->name);
}

/* {"protocol", "wmi": {}, "options": {"run"}} */
static int make_request(struct asking *asking, struct err *err)
{
    cJSON *object = cJSON_CreateObject();
    cJSON *options = NULL;
    if (cJSON_AddNumberToObject(object, "protocol", PROTOCOL_VERSION) &&
        cJSON_AddObjectToObject(object, "wmi"))
        options = cJSON_AddObjectToObject(object, "options");
    if (options != NULL &&
        (asking->from->run == NULL ||
         cJSON_AddStringToObject(options, "run", asking->from->run)))
        asking->text = json_print_ascii(object);
    cJSON_Delete(object);
    if (asking->text == NULL)
        return err_set(err, 0, "out of memory");
    asking->request.data = asking->text;
    asking->request.len = strlen(asking->text);
    return payload_hash(asking->text, asking->request.len, asking->request.hash,
                        err);
}

static int ask(struct from_target *from, const struct job_plan *undo,
               struct err *err)
{
    struct asking asking = {.from = from};
    struct job_plan plan = *undo;
    enum fleet_end end = FLEET_ALL_DONE;
    plan.verb = VERB_SNAPSHOTS;
    const struct fleet_config config = {
        .plan = &plan,
        .targets = from->chosen->targets.items,
        .target_count = from->chosen->targets.count,
        .forks = fleet_forks_possible(
            from->options->forks, !chosen_is_direct(from->chosen), from->log),
        .links = chosen_links(from->chosen),
        .log = from->log,
        .context = &asking,
        .request = on_request,
        .cache = on_cache,
        .on_done = on_done,
        .on_not_tried = on_not_tried,
        .on_turn = on_turn,
        .on_look = on_look};
    live_begin(from->live, config.target_count);
    int failed = make_request(&asking, err) || fleet_run(&config, &end, err) ||
                 end == FLEET_STOPPED;
    live_wipe(from->live);
    from->interrupted = end == FLEET_INTERRUPTED;
    free(asking.text);
    return failed ? -1 : 0;
}

/* Those of the plan first, asked for what the snapshots say. */
static void sort_targets(struct target_list *targets,
                         const struct undo_plan *plan)
{
    size_t front = 0;
    for (size_t i = 0; i < targets->count; i++) {
        struct target target = targets->items[i];
        const struct undo_host *host = undo_plan_host(plan, target.name);
        if (host == NULL)
            continue;
        target.wmi = host->kept.target.wmi;
        targets->items[i] = targets->items[front];
        targets->items[front++] = target;
    }
}

int from_target_plan(struct from_target *from, const struct job_plan *plan)
{
    struct err err = {.text = "out of memory"};
    if (ask(from, plan, &err)) {
        log_line(from->log, LOG_ERROR, "%s", err.text);
        return -1;
    }
    sort_targets(&from->chosen->targets, from->undo);
    return 0;
}

/* --- showing -------------------------------------------------------------- */

/* What is known of now, and what it shall be again. */
static void describe_entry(struct buf *text, const cJSON *entry, size_t width)
{
    size_t start;
    const char *id = json_text(entry, "id");
    buf_add_text(text, "    ");
    start = text->len;
    log_escape(text, id, strlen(id));
    while (text->len - start < width && !text->failed)
        buf_add_char(text, ' ');
    buf_add_text(text, "  ");
    describe_value(text, json_member(entry, "after"));
    buf_add_text(text, " -> ");
    describe_value(text, json_member(entry, "before"));
    buf_add_text(text, "\n");
}

/* So wide that the values stand below each other. */
static size_t id_width(const cJSON *settings)
{
    const cJSON *entry;
    size_t width = 0;
    cJSON_ArrayForEach (entry, settings) {
        size_t len = strlen(json_text(entry, "id"));
        if (len > width && len <= ID_WIDTH_MAX)
            width = len;
    }
    return width;
}

static void describe_settings(struct buf *text, const struct undo_host *host)
{
    const cJSON *entry;
    int shown = 0;
    int count = cJSON_GetArraySize(host->settings);
    size_t width = id_width(host->settings);
    buf_addf(text, "back to before run %s:\n", host->run);
    cJSON_ArrayForEach (entry, host->settings) {
        if (shown++ < SETTINGS_SHOWN_MAX)
            describe_entry(text, entry, width);
    }
    if (count > SETTINGS_SHOWN_MAX)
        buf_addf(text, "    and %d more\n", count - SETTINGS_SHOWN_MAX);
}

/* One machine with huge values does not keep the others from being shown. */
static int describe_host(struct buf *text, const struct undo_host *host)
{
    buf_init(text, TEXT_MAX);
    describe_settings(text, host);
    if (!text->failed)
        return 0;
    buf_reset(text);
    buf_addf(text,
             "back to before run %s:\n    %d settings, too long to show\n",
             host->run, cJSON_GetArraySize(host->settings));
    return text->failed ? -1 : 0;
}

static int collect(struct entries *entries, const struct undo_plan *plan)
{
    int failed = 0;
    for (size_t i = 0; !failed && i < plan->count; i++) {
        struct buf text;
        failed =
            describe_host(&text, plan->hosts[i]) ||
            entries_note(entries, STATUS_CHANGED,
                         plan->hosts[i]->kept.target.name, text.data, NULL);
        buf_release(&text);
    }
    return failed;
}

static void print_entry(const struct entry *entry)
{
    struct buf names;
    struct buf escaped;
    buf_init(&names, NAMES_MAX);
    buf_init(&escaped, NAMES_MAX);
    if (fold_names(&names, (const char *const *)entry->hosts, entry->count) ==
            0 &&
        log_escape(&escaped, names.data, names.len) == 0)
        fprintf(stderr, "%s: %s", escaped.data, entry->text);
    else
        fprintf(stderr, "%zu hosts: %s", entry->count, entry->text);
    buf_release(&escaped);
    buf_release(&names);
}

static int show(const struct from_target *from)
{
    struct entries entries = {0};
    size_t hosts = 0;
    int failed = collect(&entries, from->undo);
    for (size_t i = 0; !failed && i < entries.count; i++) {
        if (i < BLOCKS_SHOWN_MAX)
            print_entry(&entries.items[i]);
        else
            hosts += entries.items[i].count;
    }
    if (hosts > 0)
        fprintf(stderr, "and %zu hosts more, each otherwise (-l shows fewer)\n",
                hosts);
    entries_release(&entries);
    return failed;
}

bool from_target_agreed(const struct from_target *from)
{
    if (show(from)) {
        log_line(from->log, LOG_ERROR, "undo: out of memory");
        return false;
    }
    if (from->options->yes)
        return true;
    enum ask_answer answer =
        isatty(STDIN_FILENO)
            ? ask_yes_no("Put this back on %zu %s?", from->undo->count,
                         from->undo->count == 1 ? "host" : "hosts")
            : ASK_NOBODY;
    if (answer == ASK_NOBODY) {
        log_line(from->log, LOG_ERROR,
                 "undo --from-target: nothing was put back: no terminal to "
                 "ask at; read what it would do, then say --yes");
        return false;
    }
    if (answer == ASK_NO)
        log_line(from->log, LOG_ERROR,
                 "undo --from-target: nothing was put "
                 "back");
    return answer == ASK_YES;
}

void from_target_release(struct from_target *from)
{
    for (size_t i = 0; i < from->rest_count; i++)
        result_free(from->rest[i]);
    free(from->rest);
    from->rest = NULL;
    from->rest_count = 0;
    undo_plan_release(&from->stored);
}
