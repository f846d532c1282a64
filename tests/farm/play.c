/* SPDX-License-Identifier: MIT */
#include "tests/farm/play.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/farm/answer.h"
#include "tests/farm/model.h"

#define ERRORS_MAX ((size_t)64 * 1024)
#define OUT_MAX ((size_t)PROTOCOL_RESULT_MAX + 65536)
#define FOLDER "C:\\ProgramData\\" PROTOCOL_FOLDER_NAME "\\"
#define LOUD_LEN (UINT64_C(2) * 1024 * 1024)
#define HUGE_LEN (UINT64_C(100) * 1024 * 1024)

static const char noise[] = "the quick brown fox jumps over the lazy dog\r\n";

/* What a terminal obeys, in bytes, in UTF-8 and cut off in the middle. */
static const char escapes[] = "\033]0;owned\a\033[2J\033[31m\x9b"
                              "2J\xc2\x9b"
                              "2J\r\n\xe2\x80\xae\xf0";

static bool begins_with(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* --- what is to be run ---------------------------------------------------- */

/* What cmd says of a program that is not there. */
static void not_recognized(struct play *play, const char *word)
{
    buf_addf(&play->errors,
             "'%s' is not recognized as an internal or external command,\r\n"
             "operable program or batch file.\r\n",
             word);
    play->status = 1;
}

/* The hash of the program, or NULL when it is not there. */
static const char *find_program(struct target *target, const char *word)
{
    static const char settled[] = FOLDER PROTOCOL_PAYLOAD_PREFIX;
    const char *hash = target->payload_hash;
    if (begins_with(word, settled)) {
        const char *rest = word + sizeof settled - 1;
        bool same = hash[0] != '\0' && begins_with(rest, hash) &&
                    strcmp(rest + PROTOCOL_HASH_LEN, ".exe") == 0;
        return same ? hash : NULL;
    }
    if (!begins_with(word, ".\\"))
        return NULL;
    const struct file *file = target_file(target, word + 2);
    return file != NULL && file->hash[0] != '\0' ? file->hash : NULL;
}

static bool ends_with_hash(const char *name, const char *hash)
{
    char end[PROTOCOL_HASH_LEN + 8];
    int len = snprintf(end, sizeof end, "-%s.json", hash);
    size_t name_len = strlen(name);
    return name_len >= (size_t)len &&
           strcmp(name + name_len - (size_t)len, end) == 0;
}

/* The request's bytes, or NULL: missing, or of another hash. */
static const char *find_request(struct target *target, const char *name,
                                char hash[PROTOCOL_HASH_LEN + 1])
{
    const char *bytes = target->request;
    const struct file *file = target_file(target, name);
    snprintf(hash, PROTOCOL_HASH_LEN + 1, "%s", target->request_hash);
    if (!begins_with(name, PROTOCOL_REQUEST_PREFIX)) {
        bytes = file != NULL ? file->bytes : NULL;
        snprintf(hash, PROTOCOL_HASH_LEN + 1, "%s",
                 file != NULL ? file->hash : "");
    }
    return bytes != NULL && ends_with_hash(name, hash) ? bytes : NULL;
}

/* --- working -------------------------------------------------------------- */

static bool is_secret(const cJSON *request)
{
    return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(
        cJSON_GetObjectItemCaseSensitive(request, "options"), "secret"));
}

static void settle(struct target *target, const struct call *call,
                   const cJSON *request, const char *bytes)
{
    snprintf(target->payload_hash, sizeof target->payload_hash, "%s",
             call->payload_hash);
    if (is_secret(request) || bytes == target->request)
        return;
    free(target->request);
    target->request = strdup(bytes);
    snprintf(target->request_hash, sizeof target->request_hash, "%s",
             target->request != NULL ? call->request_hash : "");
}

static bool is_text(const cJSON *object, const char *key, const char *text)
{
    const char *found =
        cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));
    return found != NULL && strcmp(found, text) == 0;
}

static void put_text(cJSON *object, const char *key, const char *text)
{
    cJSON_ReplaceItemInObjectCaseSensitive(object, key,
                                           cJSON_CreateString(text));
}

/*
 * A run that is worked on again tells what stood before its first write, as
 * the payload's snapshot has it.
 */
static void recall(struct target *target, const struct call *call,
                   const cJSON *settings)
{
    cJSON *setting = NULL;
    if (strcmp(call->verb, "check") == 0)
        return;
    if (strcmp(target->snapshot_run, call->run) != 0) {
        cJSON_Delete(target->snapshot);
        target->snapshot = cJSON_CreateObject();
        snprintf(target->snapshot_run, sizeof target->snapshot_run, "%s",
                 call->run);
    }
    cJSON_ArrayForEach (setting, settings) {
        const char *id = cJSON_GetStringValue(
            cJSON_GetObjectItemCaseSensitive(setting, "id"));
        const cJSON *before =
            cJSON_GetObjectItemCaseSensitive(setting, "before");
        const cJSON *first =
            cJSON_GetObjectItemCaseSensitive(target->snapshot, id);
        if (first == NULL && is_text(setting, "state", "changed")) {
            cJSON_AddItemToObject(target->snapshot, id,
                                  cJSON_Duplicate(before, 1));
        } else if (first != NULL && !cJSON_Compare(first, before, 1)) {
            cJSON_ReplaceItemInObjectCaseSensitive(setting, "before",
                                                   cJSON_Duplicate(first, 1));
            if (is_text(setting, "state", "ok"))
                put_text(setting, "state", "changed");
        }
    }
}

/* What a run does that is told to stop behind the first family: UAC. */
static cJSON *work_in_part(struct target *target, const cJSON *request,
                           const char *verb)
{
    cJSON *part = cJSON_Duplicate(request, 1);
    cJSON *options = cJSON_GetObjectItemCaseSensitive(part, "options");
    cJSON_DeleteItemFromObjectCaseSensitive(options, "only");
    cJSON *only = cJSON_AddArrayToObject(options, "only");
    cJSON_AddItemToArray(only, cJSON_CreateString("uac"));
    cJSON *done = model_work(&target->state, part, verb);
    cJSON *rest = model_work(&target->state, request, "check");
    for (cJSON *setting = NULL;
         (setting = cJSON_DetachItemFromArray(rest, 0)) != NULL;) {
        put_text(setting, "state", "skipped");
        if (strncmp(cJSON_GetStringValue(
                        cJSON_GetObjectItemCaseSensitive(setting, "id")),
                    "uac", 3) == 0)
            cJSON_Delete(setting);
        else
            cJSON_AddItemToArray(done, setting);
    }
    cJSON_Delete(rest);
    cJSON_Delete(part);
    return done;
}

static void work(struct target *target, const struct call *call,
                 const char *bytes)
{
    cJSON *request = bytes != NULL ? cJSON_Parse(bytes) : NULL;
    cJSON *settings = NULL;
    if (request != NULL && call->cancelled)
        settings = work_in_part(target, request, call->verb);
    else if (request != NULL)
        settings = model_work(&target->state, request, call->verb);
    if (settings != NULL)
        settle(target, call, request, bytes);
    recall(target, call, settings);
    answer_result(&target->saved, target, call, settings);
    target->counts.works++;
    cJSON_Delete(settings);
    cJSON_Delete(request);
}

/* The saved result of the same run, verb and request, else a new one. */
static const struct buf *result_of(struct target *target,
                                   const struct call *call, const char *bytes)
{
    char key[256];
    snprintf(key, sizeof key, "%.60s %.20s %s", call->run, call->verb,
             call->request_hash);
    if (target->saved_key != NULL && strcmp(target->saved_key, key) == 0)
        return &target->saved;
    free(target->saved_key);
    target->saved_key = strdup(key);
    buf_reset(&target->saved);
    work(target, call, bytes);
    return &target->saved;
}

/* --- scripts -------------------------------------------------------------- */

/* True when the command ends, or goes on for ever, without a start mark. */
static bool never_starts(struct play *play, enum script script)
{
    switch (script) {
    case SCRIPT_NO_START:
        play->status = 1;
        return true;
    case SCRIPT_SILENT_EXEC:
        play->end = PLAY_HOLDS;
        return true;
    case SCRIPT_FLOOD_STDERR:
    case SCRIPT_FLOOD_STDOUT:
        play->filler = noise;
        play->filler_left = UINT64_MAX;
        play->filler_to_errors = script == SCRIPT_FLOOD_STDERR;
        return true;
    default:
        return false;
    }
}

static void play_huge_result(struct play *play)
{
    buf_addf(&play->out, "%c{\"protocol\":%d,\"hints\":[\"", PROTOCOL_RS,
             PROTOCOL_VERSION);
    play->filler = "All work and no play makes Jack a dull boy. ";
    play->filler_left = HUGE_LEN;
    buf_add_text(&play->tail, "\"],\"complete\":true}\n");
}

static void play_deep_result(struct play *play)
{
    enum { DEPTH = 100000 };
    buf_addf(&play->out, "%c{\"protocol\":%d,\"settings\":", PROTOCOL_RS,
             PROTOCOL_VERSION);
    for (int i = 0; i < DEPTH; i++)
        buf_add_char(&play->out, '[');
    for (int i = 0; i < DEPTH; i++)
        buf_add_char(&play->out, ']');
    buf_add_text(&play->out, ",\"complete\":true}\n");
}

/* After the start mark and the work. */
static void play_result(struct play *play, struct target *target,
                        const struct buf *result)
{
    bool first = !target->dropped_already;
    switch (target->script) {
    case SCRIPT_DROP_RESULT_ONCE:
        target->dropped_already = true;
        if (!first)
            break;
        play->end = PLAY_HANGS_UP;
        return;
    case SCRIPT_DROP_RESULT:
        play->end = PLAY_HANGS_UP;
        return;
    case SCRIPT_NO_RESULT:
        return;
    case SCRIPT_SILENT_RESULT:
        play->end = PLAY_HOLDS;
        return;
    case SCRIPT_FLOOD_RESULT:
        play->filler = noise;
        play->filler_left = UINT64_MAX;
        return;
    case SCRIPT_TRICKLE_RESULT:
        play->slowly_after = play->out.len;
        break;
    case SCRIPT_TRUNCATED_RESULT:
        buf_add(&play->out, result->data, result->len / 2);
        return;
    case SCRIPT_HUGE_RESULT:
        play_huge_result(play);
        return;
    case SCRIPT_DEEP_RESULT:
        play_deep_result(play);
        return;
    case SCRIPT_LOUD:
        play->filler = noise;
        play->filler_left = LOUD_LEN;
        play->filler_to_errors = true;
        buf_add(&play->tail, result->data, result->len);
        return;
    case SCRIPT_NEVER_CLOSE:
        play->end = PLAY_HOLDS;
        break;
    default:
        break;
    }
    buf_add(&play->out, result->data, result->len);
}

/* The verb cancel. */
static void tell_to_stop(struct play *play, struct target *target,
                         const struct call *call)
{
    cJSON *nothing = cJSON_CreateArray();
    if (target->script == SCRIPT_WORKS_ON && !target->dropped_already)
        snprintf(target->told_run, sizeof target->told_run, "%s", call->run);
    answer_result(&play->out, target, call, nothing);
    cJSON_Delete(nothing);
}

/* True while it works on; told to stop, it has this one cancelled result. */
static bool works_on(struct target *target, struct call *call)
{
    if (target->script != SCRIPT_WORKS_ON || target->dropped_already)
        return false;
    if (strcmp(target->told_run, call->run) != 0)
        return true;
    call->cancelled = true;
    target->dropped_already = true;
    return false;
}

static void run_payload(struct play *play, struct target *target,
                        struct call *call, const char *request)
{
    const char *bytes = find_request(target, request, call->request_hash);
    bool noisy = target->script == SCRIPT_ESCAPE_NOISE;
    if (noisy) {
        buf_add_text(&play->errors, escapes);
        buf_add_text(&play->out, escapes);
    }
    if (play->held == NULL)
        answer_mark(&play->out, target, call);
    if (strcmp(call->verb, "cancel") == 0) {
        tell_to_stop(play, target, call);
        return;
    }
    if (works_on(target, call)) {
        play->end = PLAY_HOLDS;
        return;
    }
    play_result(play, target, result_of(target, call, bytes));
    if (noisy)
        buf_add_text(&play->tail, escapes);
}

static void run_command(struct play *play, struct target *target, char *rest)
{
    const char *program = strsep(&rest, " ");
    const char *hash = find_program(target, program);
    struct call call = {.verb = strsep(&rest, " ")};
    const char *request = strsep(&rest, " ");
    call.run = rest;
    if (target->script == SCRIPT_VANISH && hash != NULL &&
        begins_with(program, ".\\"))
        target_remove_file(target_file(target, program + 2));
    if (hash == NULL || target->script == SCRIPT_VANISH) {
        not_recognized(play, strchr(program, '/') ? "." : program);
        return;
    }
    if (call.run == NULL || strchr(call.run, ' ') != NULL) {
        buf_add_text(&play->errors, "usage: VERB REQUEST RUNID\r\n");
        play->status = 2;
        return;
    }
    snprintf(call.payload_hash, sizeof call.payload_hash, "%s", hash);
    if (!never_starts(play, target->script))
        run_payload(play, target, &call, request);
}

void play_init(struct play *play, struct target *target, const char *command)
{
    *play = (struct play){.slowly_after = SIZE_MAX};
    buf_init(&play->errors, ERRORS_MAX);
    buf_init(&play->out, OUT_MAX);
    buf_init(&play->tail, ERRORS_MAX);
    char *copy = strdup(command);
    if (copy != NULL)
        run_command(play, target, copy);
    free(copy);
    if (play->end == PLAY_HOLDS && target->script == SCRIPT_WORKS_ON)
        play->held = strdup(command);
}

void play_look(struct play *play, struct target *target)
{
    if (play->held == NULL || target->told_run[0] == '\0' ||
        play->end != PLAY_HOLDS)
        return;
    char *copy = strdup(play->held);
    play->end = PLAY_EXITS;
    if (copy != NULL)
        run_command(play, target, copy);
    free(copy);
}

void play_release(struct play *play)
{
    buf_release(&play->errors);
    buf_release(&play->out);
    buf_release(&play->tail);
    free(play->held);
}
