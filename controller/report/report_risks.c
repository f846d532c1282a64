/* SPDX-License-Identifier: MIT */
#include "controller/report/report_risks.h"

#include "base/json.h"

#define TEXT_MAX ((size_t)4 * 1024)
#define RISKS_MAX 200

static const char more[] = "more than can be shown; see wmifleet show --json";

/* Whether it is told of this host in its own words. */
static bool has_room(const struct entries *risks, const struct buf *text)
{
    return !text->failed && (risks->count < RISKS_MAX ||
                             entries_have(risks, STATUS_OK, text->data));
}

int report_risks_note(struct entries *risks, const struct result *result)
{
    bool left_out = false;
    int failed = 0;
    const cJSON *setting;
    cJSON_ArrayForEach (setting, result->settings) {
        const char *id = json_text(setting, "id");
        const char *risk = json_text(setting, "risk");
        if (id == NULL || risk == NULL || failed)
            continue;
        struct buf text;
        buf_init(&text, TEXT_MAX);
        buf_addf(&text, "%s: %s", id, risk);
        if (has_room(risks, &text))
            failed =
                entries_note(risks, STATUS_OK, result->host, text.data, NULL);
        else
            left_out = true;
        buf_release(&text);
    }
    if (left_out && !failed)
        failed = entries_note(risks, STATUS_OK, result->host, more, NULL);
    return failed;
}
