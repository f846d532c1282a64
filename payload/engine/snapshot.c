/* SPDX-License-Identifier: MIT */
#include "payload/engine/snapshot.h"

#include <windows.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

#define SNAPSHOT_MAX ((size_t)16 << 20)

static bool has_setting(const cJSON *settings, const char *id)
{
    const cJSON *setting;
    cJSON_ArrayForEach (setting, settings) {
        const char *known = json_text(setting, "id");
        if (known != NULL && id != NULL && strcmp(known, id) == 0)
            return true;
    }
    return false;
}

/* Adds copies of what `into` lacks. */
static bool merge(cJSON *into, const cJSON *settings)
{
    const cJSON *setting;
    cJSON_ArrayForEach (setting, settings) {
        if (has_setting(into, json_text(setting, "id")))
            continue;
        cJSON *copy = cJSON_Duplicate(setting, true);
        if (copy == NULL || !cJSON_AddItemToArray(into, copy)) {
            cJSON_Delete(copy);
            return false;
        }
    }
    return true;
}

static void snapshot_path(const struct folder *folder, const char *run,
                          char path[FILE_PATH_MAX])
{
    char name[PROTOCOL_RUN_ID_MAX + 16];
    snprintf(name, sizeof name, "u-%s.json", run);
    folder_path(folder, name, path);
}

cJSON *snapshot_load(const struct folder *folder, const char *run,
                     struct err *err)
{
    char path[FILE_PATH_MAX];
    struct buf text;
    cJSON *settings = NULL;
    buf_init(&text, SNAPSHOT_MAX);
    snapshot_path(folder, run, path);
    if (file_read(path, &text, err) == 0) {
        cJSON *tree = json_parse(path, text.data, text.len, err);
        settings = cJSON_DetachItemFromObjectCaseSensitive(tree, "settings");
        if (tree != NULL && settings == NULL)
            err_set(err, 0, "%s: it has no settings", path);
        cJSON_Delete(tree);
    } else if (err->code == ERROR_FILE_NOT_FOUND) {
        settings = cJSON_CreateArray();
    }
    buf_release(&text);
    if (settings == NULL)
        err_prefix(err, "snapshot");
    return settings;
}

static void drop_secret(cJSON *wmi)
{
    cJSON_DeleteItemFromObjectCaseSensitive(json_member(wmi, "account"),
                                            "password");
}

/* A copy; an absent item is no member. */
static bool add_copy(cJSON *object, const char *key, const cJSON *item)
{
    return item == NULL ||
           cJSON_AddItemToObject(object, key, cJSON_Duplicate(item, true));
}

static bool add_request(cJSON *tree, const cJSON *request)
{
    const cJSON *undo = json_member(request, "undo");
    if (!add_copy(tree, "wmi", json_member(request, "wmi")) ||
        !add_copy(tree, "earlier_wmi", json_member(undo, "earlier_wmi")))
        return false;
    drop_secret(json_member(tree, "wmi"));
    cJSON *wmi;
    cJSON_ArrayForEach (wmi, json_member(tree, "earlier_wmi")) {
        drop_secret(wmi);
    }
    return true;
}

/* Takes `settings`. */
static char *print(const struct snapshot_head *head, cJSON *settings)
{
    cJSON *tree = cJSON_CreateObject();
    char *text = NULL;
    if (!cJSON_AddItemToObject(tree, "settings", settings))
        cJSON_Delete(settings);
    else if (cJSON_AddNumberToObject(tree, "protocol", PROTOCOL_VERSION) &&
             cJSON_AddStringToObject(tree, "run", head->run) &&
             cJSON_AddStringToObject(tree, "verb", head->verb) &&
             add_request(tree, head->request) &&
             (head->computer == NULL ||
              cJSON_AddStringToObject(tree, "computer", head->computer)) &&
             add_copy(tree, "identity", head->identity) &&
             cJSON_AddTrueToObject(tree, "complete"))
        text = json_print_ascii(tree);
    cJSON_Delete(tree);
    return text;
}

int snapshot_save(const struct folder *folder, const struct snapshot_head *head,
                  const cJSON *settings, struct err *err)
{
    char path[FILE_PATH_MAX];
    cJSON *all = snapshot_load(folder, head->run, err);
    if (all == NULL)
        return -1;
    char *text = NULL;
    if (merge(all, settings))
        text = print(head, all);
    else
        cJSON_Delete(all);
    snapshot_path(folder, head->run, path);
    int status = text == NULL ? err_set(err, 0, "%s: memory is short", path)
                              : file_replace(path, text, strlen(text), err);
    free(text);
    return status == 0 ? 0 : err_prefix(err, "snapshot");
}
