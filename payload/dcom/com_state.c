/* SPDX-License-Identifier: MIT */
#include "payload/dcom/com_state.h"

#include <string.h>

#include "payload/win32/errors.h"
#include "payload/registry/registry_state.h"

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
    cJSON *entries =
        descriptor != NULL ? entries_json(descriptor, row->words) : NULL;
    if (descriptor == NULL || cJSON_AddItemToObject(state, "entries", entries))
        return state;
    cJSON_Delete(entries);
    cJSON_Delete(state);
    return NULL;
}

cJSON *com_layer_state(const struct com_layer_row *row, const cJSON *value,
                       const struct descriptor *basis,
                       const struct entry_accounts *accounts)
{
    struct descriptor found = {.bytes = NULL};
    struct setting_reason ignored;
    if (com_value_is_default(value) ||
        com_value_descriptor(row, value, basis, &found, &ignored) != 0)
        return make_state(row, cJSON_Duplicate(value, true), NULL);
    entries_leave_out_others(&found, accounts);
    cJSON *state = same_bytes(&found, basis)
                       ? make_state(row, registry_state_no_value(), NULL)
                       : make_state(row, com_value_of(&found), &found);
    descriptor_release(&found);
    return state;
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
                          const struct entry_accounts *accounts,
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
    } else if (entries_bring_others(&wanted, &current, accounts, &brought,
                                    &err) == 0) {
        put_back =
            brought > 0 ? com_value_of(&wanted) : cJSON_Duplicate(value, true);
    }
    if (put_back == NULL)
        (void)fail_put_back(row, &err, reason);
    descriptor_release(&wanted);
    descriptor_release(&current);
    return put_back;
}
