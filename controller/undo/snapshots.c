/* SPDX-License-Identifier: MIT */
/*
 * The files are walked from the newest to the oldest, as far as the wish
 * goes. What a run left is in its result; a run without one ended half-way,
 * and what it left is not known.
 */
#include "controller/undo/snapshots.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "controller/undo/snapshot_file.h"
#include "controller/undo/undo_settings.h"

/*
 * Settings are looked for one by one: these keep a hostile answer from
 * holding up the loop. Far more than an answer's bytes have room for where
 * they are real ones.
 */
#define JUDGED_MAX 10000 /* settings in all files */
#define SPAN_MAX 1000    /* different ones to put back */
/* Of a request; the rest is for what else is in it. */
#define SPAN_BYTES_MAX (PROTOCOL_REQUEST_MAX - 65536u)

struct walk {
    struct snapshots_span *span;
    const struct snapshots_wish *wish;
    const cJSON *identity;
    char foreign[PROTOCOL_RUN_ID_MAX + 16]; /* the newest file of such */
    int judged;                             /* settings in the files so far */
    bool done;
    struct err *err;
};

/* --- the span ------------------------------------------------------------- */

/*
 * The GUID decides, and the SID where both sides know it. The date of the
 * installation does not: each upgrade in place writes another one.
 */
static bool same_installation(const cJSON *then, const cJSON *now)
{
    static const char *const members[] = {"machine_guid", "machine_sid"};
    if (json_text(now, members[0]) == NULL)
        return false;
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        const char *a = json_text(then, members[i]);
        const char *b = json_text(now, members[i]);
        if (a != NULL && b != NULL && strcmp(a, b) != 0)
            return false;
    }
    return true;
}

/*
 * 1 when the run wrote the setting, with what it left (NULL: not known); 0
 * when it did not come to it, or nothing became of it.
 */
static int was_written(const struct snapshot_file *file, const cJSON *setting,
                       const cJSON **after)
{
    *after = NULL;
    if (file->left == NULL)
        return 1;
    const cJSON *told;
    cJSON_ArrayForEach (told, json_member(file->left, "settings")) {
        if (strcmp(json_text(told, "id"), json_text(setting, "id")) != 0)
            continue;
        *after = json_member(told, "after");
        if (cJSON_IsNull(*after))
            *after = NULL;
        return *after == NULL ||
               !json_equal(*after, json_member(setting, "before"));
    }
    return 0;
}

static bool add_copy(cJSON *list, const cJSON *item)
{
    cJSON *copy = cJSON_Duplicate(item, 1);
    if (copy != NULL && cJSON_AddItemToArray(list, copy))
        return true;
    cJSON_Delete(copy);
    return false;
}

/* What the run asked, so that the payload plans its settings again. */
static int take_wmi(struct snapshots_span *span,
                    const struct snapshot_file *file)
{
    const cJSON *wmi = json_member(file->snapshot, "wmi");
    if (span->wmi == NULL) {
        snprintf(span->run, sizeof span->run, "%s", file->run);
        span->wmi = cJSON_Duplicate(wmi, 1);
        if (span->wmi == NULL)
            return -1;
    } else if (!add_copy(span->earlier_wmi, wmi)) {
        return -1;
    }
    cJSON_ArrayForEach (wmi, json_member(file->snapshot, "earlier_wmi"))
        if (!add_copy(span->earlier_wmi, wmi))
            return -1;
    return 0;
}

static int tell_too_much(struct walk *walk)
{
    return err_set(walk->err, 0,
                   "its snapshots together are more than one undo can ask; "
                   "put runs back one by one: wmifleet undo RUN "
                   "--from-target");
}

static int take_file(struct walk *walk, const struct snapshot_file *file)
{
    const cJSON *setting;
    const cJSON *after;
    bool taken = false;
    cJSON_ArrayForEach (setting, json_member(file->snapshot, "settings")) {
        if (!was_written(file, setting, &after))
            continue;
        taken = true;
        if (undo_settings_take(walk->span->settings, setting, after))
            return err_set(walk->err, 0, "out of memory");
    }
    if (taken && take_wmi(walk->span, file))
        return err_set(walk->err, 0, "out of memory");
    if (cJSON_GetArraySize(walk->span->settings) > SPAN_MAX)
        return tell_too_much(walk);
    walk->done = taken && !walk->wish->all;
    return 0;
}

static int judge_file(struct walk *walk, struct snapshot_file *file)
{
    if (snapshot_file_read(file, walk->err))
        return -1;
    walk->judged += cJSON_GetArraySize(json_member(file->snapshot, "settings"));
    if (walk->judged > JUDGED_MAX)
        return tell_too_much(walk);
    if (!same_installation(json_member(file->snapshot, "identity"),
                           walk->identity)) {
        if (walk->span->foreign++ == 0)
            snprintf(walk->foreign, sizeof walk->foreign, "%s", file->name);
        return 0;
    }
    if (walk->wish->run == NULL && !walk->wish->all &&
        strcmp(json_text(file->snapshot, "verb"), "apply") != 0)
        return 0;
    return take_file(walk, file);
}

/* --- which files ---------------------------------------------------------- */

static bool is_wished(const struct snapshot_file *file, const char *run)
{
    return run == NULL || strncmp(file->run, run, strlen(run)) == 0;
}

static int take_entry(struct walk *walk, const cJSON *entry, const char *run)
{
    const char *error = json_text(entry, "error");
    struct snapshot_file file = {.name = json_text(entry, "file"),
                                 .text = json_text(entry, "text"),
                                 .result = json_text(entry, "result")};
    if (file.name == NULL || (file.text == NULL && error == NULL))
        return err_set(walk->err, 0,
                       "what it tells of its snapshots is not "
                       "as it should be");
    if (snapshot_file_name(&file, walk->err))
        return -1;
    if (!is_wished(&file, run))
        return 0;
    if (error != NULL)
        return err_set(walk->err, 0, "%s: %s", file.name, error);
    int status = judge_file(walk, &file);
    snapshot_file_release(&file);
    return status;
}

/* A whole id counts for itself, else the beginning has to be of one run. */
static int find_run(const cJSON *files, const char *run, char *id, size_t size,
                    struct err *err)
{
    const cJSON *entry;
    size_t count = 0;
    cJSON_ArrayForEach (entry, files) {
        struct snapshot_file file = {.name = json_text(entry, "file")};
        if (file.name == NULL || snapshot_file_name(&file, NULL) ||
            !is_wished(&file, run))
            continue;
        bool whole = strcmp(file.run, run) == 0;
        if (count == 0 || whole)
            snprintf(id, size, "%s", file.run);
        if (whole)
            return 0;
        count++;
    }
    return count < 2 ? 0
                     : err_set(err, 0,
                               "run %s: the beginning of more than one of its "
                               "snapshots",
                               run);
}

static int walk_files(struct walk *walk, const cJSON *files)
{
    char id[PROTOCOL_RUN_ID_MAX + 1] = "";
    const char *run = walk->wish->run;
    if (run != NULL) {
        if (find_run(files, run, id, sizeof id, walk->err))
            return -1;
        run = id[0] != '\0' ? id : run;
    }
    const cJSON *entry;
    cJSON_ArrayForEach (entry, files) {
        if (take_entry(walk, entry, run))
            return -1;
        if (walk->done)
            return 0;
    }
    return 0;
}

/* What it takes of a request; too much when memory is short. */
static size_t printed_len(const cJSON *tree)
{
    char *text = json_print_ascii(tree);
    size_t len = text != NULL ? strlen(text) : SPAN_BYTES_MAX + 1;
    free(text);
    return len;
}

static int judge_size(struct walk *walk)
{
    const struct snapshots_span *span = walk->span;
    if (span->wmi == NULL)
        return 0;
    size_t len = printed_len(span->wmi) + printed_len(span->earlier_wmi) +
                 printed_len(span->settings) + printed_len(walk->identity);
    return len > SPAN_BYTES_MAX ? tell_too_much(walk) : 0;
}

/* Every file was looked at, or as many as the wish needed. */
static int judge_end(const struct walk *walk, const cJSON *snapshots)
{
    const cJSON *left_out = json_member(snapshots, "left_out");
    if (!walk->done && left_out->valuedouble > 0)
        return err_set(walk->err, 0,
                       "%.0f older snapshots of it did not fit into its "
                       "answer; put runs back one by one: wmifleet undo RUN "
                       "--from-target",
                       left_out->valuedouble);
    if (walk->span->wmi == NULL && walk->span->foreign > 0)
        return err_set(walk->err, 0,
                       "%s: it was written on another installation of "
                       "Windows; nothing of it is put back",
                       walk->foreign);
    return 0;
}

enum snapshots_end snapshots_read(struct snapshots_span *span,
                                  const cJSON *snapshots, const cJSON *identity,
                                  const struct snapshots_wish *wish,
                                  struct err *err)
{
    const cJSON *files = json_member(snapshots, "files");
    const cJSON *left_out = json_member(snapshots, "left_out");
    struct walk walk = {
        .span = span, .wish = wish, .identity = identity, .err = err};
    *span = (struct snapshots_span){.settings = cJSON_CreateArray(),
                                    .earlier_wmi = cJSON_CreateArray()};
    int status = -1;
    if (span->settings == NULL || span->earlier_wmi == NULL)
        err_set(err, 0, "out of memory");
    else if (!cJSON_IsArray(files) || !cJSON_IsNumber(left_out) ||
             !(left_out->valuedouble >= 0))
        err_set(err, 0, "it tells nothing of its snapshots");
    else
        status = walk_files(&walk, files);
    if (status == 0)
        status = judge_end(&walk, snapshots);
    if (status == 0) {
        undo_settings_drop_settled(span->settings);
        status = judge_size(&walk);
    }
    if (status == 0 && cJSON_GetArraySize(span->settings) > 0)
        return SNAPSHOTS_FOUND;
    snapshots_release(span);
    return status == 0 ? SNAPSHOTS_NOTHING : SNAPSHOTS_REFUSED;
}

void snapshots_release(struct snapshots_span *span)
{
    cJSON_Delete(span->wmi);
    cJSON_Delete(span->earlier_wmi);
    cJSON_Delete(span->settings);
    *span = (struct snapshots_span){.run = ""};
}
