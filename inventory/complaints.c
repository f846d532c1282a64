/* SPDX-License-Identifier: MIT */
#include "inventory/complaints.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct complaint {
    char *key;        /* "place: text" */
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

static int add(struct complaints *complaints, const char *host, bool warning,
               const char *place, const char *text)
{
    char *key = NULL;
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

void complaints_add(struct complaints *complaints, const char *host,
                    bool warning, const char *place, const char *text)
{
    if (add(complaints, host, warning, place, text) == -1)
        complaints->out_of_memory = true;
}

__attribute__((format(printf, 5, 0))) static void
complain(struct complaints *complaints, const char *host, const cJSON *node,
         bool warning, const char *format, va_list args)
{
    char place[STATE_PLACE_SIZE];
    char *text = NULL;
    if (vasprintf(&text, format, args) == -1) {
        complaints->out_of_memory = true;
        return;
    }
    complaints_add(complaints, host, warning,
                   state_place(complaints->inventory, node, place), text);
    free(text);
}

void complaints_error(struct complaints *complaints, const char *host,
                      const cJSON *node, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    complain(complaints, host, node, false, format, args);
    va_end(args);
}

void complaints_warning(struct complaints *complaints, const char *host,
                        const cJSON *node, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    complain(complaints, host, node, true, format, args);
    va_end(args);
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
