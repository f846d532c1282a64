/* SPDX-License-Identifier: MIT */
#include "payload/namespace_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "payload/errors.h"
#include "payload/settings_namespace.h"

#define CONTAINER_INHERIT 0x02u
#define NO_PROPAGATE 0x04u
#define ENTRY_HEAD_LEN 8u

/* --- entries ------------------------------------------------------------- */

static bool is_inherited(const struct descriptor_entry *entry)
{
    return (entry->flags & DESCRIPTOR_INHERITED) != 0;
}

/* One that a wish about this account may change. */
static bool is_allow_of(const struct descriptor_entry *entry,
                        const struct sid *sid)
{
    return entry->plain && entry->type == DESCRIPTOR_ALLOW &&
           !is_inherited(entry) && sid_same(&entry->sid, sid);
}

static size_t account_of(const struct namespace_accounts *accounts,
                         const struct descriptor_entry *entry)
{
    for (size_t i = 0; i < accounts->count; i++) {
        if (accounts->sids[i].len != 0 &&
            is_allow_of(entry, &accounts->sids[i]))
            return i;
    }
    return accounts->count;
}

static bool is_others(const struct namespace_accounts *accounts,
                      const struct descriptor_entry *entry)
{
    size_t number = account_of(accounts, entry);
    return number < accounts->count &&
           !sid_same(&accounts->sids[number], &accounts->sids[accounts->own]);
}

static void take_out_inherited(struct descriptor *list)
{
    struct descriptor_entry entry = {0};
    while (descriptor_next(list, &entry)) {
        if (is_inherited(&entry))
            descriptor_take_out(list, &entry);
    }
}

/* --- states -------------------------------------------------------------- */

static bool add_text(cJSON *array, const char *text)
{
    cJSON *item = cJSON_CreateString(text);
    if (cJSON_AddItemToArray(array, item))
        return true;
    cJSON_Delete(item);
    return false;
}

bool namespace_add_rights(cJSON *words, uint32_t rights)
{
    char number[16];
    for (size_t i = 0; i < SETTINGS_NAMESPACE_RIGHT_COUNT; i++) {
        uint32_t bit = (uint32_t)settings_namespace_rights[i].value;
        if ((rights & bit) == 0)
            continue;
        if (!add_text(words, settings_namespace_rights[i].name))
            return false;
        rights &= ~bit;
    }
    snprintf(number, sizeof number, "0x%lx", (unsigned long)rights);
    return rights == 0 || add_text(words, number);
}

static bool add_hex(cJSON *object, const unsigned char *bytes, size_t len)
{
    char *text = malloc(2 * len + 1);
    if (text == NULL)
        return false;
    for (size_t i = 0; i < len; i++)
        snprintf(text + 2 * i, 3, "%02x", bytes[i]);
    bool added = cJSON_AddStringToObject(object, "hex", text) != NULL;
    free(text);
    return added;
}

static bool add_words(cJSON *object, const struct descriptor_entry *entry)
{
    char sid[SID_TEXT_MAX];
    if (!entry->plain)
        return cJSON_AddNumberToObject(object, "type", entry->type) != NULL;
    sid_print(&entry->sid, sid);
    if (cJSON_AddStringToObject(object, "sid", sid) == NULL ||
        cJSON_AddStringToObject(
            object, "type",
            entry->type == DESCRIPTOR_ALLOW ? "allow" : "deny") == NULL)
        return false;
    cJSON *rights = cJSON_AddArrayToObject(object, "rights");
    return rights != NULL && namespace_add_rights(rights, entry->mask);
}

static cJSON *entry_json(const struct descriptor *list,
                         const struct descriptor_entry *entry)
{
    cJSON *object = cJSON_CreateObject();
    bool built = object != NULL && add_words(object, entry);
    if (built && entry->flags == CONTAINER_INHERIT)
        built = cJSON_AddTrueToObject(object, "subnamespaces") != NULL;
    else if (built && entry->flags != 0)
        built = cJSON_AddNumberToObject(object, "flags", entry->flags) != NULL;
    if (built && add_hex(object, list->bytes + entry->at, entry->len))
        return object;
    cJSON_Delete(object);
    return NULL;
}

cJSON *namespace_list_state(const struct descriptor *list,
                            const struct namespace_accounts *accounts)
{
    struct descriptor_entry entry = {0};
    cJSON *state = cJSON_CreateObject();
    cJSON *entries = cJSON_AddArrayToObject(state, "entries");
    bool built = entries != NULL;
    while (built && descriptor_next(list, &entry)) {
        if (is_inherited(&entry) || is_others(accounts, &entry))
            continue;
        cJSON *item = entry_json(list, &entry);
        built = cJSON_AddItemToArray(entries, item);
        if (!built)
            cJSON_Delete(item);
    }
    if (built)
        return state;
    cJSON_Delete(state);
    return NULL;
}

static int digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                  : -1;
}

/* An entry at the end of the list, out of a state. */
static int append_hex(struct descriptor *list, const char *hex, struct err *err)
{
    size_t len = hex != NULL ? strlen(hex) / 2 : 0;
    unsigned char *bytes = malloc(len + 1);
    int status = bytes != NULL ? 0 : err_set(err, 0, "memory is short");
    for (size_t i = 0; status == 0 && i < len; i++) {
        int high = digit(hex[2 * i]);
        int low = digit(hex[2 * i + 1]);
        if (high < 0 || low < 0)
            status = err_set(err, 0, "an entry of the record is no hex text");
        else
            bytes[i] = (unsigned char)(high << 4 | low);
    }
    if (status == 0 && (len < ENTRY_HEAD_LEN || len % 4 != 0 ||
                        len != ((size_t)bytes[3] << 8 | bytes[2])))
        status = err_set(err, 0, "an entry of the record is not whole");
    if (status == 0)
        status =
            descriptor_put_in(list, descriptor_count(list), bytes, len, err);
    free(bytes);
    return status;
}

/* Behind as many entries of nobody in the request as stood in front of it. */
static size_t place_for(const struct descriptor *to, size_t rest,
                        const struct namespace_accounts *accounts)
{
    struct descriptor_entry entry = {0};
    size_t index = 0;
    for (size_t passed = 0; descriptor_next(to, &entry); index++) {
        bool counts = account_of(accounts, &entry) == accounts->count;
        if (counts && passed == rest)
            break;
        passed += counts;
    }
    return index;
}

static int bring_others(struct descriptor *to, const struct descriptor *from,
                        const struct namespace_accounts *accounts,
                        struct err *err)
{
    struct descriptor_entry entry = {0};
    size_t rest = 0;
    while (descriptor_next(from, &entry)) {
        if (is_inherited(&entry))
            continue;
        if (!is_others(accounts, &entry))
            rest += account_of(accounts, &entry) == accounts->count;
        else if (descriptor_put_in(to, place_for(to, rest, accounts),
                                   from->bytes + entry.at, entry.len, err) != 0)
            return -1;
    }
    return 0;
}

static int refill(struct descriptor *list, const cJSON *state, struct err *err)
{
    const cJSON *entries = cJSON_GetObjectItemCaseSensitive(state, "entries");
    const cJSON *each;
    struct descriptor_entry entry = {0};
    struct descriptor checked;
    if (!cJSON_IsArray(entries))
        return err_set(err, 0, "the record holds no entries");
    while (descriptor_next(list, &entry))
        descriptor_take_out(list, &entry);
    cJSON_ArrayForEach (each, entries) {
        const cJSON *hex = cJSON_GetObjectItemCaseSensitive(each, "hex");
        if (append_hex(list, cJSON_GetStringValue(hex), err) != 0)
            return -1;
    }
    if (descriptor_init(&checked, list->bytes, list->len, err) != 0)
        return -1;
    descriptor_release(&checked);
    return 0;
}

int namespace_list_put_back(struct descriptor *list, const cJSON *state,
                            const struct namespace_accounts *accounts,
                            struct err *err)
{
    struct descriptor before;
    if (descriptor_init(&before, list->bytes, list->len, err) != 0)
        return -1;
    int status = refill(list, state, err);
    if (status == 0)
        status = bring_others(list, &before, accounts, err);
    descriptor_release(&before);
    return status;
}

/* --- changes ------------------------------------------------------------- */

static unsigned flags_of(const struct grant_wish *wish)
{
    return wish->subnamespaces ? CONTAINER_INHERIT : 0;
}

static void set_mask(struct descriptor *list,
                     const struct descriptor_entry *entry, uint32_t mask)
{
    for (size_t i = 0; i < 4; i++)
        list->bytes[entry->at + 4 + i] = (unsigned char)(mask >> 8 * i & 0xFF);
}

/* Explicit entries come first, and of those the denials. */
static size_t end_of_own(const struct descriptor *list)
{
    struct descriptor_entry entry = {0};
    size_t place = 0;
    while (descriptor_next(list, &entry) && !is_inherited(&entry))
        place++;
    return place;
}

static int allow(const struct namespace_question *question,
                 struct descriptor *list, struct err *err)
{
    const struct grant_wish *wish = question->wish;
    const struct sid *sid = question->sid;
    struct descriptor_entry entry = {0};
    unsigned char bytes[ENTRY_HEAD_LEN + SID_LEN_MAX] = {DESCRIPTOR_ALLOW};
    while (descriptor_next(list, &entry)) {
        if (is_allow_of(&entry, sid) && entry.flags == flags_of(wish)) {
            set_mask(list, &entry, entry.mask | wish->rights);
            return 0;
        }
    }
    size_t len = ENTRY_HEAD_LEN + sid->len;
    bytes[1] = (unsigned char)flags_of(wish);
    bytes[2] = (unsigned char)len;
    for (size_t i = 0; i < 4; i++)
        bytes[4 + i] = (unsigned char)(wish->rights >> 8 * i & 0xFF);
    memcpy(bytes + ENTRY_HEAD_LEN, sid->bytes, sid->len);
    return descriptor_put_in(list, end_of_own(list), bytes, len, err);
}

static uint32_t bits_of(const struct grant_wish *wish)
{
    return wish->rights != 0 ? wish->rights : 0xFFFFFFFFu;
}

static void withdraw(const struct namespace_question *question,
                     struct descriptor *list)
{
    struct descriptor_entry entry = {0};
    while (descriptor_next(list, &entry)) {
        if (!is_allow_of(&entry, question->sid))
            continue;
        uint32_t left = entry.mask & ~bits_of(question->wish);
        if (left == 0)
            descriptor_take_out(list, &entry);
        else
            set_mask(list, &entry, left);
    }
}

int namespace_list_change(const struct namespace_question *question,
                          struct descriptor *list, struct err *err)
{
    take_out_inherited(list);
    if (question->wish->present)
        return allow(question, list, err);
    withdraw(question, list);
    return 0;
}

/* --- judgement ----------------------------------------------------------- */

/* What entries of exactly this account give, by where they come from. */
struct given {
    uint32_t own;
    uint32_t inherited;
    uint32_t below; /* reaches the namespaces below */
};

static struct given given_to(const struct sid *sid,
                             const struct descriptor *list)
{
    struct descriptor_entry entry = {0};
    struct given given = {.own = 0};
    while (descriptor_next(list, &entry)) {
        if (!entry.plain || entry.type != DESCRIPTOR_ALLOW ||
            !sid_same(&entry.sid, sid))
            continue;
        if (is_inherited(&entry))
            given.inherited |= entry.mask;
        else
            given.own |= entry.mask;
        if ((entry.flags & (CONTAINER_INHERIT | NO_PROPAGATE)) ==
            CONTAINER_INHERIT)
            given.below |= entry.mask;
    }
    return given;
}

static bool has_rights(const struct namespace_question *question,
                       const struct descriptor *list)
{
    const struct grant_wish *wish = question->wish;
    struct sid own = *question->sid;
    if (descriptor_allowed(list, question->token, wish->rights) != wish->rights)
        return false;
    return !wish->subnamespaces ||
           (given_to(&own, list).below & wish->rights) == wish->rights;
}

static enum setting_verdict conflict(const struct namespace_question *question,
                                     unsigned long code, const char *hint,
                                     const char *what,
                                     struct setting_reason *reason)
{
    setting_reason_set(reason, code, hint, "%s: %s", question->path, what);
    return SETTING_CONFLICT;
}

/* A denial that the account meets before the rights are allowed. */
static bool is_denied(const struct namespace_question *question,
                      const struct descriptor *list,
                      struct setting_reason *reason)
{
    const struct descriptor_token *token = question->token;
    char text[SID_TEXT_MAX + 96];
    char sid[SID_TEXT_MAX] = "?";
    struct sid who;
    if (!descriptor_denied(list, token, question->wish->rights, &who) ||
        descriptor_allowed(list, token, question->wish->rights) ==
            question->wish->rights)
        return false;
    sid_print(&who, sid);
    snprintf(text, sizeof text,
             "an entry denies it to %s, and a denial wins over what is added",
             sid);
    conflict(question, CODE_DENIED_BY_ENTRY,
             "take the denial out in wmimgmt.msc, or the account out of that "
             "group",
             text, reason);
    return true;
}

static enum setting_verdict
judge_present(const struct namespace_question *question,
              const struct descriptor *list, struct setting_reason *reason)
{
    struct descriptor changed;
    struct err err;
    bool has = has_rights(question, list);
    if (descriptor_init(&changed, list->bytes, list->len, &err) != 0)
        return conflict(question, 0, NULL, err.text, reason);
    enum setting_verdict verdict = has ? SETTING_AGREES : SETTING_DIFFERS;
    /* Inherited entries stay in this copy: a denial may be one of them. */
    if (!has && allow(question, &changed, &err) != 0)
        verdict =
            conflict(question, CODE_BAD_DESCRIPTOR, NULL, err.text, reason);
    else if (is_denied(question, &changed, reason))
        verdict = SETTING_CONFLICT;
    descriptor_release(&changed);
    return verdict;
}

/* WMI takes an entry with full write only with both parts of it. */
static bool leaves_full_write(const struct namespace_question *question,
                              const struct descriptor *list)
{
    const uint32_t parts =
        SETTINGS_WBEM_PARTIAL_WRITE | SETTINGS_WBEM_PROVIDER_WRITE;
    struct descriptor_entry entry = {0};
    while (descriptor_next(list, &entry)) {
        uint32_t left = entry.mask & ~bits_of(question->wish);
        if (is_allow_of(&entry, question->sid) && left != entry.mask &&
            (left & SETTINGS_WBEM_FULL_WRITE) != 0 && (left & parts) != parts)
            return true;
    }
    return false;
}

static enum setting_verdict
judge_absent(const struct namespace_question *question,
             const struct descriptor *list, struct setting_reason *reason)
{
    struct given given = given_to(question->sid, list);
    uint32_t bits = bits_of(question->wish);
    if ((given.inherited & bits) != 0 && !question->parent_changes) {
        setting_reason_set(reason, 0,
                           "take them away in that namespace, here or with "
                           "wmimgmt.msc",
                           "%s: the account has the rights from a namespace "
                           "further up, for all below it",
                           question->path);
        return SETTING_BLOCKED;
    }
    if (((given.own | given.inherited) & bits) == 0)
        return SETTING_AGREES;
    if (leaves_full_write(question, list))
        return conflict(question, 0, "add \"full_write\" to the rights",
                        "the account would keep full_write, which WMI takes "
                        "only together with partial_write and provider_write",
                        reason);
    return SETTING_DIFFERS;
}

enum setting_verdict
namespace_list_judge(const struct namespace_question *question,
                     const struct descriptor *list,
                     struct setting_reason *reason)
{
    if (!descriptor_has_list(list) || !descriptor_has_owner_and_group(list))
        return conflict(question, CODE_BAD_DESCRIPTOR,
                        "look at the namespace in wmimgmt.msc",
                        "its permissions lack an owner, a group or a list: "
                        "WMI would not take them back",
                        reason);
    return question->wish->present ? judge_present(question, list, reason)
                                   : judge_absent(question, list, reason);
}
