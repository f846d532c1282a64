/* SPDX-License-Identifier: MIT */
#include "payload/com_state.h"

#include <stdio.h>
#include <string.h>

#include "payload/errors.h"
#include "payload/registry_state.h"

/* --- entries as JSON ----------------------------------------------------- */

static bool add_text(cJSON *array, const char *text)
{
    cJSON *item = cJSON_CreateString(text);
    if (cJSON_AddItemToArray(array, item))
        return true;
    cJSON_Delete(item);
    return false;
}

bool com_add_rights(cJSON *rights, const struct com_layer_row *row,
                    uint32_t mask)
{
    uint32_t rest = mask & ~SETTINGS_COM_EXECUTE;
    bool added = rights != NULL;
    for (uint32_t bit = 1; added && bit <= SETTINGS_COM_ACTIVATE_REMOTE;
         bit <<= 1) {
        const char *word = com_right_word(row, mask & bit);
        if (word == NULL)
            continue;
        added = add_text(rights, word);
        rest &= ~bit;
    }
    char number[16];
    snprintf(number, sizeof number, "0x%lx", (unsigned long)mask);
    if (added && (rest != 0 || mask == SETTINGS_COM_EXECUTE))
        added = add_text(rights, number);
    return added;
}

static cJSON *entry_json(const struct com_layer_row *row,
                         const struct descriptor_entry *entry)
{
    char sid[SID_TEXT_MAX];
    cJSON *object = cJSON_CreateObject();
    bool built = object != NULL;
    if (built && !entry->plain)
        built = cJSON_AddNumberToObject(object, "type", entry->type) != NULL;
    if (built && entry->plain) {
        sid_print(&entry->sid, sid);
        built = cJSON_AddStringToObject(object, "sid", sid) != NULL &&
                cJSON_AddStringToObject(object, "type",
                                        entry->type == DESCRIPTOR_ALLOW
                                            ? "allow"
                                            : "deny") != NULL &&
                com_add_rights(cJSON_AddArrayToObject(object, "rights"), row,
                               entry->mask);
    }
    if (built && entry->flags != 0)
        built = cJSON_AddNumberToObject(object, "flags", entry->flags) != NULL;
    if (built)
        return object;
    cJSON_Delete(object);
    return NULL;
}

static bool add_entries(cJSON *state, const struct com_layer_row *row,
                        const struct descriptor *descriptor)
{
    struct descriptor_entry entry = {0};
    cJSON *entries = cJSON_AddArrayToObject(state, "entries");
    if (entries == NULL)
        return false;
    while (descriptor_next(descriptor, &entry)) {
        cJSON *item = entry_json(row, &entry);
        if (cJSON_AddItemToArray(entries, item))
            continue;
        cJSON_Delete(item);
        return false;
    }
    return true;
}

/* --- values -------------------------------------------------------------- */

static bool is_bytes(const cJSON *value, struct registry_value *bytes)
{
    if (registry_state_value(value, bytes) != 0)
        return false;
    if (bytes->type == REGISTRY_TYPE_BINARY)
        return true;
    registry_value_release(bytes);
    return false;
}

bool com_value_is_default(const cJSON *state)
{
    struct registry_value bytes = {.bytes = NULL};
    if (registry_state_absent(state))
        return true;
    bool empty = is_bytes(state, &bytes) && bytes.len == 0;
    registry_value_release(&bytes);
    return empty;
}

int com_value_descriptor(const struct com_layer_row *row, const cJSON *value,
                         const struct descriptor *basis,
                         struct descriptor *descriptor,
                         struct setting_reason *reason)
{
    struct registry_value bytes = {.bytes = NULL};
    struct err err = {.code = 0};
    int status;
    if (com_value_is_default(value))
        status = descriptor_init(descriptor, basis->bytes, basis->len, &err);
    else if (is_bytes(value, &bytes))
        status = descriptor_init(descriptor, bytes.bytes, bytes.len, &err);
    else
        status = err_set(&err, 0, "it is not of the type REG_BINARY");
    registry_value_release(&bytes);
    if (status == 0)
        return 0;
    return setting_reason_set(
        reason, CODE_BAD_DESCRIPTOR,
        "look who wrote it; deleting the value brings the built-in "
        "permissions back",
        "HKLM\\%s, %s holds no security descriptor that can be changed: %s",
        row->key, row->name, err.text);
}

cJSON *com_value_of(const struct descriptor *descriptor)
{
    const struct registry_value value = {.type = REGISTRY_TYPE_BINARY,
                                         .bytes = descriptor->bytes,
                                         .len = descriptor->len};
    return registry_state_make(&value);
}

/* The number of an account that the entry may be a change of ours for. */
static size_t account_of(const struct com_accounts *accounts,
                         const struct descriptor_entry *entry)
{
    for (size_t i = 0; i < accounts->count; i++) {
        if (accounts->sids[i].len != 0 &&
            descriptor_is_own(entry, &accounts->sids[i]))
            return i;
    }
    return accounts->count;
}

static bool is_others(const struct com_accounts *accounts,
                      const struct descriptor_entry *entry)
{
    size_t number = account_of(accounts, entry);
    return number < accounts->count &&
           !sid_same(&accounts->sids[number], &accounts->sids[accounts->own]);
}

static void leave_out_others(struct descriptor *descriptor,
                             const struct com_accounts *accounts)
{
    struct descriptor_entry entry = {0};
    while (descriptor_next(descriptor, &entry)) {
        if (is_others(accounts, &entry))
            descriptor_take_out(descriptor, &entry);
    }
}

static bool same_bytes(const struct descriptor *a, const struct descriptor *b)
{
    return a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0;
}

/* Takes `value`, which may be NULL; `descriptor` NULL: no entries to show. */
static cJSON *make_state(const struct com_layer_row *row, cJSON *value,
                         const struct descriptor *descriptor)
{
    cJSON *state = value != NULL ? cJSON_CreateObject() : NULL;
    if (state == NULL || !cJSON_AddItemToObject(state, "value", value)) {
        cJSON_Delete(value);
        cJSON_Delete(state);
        return NULL;
    }
    if (descriptor == NULL || add_entries(state, row, descriptor))
        return state;
    cJSON_Delete(state);
    return NULL;
}

cJSON *com_layer_state(const struct com_layer_row *row, const cJSON *value,
                       const struct descriptor *basis,
                       const struct com_accounts *accounts)
{
    struct descriptor found = {.bytes = NULL};
    struct setting_reason ignored;
    if (com_value_is_default(value) ||
        com_value_descriptor(row, value, basis, &found, &ignored) != 0)
        return make_state(row, cJSON_Duplicate(value, true), NULL);
    leave_out_others(&found, accounts);
    cJSON *state = same_bytes(&found, basis)
                       ? make_state(row, registry_state_no_value(), NULL)
                       : make_state(row, com_value_of(&found), &found);
    descriptor_release(&found);
    return state;
}

/*
 * The entries of the others in `from` go into `to`, each behind as many of
 * the rest as it has in front of it now.
 */
static int bring_others(struct descriptor *to, const struct descriptor *from,
                        const struct com_accounts *accounts, size_t *brought,
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
        struct descriptor_entry place = {0};
        size_t index = 0;
        size_t passed = 0;
        while (descriptor_next(to, &place)) {
            bool counts = account_of(accounts, &place) == accounts->count;
            if (counts && passed == rest)
                break;
            passed += counts;
            index++;
        }
        if (descriptor_put_in(to, index, from->bytes + entry.at, entry.len,
                              err) != 0)
            return -1;
        ++*brought;
    }
    return 0;
}

static int fail_put_back(const struct com_layer_row *row, const struct err *err,
                         struct setting_reason *reason)
{
    return setting_reason_set(reason, 0, NULL,
                              "HKLM\\%s, %s: it cannot be put back: %s",
                              row->key, row->name, err->text);
}

cJSON *com_layer_put_back(const struct com_layer_row *row, const cJSON *state,
                          const cJSON *now, const struct descriptor *basis,
                          const struct com_accounts *accounts,
                          struct setting_reason *reason)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(state, "value");
    struct descriptor wanted = {.bytes = NULL};
    struct descriptor current = {.bytes = NULL};
    struct setting_reason ignored;
    struct err err = {.text = "memory is short"};
    cJSON *put_back = NULL;
    size_t brought = 0;
    /* What is no descriptor has no entries of others. */
    if (com_value_is_default(now) ||
        com_value_descriptor(row, now, basis, &current, &ignored) != 0 ||
        com_value_descriptor(row, value, basis, &wanted, &ignored) != 0) {
        put_back = cJSON_Duplicate(value, true);
    } else if (bring_others(&wanted, &current, accounts, &brought, &err) == 0) {
        put_back =
            brought > 0 ? com_value_of(&wanted) : cJSON_Duplicate(value, true);
    }
    if (put_back == NULL)
        (void)fail_put_back(row, &err, reason);
    descriptor_release(&wanted);
    descriptor_release(&current);
    return put_back;
}
