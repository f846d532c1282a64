/* SPDX-License-Identifier: MIT */
/* The end of a run, for a person. */
#include "controller/report/recap_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/utf8.h"
#include "inventory/fold.h"

/* So many rows of a terminal a list of names may take. */
#define NAMES_ROWS 3
#define NAMES_TEXT_MAX ((size_t)64 * 1024 * 1024)

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

/* How much of a list of names is shown: whole names, whole numbers of it. */
static size_t shown_len(const struct recap *recap, const struct buf *names)
{
    size_t most = NAMES_ROWS * (size_t)recap->config.columns;
    if (most == 0 || names->len <= most)
        return names->len;
    const char *comma = memrchr(names->data, ',', most);
    return comma != NULL ? (size_t)(comma - names->data)
                         : utf8_cut(names->data, most);
}

static void print_shown(struct recap *recap, const struct buf *names,
                        size_t count)
{
    size_t len = shown_len(recap, names);
    fwrite(names->data, 1, len, recap->config.out);
    if (len == names->len)
        return;
    recap->cut = true;
    fprintf(recap->config.out, ",... (%zu hosts)", count);
}

static void print_names(struct recap *recap, char **hosts, size_t count)
{
    struct buf names;
    struct buf escaped;
    buf_init(&names, NAMES_TEXT_MAX);
    buf_init(&escaped, NAMES_TEXT_MAX);
    if (fold_names(&names, (const char *const *)hosts, count) == 0 &&
        log_escape(&escaped, names.data, names.len) == 0)
        print_shown(recap, &escaped, count);
    else
        fprintf(recap->config.out, "%zu hosts", count);
    buf_release(&escaped);
    buf_release(&names);
}

static void print_entry(const struct recap *recap, const struct entry *entry)
{
    struct buf words;
    buf_init(&words, SIZE_MAX);
    entry_words(&words, entry);
    fprintf(recap->config.out, "%s\n", words.failed ? entry->text : words.data);
    buf_release(&words);
}

static void print_blocks(struct recap *recap, enum status status)
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
static void print_status_names(struct recap *recap, enum status status)
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

static void print_table(struct recap *recap)
{
    for (int i = 0; i < STATUS_COUNT; i++) {
        enum status status = (enum status)i;
        size_t count = recap->counts[i];
        if (count == 0 && !always_shown(recap, status))
            continue;
        fprintf(recap->config.out, "%s%-12s%s %5zu",
                count > 0 ? color_of(recap, status) : "",
                recap_status_word(status), count > 0 ? color_off(recap) : "",
                count);
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

static void print_finding(void *context, const char *name, const char *text,
                          char **hosts, size_t count)
{
    struct recap *recap = context;
    (void)name;
    print_names(recap, hosts, count);
    fprintf(recap->config.out, ": %s\n", text);
}

int recap_human_end(struct recap *recap, const char *stopped)
{
    recap_clear(recap);
    for (int i = 0; !recap->config.quiet && i < STATUS_COUNT; i++)
        print_blocks(recap, (enum status)i);
    print_table(recap);
    fleet_findings(&recap->fleet, print_finding, recap);
    if (recap->cut)
        fputs("lists that end with ... are whole where this goes into a pipe\n",
              recap->config.out);
    recap_way_on(recap, stopped);
    return fflush(recap->config.out) == 0 ? 0 : -1;
}
