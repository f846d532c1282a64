/* SPDX-License-Identifier: MIT */
#include "controller/recap.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "controller/describe.h"
#include "controller/describe_layer.h"
#include "controller/entries.h"
#include "inventory/fold.h"
#include "judgement/fleet.h"

#define ENTRY_TEXT_MAX ((size_t)256 * 1024)
#define NAMES_TEXT_MAX ((size_t)64 * 1024 * 1024)

struct recap {
    struct recap_config config;
    struct entries entries;
    struct fleet fleet;
    size_t counts[STATUS_COUNT];
    size_t pending_restart;
    size_t irreversible;
    size_t lost;      /* hosts with something that no undo brings back, */
    size_t only_lost; /* and those with no other trouble */
    bool json_begun;
};

struct recap *recap_new(const struct recap_config *config)
{
    struct recap *recap = calloc(1, sizeof *recap);
    if (recap != NULL)
        recap->config = *config;
    return recap;
}

void recap_free(struct recap *recap)
{
    if (recap == NULL)
        return;
    entries_release(&recap->entries);
    fleet_release(&recap->fleet);
    free(recap);
}

const size_t *recap_counts(const struct recap *recap)
{
    return recap->counts;
}

static int note(struct recap *recap, enum status status, const char *host,
                const char *text, const char *detail)
{
    recap->counts[status]++;
    return entries_note(&recap->entries, status, host, text, detail);
}

/* --- what is said of one host --------------------------------------------- */

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

static int note_result(struct recap *recap, const struct result *result)
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
    bool too_long = text.failed || detail.failed;
    int failed = note(recap, result->status, result->host,
                      too_long ? "    more than can be shown; see wmifleet "
                                 "show --json\n"
                               : text.data,
                      has_detail && !too_long ? detail.data : NULL);
    buf_release(&detail);
    buf_release(&text);
    return failed;
}

/* --- JSON ----------------------------------------------------------------- */

static int print_json(struct recap *recap, cJSON *object)
{
    char *text = object != NULL ? json_print(object, -1) : NULL;
    cJSON_Delete(object);
    if (text == NULL)
        return -1;
    if (recap->config.output == OUTPUT_JSON) {
        fputs(recap->json_begun ? ",\n" : "{\"results\": [\n",
              recap->config.out);
        recap->json_begun = true;
        fputs(text, recap->config.out);
    } else {
        fprintf(recap->config.out, "%s\n", text);
    }
    free(text);
    return fflush(recap->config.out) == 0 ? 0 : -1;
}

static void add_finding(void *context, const char *name, const char *text,
                        char **hosts, size_t count)
{
    cJSON *finding = cJSON_CreateObject();
    cJSON_AddStringToObject(finding, "name", name);
    cJSON_AddStringToObject(finding, "text", text);
    cJSON *names = cJSON_AddArrayToObject(finding, "hosts");
    for (size_t i = 0; i < count; i++)
        cJSON_AddItemToArray(names, cJSON_CreateString(hosts[i]));
    if (!cJSON_AddItemToArray(context, finding))
        cJSON_Delete(finding);
}

static cJSON *summary_object(struct recap *recap, const char *stopped)
{
    cJSON *summary = cJSON_CreateObject();
    cJSON_AddStringToObject(summary, "run", recap->config.run);
    cJSON_AddStringToObject(summary, "verb", verb_word(recap->config.verb));
    for (int status = 0; status < STATUS_COUNT; status++)
        cJSON_AddNumberToObject(summary, status_word((enum status)status),
                                (double)recap->counts[status]);
    cJSON_AddNumberToObject(summary, "nothing_asked",
                            (double)recap->config.nothing_asked);
    cJSON_AddBoolToObject(summary, "interrupted",
                          stopped != NULL &&
                              strcmp(stopped, "interrupted") == 0);
    if (stopped != NULL)
        cJSON_AddStringToObject(summary, "stopped", stopped);
    cJSON *findings = cJSON_AddArrayToObject(summary, "findings");
    fleet_findings(&recap->fleet, add_finding, findings);
    return summary;
}

static int end_json(struct recap *recap, const char *stopped)
{
    cJSON *summary = summary_object(recap, stopped);
    FILE *out = recap->config.out;
    if (recap->config.output == OUTPUT_NDJSON) {
        cJSON *line = cJSON_CreateObject();
        cJSON_AddItemToObject(line, "summary", summary);
        return print_json(recap, line);
    }
    char *text = json_print(summary, -1);
    cJSON_Delete(summary);
    if (text == NULL)
        return -1;
    fprintf(out, "%s\n], \"summary\": %s}\n",
            recap->json_begun ? "" : "{\"results\": [", text);
    free(text);
    return fflush(out) == 0 ? 0 : -1;
}

/* --- the end, for a person ------------------------------------------------ */

static const char *color_of(const struct recap *recap, enum status status)
{
    if (!recap->config.color)
        return "";
    switch (status) {
    case STATUS_OK:
        return "\033[32m";
    case STATUS_CHANGED:
    case STATUS_DRIFT:
        return "\033[33m";
    case STATUS_BLOCKED:
    case STATUS_CONFLICT:
    case STATUS_FAILED:
    case STATUS_UNREACHABLE:
        return "\033[31m";
    case STATUS_CANCELLED:
    case STATUS_NOT_TRIED:
    case STATUS_COUNT:
        break;
    }
    return "";
}

static const char *color_off(const struct recap *recap)
{
    return recap->config.color ? "\033[0m" : "";
}

static void print_names(const struct recap *recap, char **hosts, size_t count)
{
    struct buf names;
    struct buf escaped;
    buf_init(&names, NAMES_TEXT_MAX);
    buf_init(&escaped, NAMES_TEXT_MAX);
    if (fold_names(&names, (const char *const *)hosts, count) == 0 &&
        log_escape(&escaped, names.data, names.len) == 0)
        fputs(escaped.data, recap->config.out);
    else
        fprintf(recap->config.out, "%zu hosts", count);
    buf_release(&escaped);
    buf_release(&names);
}

static void print_entry(const struct recap *recap, const struct entry *entry)
{
    FILE *out = recap->config.out;
    int head = (int)strcspn(entry->text, "\n");
    if (entry->detail == NULL)
        fprintf(out, "%s\n", entry->text);
    else if (entry->details_differ)
        fprintf(out, "%.*s: for example %s%s\n", head, entry->text,
                entry->detail, entry->text + head);
    else
        fprintf(out, "%.*s: %s%s\n", head, entry->text, entry->detail,
                entry->text + head);
}

static void print_blocks(const struct recap *recap, enum status status)
{
    for (size_t i = 0; i < recap->entries.count; i++) {
        const struct entry *entry = &recap->entries.items[i];
        if (entry->status != status || entry->text[0] == '\0')
            continue;
        print_names(recap, entry->hosts, entry->count);
        fprintf(recap->config.out, ": %s%s%s\n", color_of(recap, status),
                status_word(status), color_off(recap));
        print_entry(recap, entry);
    }
}

/* All hosts of one status, over its entries, folded together. */
static void print_status_names(const struct recap *recap, enum status status)
{
    char **all = malloc((recap->counts[status] + 1) * sizeof *all);
    size_t count = 0;
    for (size_t i = 0; all != NULL && i < recap->entries.count; i++) {
        const struct entry *entry = &recap->entries.items[i];
        for (size_t j = 0; entry->status == status && j < entry->count; j++)
            all[count++] = entry->hosts[j];
    }
    if (count > 0)
        print_names(recap, all, count);
    free(all);
}

/* Rows that are always there, so that nobody takes absence for success. */
static bool always_shown(const struct recap *recap, enum status status)
{
    bool apply = verb_writes(recap->config.verb);
    bool check =
        recap->config.verb == VERB_CHECK || recap->config.verb == VERB_VERIFY;
    return status == STATUS_OK || status == STATUS_FAILED ||
           status == STATUS_UNREACHABLE ||
           (apply && status == STATUS_CHANGED) ||
           (check && status == STATUS_DRIFT);
}

static void print_table(const struct recap *recap)
{
    for (int i = 0; i < STATUS_COUNT; i++) {
        enum status status = (enum status)i;
        size_t count = recap->counts[i];
        if (count == 0 && !always_shown(recap, status))
            continue;
        const char *word =
            status == STATUS_NOT_TRIED ? "not tried" : status_word(status);
        fprintf(recap->config.out, "%s%-12s%s %5zu",
                count > 0 ? color_of(recap, status) : "", word,
                count > 0 ? color_off(recap) : "", count);
        if (count > 0)
            fputs("  ", recap->config.out);
        print_status_names(recap, status);
        fputc('\n', recap->config.out);
    }
    if (recap->config.nothing_asked > 0)
        fprintf(recap->config.out,
                "%-12s %5zu  (no wmi variable; not contacted)\n",
                "nothing asked", recap->config.nothing_asked);
    if (recap->pending_restart > 0)
        fprintf(recap->config.out,
                "%zu of them take effect when winmgmt restarts\n",
                recap->pending_restart);
    if (recap->irreversible > 0)
        fprintf(recap->config.out,
                "%zu of them wait for apply --allow-irreversible\n",
                recap->irreversible);
}

/* Hosts that the same command may do more for another time. */
static size_t to_repeat(const struct recap *recap)
{
    const size_t *counts = recap->counts;
    return (recap->config.verb == VERB_VERIFY ? counts[STATUS_DRIFT] : 0) +
           counts[STATUS_FAILED] + counts[STATUS_BLOCKED] +
           counts[STATUS_CONFLICT] + counts[STATUS_UNREACHABLE] +
           counts[STATUS_NOT_TRIED] + counts[STATUS_CANCELLED] -
           recap->only_lost;
}

static void print_finding(void *context, const char *name, const char *text,
                          char **hosts, size_t count)
{
    const struct recap *recap = context;
    (void)name;
    print_names(recap, hosts, count);
    fprintf(recap->config.out, ": %s\n", text);
}

/* " --rerun failed,unreachable": hosts that are done are left out. */
static const char *rerun_words(const struct recap *recap, char words[64])
{
    const size_t *counts = recap->counts;
    bool failed =
        counts[STATUS_FAILED] + counts[STATUS_CONFLICT] +
            (verb_writes(recap->config.verb) ? counts[STATUS_BLOCKED] : 0) >
        0;
    bool pending = counts[STATUS_NOT_TRIED] + counts[STATUS_CANCELLED] > 0;
    bool unreachable = counts[STATUS_UNREACHABLE] > 0;
    bool done = counts[STATUS_OK] + counts[STATUS_CHANGED] > 0;
    words[0] = '\0';
    if (done && recap->config.verb != VERB_UNDO && counts[STATUS_DRIFT] == 0 &&
        (failed || pending || unreachable))
        snprintf(words, 64, " --rerun %s%s%s%s%s", failed ? "failed" : "",
                 failed && unreachable ? "," : "",
                 unreachable ? "unreachable" : "",
                 (failed || unreachable) && pending ? "," : "",
                 pending ? "pending" : "");
    return words;
}

static void print_way_on(const struct recap *recap, const char *stopped)
{
    const size_t *counts = recap->counts;
    FILE *out = recap->config.out;
    char words[64];
    if (stopped != NULL)
        fprintf(out, "%s; what was done is recorded\n", stopped);
    if (recap->config.again == NULL)
        return;
    if (recap->config.verb == VERB_CHECK && counts[STATUS_DRIFT] > 0)
        fprintf(out, "make it so:   wmifleet apply%s\n", recap->config.again);
    else if (to_repeat(recap) > 0)
        fprintf(out, "once mended:  wmifleet %s%s%s\n",
                verb_word(recap->config.verb), rerun_words(recap, words),
                recap->config.again);
    if (recap->lost > 0 && recap->config.apply != NULL)
        fprintf(out, "make it anew: wmifleet apply%s\n", recap->config.apply);
}

static int end_human(struct recap *recap, const char *stopped)
{
    for (int i = 0; !recap->config.quiet && i < STATUS_COUNT; i++)
        print_blocks(recap, (enum status)i);
    print_table(recap);
    fleet_findings(&recap->fleet, print_finding, recap);
    print_way_on(recap, stopped);
    return fflush(recap->config.out) == 0 ? 0 : -1;
}

int recap_host(struct recap *recap, const struct result *result)
{
    if (fleet_note(&recap->fleet, result->host, result->facts,
                   result->identity))
        return -1;
    if (recap->config.output == OUTPUT_HUMAN)
        return note_result(recap, result);
    recap->counts[result->status]++;
    return print_json(recap, result_to_json(result));
}

void recap_not_tried(struct recap *recap, const char *host)
{
    if (recap->config.output == OUTPUT_HUMAN) {
        note(recap, STATUS_NOT_TRIED, host, "", NULL);
        return;
    }
    recap->counts[STATUS_NOT_TRIED]++;
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "host", host);
    cJSON_AddStringToObject(object, "run", recap->config.run);
    cJSON_AddStringToObject(object, "verb", verb_word(recap->config.verb));
    cJSON_AddStringToObject(object, "status", status_word(STATUS_NOT_TRIED));
    print_json(recap, object);
}

int recap_end(struct recap *recap, const char *stopped)
{
    if (recap->config.output == OUTPUT_HUMAN)
        return end_human(recap, stopped);
    return end_json(recap, stopped);
}
