/* SPDX-License-Identifier: MIT */
#include "controller/known_target.h"

#include <stdio.h>

static void target_key(const struct target *target, char *key, size_t size)
{
    snprintf(key, size, "%s|%s|%u", target->name, target->address,
             (unsigned)target->port);
}

void known_target_get(struct store *store, const struct log *log,
                      const struct target *target, struct target_cache *cache)
{
    char key[1024];
    struct store_target stored;
    struct err err;
    target_key(target, key, sizeof key);
    int found = store_target_get(store, key, &stored, &err);
    if (found < 0)
        log_line(log, LOG_WARNING, "%s", err.text);
    if (found <= 0)
        return;
    cache->shell = stored.shell == '\\'  ? SHELL_BACKSLASH
                   : stored.shell == '/' ? SHELL_SLASH
                                         : SHELL_UNKNOWN;
    snprintf(cache->folder, sizeof cache->folder, "%s", stored.folder);
    snprintf(cache->payload_hash, sizeof cache->payload_hash, "%.*s",
             PROTOCOL_HASH_LEN, stored.payload_hash);
    snprintf(cache->request_hash, sizeof cache->request_hash, "%.*s",
             PROTOCOL_HASH_LEN, stored.request_hash);
}

int known_target_put(struct store *store, const struct target *target,
                     const struct target_cache *cache, struct err *err)
{
    struct store_target stored = {.shell = '\0'};
    if (cache->shell != SHELL_UNKNOWN)
        stored.shell = cache->shell == SHELL_SLASH ? '/' : '\\';
    snprintf(stored.folder, sizeof stored.folder, "%s", cache->folder);
    snprintf(stored.payload_hash, sizeof stored.payload_hash, "%s",
             cache->payload_hash);
    snprintf(stored.request_hash, sizeof stored.request_hash, "%s",
             cache->request_hash);
    char key[1024];
    target_key(target, key, sizeof key);
    return store_target_put(store, key, &stored, err);
}
