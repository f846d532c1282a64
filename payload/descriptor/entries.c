/* SPDX-License-Identifier: MIT */
#include "payload/descriptor/entries.h"

#include <stdio.h>

/* --- rights in words ----------------------------------------------------- */

static bool add_text(cJSON *array, const char *text)
{
    cJSON *item = cJSON_CreateString(text);
    if (cJSON_AddItemToArray(array, item))
        return true;
    cJSON_Delete(item);
    return false;
}

bool right_words_add(cJSON *array, const struct right_words *words,
                     uint32_t mask)
{
    uint32_t rest = mask;
    bool added = array != NULL;
    for (size_t i = 0; added && i < words->count; i++) {
        uint32_t bit = (uint32_t)words->words[i].value;
        if ((mask & bit) == 0)
            continue;
        added = add_text(array, words->words[i].name);
        rest &= ~(bit | words->silent);
    }
    char number[16];
    snprintf(number, sizeof number, "0x%lx", (unsigned long)mask);
    return added && (rest == 0 || add_text(array, number));
}

void right_words_text(const struct right_words *words, uint32_t mask,
                      char text[RIGHT_WORDS_MAX])
{
    size_t len = 0;
    snprintf(text, RIGHT_WORDS_MAX, "nothing");
    for (size_t i = 0; i < words->count && len < RIGHT_WORDS_MAX; i++) {
        if ((mask & (uint32_t)words->words[i].value) != 0)
            len += (size_t)snprintf(text + len, RIGHT_WORDS_MAX - len, "%s%s",
                                    len > 0 ? ", " : "", words->words[i].name);
    }
}

cJSON *entries_desired(const char *account, bool present)
{
    cJSON *desired = cJSON_CreateObject();
    if (cJSON_AddStringToObject(desired, "account", account) != NULL &&
        cJSON_AddStringToObject(desired, "state",
                                present ? "present" : "absent") != NULL)
        return desired;
    cJSON_Delete(desired);
    return NULL;
}

bool entries_desired_rights(cJSON *desired, const char *key,
                            const struct right_words *words, uint32_t mask)
{
    return mask == 0 ||
           right_words_add(cJSON_AddArrayToObject(desired, key), words, mask);
}

/* --- entries in words ---------------------------------------------------- */

static bool add_plain(cJSON *object, const struct descriptor_entry *entry,
                      const struct right_words *words)
{
    char sid[SID_TEXT_MAX];
    const char *type = entry->type == DESCRIPTOR_ALLOW ? "allow" : "deny";
    sid_print(&entry->sid, sid);
    return cJSON_AddStringToObject(object, "sid", sid) != NULL &&
           cJSON_AddStringToObject(object, "type", type) != NULL &&
           right_words_add(cJSON_AddArrayToObject(object, "rights"), words,
                           entry->mask);
}

static cJSON *entry_json(const struct descriptor_entry *entry,
                         const struct right_words *words)
{
    cJSON *object = cJSON_CreateObject();
    bool built = entry->plain ? add_plain(object, entry, words)
                              : cJSON_AddNumberToObject(object, "type",
                                                        entry->type) != NULL;
    if (built && entry->flags != 0)
        built = cJSON_AddNumberToObject(object, "flags", entry->flags) != NULL;
    if (built)
        return object;
    cJSON_Delete(object);
    return NULL;
}

cJSON *entries_json(const struct descriptor *list,
                    const struct right_words *words)
{
    struct descriptor_entry entry = {0};
    cJSON *entries = cJSON_CreateArray();
    while (entries != NULL && descriptor_next(list, &entry)) {
        cJSON *item = entry_json(&entry, words);
        if (cJSON_AddItemToArray(entries, item))
            continue;
        cJSON_Delete(item);
        cJSON_Delete(entries);
        return NULL;
    }
    return entries;
}

/* --- entries of others --------------------------------------------------- */

/* The number of an account that the entry may be a change of ours for. */
static size_t account_of(const struct entry_accounts *accounts,
                         const struct descriptor_entry *entry)
{
    size_t i = 0;
    while (i < accounts->count &&
           (accounts->sids[i].len == 0 ||
            !descriptor_is_own(entry, &accounts->sids[i], accounts->flags)))
        i++;
    return i;
}

static bool is_others(const struct entry_accounts *accounts,
                      const struct descriptor_entry *entry)
{
    size_t number = account_of(accounts, entry);
    return number < accounts->count &&
           !sid_same(&accounts->sids[number], &accounts->sids[accounts->own]);
}

void entries_leave_out_others(struct descriptor *list,
                              const struct entry_accounts *accounts)
{
    struct descriptor_entry entry = {0};
    while (descriptor_next(list, &entry)) {
        if (is_others(accounts, &entry))
            descriptor_take_out(list, &entry);
    }
}

/* Behind as many entries of nobody in the request as `rest`. */
static size_t place_for(const struct descriptor *list, size_t rest,
                        const struct entry_accounts *accounts)
{
    struct descriptor_entry entry = {0};
    size_t index = 0;
    for (size_t passed = 0; descriptor_next(list, &entry); index++) {
        bool counts = account_of(accounts, &entry) == accounts->count;
        if (counts && passed == rest)
            break;
        passed += counts;
    }
    return index;
}

int entries_bring_others(struct descriptor *to, const struct descriptor *from,
                         const struct entry_accounts *accounts, size_t *brought,
                         struct err *err)
{
    struct descriptor_entry entry = {0};
    size_t rest = 0; /* entries seen that are nobody's of the request */
    *brought = 0;
    while (descriptor_next(from, &entry)) {
        if (!is_others(accounts, &entry)) {
            rest += account_of(accounts, &entry) == accounts->count;
            continue;
        }
        if (descriptor_put_in(to, place_for(to, rest, accounts),
                              from->bytes + entry.at, entry.len, err) != 0)
            return -1;
        ++*brought;
    }
    return 0;
}
