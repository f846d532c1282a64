/* SPDX-License-Identifier: MIT */
/*
 * Hosts that ended the same way are one entry: the entry's key is the text
 * that a person would read of each of them (status, differences, reason), so
 * a thousand equal machines are one block with their names folded. Memory is
 * the names, not the results.
 */
#ifndef CONTROLLER_ENTRIES_H
#define CONTROLLER_ENTRIES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "controller/result/result.h"

struct entry {
    enum status status;
    char *text;   /* what is said of each of these hosts; may be empty */
    char *detail; /* the first host's own words for its fault, or NULL */
    bool details_differ;
    char **hosts;
    size_t count;
    size_t capacity;
};

/* Zeroed: none. */
struct entries {
    struct entry *items;
    size_t count;
    size_t text_len; /* bytes of all their texts and details */
    size_t last;     /* the entry that the last host went to */
};

/*
 * Notes that `host` ended so. `detail`, or NULL: words of its own that do not
 * make it another entry, such as a fault's text, which names the address.
 * Everything is copied. 0, or -1 when memory is short.
 */
int entries_note(struct entries *entries, enum status status, const char *host,
                 const char *text, const char *detail);
void entries_release(struct entries *entries);

/*
 * Appends what is said of the entry's hosts: its text, with the first host's
 * own words at the end of the first line.
 */
void entry_words(struct buf *out, const struct entry *entry);

/* Whether some host ended so before: another one costs its name alone. */
bool entries_have(const struct entries *entries, enum status status,
                  const char *text);

#endif
