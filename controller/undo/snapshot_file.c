/* SPDX-License-Identifier: MIT */
#include "controller/undo/snapshot_file.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/problems.h"
#include "controller/result/result.h"
#include "payload/settings/run_id.h"
#include "payload/settings/settings.h"

#define SETTINGS_MAX 1000 /* of one file: they are compared by pairs */
#define EARLIER_MAX 1000
#define STATE_DEPTH_MAX 32 /* a request holds it, some levels deeper */
#define IDENTITY_DEPTH 2
#define STATE_MEMBERS_MAX 256 /* of one object: cJSON compares by pairs */

static int refuse(const struct snapshot_file *file, struct err *err,
                  const char *why)
{
    return err_set(err, 0, "%s: %s", file->name, why);
}

static bool is_one_of(const char *word, const char *const *words)
{
    while (*words != NULL && strcmp(*words, word) != 0)
        words++;
    return *words != NULL;
}

static bool has_only(const cJSON *object, const char *const *keys)
{
    const cJSON *member;
    cJSON_ArrayForEach (member, object)
        if (!is_one_of(member->string, keys))
            return false;
    return true;
}

int snapshot_file_name(struct snapshot_file *file, struct err *err)
{
    static const char prefix[] = "u-";
    static const char suffix[] = ".json";
    const size_t around = sizeof prefix - 1 + sizeof suffix - 1;
    char run[PROTOCOL_RUN_ID_MAX + 1];
    size_t len = strlen(file->name);
    if (len <= around || len - around >= sizeof run ||
        strncmp(file->name, prefix, sizeof prefix - 1) != 0 ||
        strcmp(file->name + len - (sizeof suffix - 1), suffix) != 0)
        return refuse(file, err, "that is no snapshot's name");
    snprintf(run, sizeof run, "%.*s", (int)(len - around),
             file->name + sizeof prefix - 1);
    if (run_id_check(run, NULL))
        return refuse(file, err, "that is no snapshot's name");
    memcpy(file->run, run, sizeof run);
    return 0;
}

/* `depth` more levels may follow. */
static bool is_usable(const cJSON *value, int depth)
{
    if (depth == 0 || (cJSON_IsObject(value) &&
                       cJSON_GetArraySize(value) > STATE_MEMBERS_MAX))
        return false;
    const cJSON *child;
    cJSON_ArrayForEach (child, value)
        if (!is_usable(child, depth - 1))
            return false;
    return true;
}

/* "uac.local_account_token_filter_policy": what comes first is a family. */
static bool is_of_known_family(const char *id)
{
    char family[32];
    size_t len = strcspn(id, ".[");
    if (len >= sizeof family)
        return false;
    snprintf(family, sizeof family, "%.*s", (int)len, id);
    return is_one_of(family, settings_families());
}

static bool has_id(const cJSON *settings, const char *id, const cJSON *end)
{
    const cJSON *setting;
    cJSON_ArrayForEach (setting, settings) {
        if (setting == end)
            return false;
        if (strcmp(json_text(setting, "id"), id) == 0)
            return true;
    }
    return false;
}

static int check_setting(const struct snapshot_file *file,
                         const cJSON *settings, const cJSON *setting,
                         struct err *err)
{
    static const char *const keys[] = {"id", "desired", "before", NULL};
    const char *id = json_text(setting, "id");
    const cJSON *before = json_member(setting, "before");
    if (!cJSON_IsObject(setting) || !has_only(setting, keys))
        return refuse(file, err, "a setting has members that none has");
    if (id == NULL || !result_id_is_sane(id))
        return refuse(file, err, "a setting has no usable id");
    if (!is_of_known_family(id))
        return err_set(err, 0, "%s: %s: no family of settings is called so",
                       file->name, id);
    if (before == NULL || cJSON_IsNull(before) ||
        !is_usable(before, STATE_DEPTH_MAX))
        return err_set(err, 0, "%s: %s: it has no usable state from before",
                       file->name, id);
    if (has_id(settings, id, setting))
        return err_set(err, 0, "%s: %s: it stands there twice", file->name, id);
    return 0;
}

static int check_settings(const struct snapshot_file *file, struct err *err)
{
    const cJSON *settings = json_member(file->snapshot, "settings");
    if (!cJSON_IsArray(settings) || cJSON_GetArraySize(settings) > SETTINGS_MAX)
        return refuse(file, err, "it has no list of settings, or a huge one");
    const cJSON *setting;
    cJSON_ArrayForEach (setting, settings)
        if (check_setting(file, settings, setting, err))
            return -1;
    return 0;
}

static int check_wmi(const struct snapshot_file *file, const cJSON *wmi,
                     struct err *err)
{
    struct problems problems;
    struct settings settings;
    if (json_member(json_member(wmi, "account"), "password") != NULL)
        return refuse(file, err, "it names a password, which none does");
    problems_init(&problems);
    int status = settings_read(&settings, wmi, NULL, &problems);
    if (status != 0)
        err_set(err, 0, "%s: what was asked is not understood: %s", file->name,
                problems.count > 0 ? problems.items[0].text : "out of memory");
    else
        settings_release(&settings);
    problems_release(&problems);
    return status != 0 ? -1 : 0;
}

static int check_wmis(const struct snapshot_file *file, struct err *err)
{
    const cJSON *earlier = json_member(file->snapshot, "earlier_wmi");
    if (earlier != NULL &&
        (!cJSON_IsArray(earlier) || cJSON_GetArraySize(earlier) > EARLIER_MAX))
        return refuse(file, err, "earlier_wmi is no list, or a huge one");
    if (check_wmi(file, json_member(file->snapshot, "wmi"), err))
        return -1;
    const cJSON *wmi;
    cJSON_ArrayForEach (wmi, earlier)
        if (check_wmi(file, wmi, err))
            return -1;
    return 0;
}

static bool text_is(const cJSON *object, const char *key, const char *wanted)
{
    const char *text = json_text(object, key);
    return text != NULL && strcmp(text, wanted) == 0;
}

static int check_head(const struct snapshot_file *file, struct err *err)
{
    static const char *const keys[] = {
        "protocol", "run",      "verb",     "wmi",      "earlier_wmi",
        "computer", "identity", "settings", "complete", NULL};
    const cJSON *tree = file->snapshot;
    const cJSON *protocol = json_member(tree, "protocol");
    const cJSON *computer = json_member(tree, "computer");
    if (!cJSON_IsObject(tree) || !has_only(tree, keys))
        return refuse(file, err, "it has members that no snapshot has");
    if (!cJSON_IsNumber(protocol) || protocol->valuedouble != PROTOCOL_VERSION)
        return refuse(file, err, "it has another protocol version");
    if (!text_is(tree, "run", file->run))
        return refuse(file, err, "it is of another run than its name says");
    if (json_text(json_member(tree, "identity"), "machine_guid") == NULL ||
        !is_usable(json_member(tree, "identity"), IDENTITY_DEPTH) ||
        (computer != NULL && !cJSON_IsString(computer)) ||
        !cJSON_IsTrue(json_member(tree, "complete")))
        return refuse(file, err, "it is not whole");
    if (json_member(tree, "verb") == NULL && json_member(tree, "wmi") == NULL)
        return refuse(file, err,
                      "an earlier version wrote it, which did not note "
                      "what was asked: put it back from the store that has "
                      "its run");
    if (!text_is(tree, "verb", "apply") && !text_is(tree, "verb", "undo"))
        return refuse(file, err, "its verb is neither apply nor undo");
    if (!cJSON_IsObject(json_member(tree, "wmi")))
        return refuse(file, err, "wmi is no object");
    return 0;
}

static int check_left(const struct snapshot_file *file, struct err *err)
{
    const cJSON *settings = json_member(file->left, "settings");
    if (!text_is(file->left, "run", file->run) ||
        !text_is(file->left, "verb", json_text(file->snapshot, "verb")) ||
        !cJSON_IsArray(settings) || cJSON_GetArraySize(settings) > SETTINGS_MAX)
        return refuse(file, err, "the saved result is not of its run");
    const cJSON *setting;
    cJSON_ArrayForEach (setting, settings) {
        const cJSON *after = json_member(setting, "after");
        if (json_text(setting, "id") == NULL ||
            (after != NULL && !is_usable(after, STATE_DEPTH_MAX)))
            return refuse(file, err, "the saved result is not as it should be");
    }
    return 0;
}

int snapshot_file_read(struct snapshot_file *file, struct err *err)
{
    file->snapshot =
        json_parse(file->name, file->text, strlen(file->text), err);
    if (file->snapshot == NULL || check_head(file, err) ||
        check_settings(file, err) || check_wmis(file, err))
        return -1;
    if (file->result == NULL)
        return 0;
    file->left =
        json_parse(file->name, file->result, strlen(file->result), err);
    return file->left == NULL || check_left(file, err) ? -1 : 0;
}

void snapshot_file_release(struct snapshot_file *file)
{
    cJSON_Delete(file->snapshot);
    cJSON_Delete(file->left);
    file->snapshot = NULL;
    file->left = NULL;
}
