/* SPDX-License-Identifier: MIT */
#include "controller/ssh/ssh_trials.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "controller/host_keys/key_index.h"

#define DIGEST_LEN 32

struct trial {
    struct trials *trials;
    unsigned char digest[DIGEST_LEN];
    unsigned asking;
    unsigned refused;
    bool taken;
};

struct trials {
    struct trial **items;
    size_t count;
    size_t room;
    struct key_index by_digest;
    bool stopped;
};

struct trials *trials_new(void)
{
    return calloc(1, sizeof(struct trials));
}

void trials_free(struct trials *trials)
{
    if (trials == NULL)
        return;
    for (size_t i = 0; i < trials->count; i++)
        free(trials->items[i]);
    key_index_release(&trials->by_digest);
    free(trials->items);
    free(trials);
}

/* Of the name with its NUL and the password. */
static int digest_of(const char *user, const char *password,
                     unsigned char digest[DIGEST_LEN])
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    unsigned len = 0;
    bool good = context != NULL &&
                EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1 &&
                EVP_DigestUpdate(context, user, strlen(user) + 1) == 1 &&
                EVP_DigestUpdate(context, password, strlen(password)) == 1 &&
                EVP_DigestFinal_ex(context, digest, &len) == 1;
    EVP_MD_CTX_free(context);
    return good && len == DIGEST_LEN ? 0 : -1;
}

static int make_room(struct trials *trials)
{
    if (trials->count < trials->room)
        return 0;
    size_t room = trials->room ? trials->room * 2 : 16;
    struct trial **items = realloc(trials->items, room * sizeof(*items));
    if (items == NULL)
        return -1;
    trials->items = items;
    trials->room = room;
    return 0;
}

struct trial *trials_of(struct trials *trials, const char *user,
                        const char *password)
{
    unsigned char digest[DIGEST_LEN];
    uint32_t cursor = 0;
    uint32_t number;
    if (digest_of(user, password, digest))
        return NULL;
    if (key_index_next(&trials->by_digest, digest, DIGEST_LEN, &cursor,
                       &number))
        return trials->items[number];
    struct trial *trial = calloc(1, sizeof *trial);
    if (trial == NULL || make_room(trials)) {
        free(trial);
        return NULL;
    }
    trial->trials = trials;
    memcpy(trial->digest, digest, DIGEST_LEN);
    number = (uint32_t)trials->count;
    trials->items[trials->count++] = trial;
    return key_index_add(&trials->by_digest, trial->digest, DIGEST_LEN, number)
               ? NULL
               : trial;
}

enum trial_answer trial_ask(struct trial *trial)
{
    if (!trial->taken && trial->refused >= TRIALS_MAX)
        return TRIAL_STOPPED;
    if (!trial->taken && trial->refused + trial->asking >= TRIALS_MAX)
        return TRIAL_WAIT;
    trial->asking++;
    return TRIAL_SEND;
}

void trial_tell(struct trial *trial, enum trial_outcome outcome)
{
    trial->asking--;
    if (outcome == TRIAL_TAKEN)
        trial->taken = true;
    if (outcome == TRIAL_REFUSED)
        trial->refused++;
    if (!trial->taken && trial->refused >= TRIALS_MAX)
        trial->trials->stopped = true;
}

bool trials_stopped(const struct trials *trials)
{
    return trials->stopped;
}
