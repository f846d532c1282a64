/* SPDX-License-Identifier: MIT */
#include "payload/account/account_memory.h"

#include <stdlib.h>
#include <string.h>

#define SLOW_MS 500

struct known {
    struct known *next;
    unsigned long code;
    bool slow;
    size_t len;
    char bytes[]; /* the answer, then the key */
};

struct account_memory {
    unsigned long long deadline_ms;
    struct known *first;
};

struct account_memory *account_memory_new(unsigned long long deadline_ms)
{
    struct account_memory *memory = calloc(1, sizeof *memory);
    if (memory != NULL)
        memory->deadline_ms = deadline_ms;
    return memory;
}

/* Drops all, or what is quick to ask. */
static void drop(struct account_memory *memory, bool all)
{
    struct known **at = &memory->first;
    while (*at != NULL) {
        struct known *known = *at;
        if (known->slow && !all) {
            at = &known->next;
            continue;
        }
        *at = known->next;
        free(known);
    }
}

void account_memory_free(struct account_memory *memory)
{
    if (memory != NULL)
        drop(memory, true);
    free(memory);
}

bool account_memory_is_late(const struct account_memory *memory,
                            unsigned long long now_ms)
{
    return memory != NULL && now_ms >= memory->deadline_ms;
}

bool account_memory_recall(const struct account_memory *memory, const char *key,
                           unsigned long *code, void *answer, size_t len)
{
    const struct known *known = memory != NULL ? memory->first : NULL;
    while (known != NULL && strcmp(known->bytes + known->len, key) != 0)
        known = known->next;
    if (known == NULL || (known->code == 0 && known->len != len))
        return false;
    *code = known->code;
    if (known->code == 0)
        memcpy(answer, known->bytes, len);
    return true;
}

void account_memory_keep(struct account_memory *memory, const char *key,
                         unsigned long code, const void *answer, size_t len,
                         unsigned long long took_ms)
{
    size_t key_len = strlen(key) + 1;
    struct known *known =
        memory != NULL ? malloc(sizeof *known + len + key_len) : NULL;
    if (known == NULL)
        return;
    *known = (struct known){.next = memory->first,
                            .code = code,
                            .slow = took_ms >= SLOW_MS,
                            .len = len};
    memcpy(known->bytes, answer, len);
    memcpy(known->bytes + len, key, key_len);
    memory->first = known;
}

void account_memory_forget(struct account_memory *memory)
{
    if (memory != NULL)
        drop(memory, false);
}
