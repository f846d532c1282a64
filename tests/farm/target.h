/* SPDX-License-Identifier: MIT */
/*
 * One machine of the farm: what lies on its disk, how its settings stand,
 * and what was done to it so far. Nothing here knows of SSH.
 */
#ifndef FARM_TARGET_H
#define FARM_TARGET_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "payload/protocol.h"
#include "tests/farm/script.h"

#define TARGET_NAME_SIZE 64
#define TARGET_FILES_MAX 16

/* A file in the login's profile. The bytes of large ones are not kept. */
struct file {
    char name[TARGET_NAME_SIZE]; /* "": no file */
    uint64_t size;
    char hash[PROTOCOL_HASH_LEN + 1]; /* "" while it is being written */
    char *bytes;                      /* of a request, else NULL */
};

/*
 * What came first and whole, kept for all: others bring the same bytes, and
 * comparing is ten times cheaper than hashing. It never changes again.
 */
#define KNOWN_UPLOAD_MAX ((size_t)1024 * 1024)
struct known_upload {
    struct buf bytes; /* empty: nothing came yet */
    char hash[PROTOCOL_HASH_LEN + 1];
};

struct counts {
    unsigned connections;
    unsigned logins;
    unsigned uploads; /* whole files */
    unsigned execs;
    unsigned works;     /* runs that were no repetition */
    unsigned passwords; /* that were tried */
};

struct target {
    unsigned index; /* from 0 */
    enum script script;
    unsigned latency_ms;
    struct counts counts;
    struct known_upload *known; /* everybody's */

    struct file *files; /* TARGET_FILES_MAX, or NULL: none was ever made */
    char payload_hash[PROTOCOL_HASH_LEN + 1]; /* settled; "": none */
    char request_hash[PROTOCOL_HASH_LEN + 1];
    char *request; /* settled */

    cJSON *state;         /* how each setting stands, by id */
    char *saved_key;      /* "RUN VERB HASH" of the last work */
    struct buf saved;     /* and its result */
    bool dropped_already; /* SCRIPT_DROP_RESULT_ONCE, SCRIPT_WORKS_ON */
    char told_run[PROTOCOL_RUN_ID_MAX + 1]; /* that one is to stop */
    char snapshot_run[PROTOCOL_RUN_ID_MAX + 1];
    cJSON *snapshot; /* how it stood before that run wrote, by id */
};

void target_init(struct target *target, unsigned index);
void target_release(struct target *target);

/* "f00001"; `name` has TARGET_NAME_SIZE bytes. */
void target_name(const struct target *target, char *name);

/* NULL when there is none. */
struct file *target_file(struct target *target, const char *name);
/* An empty file; NULL when there are too many or the name is too long. */
struct file *target_make_file(struct target *target, const char *name);
void target_remove_file(struct file *file);

/* The protocol's hash of some bytes. */
void target_hash(const void *bytes, size_t len,
                 char hash[PROTOCOL_HASH_LEN + 1]);
void target_hash_text(const unsigned char digest[32],
                      char hash[PROTOCOL_HASH_LEN + 1]);

#endif
