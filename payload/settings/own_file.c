/* SPDX-License-Identifier: MIT */
#include "payload/settings/own_file.h"

#include <stdio.h>
#include <string.h>

#include "payload/settings/run_id.h"

#define HEX_DIGITS "0123456789abcdef"
#define NAME_MAX_LEN 160

/* `name` without what it begins and ends with, into `middle`. */
static bool take_middle(const char *name, const char *prefix,
                        const char *suffix, char middle[NAME_MAX_LEN])
{
    size_t len = strlen(name);
    size_t before = strlen(prefix);
    size_t behind = strlen(suffix);
    if (len < before + behind || len - before - behind >= NAME_MAX_LEN ||
        strncmp(name, prefix, before) != 0 ||
        strcmp(name + len - behind, suffix) != 0)
        return false;
    snprintf(middle, NAME_MAX_LEN, "%.*s", (int)(len - before - behind),
             name + before);
    return true;
}

static bool is_hex(const char *text, size_t count)
{
    return strlen(text) == count && strspn(text, HEX_DIGITS) == count;
}

static bool is_hashed(const char *name, const char *prefix, const char *suffix)
{
    char middle[NAME_MAX_LEN];
    return take_middle(name, prefix, suffix, middle) &&
           is_hex(middle, PROTOCOL_HASH_LEN);
}

static bool is_verb(const char *word)
{
    static const char *const words[] = {
#define X(name) #name,
        PROTOCOL_VERBS(X)
#undef X
    };
    size_t i = 0;
    while (i < sizeof words / sizeof *words && strcmp(words[i], word) != 0)
        i++;
    return i < sizeof words / sizeof *words;
}

/* s-<run-id>-<verb>-<hash>.json; no verb and no hash has a '-' in it. */
static bool is_result(const char *name)
{
    char middle[NAME_MAX_LEN];
    if (!take_middle(name, "s-", ".json", middle))
        return false;
    char *hash = strrchr(middle, '-');
    if (hash == NULL || !is_hex(hash + 1, PROTOCOL_HASH_LEN))
        return false;
    *hash = '\0';
    char *verb = strrchr(middle, '-');
    if (verb == NULL || !is_verb(verb + 1))
        return false;
    *verb = '\0';
    return run_id_check(middle, NULL) == 0;
}

static bool is_cancellation(const char *name)
{
    return strncmp(name, "c-", 2) == 0 && run_id_check(name + 2, NULL) == 0;
}

static bool is_password_record(const char *name)
{
    char middle[NAME_MAX_LEN];
    return take_middle(name, "a-S-1-", ".json", middle) && middle[0] != '\0' &&
           strspn(middle, "0123456789-") == strlen(middle);
}

bool own_file_run(const char *name, char run[PROTOCOL_RUN_ID_MAX + 1])
{
    char middle[NAME_MAX_LEN];
    if (!take_middle(name, "u-", ".json", middle) ||
        run_id_check(middle, NULL) != 0)
        return false;
    snprintf(run, PROTOCOL_RUN_ID_MAX + 1, "%.*s", PROTOCOL_RUN_ID_MAX, middle);
    return true;
}

static enum own_file whole_kind(const char *name)
{
    char run[PROTOCOL_RUN_ID_MAX + 1];
    if (own_file_run(name, run))
        return OWN_FILE_SNAPSHOT;
    if (strcmp(name, "lock") == 0)
        return OWN_FILE_LOCK;
    return is_hashed(name, PROTOCOL_PAYLOAD_PREFIX, ".exe") ||
                   is_hashed(name, PROTOCOL_REQUEST_PREFIX, ".json") ||
                   is_result(name) || is_cancellation(name) ||
                   is_password_record(name) || strcmp(name, "pending.json") == 0
               ? OWN_FILE_OTHER
               : OWN_FILE_NONE;
}

enum own_file own_file_kind(const char *name)
{
    char whole[NAME_MAX_LEN];
    if (!take_middle(name, "", ".new", whole))
        return whole_kind(name);
    enum own_file kind = whole_kind(whole);
    return kind == OWN_FILE_NONE || kind == OWN_FILE_LOCK ? OWN_FILE_NONE
                                                          : OWN_FILE_OTHER;
}

bool own_file_is_one_time(const char *name)
{
    char middle[NAME_MAX_LEN];
    if (take_middle(name, PROTOCOL_ONE_TIME_PREFIX, ".exe", middle))
        return is_hex(middle, PROTOCOL_NONCE_LEN);
    if (!take_middle(name, PROTOCOL_ONE_TIME_PREFIX, ".json", middle) ||
        strlen(middle) != PROTOCOL_NONCE_LEN + 1 + PROTOCOL_HASH_LEN ||
        middle[PROTOCOL_NONCE_LEN] != '-')
        return false;
    middle[PROTOCOL_NONCE_LEN] = '\0';
    return is_hex(middle, PROTOCOL_NONCE_LEN) &&
           is_hex(middle + PROTOCOL_NONCE_LEN + 1, PROTOCOL_HASH_LEN);
}

bool own_file_id_is_sane(const char *id)
{
    char name[NAME_MAX_LEN];
    if (strcmp(id, "folder") == 0)
        return true;
    if (take_middle(id, "profile[", "]", name))
        return own_file_is_one_time(name);
    return take_middle(id, "folder[", "]", name) &&
           own_file_kind(name) != OWN_FILE_NONE;
}
