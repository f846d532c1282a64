/* SPDX-License-Identifier: MIT */
#include "payload/run/pending.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "payload/protocol.h"
#include "payload/service/winmgmt.h"

#define FILE_NAME "pending.json"
#define TEXT_MAX ((size_t)1 << 20)

/* NULL also where the file cannot be read: then nothing is known to wait. */
static cJSON *read_tree(const struct folder *folder)
{
    char path[FILE_PATH_MAX];
    struct buf text;
    cJSON *tree = NULL;
    buf_init(&text, TEXT_MAX);
    folder_path(folder, FILE_NAME, path);
    if (file_read(path, &text, NULL) == 0)
        tree = json_parse(path, text.data, text.len, NULL);
    buf_release(&text);
    return tree;
}

cJSON *pending_load(const struct folder *folder)
{
    char process[WINMGMT_PROCESS_MAX];
    cJSON *ids = NULL;
    cJSON *tree = read_tree(folder);
    const char *waited_for = json_text(tree, "process");
    winmgmt_process(process);
    if (waited_for != NULL && strcmp(waited_for, process) == 0)
        ids = cJSON_DetachItemFromObjectCaseSensitive(tree, "settings");
    cJSON_Delete(tree);
    return ids != NULL ? ids : cJSON_CreateArray();
}

bool pending_has(const cJSON *ids, const char *id)
{
    const cJSON *each;
    cJSON_ArrayForEach (each, ids) {
        if (cJSON_IsString(each) && strcmp(each->valuestring, id) == 0)
            return true;
    }
    return false;
}

int pending_save(const struct folder *folder, const cJSON *ids, struct err *err)
{
    char path[FILE_PATH_MAX];
    char process[WINMGMT_PROCESS_MAX];
    winmgmt_process(process);
    if (process[0] == '\0')
        return 0;
    cJSON *tree = cJSON_CreateObject();
    cJSON *copy = cJSON_Duplicate(ids, true);
    char *text = NULL;
    if (!cJSON_AddItemToObject(tree, "settings", copy))
        cJSON_Delete(copy);
    else if (cJSON_AddNumberToObject(tree, "protocol", PROTOCOL_VERSION) &&
             cJSON_AddStringToObject(tree, "process", process))
        text = json_print_ascii(tree);
    cJSON_Delete(tree);
    folder_path(folder, FILE_NAME, path);
    int status = text == NULL ? err_set(err, 0, "%s: memory is short", path)
                              : file_replace(path, text, strlen(text), err);
    free(text);
    return status;
}

void pending_forget(const struct folder *folder)
{
    char path[FILE_PATH_MAX];
    folder_path(folder, FILE_NAME, path);
    (void)file_delete(path, NULL);
}
