/* SPDX-License-Identifier: MIT */
#include "controller/report/report_rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"

#define TEXT_MAX ((size_t)64 * 1024)

struct report_rows {
    struct report_row *items;
    size_t count;
    size_t capacity;
};

struct report_rows *report_rows_new(void)
{
    return calloc(1, sizeof(struct report_rows));
}

static void release(struct report_row *row)
{
    free(row->host);
    free(row->address);
    free(row->computer);
    free(row->system);
    free(row->risks);
}

void report_rows_free(struct report_rows *rows)
{
    if (rows == NULL)
        return;
    for (size_t i = 0; i < rows->count; i++)
        release(&rows->items[i]);
    free(rows->items);
    free(rows);
}

/* The words with `between` between them; NULL for none. 0 or -1. */
static int join(char **out, struct buf *words)
{
    *out = words->len > 0 ? buf_take(words) : NULL;
    int failed = words->failed;
    buf_release(words);
    return failed ? -1 : 0;
}

static int copy(char **out, const char *text)
{
    *out = text != NULL ? strdup(text) : NULL;
    return text != NULL && *out == NULL ? -1 : 0;
}

static int take_system(struct report_row *row, const cJSON *facts)
{
    const char *os = json_text(facts, "os");
    const char *version = json_text(facts, "version");
    struct buf words;
    buf_init(&words, TEXT_MAX);
    if (os != NULL)
        buf_add_text(&words, os);
    if (version != NULL)
        buf_addf(&words, "%s%s", os != NULL ? " " : "", version);
    return join(&row->system, &words);
}

static int take_risks(struct report_row *row, const cJSON *settings)
{
    struct buf words;
    buf_init(&words, TEXT_MAX);
    const cJSON *setting;
    cJSON_ArrayForEach (setting, settings) {
        const char *id = json_text(setting, "id");
        if (id != NULL && json_text(setting, "risk") != NULL)
            buf_addf(&words, "%s%s", words.len > 0 ? ", " : "", id);
    }
    return join(&row->risks, &words);
}

static struct report_row *new_row(struct report_rows *rows)
{
    if (rows->count == rows->capacity) {
        size_t capacity = rows->capacity > 0 ? rows->capacity * 2 : 64;
        struct report_row *grown =
            realloc(rows->items, capacity * sizeof *grown);
        if (grown == NULL)
            return NULL;
        rows->items = grown;
        rows->capacity = capacity;
    }
    struct report_row *row = &rows->items[rows->count++];
    *row = (struct report_row){0};
    return row;
}

int report_rows_add(struct report_rows *rows, const struct result *result,
                    size_t entry)
{
    struct report_row *row = new_row(rows);
    if (row == NULL)
        return -1;
    row->status = result->status;
    row->entry = entry;
    return copy(&row->host, result->host) ||
                   copy(&row->address, result->address) ||
                   copy(&row->computer, json_text(result->facts, "computer")) ||
                   take_system(row, result->facts) ||
                   take_risks(row, result->settings)
               ? -1
               : 0;
}

int report_rows_add_pending(struct report_rows *rows, const char *host,
                            size_t entry)
{
    struct report_row *row = new_row(rows);
    if (row == NULL)
        return -1;
    row->status = STATUS_NOT_TRIED;
    row->entry = entry;
    return copy(&row->host, host);
}

size_t report_rows_count(const struct report_rows *rows)
{
    return rows->count;
}

const struct report_row *report_rows_at(const struct report_rows *rows,
                                        size_t at)
{
    return &rows->items[at];
}
