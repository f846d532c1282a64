/* SPDX-License-Identifier: MIT */
#include "payload/run/command.h"

#include <stdio.h>
#include <string.h>

#include "payload/settings/run_id.h"

#define HEX_DIGITS "0123456789abcdef"

const char *command_verb_word(enum command_verb verb)
{
    static const char *const words[] = {
#define X(name) #name,
        PROTOCOL_VERBS(X)
#undef X
    };
    return words[verb];
}

static int parse_verb(enum command_verb *verb, const char *word,
                      struct err *err)
{
#define X(name)                                                                \
    if (strcmp(word, #name) == 0) {                                            \
        *verb = COMMAND_##name;                                                \
        return 0;                                                              \
    }
    PROTOCOL_VERBS(X)
#undef X
    return err_set(err, 0, "verb '%.40s': this payload does not know it", word);
}

/* Steps over `prefix`; false when the text does not begin with it. */
static bool skip_text(const char **at, const char *prefix)
{
    size_t len = strlen(prefix);
    if (strncmp(*at, prefix, len) != 0)
        return false;
    *at += len;
    return true;
}

static bool skip_hex(const char **at, size_t count)
{
    if (strspn(*at, HEX_DIGITS) != count)
        return false;
    *at += count;
    return true;
}

/* Steps over <hash>.json and keeps the hash; it must end the text. */
static bool take_hash(const char *at, char *hash)
{
    const char *begin = at;
    if (!skip_hex(&at, PROTOCOL_HASH_LEN) || strcmp(at, ".json") != 0)
        return false;
    memcpy(hash, begin, PROTOCOL_HASH_LEN);
    hash[PROTOCOL_HASH_LEN] = '\0';
    return true;
}

static int parse_request(struct command *command, const char *word,
                         struct err *err)
{
    const char *at = word;
    bool known;
    if (skip_text(&at, PROTOCOL_ONE_TIME_PREFIX)) {
        command->one_time = true;
        known = skip_hex(&at, PROTOCOL_NONCE_LEN) && skip_text(&at, "-") &&
                take_hash(at, command->hash);
    } else {
        known = skip_text(&at, PROTOCOL_REQUEST_PREFIX) &&
                take_hash(at, command->hash);
    }
    if (!known)
        return err_set(err, 0,
                       "request '%.100s': the name is neither "
                       "r-<hash>.json nor wmifleet-<nonce>-<hash>.json",
                       word);
    snprintf(command->request, sizeof command->request, "%s", word);
    return 0;
}

int command_parse(struct command *command, int count, char *const words[],
                  struct err *err)
{
    struct command parsed = {.one_time = false};
    if (count != 3)
        return err_set(err, 0,
                       "command line: %d words behind the program, 3 are "
                       "needed: <verb> <request> <run-id>",
                       count);
    if (parse_verb(&parsed.verb, words[0], err) != 0 ||
        parse_request(&parsed, words[1], err) != 0 ||
        run_id_check(words[2], err) != 0)
        return -1;
    snprintf(parsed.run, sizeof parsed.run, "%s", words[2]);
    *command = parsed;
    return 0;
}
