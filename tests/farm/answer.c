/* SPDX-License-Identifier: MIT */
#include "tests/farm/answer.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

static const char other_run[] = "20200101-000000-0000";
static const char other_hash[] = "00000000000000000000000000000000";

/* A title, a cleared screen, red, the one-byte CSI, text from the right. */
static const char escapes[] = "\033]0;owned\a\033[2J\033[31mred\xc2\x9b"
                              "2J\r\n\b\xe2\x80\xaetxt";

void answer_mark(struct buf *out, const struct target *target,
                 const struct call *call)
{
    buf_addf(out,
             "%c{\"started\":{\"protocol\":%d,\"run\":\"%s\","
             "\"payload\":\"%s\"}}\n",
             PROTOCOL_RS, PROTOCOL_VERSION,
             target->script == SCRIPT_OTHER_MARK ? other_run : call->run,
             call->payload_hash);
}

/* --- the machine ---------------------------------------------------------- */

static void add_identity(cJSON *root, const struct target *target)
{
    char text[80];
    bool ahead = target->script == SCRIPT_CLOCK_SKEW;
    cJSON *identity = cJSON_AddObjectToObject(root, "identity");
    snprintf(text, sizeof text, "0f000000-fa12-4000-8000-%012u",
             target->index + 1);
    cJSON_AddStringToObject(identity, "machine_guid", text);
    snprintf(text, sizeof text, "S-1-5-21-7071067-8118654-%u",
             target->index + 1);
    cJSON_AddStringToObject(identity, "machine_sid", text);
    cJSON_AddStringToObject(identity, "install_date",
                            ahead ? "2099-11-30T00:00:00Z"
                                  : "2024-03-09T16:00:00Z");
}

static void add_facts(cJSON *root, const struct target *target)
{
    bool ahead = target->script == SCRIPT_CLOCK_SKEW;
    cJSON *facts = cJSON_AddObjectToObject(root, "facts");
    cJSON_AddStringToObject(facts, "os", "Windows 11 Pro");
    cJSON_AddStringToObject(facts, "version", "10.0.22631");
    cJSON_AddNumberToObject(facts, "build", 22631);
    cJSON_AddStringToObject(facts, "architecture", "x64");
    cJSON_AddStringToObject(facts, "product_type", "workstation");
    cJSON_AddTrueToObject(facts, "elevated");
    cJSON *winmgmt = cJSON_AddObjectToObject(facts, "winmgmt");
    cJSON_AddStringToObject(winmgmt, "state", "running");
    cJSON_AddStringToObject(winmgmt, "start", "automatic");
    cJSON_AddStringToObject(winmgmt, "started",
                            ahead ? "2099-11-30T00:00:00Z"
                                  : "2026-11-22T06:00:00Z");
    if (target->script == SCRIPT_ESCAPE_TEXTS) {
        cJSON_AddStringToObject(facts, "user", escapes);
        cJSON_AddStringToObject(facts, escapes, escapes);
    }
}

/* --- what is wrong -------------------------------------------------------- */

static void add_error(cJSON *root, const char *class, const char *text)
{
    cJSON *error = cJSON_AddObjectToObject(root, "error");
    cJSON_AddStringToObject(error, "class", class);
    cJSON_AddStringToObject(error, "code", "0x00000005");
    cJSON_AddStringToObject(error, "name", "ERROR_ACCESS_DENIED");
    cJSON_AddStringToObject(error, "text", text);
    cJSON_AddNullToObject(error, "hint");
}

static void add_script_error(cJSON *root, const struct target *target,
                             const struct call *call, const cJSON *settings)
{
    if (call->cancelled)
        add_error(root, "cancelled", "the run was told to stop");
    else if (target->script == SCRIPT_NOT_ADMIN)
        add_error(root, "not-admin", "the login is not elevated");
    else if (target->script == SCRIPT_UNSAFE_DIR)
        add_error(root, "unsafe-dir",
                  "C:\\ProgramData\\wmifleet: its owner "
                  "is S-1-5-21-1-2-3-1001");
    else if (target->script == SCRIPT_BUSY)
        add_error(root, "busy", "another payload works on this machine");
    else if (settings == NULL)
        add_error(root, "payload-failed", "the request cannot be read");
    else
        cJSON_AddNullToObject(root, "error");
}

/* Texts that a terminal would obey, wherever the protocol has a text. */
static void spoil_setting(cJSON *setting)
{
    static const char *const keys[] = {"code", "name", "text", "hint"};
    cJSON *reason = cJSON_AddObjectToObject(setting, "error");
    cJSON *hints = cJSON_AddArrayToObject(setting, "hints");
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        cJSON_AddStringToObject(reason, keys[i], escapes);
    cJSON_AddItemToArray(hints, cJSON_CreateString(escapes));
    cJSON_AddStringToObject(setting, "risk", escapes);
    cJSON_ReplaceItemInObjectCaseSensitive(setting, "state",
                                           cJSON_CreateString("failed"));
    cJSON_ReplaceItemInObjectCaseSensitive(setting, "before",
                                           cJSON_CreateString(escapes));
    cJSON_ReplaceItemInObjectCaseSensitive(setting, "after",
                                           cJSON_CreateString(escapes));
}

static void add_settings(cJSON *root, const struct target *target,
                         const struct call *call, const cJSON *settings)
{
    bool failed = !call->cancelled && !cJSON_IsNull(json_member(root, "error"));
    cJSON *copy = failed || settings == NULL ? cJSON_CreateArray()
                                             : cJSON_Duplicate(settings, 1);
    cJSON *first = cJSON_GetArrayItem(copy, 0);
    if (target->script == SCRIPT_ESCAPE_TEXTS && first != NULL)
        spoil_setting(first);
    if (target->script == SCRIPT_ESCAPE_ID && first != NULL)
        cJSON_ReplaceItemInObjectCaseSensitive(
            first, "id", cJSON_CreateString("uac.\033[2Jx"));
    cJSON_AddItemToObject(root, "settings", copy);
}

/* --- the whole ------------------------------------------------------------ */

static void add_header(cJSON *root, const struct target *target,
                       const struct call *call)
{
    enum script script = target->script;
    char name[TARGET_NAME_SIZE];
    target_name(target, name);
    cJSON_AddNumberToObject(root, "protocol", PROTOCOL_VERSION);
    cJSON_AddStringToObject(root, "run",
                            script == SCRIPT_OTHER_RUN ? other_run : call->run);
    cJSON_AddStringToObject(root, "verb", call->verb);
    cJSON_AddStringToObject(
        root, "request",
        script == SCRIPT_OTHER_REQUEST ? other_hash : call->request_hash);
    cJSON_AddStringToObject(
        root, "payload",
        script == SCRIPT_OTHER_PAYLOAD ? other_hash : call->payload_hash);
    cJSON_AddStringToObject(root, "computer",
                            script == SCRIPT_ESCAPE_TEXTS ? escapes : name);
}

void answer_result(struct buf *out, const struct target *target,
                   const struct call *call, const cJSON *settings)
{
    cJSON *root = cJSON_CreateObject();
    bool settled = target->payload_hash[0] != '\0';
    add_header(root, target, call);
    add_identity(root, target);
    cJSON_AddStringToObject(root, "folder",
                            "C:\\ProgramData\\" PROTOCOL_FOLDER_NAME);
    cJSON_AddBoolToObject(root, "settled", settled);
    cJSON_AddBoolToObject(
        root, "request_settled",
        settled && strcmp(target->request_hash, call->request_hash) == 0);
    add_script_error(root, target, call, settings);
    add_facts(root, target);
    add_settings(root, target, call, settings);
    cJSON *hints = cJSON_AddArrayToObject(root, "hints");
    if (target->script == SCRIPT_ESCAPE_TEXTS)
        cJSON_AddItemToArray(hints, cJSON_CreateString(escapes));
    cJSON_AddNumberToObject(root, "elapsed_ms", 3);
    cJSON_AddTrueToObject(root, "complete");
    char *text = json_print_ascii(root);
    buf_addf(out, "%c%s\n", PROTOCOL_RS, text != NULL ? text : "");
    free(text);
    cJSON_Delete(root);
}
