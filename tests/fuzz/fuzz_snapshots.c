/* SPDX-License-Identifier: MIT */
/*
 * Snapshots that a target kept, read back from it. Line 1: the file's name;
 * line 2: its text; line 3: the saved result, or nothing. One that is accepted
 * is as controller/undo/snapshot_file.h promises.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "controller/undo/snapshot_file.h"
#include "tests/fuzz/fuzz.h"

static void check_accepted(const struct snapshot_file *file)
{
    const char *run = json_text(file->snapshot, "run");
    const cJSON *setting;
    fuzz_must(run != NULL && strcmp(run, file->run) == 0, "it has its run");
    fuzz_must(cJSON_IsObject(json_member(file->snapshot, "wmi")),
              "it says what was asked");
    fuzz_must(
        json_member(json_member(json_member(file->snapshot, "wmi"), "account"),
                    "password") == NULL,
        "it names no password");
    cJSON_ArrayForEach (setting, json_member(file->snapshot, "settings")) {
        const char *id = json_text(setting, "id");
        fuzz_must(id != NULL, "a setting has an id");
        fuzz_plain(id, strlen(id));
        fuzz_must(json_member(setting, "before") != NULL, "it can be undone");
    }
    fuzz_plain_json(file->snapshot);
    if (file->left != NULL)
        fuzz_plain_json(file->left);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct fuzz_input input = {(const char *)data, len};
    struct err err = {0};
    char *name = fuzz_line(&input);
    char *text = fuzz_line(&input);
    char *left = fuzz_line(&input);
    struct snapshot_file file = {
        .name = name, .text = text, .result = left[0] != '\0' ? left : NULL};
    if (snapshot_file_name(&file, &err) != 0) {
        fuzz_logged(err.text);
    } else {
        fuzz_plain(file.run, strlen(file.run));
        if (snapshot_file_read(&file, &err) == 0)
            check_accepted(&file);
        else
            fuzz_logged(err.text);
        snapshot_file_release(&file);
    }
    free(left);
    free(text);
    free(name);
    return 0;
}
