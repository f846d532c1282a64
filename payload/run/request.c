/* SPDX-License-Identifier: MIT */
#include "payload/run/request.h"

#include <windows.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "payload/connection/wish.h"
#include "payload/win32/digest.h"
#include "payload/win32/errors.h"
#include "payload/settings/run_id.h"
#include "payload/engine/undo.h"

static int fail(struct failure *failure, const struct err *err)
{
    return failure_set(failure, FAILURE_PAYLOAD_FAILED,
                       (unsigned long)err->code, NULL, "request %s", err->text);
}

/* What the folder kept is gone, another's now or damaged: nothing is lost. */
static int fail_missing(struct failure *failure, const char *path)
{
    return failure_set(failure, FAILURE_PAYLOAD_FAILED, CODE_REQUEST_MISSING,
                       "upload it again",
                       "request %s: it is not there any more", path);
}

static int read_bytes(struct request *request, const struct command *command,
                      const char *path, struct failure *failure)
{
    char hash[PROTOCOL_HASH_LEN + 1];
    struct err err;
    if (file_read(path, &request->bytes, &err) != 0 ||
        digest_hash(request->bytes.data, request->bytes.len, hash, &err) != 0)
        return command->one_time ? fail(failure, &err)
                                 : fail_missing(failure, path);
    if (strcmp(hash, command->hash) != 0 && !command->one_time)
        return fail_missing(failure, path);
    if (strcmp(hash, command->hash) != 0)
        return failure_set(failure, FAILURE_PAYLOAD_FAILED, 0,
                           "upload it again",
                           "request %s: its bytes have the hash %s: it was "
                           "cut short or changed on the way",
                           path, hash);
    return 0;
}

static bool is_list_of_texts(const cJSON *list)
{
    const cJSON *item;
    if (list != NULL && !cJSON_IsArray(list))
        return false;
    cJSON_ArrayForEach (item, list) {
        if (!cJSON_IsString(item))
            return false;
    }
    return true;
}

static bool is_restart_word(const cJSON *word)
{
    return word == NULL ||
           (cJSON_IsString(word) && (strcmp(word->valuestring, "needed") == 0 ||
                                     strcmp(word->valuestring, "never") == 0));
}

static bool is_switch(const cJSON *item)
{
    return item == NULL || cJSON_IsBool(item);
}

static bool is_run_word(const cJSON *word)
{
    return word == NULL ||
           (cJSON_IsString(word) && run_id_check(word->valuestring, NULL) == 0);
}

static int check_frame(const cJSON *tree, struct err *err)
{
    const cJSON *protocol = json_member(tree, "protocol");
    const cJSON *options = json_member(tree, "options");
    if (!cJSON_IsObject(tree))
        return err_set(err, 0, "file: it is no JSON object");
    if (!cJSON_IsNumber(protocol) || protocol->valueint != PROTOCOL_VERSION)
        return err_set(err, 0,
                       "file: \"protocol\" is not %d, the only one that this "
                       "payload speaks",
                       PROTOCOL_VERSION);
    if (!cJSON_IsObject(json_member(tree, "wmi")))
        return err_set(err, 0, "file: \"wmi\" is no object");
    if (options != NULL && (!cJSON_IsObject(options) ||
                            !is_list_of_texts(json_member(options, "only")) ||
                            !is_list_of_texts(json_member(options, "skip")) ||
                            !is_run_word(json_member(options, "run")) ||
                            !is_switch(json_member(options, "forget_undo")) ||
                            !is_switch(json_member(options, "dry_run")) ||
                            !is_restart_word(json_member(options, "restart"))))
        return err_set(err, 0, "file: \"options\" is not as it should be");
    return 0;
}

static int read_settings(struct settings *settings, const cJSON *wmi,
                         struct failure *failure)
{
    struct problems problems;
    problems_init(&problems);
    int status = settings_read(settings, wmi, NULL, &problems);
    if (status != 0)
        failure_set(failure, FAILURE_PAYLOAD_FAILED, 0,
                    "controller and payload may be of different versions",
                    "request: %lu mistakes, the first: %s",
                    (unsigned long)problems.error_count,
                    problems.count > 0 ? problems.items[0].text
                                       : "memory is short");
    problems_release(&problems);
    return status;
}

static int read_earlier(struct request *request, struct failure *failure)
{
    const cJSON *wmis = json_member(request->undo, "earlier_wmi");
    size_t count = (size_t)cJSON_GetArraySize(wmis);
    const cJSON *wmi;
    request->earlier = calloc(count + 1, sizeof *request->earlier);
    if (request->earlier == NULL)
        return failure_set(failure, FAILURE_PAYLOAD_FAILED, 0, NULL,
                           "request: memory is short");
    cJSON_ArrayForEach (wmi, wmis) {
        if (read_settings(&request->earlier[request->earlier_count], wmi,
                          failure) != 0)
            return -1;
        request->earlier_count++;
    }
    return 0;
}

static int read_undo(struct request *request, const struct command *command,
                     struct failure *failure)
{
    if (command->verb != COMMAND_undo)
        return 0;
    request->undo = json_member(request->tree, "undo");
    if (!undo_is_sane(request->undo))
        return failure_set(failure, FAILURE_PAYLOAD_FAILED, 0,
                           "controller and payload may be of different "
                           "versions",
                           "request: \"undo\" is not as it should be");
    return read_earlier(request, failure);
}

static int check_verify(const struct request *request,
                        const struct command *command, struct failure *failure)
{
    if (command->verb != COMMAND_verify || wish_is_sane(request->tree))
        return 0;
    return failure_set(failure, FAILURE_PAYLOAD_FAILED, 0,
                       "controller and payload may be of different versions",
                       "request: \"verify\" is not as it should be");
}

/* Where the password stands in the tree, or NULL. */
static cJSON *account_password(const struct request *request)
{
    cJSON *item =
        json_member(json_member(request->tree, "secrets"), "account_password");
    return cJSON_IsString(item) ? item : NULL;
}

static int read_tree(struct request *request, const struct command *command,
                     struct failure *failure)
{
    struct err err;
    request->tree = json_parse(command->request, request->bytes.data,
                               request->bytes.len, &err);
    if (request->tree == NULL || check_frame(request->tree, &err) != 0)
        return fail(failure, &err);
    request->secret = cJSON_IsTrue(
        json_member(json_member(request->tree, "options"), "secret"));
    return 0;
}

int request_open(struct request *request, const struct command *command,
                 const struct folder *folder, struct failure *failure)
{
    char path[FILE_PATH_MAX];
    *request = (struct request){.tree = NULL};
    buf_init(&request->bytes, PROTOCOL_REQUEST_MAX);
    if (command->one_time)
        snprintf(path, sizeof path, ".\\%s", command->request);
    else
        folder_path(folder, command->request, path);
    int status = read_bytes(request, command, path, failure);
    if (status == 0)
        status = read_tree(request, command, failure);
    if (request->secret)
        (void)file_delete(path, NULL); /* the controller tries again */
    if (status == 0)
        status = read_settings(&request->settings,
                               json_member(request->tree, "wmi"), failure);
    if (status == 0)
        request->settings.account.password =
            cJSON_GetStringValue(account_password(request));
    if (status == 0)
        status = read_undo(request, command, failure);
    if (status == 0)
        status = check_verify(request, command, failure);
    if (status != 0)
        request_close(request);
    return status;
}

static void wipe_text(const cJSON *item)
{
    char *text = cJSON_GetStringValue(item);
    if (text != NULL)
        SecureZeroMemory(text, strlen(text));
}

void request_close(struct request *request)
{
    const cJSON *password;
    if (request->bytes.len > 0)
        SecureZeroMemory(request->bytes.data, request->bytes.len);
    buf_release(&request->bytes);
    wipe_text(account_password(request));
    cJSON_ArrayForEach (password, wish_passwords(request->tree))
        wipe_text(password);
    cJSON_Delete(request->tree);
    settings_release(&request->settings);
    for (size_t i = 0; i < request->earlier_count; i++)
        settings_release(&request->earlier[i]);
    free(request->earlier);
    *request = (struct request){.tree = NULL};
    buf_init(&request->bytes, PROTOCOL_REQUEST_MAX);
}

static bool list_has(const cJSON *list, const char *name)
{
    const cJSON *item;
    cJSON_ArrayForEach (item, list) {
        if (strcmp(item->valuestring, name) == 0)
            return true;
    }
    return false;
}

bool request_may_restart(const struct request *request)
{
    const char *word =
        json_text(json_member(request->tree, "options"), "restart");
    return word == NULL || strcmp(word, "never") != 0;
}

bool request_has_option(const struct request *request, const char *name)
{
    return cJSON_IsTrue(
        json_member(json_member(request->tree, "options"), name));
}

bool request_allows_irreversible(const struct request *request)
{
    return request_has_option(request, "allow_irreversible");
}

bool request_wants_family(const struct request *request, const char *name)
{
    const cJSON *options = json_member(request->tree, "options");
    const cJSON *only = json_member(options, "only");
    if (cJSON_GetArraySize(only) > 0 && !list_has(only, name))
        return false;
    return !list_has(json_member(options, "skip"), name);
}
