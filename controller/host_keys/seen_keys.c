/* SPDX-License-Identifier: MIT */
#include "controller/host_keys/seen_keys.h"

#include <stdlib.h>
#include <string.h>

#include "inventory/jump.h"

int seen_keys_init(struct seen_keys *keys, size_t room)
{
    *keys = (struct seen_keys){.items = calloc(room + 1, sizeof *keys->items)};
    return keys->items != NULL ? 0 : -1;
}

void seen_keys_release(struct seen_keys *keys)
{
    for (size_t i = 0; i < keys->count; i++) {
        free(keys->items[i].type);
        free(keys->items[i].blob);
    }
    free(keys->items);
    *keys = (struct seen_keys){.items = NULL};
}

const char *seen_key_name(const struct seen_key *key)
{
    return key->target->host_key_alias != NULL ? key->target->host_key_alias
                                               : key->target->name;
}

int seen_keys_add(struct seen_keys *keys, const struct known_hosts *known,
                  const struct target *target, const struct host_key *key)
{
    struct seen_key *kept = &keys->items[keys->count];
    *kept = (struct seen_key){.target = target,
                              .type = strdup(key->type),
                              .blob = malloc(key->len + 1),
                              .len = key->len};
    if (kept->type == NULL || kept->blob == NULL) {
        free(kept->type);
        free(kept->blob);
        return -1;
    }
    memcpy(kept->blob, key->blob, key->len);
    struct key_match match = known_hosts_match(
        known, seen_key_name(kept), target->address, target->port, key);
    kept->verdict = match.verdict;
    known_hosts_fingerprint(key, kept->fingerprint, sizeof kept->fingerprint);
    keys->count++;
    return 0;
}

static int by_blob(const void *left, const void *right)
{
    const struct seen_key *const *a = left;
    const struct seen_key *const *b = right;
    if ((*a)->len != (*b)->len)
        return (*a)->len < (*b)->len ? -1 : 1;
    return memcmp((*a)->blob, (*b)->blob, (*a)->len);
}

static bool same_place(const struct target *a, const struct target *b)
{
    return a->port == b->port && strcmp(a->address, b->address) == 0 &&
           jump_same(a->jump, b->jump);
}

int seen_keys_mark_shared(struct seen_keys *keys)
{
    struct seen_key **sorted = malloc((keys->count + 1) * sizeof *sorted);
    if (sorted == NULL)
        return -1;
    for (size_t i = 0; i < keys->count; i++)
        sorted[i] = &keys->items[i];
    qsort(sorted, keys->count, sizeof *sorted, by_blob);
    for (size_t i = 1; i < keys->count; i++) {
        struct seen_key *a = sorted[i - 1];
        struct seen_key *b = sorted[i];
        if (by_blob(&a, &b) != 0 || same_place(a->target, b->target))
            continue;
        a->shared_with = b->target->name;
        b->shared_with = a->target->name;
    }
    free(sorted);
    return 0;
}

static int by_name(const void *left, const void *right)
{
    const struct seen_key *a = left;
    const struct seen_key *b = right;
    return strverscmp(a->target->name, b->target->name);
}

void seen_keys_sort(struct seen_keys *keys)
{
    qsort(keys->items, keys->count, sizeof *keys->items, by_name);
}

const char *seen_key_verdict(const struct seen_key *key)
{
    switch (key->verdict) {
    case KEY_KNOWN:
        return "known";
    case KEY_UNKNOWN:
        return "new";
    case KEY_CHANGED:
        return "CHANGED";
    case KEY_OTHER_HOST:
        return "OTHER HOST: known_hosts has this key for another host; "
               "not added";
    case KEY_REVOKED:
        return "REVOKED in known_hosts; not added";
    case KEY_AUTHORITY:
        return "only an @cert-authority line matches, which is not "
               "supported; not added";
    }
    return "";
}

bool seen_key_is_addable(const struct seen_key *key)
{
    return key->verdict == KEY_UNKNOWN && key->shared_with == NULL;
}

bool seen_key_is_replaceable(const struct seen_key *key)
{
    return key->verdict == KEY_CHANGED && key->shared_with == NULL;
}

struct key_replacement seen_key_replacement(const struct seen_key *key)
{
    return (struct key_replacement){seen_key_name(key),
                                    key->target->address,
                                    key->target->port,
                                    {key->type, key->blob, key->len}};
}
