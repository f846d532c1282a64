/* SPDX-License-Identifier: MIT */
/*
 * The keys that hosts are known by: OpenSSH's known_hosts, read through an
 * index of our own.
 *
 * The file is indexed by key, so that a match costs one hash even with ten
 * thousand hashed names, and the question "whose key is this?" is free. A
 * name is looked up as OpenSSH writes it: `name`, or `[name]:port` when the
 * port is not 22. The file is appended to, a whole line a write, under a lock;
 * it is rewritten only by known_hosts_replace.h. `@revoked` keys are refused;
 * of a host with nothing but an `@cert-authority` line it is said that this is
 * not supported.
 */
#ifndef CONTROLLER_KNOWN_HOSTS_H
#define CONTROLLER_KNOWN_HOSTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/log.h"
#include "controller/ssh/transport.h"

struct known_hosts;

/* Reads the file; one that does not exist is empty. NULL on failure. */
struct known_hosts *known_hosts_open(const char *path, const struct log *log,
                                     struct err *err);
void known_hosts_close(struct known_hosts *known);
/* The file, for messages. */
const char *known_hosts_path(const struct known_hosts *known);

enum key_verdict {
    KEY_KNOWN,
    KEY_UNKNOWN,    /* no line names this host */
    KEY_CHANGED,    /* lines name it with another key (of any type) */
    KEY_OTHER_HOST, /* as UNKNOWN or CHANGED, and another host has this key */
    KEY_REVOKED,
    KEY_AUTHORITY, /* only an @cert-authority line matches: not supported */
};

struct key_match {
    enum key_verdict verdict;
    char name[256];     /* the name under which it was found, or the other
                           host's name where that is not hashed */
    unsigned long line; /* of the line that decided, 0: none */
    bool added;         /* that line was appended by this process */
};

/*
 * Looks `key` up under `alias` (inventory name), then `address`; each with
 * the port. The first name that any line has decides.
 */
struct key_match known_hosts_match(const struct known_hosts *known,
                                   const char *alias, const char *address,
                                   uint16_t port, const struct host_key *key);

/*
 * The key types known for the host, for the key exchange's preference, in
 * libssh2's comma form, the one of most lines first. For a host that is not
 * found (a hashed name among very many is not looked for) those of the whole
 * file, so that another host's key can be seen to be one; empty text when
 * the file is.
 */
void known_hosts_types(const struct known_hosts *known, const char *alias,
                       const char *address, uint16_t port, char *types,
                       size_t size);

/*
 * Tells the index which names are in this fleet: inventory names and
 * addresses, each as it may stand in the file. KEY_OTHER_HOST is said of
 * these only; of any plain name when none was told. 0, or -1 when memory is
 * short.
 */
int known_hosts_add_fleet_name(struct known_hosts *known, const char *name,
                               uint16_t port);

/*
 * Appends a line for `name` and puts it into the index. A line that is there
 * already is not written again. Makes the file (0600) and its folder (0700).
 */
int known_hosts_append(struct known_hosts *known, const char *name,
                       uint16_t port, const struct host_key *key,
                       struct err *err);

/* "SHA256:..." as ssh-keygen prints it. */
void known_hosts_fingerprint(const struct host_key *key, char *text,
                             size_t size);

#endif
