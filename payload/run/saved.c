/* SPDX-License-Identifier: MIT */
#include "payload/run/saved.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a saved result ends with; a file cut short does not. */
#define END_MARK "\"complete\":true}"

void saved_key(const struct command *command, char key[SAVED_KEY_MAX])
{
    snprintf(key, SAVED_KEY_MAX, "%s-%s-%s", command->run,
             command_verb_word(command->verb), command->hash);
}

static void saved_path(const struct folder *folder, const char *key,
                       char path[FILE_PATH_MAX])
{
    char name[SAVED_KEY_MAX + 16];
    snprintf(name, sizeof name, "s-%s.json", key);
    folder_path(folder, name, path);
}

int saved_load(const struct folder *folder, const char *key, struct buf *out,
               struct err *err)
{
    char path[FILE_PATH_MAX];
    const size_t end = strlen(END_MARK);
    saved_path(folder, key, path);
    if (file_read(path, out, err) != 0)
        return -1;
    if (out->len < end ||
        memcmp(out->data + out->len - end, END_MARK, end) != 0)
        return err_set(err, 0, "%s: it is not complete", path);
    return 0;
}

static void trim(const struct folder *folder, const char *pattern)
{
    char path[FILE_PATH_MAX];
    struct file_entry *entries;
    size_t count;
    folder_path(folder, pattern, path);
    if (file_list(path, &entries, &count, NULL) != 0)
        return;
    for (size_t i = SAVED_KEEP; i < count; i++) {
        folder_path(folder, entries[i].name, path);
        (void)file_delete(path, NULL);
    }
    free(entries);
}

int saved_store(const struct folder *folder, const struct command *command,
                const char *text, size_t len, struct err *err)
{
    char path[FILE_PATH_MAX];
    char key[SAVED_KEY_MAX];
    char pattern[32];
    saved_key(command, key);
    saved_path(folder, key, path);
    if (file_replace(path, text, len, err) != 0)
        return -1;
    snprintf(pattern, sizeof pattern, "s-*-%s-*.json",
             command_verb_word(command->verb));
    trim(folder, pattern);
    return 0;
}
