/* SPDX-License-Identifier: MIT */
/*
 * The entries of an access list that several settings share, each of them
 * about one account: in words, and without what the others have put there.
 *
 * Free of windows.h.
 */
#ifndef PAYLOAD_ENTRIES_H
#define PAYLOAD_ENTRIES_H

#include <cjson/cJSON.h>

#include "payload/descriptor/descriptor.h"
#include "payload/settings/settings_read.h"

/* What the bits of a mask are called. */
struct right_words {
    const struct settings_word *words; /* each value is one bit */
    size_t count;
    uint32_t silent; /* goes without saying beside another bit */
};

/* Words for `mask` to an array, and its number where they do not say all. */
bool right_words_add(cJSON *array, const struct right_words *words,
                     uint32_t mask);

/* "remote_launch, remote_activation"; "nothing" when there is no word. */
#define RIGHT_WORDS_MAX 160
void right_words_text(const struct right_words *words, uint32_t mask,
                      char text[RIGHT_WORDS_MAX]);

/*
 * {"account", "state"}, as the request has it; NULL when memory is short.
 * The second adds an array of words unless `mask` is 0.
 */
cJSON *entries_desired(const char *account, bool present);
bool entries_desired_rights(cJSON *desired, const char *key,
                            const struct right_words *words, uint32_t mask);

/* Accounts that a request names in one list. */
struct entry_accounts {
    const struct sid *sids; /* with `len` 0: not known */
    size_t count;
    size_t own;     /* number of the one in question */
    unsigned flags; /* that an entry of ours may have */
};

/* Every entry of the list, in words. NULL when memory is short. */
cJSON *entries_json(const struct descriptor *list,
                    const struct right_words *words);

/* Takes the entries of the other accounts out. */
void entries_leave_out_others(struct descriptor *list,
                              const struct entry_accounts *accounts);

/*
 * Puts the entries that the other accounts have in `from` into `to`, each
 * behind as many of the rest as it has in front of it now. -1 when there is
 * no room.
 */
int entries_bring_others(struct descriptor *to, const struct descriptor *from,
                         const struct entry_accounts *accounts, size_t *brought,
                         struct err *err);

#endif
