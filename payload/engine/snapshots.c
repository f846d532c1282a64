/* SPDX-License-Identifier: MIT */
#include "payload/engine/snapshots.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "payload/protocol.h"

/* An undo of more than this would not fit into a request. */
#define FILE_MAX PROTOCOL_REQUEST_MAX

/*
 * The text of one file under `key`, or why there is none. One that is only
 * too large is left out where nothing depends on it.
 */
static void add_file(cJSON *entry, const char *key, const struct folder *folder,
                     const char *name, bool must)
{
    char path[FILE_PATH_MAX];
    struct buf text;
    struct err err;
    cJSON *tree = NULL;
    buf_init(&text, FILE_MAX);
    folder_path(folder, name, path);
    if (file_read(path, &text, &err) == 0)
        tree = json_parse(path, text.data, text.len, &err);
    if (tree != NULL)
        cJSON_AddStringToObject(entry, key, text.data);
    else if (must || err.code != FILE_CODE_TOO_LARGE)
        cJSON_AddStringToObject(entry, "error", err.text);
    cJSON_Delete(tree);
    buf_release(&text);
}

static int list(const struct folder *folder, const char *pattern,
                struct file_entry **files, size_t *count, struct err *err)
{
    char path[FILE_PATH_MAX];
    folder_path(folder, pattern, path);
    return file_list(path, files, count, err);
}

/* Run ids are of one length: none begins like another. */
static void add_result(cJSON *entry, const struct folder *folder,
                       const char *run)
{
    char pattern[PROTOCOL_RUN_ID_MAX + 16];
    struct file_entry *files;
    size_t count;
    snprintf(pattern, sizeof pattern, "s-%s-*.json", run);
    if (list(folder, pattern, &files, &count, NULL) != 0)
        return;
    if (count > 0)
        add_file(entry, "result", folder, files[0].name, false);
    free(files);
}

/* Whether the name is a snapshot's is judged where the text is. */
static cJSON *make_entry(const struct folder *folder, const char *name)
{
    char run[PROTOCOL_RUN_ID_MAX + 1];
    cJSON *entry = cJSON_CreateObject();
    snprintf(run, sizeof run, "%.*s", (int)strcspn(name + 2, "."), name + 2);
    cJSON_AddStringToObject(entry, "file", name);
    add_file(entry, "text", folder, name, true);
    /* Of what is no snapshot no result is looked for. */
    if (json_member(entry, "error") == NULL)
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
    struct file_entry *files;
    size_t count;
    snprintf(pattern, sizeof pattern, "u-%s*.json", run != NULL ? run : "");
    if (list(folder, pattern, &files, &count, err) != 0)
        return NULL;
    cJSON *snapshots = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(snapshots, "files");
    size_t added = add_entries(list, folder, files, count);
    free(files);
    cJSON_AddNumberToObject(snapshots, "left_out", (double)(count - added));
    return snapshots;
}
