/* SPDX-License-Identifier: MIT */
#include "payload/snapshots.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "payload/command.h"

/* An undo of more than this would not fit into a request. */
#define FILE_MAX PROTOCOL_REQUEST_MAX

/* A file of the folder as JSON, its text in `text`; NULL when it is none. */
static cJSON *read_json(const struct folder *folder, const char *name,
                        struct buf *text, struct err *err)
{
    char path[FILE_PATH_MAX];
    folder_path(folder, name, path);
    buf_reset(text);
    return file_read(path, text, err) == 0
               ? json_parse(path, text->data, text->len, err)
               : NULL;
}

/* The text of one file under `key`, or why there is none. */
static void add_file(cJSON *entry, const char *key, const struct folder *folder,
                     const char *name)
{
    struct buf text;
    struct err err;
    buf_init(&text, FILE_MAX);
    cJSON *tree = read_json(folder, name, &text, &err);
    if (tree != NULL)
        cJSON_AddStringToObject(entry, key, text.data);
    else if (json_member(entry, "error") == NULL)
        cJSON_AddStringToObject(entry, "error", err.text);
    cJSON_Delete(tree);
    buf_release(&text);
}

/* s-<run>-<verb>-<hash>.json and no run's whose id merely begins so. */
static bool is_result_of(const char *name, const char *run)
{
    const char *verb = name + strlen("s-") + strlen(run) + strlen("-");
    size_t len = strcspn(verb, "-");
    return strlen(verb) == len + 1 + PROTOCOL_HASH_LEN + strlen(".json");
}

static void add_result(cJSON *entry, const struct folder *folder,
                       const char *run)
{
    char pattern[PROTOCOL_RUN_ID_MAX + 16];
    char path[FILE_PATH_MAX];
    struct file_entry *files;
    size_t count;
    snprintf(pattern, sizeof pattern, "s-%s-*.json", run);
    folder_path(folder, pattern, path);
    if (file_list(path, &files, &count, NULL) != 0)
        return;
    for (size_t i = 0; i < count; i++) {
        if (!is_result_of(files[i].name, run))
            continue;
        add_file(entry, "result", folder, files[i].name);
        break;
    }
    free(files);
}

static cJSON *make_entry(const struct folder *folder, const char *name)
{
    char run[PROTOCOL_RUN_ID_MAX + 1];
    struct err err;
    cJSON *entry = cJSON_CreateObject();
    size_t len = strlen(name) - strlen("u-") - strlen(".json");
    cJSON_AddStringToObject(entry, "file", name);
    snprintf(run, sizeof run, "%.*s", (int)len, name + strlen("u-"));
    if (len >= sizeof run || command_check_run(run, &err) != 0) {
        cJSON_AddStringToObject(entry, "error", "its name has no run id");
        return entry;
    }
    add_file(entry, "text", folder, name);
    add_result(entry, folder, run);
    return entry;
}

/* What it takes of the answer; SIZE_MAX when memory is short. */
static size_t printed_len(const cJSON *entry)
{
    char *text = json_print_ascii(entry);
    size_t len = text != NULL ? strlen(text) : SIZE_MAX;
    free(text);
    return len;
}

/* How many of them were added. */
static size_t add_entries(cJSON *list, const struct folder *folder,
                          const struct file_entry *files, size_t count)
{
    size_t room = PROTOCOL_SNAPSHOTS_MAX;
    size_t i = 0;
    for (; i < count; i++) {
        cJSON *entry = make_entry(folder, files[i].name);
        size_t len = printed_len(entry);
        if (len > room || !cJSON_AddItemToArray(list, entry)) {
            cJSON_Delete(entry);
            break;
        }
        room -= len;
    }
    return i;
}

cJSON *snapshots_collect(const struct folder *folder, const char *run,
                         struct err *err)
{
    char pattern[PROTOCOL_RUN_ID_MAX + 16];
    char path[FILE_PATH_MAX];
    struct file_entry *files;
    size_t count;
    snprintf(pattern, sizeof pattern, "u-%s*.json", run != NULL ? run : "");
    folder_path(folder, pattern, path);
    if (file_list(path, &files, &count, err) != 0)
        return NULL;
    cJSON *snapshots = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(snapshots, "files");
    size_t added = add_entries(list, folder, files, count);
    free(files);
    if (cJSON_AddNumberToObject(snapshots, "left_out",
                                (double)(count - added)) != NULL)
        return snapshots;
    cJSON_Delete(snapshots);
    err_set(err, 0, "snapshots: memory is short");
    return NULL;
}
