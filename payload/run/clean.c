/* SPDX-License-Identifier: MIT */
/*
 * Theory of operation. Under the machine's lock, so that nobody works there:
 * snapshots that were not put back end it before the first file goes. Then
 * the files go, then the one-time files of the profile. The lock's own file
 * and the folder can only go when we hold them no longer; whoever comes
 * between keeps them, and the answer is `busy`: the controller asks again.
 */
#include "payload/run/clean.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "payload/engine/unused.h"
#include "payload/settings/own_file.h"
#include "payload/win32/errors.h"

/* For all files that somebody holds together. */
#define PATIENCE_MS 5000u
/*
 * A one-time file is uploaded and run within two minutes. What is older has
 * no controller any more that would come back to run it.
 */
#define STALE (5ull * 60 * 10000000)
#define TOLD_MAX 1000
#define RESULT_MAX ((size_t)4 << 20)
#define SNAPSHOT_MAX ((size_t)16 << 20)
#define LIST_MAX 4096 /* of file_list */

struct cleaning {
    struct run *run;
    bool dry;
    ULONGLONG until_ms;
    size_t told;
    bool failed;
};

/* --- what is told --------------------------------------------------------- */

/* `error` is taken; NULL: there is none. */
static void tell(struct cleaning *cleaning, const char *id, const char *state,
                 cJSON *error)
{
    struct run *run = cleaning->run;
    bool goes = strcmp(state, "changed") == 0;
    cJSON *setting = cJSON_CreateObject();
    if (++cleaning->told > TOLD_MAX) {
        cJSON_Delete(setting);
        cJSON_Delete(error);
        return;
    }
    cJSON_AddStringToObject(setting, "id", id);
    cJSON_AddStringToObject(setting, "state", state);
    cJSON_AddStringToObject(setting, "desired", "absent");
    cJSON_AddStringToObject(setting, "before", "present");
    cJSON_AddStringToObject(setting, "after", goes ? "absent" : "present");
    if (error != NULL && !cJSON_AddItemToObject(setting, "error", error))
        cJSON_Delete(error);
    run_publish_begin(run);
    if (!cJSON_AddItemToArray(run->cleaned, setting))
        cJSON_Delete(setting);
    run_publish_end(run);
}

static void tell_failed(struct cleaning *cleaning, const char *id,
                        const struct err *err)
{
    static const char hint[] = "somebody holds it, a virus scanner for "
                               "instance, or an administrator's shell: clean "
                               "again later";
    cleaning->failed = true;
    tell(cleaning, id, "failed",
         error_to_json((unsigned long)err->code, NULL, err->text, hint));
}

static void tell_rest(const struct cleaning *cleaning)
{
    char text[80];
    if (cleaning->told <= TOLD_MAX)
        return;
    snprintf(text, sizeof text, "%lu files more are not listed",
             (unsigned long)(cleaning->told - TOLD_MAX));
    run_hint(cleaning->run, text);
}

/* --- files ---------------------------------------------------------------- */

static void remove_file(struct cleaning *cleaning, const char *place,
                        const char *name, const char *path)
{
    char id[sizeof "profile[]" + FILE_PATH_MAX];
    struct err err;
    snprintf(id, sizeof id, "%s[%s]", place, name);
    if (cleaning->dry)
        tell(cleaning, id, "drift", NULL);
    else if (file_delete_by(path, cleaning->until_ms, &err) == 0)
        tell(cleaning, id, "changed", NULL);
    else
        tell_failed(cleaning, id, &err);
}

static int list(struct cleaning *cleaning, const char *pattern,
                struct file_entry **files, size_t *count)
{
    char path[FILE_PATH_MAX];
    struct err err;
    folder_path(&cleaning->run->folder, pattern, path);
    if (file_list(path, files, count, &err) == 0)
        return 0;
    return failure_set(&cleaning->run->failure, FAILURE_PAYLOAD_FAILED,
                       (unsigned long)err.code, NULL, "%s", err.text);
}

/* How many are ours; a list that is cut short is asked for again. */
static int empty_folder(struct cleaning *cleaning)
{
    struct file_entry *files;
    size_t count;
    do {
        if (list(cleaning, "*", &files, &count) != 0)
            return -1;
        for (size_t i = 0; i < count; i++) {
            char path[FILE_PATH_MAX];
            enum own_file kind = own_file_kind(files[i].name);
            folder_path(&cleaning->run->folder, files[i].name, path);
            if (kind != OWN_FILE_NONE && kind != OWN_FILE_LOCK)
                remove_file(cleaning, "folder", files[i].name, path);
        }
        free(files);
    } while (count == LIST_MAX && !cleaning->dry && !cleaning->failed &&
             GetTickCount64() < cleaning->until_ms);
    return 0;
}

/* This run's own files, which the controller removes when it has ended. */
static bool is_of_this_run(const struct run *run, const char *name)
{
    const char *slash = strrchr(run->image.path, '\\');
    const char *image = slash != NULL ? slash + 1 : run->image.path;
    return _stricmp(name, image) == 0 ||
           (run->command.one_time && strcmp(name, run->command.request) == 0);
}

static void tell_fresh(struct cleaning *cleaning, const char *name)
{
    char id[sizeof "profile[]" + FILE_PATH_MAX];
    char text[400];
    snprintf(id, sizeof id, "profile[%s]", name);
    snprintf(text, sizeof text,
             "%s in the login's profile is younger than five minutes: left, "
             "another controller may be about to run it",
             name);
    tell(cleaning, id, "skipped", NULL);
    run_hint(cleaning->run, text);
}

static void sweep_profile(struct cleaning *cleaning)
{
    struct file_entry *files;
    size_t count;
    unsigned long long now = file_time_now();
    if (file_list(PROTOCOL_ONE_TIME_PREFIX "*", &files, &count, NULL) != 0)
        return;
    for (size_t i = 0; i < count; i++) {
        const char *name = files[i].name;
        if (!own_file_is_one_time(name) || is_of_this_run(cleaning->run, name))
            continue;
        if (files[i].written + STALE < now)
            remove_file(cleaning, "profile", name, name);
        else
            tell_fresh(cleaning, name);
    }
    free(files);
}

/* --- snapshots that were not put back ------------------------------------- */

static cJSON *read_tree(const struct cleaning *cleaning, const char *name,
                        size_t max)
{
    char path[FILE_PATH_MAX];
    struct buf text;
    cJSON *tree = NULL;
    buf_init(&text, max);
    folder_path(&cleaning->run->folder, name, path);
    if (file_read(path, &text, NULL) == 0)
        tree = json_parse(name, text.data, text.len, NULL);
    buf_release(&text);
    return tree;
}

/* Run ids are of one length: none begins like another. */
static cJSON *read_left(struct cleaning *cleaning, const char *run)
{
    char pattern[PROTOCOL_RUN_ID_MAX + 16];
    struct file_entry *files;
    size_t count;
    snprintf(pattern, sizeof pattern, "s-%s-*.json", run);
    if (list(cleaning, pattern, &files, &count) != 0)
        return NULL;
    cJSON *tree =
        count > 0 ? read_tree(cleaning, files[0].name, RESULT_MAX) : NULL;
    free(files);
    return tree;
}

static int add_snapshots(struct cleaning *cleaning, struct unused *unused)
{
    struct file_entry *files;
    size_t count;
    if (list(cleaning, "u-*.json", &files, &count) != 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        char run[PROTOCOL_RUN_ID_MAX + 1];
        if (!own_file_run(files[i].name, run))
            continue;
        cJSON *tree = read_tree(cleaning, files[i].name, SNAPSHOT_MAX);
        cJSON *left = read_left(cleaning, run);
        unused_add_snapshot(unused, run, (double)files[i].written, tree, left);
        cJSON_Delete(left);
        cJSON_Delete(tree);
    }
    free(files);
    if (count < LIST_MAX)
        return 0;
    return failure_set(&cleaning->run->failure, FAILURE_PAYLOAD_FAILED, 0,
                       "clean --forget-undo removes them unseen",
                       "the folder has more than %d snapshots: whether all "
                       "were put back cannot be told",
                       LIST_MAX);
}

static int add_results(struct cleaning *cleaning, struct unused *unused)
{
    struct file_entry *files;
    size_t count;
    if (list(cleaning, "s-*.json", &files, &count) != 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        cJSON *tree = read_tree(cleaning, files[i].name, RESULT_MAX);
        unused_add_result(unused, (double)files[i].written, tree);
        cJSON_Delete(tree);
    }
    free(files);
    return 0;
}

static void tell_unused(struct cleaning *cleaning, const char *run)
{
    char id[PROTOCOL_RUN_ID_MAX + 32];
    char text[PROTOCOL_RUN_ID_MAX + 120];
    char hint[PROTOCOL_RUN_ID_MAX + 120];
    snprintf(id, sizeof id, "folder[u-%s.json]", run);
    snprintf(text, sizeof text,
             "run %s was not put back, as far as is known here: nothing was "
             "removed",
             run);
    snprintf(hint, sizeof hint,
             "wmifleet undo %s, then clean; or clean --forget-undo", run);
    tell(cleaning, id, "blocked", error_to_json(0, NULL, text, hint));
}

/* True when nothing keeps the files from being removed. */
static bool may_remove(struct cleaning *cleaning)
{
    struct run *run = cleaning->run;
    struct unused unused;
    const cJSON *runs = NULL;
    const cJSON *each;
    unused_init(&unused, run->outcome.identity);
    int status = add_snapshots(cleaning, &unused);
    if (status == 0)
        status = add_results(cleaning, &unused);
    if (status == 0)
        runs = unused_runs(&unused);
    if (status == 0 && runs == NULL)
        failure_set(&run->failure, FAILURE_PAYLOAD_FAILED, 0, NULL,
                    "clean: memory is short");
    cJSON_ArrayForEach (each, runs) {
        tell_unused(cleaning, each->valuestring);
    }
    bool clear = runs != NULL && cJSON_GetArraySize(runs) == 0;
    unused_release(&unused);
    return clear;
}

/* --- the folder ----------------------------------------------------------- */

static void be_busy(struct run *run)
{
    failure_set(&run->failure, FAILURE_BUSY, 0, "clean again when it has ended",
                "another payload began to work here while this one cleaned");
}

/* It is closed; what is in it is looked at again. */
static void tell_rest_of_folder(struct cleaning *cleaning)
{
    struct run *run = cleaning->run;
    struct file_entry *files;
    size_t count;
    char text[FILE_PATH_MAX + 360];
    const char *foreign = "a folder";
    if (list(cleaning, "*", &files, &count) != 0)
        return;
    for (size_t i = 0; i < count; i++) {
        if (own_file_kind(files[i].name) != OWN_FILE_NONE)
            be_busy(run);
        else
            foreign = files[i].name;
    }
    snprintf(text, sizeof text,
             "%s stays: what is in it is not of wmifleet: %s", run->folder.path,
             foreign);
    run_hint(run, text);
    free(files);
}

static void remove_folder(struct cleaning *cleaning)
{
    struct run *run = cleaning->run;
    char lock[FILE_PATH_MAX];
    struct err err;
    folder_path(&run->folder, "lock", lock);
    machine_lock_release(&run->lock);
    if (file_delete_by(lock, cleaning->until_ms, &err) != 0) {
        be_busy(run);
        return;
    }
    if (folder_remove(&run->folder, &err) == 0) {
        run_publish_begin(run);
        run->outcome.folder = NULL;
        run_publish_end(run);
        tell(cleaning, "folder", "changed", NULL);
    } else if (err.code == ERROR_DIR_NOT_EMPTY) {
        tell_rest_of_folder(cleaning);
    } else if (err.code == ERROR_SHARING_VIOLATION) {
        be_busy(run);
    } else {
        tell_failed(cleaning, "folder", &err);
    }
}

static int take_request(struct run *run)
{
    int status =
        request_open(&run->request, &run->command, &run->folder, &run->failure);
    run_publish_begin(run);
    run->cleaned = cJSON_CreateArray();
    run_publish_end(run);
    return status;
}

/* What the next run would find; nothing is brought along. */
static void tell_settled(struct run *run)
{
    bool settled =
        run->outcome.folder != NULL && settle_stands(&run->folder, &run->image);
    run_publish_begin(run);
    run->outcome.settled = settled;
    run_publish_end(run);
}

void clean_work(struct run *run)
{
    struct cleaning cleaning = {.run = run};
    bool there = run->folder.handle != NULL;
    if (there && machine_lock_take(&run->lock, &run->folder, run->key,
                                   PROTOCOL_RUN_SECONDS * MS_PER_SECOND,
                                   &run->failure) != 0)
        return;
    if (take_request(run) != 0)
        return;
    cleaning.dry = request_has_option(&run->request, "dry_run");
    cleaning.until_ms = GetTickCount64() + PATIENCE_MS;
    bool forget = request_has_option(&run->request, "forget_undo");
    if (!there || forget || may_remove(&cleaning)) {
        if (there)
            (void)empty_folder(&cleaning);
        sweep_profile(&cleaning);
        if (there && cleaning.dry)
            tell(&cleaning, "folder", "drift", NULL);
        else if (there && !cleaning.failed &&
                 run->failure.class == FAILURE_NONE)
            remove_folder(&cleaning);
    }
    tell_rest(&cleaning);
    tell_settled(run);
}
