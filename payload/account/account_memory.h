/* SPDX-License-Identifier: MIT */
/*
 * What a run has looked up of accounts already. A name of a domain that is
 * not reached takes Windows tens of seconds, every time anew: each is asked
 * for once in a run, and none any more when the run's time is over, so that
 * it is the run that ends and not its watchdog that ends it.
 *
 * Keys are whatever tells apart what was asked. NULL in the place of a memory
 * is one that keeps nothing.
 *
 * Free of windows.h.
 */
#ifndef PAYLOAD_ACCOUNT_MEMORY_H
#define PAYLOAD_ACCOUNT_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

struct account_memory;

/* `deadline_ms` is in the time of `took_ms`. NULL when memory is short. */
struct account_memory *account_memory_new(unsigned long long deadline_ms);
void account_memory_free(struct account_memory *memory);

/* Whether a look-up that begins now comes too late. */
bool account_memory_is_late(const struct account_memory *memory,
                            unsigned long long now_ms);

/*
 * True when `key` was asked before: `code` is what came of it, 0 or Windows'
 * own, and with 0 `answer` gets the `len` bytes that were kept.
 */
bool account_memory_recall(const struct account_memory *memory, const char *key,
                           unsigned long *code, void *answer, size_t len);

/* Where memory is short it is asked again. */
void account_memory_keep(struct account_memory *memory, const char *key,
                         unsigned long code, const void *answer, size_t len,
                         unsigned long long took_ms);

/*
 * An account or a group of the machine came, went or changed: what is quick to
 * ask is asked again. What took long is the domain's.
 */
void account_memory_forget(struct account_memory *memory);

#endif
