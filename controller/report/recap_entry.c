/* SPDX-License-Identifier: MIT */
/* What a person is told of one host. */
#include "controller/report/recap_parts.h"

#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "controller/report/describe.h"
#include "controller/report/describe_layer.h"

#define ENTRY_TEXT_MAX ((size_t)256 * 1024)
#define ENTRIES_TEXT_MAX ((size_t)16 * 1024 * 1024)

int recap_note(struct recap *recap, enum status status, const char *host,
               const char *text, const char *detail)
{
    recap->counts[status]++;
    return entries_note(&recap->entries, status, host, text, detail);
}

/* --- its text ------------------------------------------------------------- */

/* Settings that are as wanted, or were not asked for, are not worth a line. */
static bool worth_a_line(const cJSON *setting)
{
    const char *state = json_text(setting, "state");
    return state != NULL && strcmp(state, "ok") != 0 &&
           strcmp(state, "skipped") != 0;
}

static int widest_id(const cJSON *settings)
{
    size_t widest = 0;
    const cJSON *setting;
    cJSON_ArrayForEach (setting, settings) {
        const char *id = json_text(setting, "id");
        size_t len = id != NULL && worth_a_line(setting) ? strlen(id) : 0;
        if (len > widest && len <= 48)
            widest = len;
    }
    return (int)widest;
}

/* The first line ends where print_entry puts the fault's own words. */
static void add_fault(struct buf *text, const struct result *result)
{
    buf_addf(text, "    %s", fault_word(result->fault));
    if (result->fault_code != NULL && result->fault_code[0] != '\0') {
        buf_add_text(text, " ");
        log_escape(text, result->fault_code, strlen(result->fault_code));
    }
    if (result->fault_name != NULL && result->fault_name[0] != '\0') {
        buf_add_text(text, " ");
        log_escape(text, result->fault_name, strlen(result->fault_name));
    }
    buf_add_text(text, "\n");
    if (result->fault_hint == NULL || result->fault_hint[0] == '\0')
        return;
    buf_add_text(text, "        ");
    log_escape(text, result->fault_hint, strlen(result->fault_hint));
    buf_add_text(text, "\n");
}

static void add_settings(struct buf *text, const cJSON *settings)
{
    int width = widest_id(settings);
    const cJSON *setting;
    cJSON_ArrayForEach (setting, settings) {
        if (!worth_a_line(setting))
            continue;
        buf_add_text(text, "    ");
        describe_setting(text, setting, width);
        buf_add_text(text, "\n");
    }
}

static void add_hints(struct buf *text, const cJSON *hints)
{
    const cJSON *hint;
    cJSON_ArrayForEach (hint, hints) {
        if (!cJSON_IsString(hint))
            continue;
        buf_add_text(text, "    note: ");
        log_escape(text, hint->valuestring, strlen(hint->valuestring));
        buf_add_text(text, "\n");
    }
}

/* What is as it should be is worth a line where there is more to say. */
static void add_layers(struct buf *text, const cJSON *layers)
{
    const cJSON *layer;
    cJSON_ArrayForEach (layer, layers) {
        const char *state = json_text(layer, "state");
        bool fine = state == NULL || strcmp(state, "ok") == 0 ||
                    strcmp(state, "skipped") == 0;
        if (fine && json_text(layer, "hint") == NULL)
            continue;
        buf_add_text(text, "    ");
        describe_layer(text, layer);
        buf_add_text(text, "\n");
    }
}

/* --- what counts beside it ------------------------------------------------ */

static bool is_done(const cJSON *setting)
{
    const char *state = json_text(setting, "state");
    return state != NULL && (strcmp(state, "changed") == 0 ||
                             strcmp(state, "pending_restart") == 0);
}

static bool has_state(const cJSON *settings, const char *wanted)
{
    const cJSON *setting;
    cJSON_ArrayForEach (setting, settings) {
        const char *state = json_text(setting, "state");
        if (state != NULL && strcmp(state, wanted) == 0)
            return true;
    }
    return false;
}

/* What undo was refused since it is gone: to undo again changes nothing. */
static bool is_lost(const cJSON *setting)
{
    const char *name = json_text(json_member(setting, "error"), "name");
    const char *state = json_text(setting, "state");
    return state != NULL && strcmp(state, "failed") == 0 && name != NULL &&
           strcmp(name, "irreversible") == 0;
}

static void count_lost(struct recap *recap, const struct result *result)
{
    size_t lost = 0;
    size_t other = result->fault != FAULT_NONE;
    const cJSON *setting;
    cJSON_ArrayForEach (setting, result->settings) {
        if (is_lost(setting))
            lost++;
        else if (worth_a_line(setting) && !is_done(setting))
            other++;
    }
    recap->lost += lost > 0;
    recap->only_lost += lost > 0 && other == 0;
}

/* Many hosts of which each says something else fill no memory. */
static bool fits(const struct recap *recap, enum status status,
                 const struct buf *text, const struct buf *detail)
{
    if (text->failed || detail->failed)
        return false;
    return recap->entries.text_len + text->len + detail->len <=
               ENTRIES_TEXT_MAX ||
           entries_have(&recap->entries, status, text->data);
}

int recap_note_result(struct recap *recap, const struct result *result)
{
    struct buf text;
    struct buf detail;
    buf_init(&text, ENTRY_TEXT_MAX);
    buf_init(&detail, ENTRY_TEXT_MAX);
    bool has_detail = result->fault != FAULT_NONE && result->fault_text != NULL;
    if (result->fault != FAULT_NONE)
        add_fault(&text, result);
    if (has_detail)
        log_escape(&detail, result->fault_text, strlen(result->fault_text));
    add_settings(&text, result->settings);
    if (result->fault == FAULT_NONE)
        add_layers(&text, result->layers);
    add_hints(&text, result->hints);
    recap->pending_restart += has_state(result->settings, "pending_restart");
    recap->irreversible += has_state(result->settings, "irreversible");
    if (recap->config.verb == VERB_UNDO)
        count_lost(recap, result);
    bool too_long = !fits(recap, result->status, &text, &detail);
    int failed =
        recap_note(recap, result->status, result->host,
                   too_long ? "    more than can be shown; see wmifleet "
                              "show --json\n"
                            : text.data,
                   has_detail && !too_long ? detail.data : NULL);
    buf_release(&detail);
    buf_release(&text);
    return failed;
}
