/* SPDX-License-Identifier: MIT */
#include "controller/rerun.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/problems.h"
#include "controller/job/kept_target.h"
#include "controller/store/store.h"
#include "inventory/table.h"

#define WANTS_FAILED 1u
#define WANTS_UNREACHABLE 2u
#define WANTS_PENDING 4u

static const struct {
    const char *word;
    unsigned wants;
} words[] = {
    {"failed", WANTS_FAILED},
    {"unreachable", WANTS_UNREACHABLE},
    {"pending", WANTS_PENDING},
    {"all", ~0u},
};

#define WORD_COUNT (sizeof words / sizeof *words)

/* 0 for a word that is none. */
static unsigned wants_of(const char *word, size_t len)
{
    for (size_t i = 0; i < WORD_COUNT; i++) {
        if (strlen(words[i].word) == len &&
            strncmp(words[i].word, word, len) == 0)
            return words[i].wants;
    }
    return 0;
}

/* 0 when some word is none; `wrong` is then its place. */
static unsigned read_words(const char *text, const char **wrong)
{
    unsigned wants = 0;
    for (;;) {
        size_t len = strcspn(text, ",");
        unsigned more = wants_of(text, len);
        if (more == 0) {
            *wrong = text;
            return 0;
        }
        wants |= more;
        if (text[len] == '\0')
            return wants;
        text += len + 1;
    }
}

bool rerun_words_wrong(const char *text)
{
    const char *wrong = NULL;
    if (text == NULL || read_words(text, &wrong) != 0)
        return false;
    fprintf(stderr,
            "wmifleet: --rerun %.*s: failed, unreachable, pending or all is "
            "wanted, with commas between\n",
            (int)strcspn(wrong, ","), wrong);
    return true;
}

/* --- the earlier run ------------------------------------------------------ */

/* What a gathered name has in the table. */
static const char has_result[] = "it has a result";
static const char has_none[] = "it has none";
static const char was_cancelled[] = "it was cancelled";

struct gathered {
    unsigned wants;
    enum verb verb;
    struct table names; /* to one of the texts above */
    size_t pending;     /* those without a result */
    bool open;          /* the run has no end: its controller was killed */
    char **owned;
    size_t count;
    size_t room;
    bool failed;
};

static int gather_name(struct gathered *gathered, const char *host,
                       const char *how)
{
    if (gathered->count == gathered->room) {
        size_t room = gathered->room == 0 ? 64 : gathered->room * 2;
        char **grown = reallocarray(gathered->owned, room, sizeof *grown);
        if (grown == NULL)
            return -1;
        gathered->owned = grown;
        gathered->room = room;
    }
    char *name = strdup(host);
    if (name == NULL)
        return -1;
    gathered->owned[gathered->count++] = name;
    return table_put_text(&gathered->names, name, (char *)how);
}

static unsigned kind_of(enum verb verb, enum status status)
{
    struct result result = {.verb = verb, .status = status};
    if (status == STATUS_UNREACHABLE)
        return WANTS_UNREACHABLE;
    if (status == STATUS_NOT_TRIED || status == STATUS_CANCELLED)
        return WANTS_PENDING;
    return result_went_wrong(&result) ? WANTS_FAILED : 0;
}

static int each_result(void *context, const char *host, int status,
                       const char *json)
{
    struct gathered *gathered = context;
    unsigned kind = kind_of(gathered->verb, (enum status)status);
    (void)json;
    if (gathered->wants == ~0u || (kind & gathered->wants) != 0)
        gathered->failed |=
            gather_name(gathered, host,
                        status == STATUS_CANCELLED ? was_cancelled
                                                   : has_result) != 0;
    return gathered->failed;
}

static int each_pending(void *context, const char *host)
{
    struct gathered *gathered = context;
    gathered->pending++;
    gathered->failed |= gather_name(gathered, host, has_none) != 0;
    return gathered->failed;
}

static void gathered_release(struct gathered *gathered)
{
    for (size_t i = 0; i < gathered->count; i++)
        free(gathered->owned[i]);
    free(gathered->owned);
    table_release(&gathered->names);
}

struct newest {
    const char *verb;
    char id[48];
};

static int keep_newest(void *context, const struct store_run *run)
{
    struct newest *newest = context;
    if (strcmp(run->verb, newest->verb) != 0)
        return 0;
    snprintf(newest->id, sizeof newest->id, "%s", run->id);
    return 1;
}

/* The run that --rerun means: the newest of this verb. */
static int find_newest(struct store *store, enum verb verb, struct newest *out,
                       struct err *err)
{
    *out = (struct newest){.verb = verb_word(verb)};
    if (store_runs(store, keep_newest, out, err) < 0)
        return -1;
    if (out->id[0] == '\0')
        return err_set(err, 0, "--rerun: the store has no run of %s yet",
                       out->verb);
    return 0;
}

/* The run that --resume names; of this verb. */
static int find_named(struct store *store, const char *name, enum verb verb,
                      struct newest *out, bool *open, struct err *err)
{
    struct store_run run;
    *out = (struct newest){.verb = verb_word(verb)};
    if (store_run_find(store, name, &run, err))
        return -1;
    snprintf(out->id, sizeof out->id, "%s", run.id);
    *open = run.ended[0] == '\0';
    int failed = 0;
    if (strcmp(run.verb, out->verb) != 0)
        failed = err_set(err, 0, "--resume %s: that was %s, not %s", name,
                         run.verb, out->verb);
    store_run_release(&run);
    return failed;
}

static int gather(struct gathered *gathered, struct store *store,
                  const struct options *options, char run[48], struct err *err)
{
    struct newest found;
    int failed = options->resume != NULL
                     ? find_named(store, options->resume, gathered->verb,
                                  &found, &gathered->open, err)
                     : find_newest(store, gathered->verb, &found, err);
    if (!failed &&
        store_results(store, found.id, each_result, gathered, err) < 0)
        failed = -1;
    if (!failed && (gathered->wants & WANTS_PENDING) != 0 &&
        store_pending(store, found.id, each_pending, gathered, err) < 0)
        failed = -1;
    if (!failed && gathered->failed)
        failed = err_set(err, 0, "out of memory");
    if (!failed)
        memcpy(run, found.id, sizeof found.id);
    return failed;
}

/* --- the selection -------------------------------------------------------- */

static size_t keep_gathered(struct target_list *targets,
                            const struct gathered *gathered)
{
    size_t kept = 0;
    for (size_t i = 0; i < targets->count; i++) {
        if (table_get_text(&gathered->names, targets->items[i].name) != NULL)
            targets->items[kept++] = targets->items[i];
    }
    targets->count = kept;
    return kept;
}

/* --- going on with it ----------------------------------------------------- */

void resumed_release(struct resumed *resumed)
{
    table_release(&resumed->cancelled);
    *resumed = (struct resumed){.run = ""};
}

/* What was asked of the host then; true when it is what is asked now. */
static bool asks_the_same(const struct kept_target *kept,
                          const struct target *target)
{
    const cJSON *then = kept->target.wmi;
    if (then == NULL || target->wmi == NULL)
        return then == target->wmi;
    return cJSON_Compare(then, target->wmi, 1);
}

/*
 * Where the run may have written, undo goes by what it asked: under the same
 * id nothing else may be asked.
 */
static int check_asked(struct store *store, const char *run,
                       const struct target *target, struct err *err)
{
    struct kept_target kept;
    char *text = NULL;
    int found = store_host_target(store, run, target->name, &text, err);
    int failed =
        found < 0 || (found > 0 &&
                      kept_target_parse(&kept, target->name, text, err) != 0)
            ? -1
            : 0;
    free(text);
    if (failed || found == 0)
        return failed;
    if (!asks_the_same(&kept, target))
        failed = err_set(err, 0,
                         "%s: its settings in the inventory are no longer "
                         "those that run %s asked for and may have begun; put "
                         "them back, or undo that run first",
                         target->name, run);
    kept_target_release(&kept);
    return failed;
}

static int go_on(struct resumed *resumed, const struct gathered *gathered,
                 struct store *store, const char *run,
                 const struct target_list *targets, struct err *err)
{
    size_t pending = 0;
    int failed = 0;
    for (size_t i = 0; !failed && i < targets->count; i++) {
        const struct target *target = &targets->items[i];
        const char *how = table_get_text(&gathered->names, target->name);
        pending += how == has_none;
        if (how == was_cancelled &&
            table_put_text(&resumed->cancelled, target->name, (char *)how))
            failed = err_set(err, 0, "out of memory");
        else if (gathered->verb == VERB_APPLY &&
                 (how == was_cancelled || gathered->open))
            failed = check_asked(store, run, target, err);
    }
    snprintf(resumed->run, sizeof resumed->run, "%s", run);
    resumed->stays_open = gathered->open && pending < gathered->pending;
    return failed;
}

static int narrow(struct target_list *targets, struct gathered *gathered,
                  const struct options *options, struct resumed *resumed,
                  const struct log *log, struct err *err)
{
    char run[48] = "";
    struct store *store = store_open(options->store, err);
    int failed =
        store == NULL ? -1 : gather(gathered, store, options, run, err);
    if (!failed && keep_gathered(targets, gathered) == 0)
        failed = err_set(
            err, 0, "run %s left nothing of the selection to be done again",
            run);
    if (!failed && options->rerun == NULL)
        failed = go_on(resumed, gathered, store, run, targets, err);
    if (!failed)
        log_line(log, LOG_INFO, "%zu hosts that run %s left", targets->count,
                 run);
    store_close(store);
    return failed;
}

int rerun_narrow(struct target_list *targets, const struct options *options,
                 enum verb verb, const struct log *log, struct resumed *resumed)
{
    struct gathered gathered = {.verb = verb, .wants = WANTS_PENDING};
    struct err err;
    const char *wrong;
    if (options->rerun == NULL && options->resume == NULL)
        return 0;
    if (options->rerun != NULL)
        gathered.wants = read_words(options->rerun, &wrong);
    int failed = narrow(targets, &gathered, options, resumed, log, &err);
    if (failed)
        log_line(log, LOG_ERROR, "%s", err.text);
    gathered_release(&gathered);
    return failed;
}
