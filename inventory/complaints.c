/* SPDX-License-Identifier: MIT */
#include "inventory/complaints.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct complaint {
    char *key;        /* the place, a NUL's stand-in, the text */
    const char *text; /* within the key */
    size_t place_len;
    const char *host; /* the first */
    size_t more;      /* hosts after it */
    bool warning;
};

static void complaint_free(void *item)
{
    struct complaint *complaint = item;
    free(complaint->key);
    free(complaint);
}

void complaints_init(struct complaints *complaints,
                     const struct inventory *inventory)
{
    *complaints = (struct complaints){.inventory = inventory};
}

static int add(struct complaints *complaints, const char *host,
               const cJSON *node, bool warning, const char *text)
{
    char place[STATE_PLACE_SIZE];
    char *key = NULL;
    state_place(complaints->inventory, node, place);
    if (asprintf(&key, "%s: %s", place, text) == -1)
        return -1;
    struct complaint *complaint = table_get_text(&complaints->index, key);
    if (complaint != NULL) {
        complaint->more++;
        free(key);
        return 0;
    }
    complaint = calloc(1, sizeof *complaint);
    if (complaint == NULL) {
        free(key);
        return -1;
    }
    complaint->key = key;
    complaint->place_len = strlen(place);
    complaint->text = key + complaint->place_len + 2;
    complaint->host = host;
    complaint->warning = warning;
    if (list_add(&complaints->items, complaint) == -1) {
        complaint_free(complaint);
        return -1;
    }
    return table_put_text(&complaints->index, key, complaint);
}

void complaints_error(struct complaints *complaints, const char *host,
                      const cJSON *node, const char *format, ...)
{
    char *text = NULL;
    va_list args;
    complaints->error_count++;
    va_start(args, format);
    if (vasprintf(&text, format, args) == -1)
        text = NULL;
    va_end(args);
    if (text == NULL || add(complaints, host, node, false, text) == -1)
        complaints->out_of_memory = true;
    free(text);
}

void complaints_warning(struct complaints *complaints, const char *host,
                        const cJSON *node, const char *format, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, format);
    if (vasprintf(&text, format, args) == -1)
        text = NULL;
    va_end(args);
    if (text == NULL || add(complaints, host, node, true, text) == -1)
        complaints->out_of_memory = true;
    free(text);
}

static void tell(const struct complaint *complaint, struct problems *problems)
{
    char more[48] = "";
    if (complaint->more > 0)
        snprintf(more, sizeof more, " (and %zu more)", complaint->more);
    (complaint->warning ? problems_warning : problems_error)(
        problems, "%.*s: host %s%s: %s", (int)complaint->place_len,
        complaint->key, complaint->host, more, complaint->text);
}

void complaints_tell(struct complaints *complaints, struct problems *problems)
{
    for (size_t i = 0; i < complaints->items.count; i++)
        tell(complaints->items.items[i], problems);
    if (complaints->out_of_memory)
        problems_error(problems, "the inventory: out of memory");
    table_release(&complaints->index);
    list_release_all(&complaints->items, complaint_free);
}
