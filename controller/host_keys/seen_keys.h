/* SPDX-License-Identifier: MIT */
/*
 * The keys that the hosts of a run answered with, each as known_hosts judges
 * it. Room for one key a host is made at the beginning: keys do not move
 * until they are sorted, and a key points to its host and to others' names,
 * which outlive it.
 */
#ifndef CONTROLLER_SEEN_KEYS_H
#define CONTROLLER_SEEN_KEYS_H

#include "controller/host_keys/known_hosts_replace.h"
#include "inventory/target.h"

struct seen_key {
    const struct target *target;
    char *type;
    unsigned char *blob;
    size_t len;
    enum key_verdict verdict;
    char fingerprint[80];
    const char *shared_with; /* another host of this run with the same key */
};

struct seen_keys {
    struct seen_key *items;
    size_t count;
};

/* For `room` hosts at most. -1 when memory is short; release either way. */
int seen_keys_init(struct seen_keys *keys, size_t room);
void seen_keys_release(struct seen_keys *keys);

/* Copies and judges `key`. -1 when memory is short: nothing was added. */
int seen_keys_add(struct seen_keys *keys, const struct known_hosts *known,
                  const struct target *target, const struct host_key *key);

/*
 * Fills `shared_with` where more than one machine answered with a key; two
 * names for one address are one. -1 when memory is short.
 */
int seen_keys_mark_shared(struct seen_keys *keys);

/* By the hosts' names, numbers in them as numbers. */
void seen_keys_sort(struct seen_keys *keys);

/* The name that it is kept under. */
const char *seen_key_name(const struct seen_key *key);
/* Its verdict for a person: "known", "new", "CHANGED", ... */
const char *seen_key_verdict(const struct seen_key *key);
/* New, or changed, and nobody else's. */
bool seen_key_is_addable(const struct seen_key *key);
bool seen_key_is_replaceable(const struct seen_key *key);

/* As known_hosts_replace takes it; points into the key. */
struct key_replacement seen_key_replacement(const struct seen_key *key);

#endif
