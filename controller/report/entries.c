/* SPDX-License-Identifier: MIT */
#include "controller/report/entries.h"

#include <stdlib.h>
#include <string.h>

static void entry_release(struct entry *entry)
{
    for (size_t i = 0; i < entry->count; i++)
        free(entry->hosts[i]);
    free(entry->hosts);
    free(entry->detail);
    free(entry->text);
}

static struct entry *find(const struct entries *entries, enum status status,
                          const char *text)
{
    for (size_t i = 0; i < entries->count; i++)
        if (entries->items[i].status == status &&
            strcmp(entries->items[i].text, text) == 0)
            return &entries->items[i];
    return NULL;
}

bool entries_have(const struct entries *entries, enum status status,
                  const char *text)
{
    return find(entries, status, text) != NULL;
}

static struct entry *entry_for(struct entries *entries, enum status status,
                               const char *text)
{
    struct entry *known = find(entries, status, text);
    if (known != NULL)
        return known;
    struct entry *grown =
        realloc(entries->items, (entries->count + 1) * sizeof *grown);
    if (grown == NULL)
        return NULL;
    entries->items = grown;
    struct entry *entry = &grown[entries->count];
    *entry = (struct entry){.status = status, .text = strdup(text)};
    if (entry->text == NULL)
        return NULL;
    entries->count++;
    entries->text_len += strlen(text);
    return entry;
}

static int entry_add(struct entry *entry, const char *host)
{
    if (entry->count == entry->capacity) {
        size_t capacity = entry->capacity ? entry->capacity * 2 : 8;
        char **hosts = realloc(entry->hosts, capacity * sizeof *hosts);
        if (hosts == NULL)
            return -1;
        entry->hosts = hosts;
        entry->capacity = capacity;
    }
    char *copy = strdup(host);
    if (copy == NULL)
        return -1;
    entry->hosts[entry->count++] = copy;
    return 0;
}

static int keep_detail(struct entries *entries, struct entry *entry,
                       const char *detail)
{
    if (entry->detail == NULL) {
        entry->detail = strdup(detail);
        entries->text_len += strlen(detail);
        return entry->detail != NULL ? 0 : -1;
    }
    if (strcmp(entry->detail, detail) != 0)
        entry->details_differ = true;
    return 0;
}

int entries_note(struct entries *entries, enum status status, const char *host,
                 const char *text, const char *detail)
{
    struct entry *entry = entry_for(entries, status, text);
    if (entry == NULL ||
        (detail != NULL && keep_detail(entries, entry, detail)))
        return -1;
    entries->last = (size_t)(entry - entries->items);
    return entry_add(entry, host);
}

void entry_words(struct buf *out, const struct entry *entry)
{
    size_t head = strcspn(entry->text, "\n");
    buf_add(out, entry->text, head);
    if (entry->detail != NULL)
        buf_addf(out, ": %s%s", entry->details_differ ? "for example " : "",
                 entry->detail);
    buf_add_text(out, entry->text + head);
}

void entries_release(struct entries *entries)
{
    for (size_t i = 0; i < entries->count; i++)
        entry_release(&entries->items[i]);
    free(entries->items);
    *entries = (struct entries){0};
}
