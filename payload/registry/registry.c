/* SPDX-License-Identifier: MIT */
#include "payload/registry/registry.h"

#include <stdlib.h>

#include "payload/win32/errors.h"
#include "payload/registry/registry_io.h"
#include "payload/registry/registry_state.h"

#define CODE_ACCESS_DENIED 5ul

struct registry_setting {
    const struct registry_row *row;
    cJSON *wanted;
    bool written; /* by this run */
};

static int fail(const struct registry_setting *data, const char *what,
                unsigned long code, struct setting_reason *reason)
{
    const char *hint =
        code == CODE_ACCESS_DENIED
            ? "look at the permissions of the key and at what guards it "
              "(a policy, a security product)"
            : NULL;
    return setting_reason_set(
        reason, code, hint, "HKLM\\%s, %s: it cannot be %s: %s", data->row->key,
        data->row->name, what, error_text(code));
}

static cJSON *read_registry(struct setting *setting,
                            struct setting_reason *reason)
{
    const struct registry_setting *data = setting->data;
    cJSON *state = NULL;
    unsigned long code = registry_read(data->row->key, data->row->name, &state);
    if (code == 0)
        return state;
    (void)fail(data, "read", code, reason);
    return NULL;
}

/* ASCII without case, which is how COM reads "Y" and "n". */
static bool same_text(const char *a, const char *b)
{
    for (; *a != '\0' && *b != '\0'; a++, b++) {
        char upper_a = (char)(*a >= 'a' && *a <= 'z' ? *a - 32 : *a);
        char upper_b = (char)(*b >= 'a' && *b <= 'z' ? *b - 32 : *b);
        if (upper_a != upper_b)
            return false;
    }
    return *a == *b;
}

static bool agrees(const cJSON *wanted, const cJSON *state)
{
    if (registry_state_absent(wanted))
        return registry_state_absent(state);
    if (cJSON_IsString(wanted) && cJSON_IsString(state))
        return same_text(wanted->valuestring, state->valuestring);
    return cJSON_Compare(wanted, state, true);
}

static enum setting_verdict compare_registry(struct setting *setting,
                                             const cJSON *state,
                                             struct setting_reason *reason)
{
    const struct registry_setting *data = setting->data;
    const char *hint = data->row->hint_on_change;
    enum setting_verdict verdict =
        agrees(data->wanted, state) ? SETTING_AGREES : SETTING_DIFFERS;
    if (data->written && verdict == SETTING_AGREES && hint != NULL)
        setting_hint(setting, "%s", hint);
    if (data->row->judge == NULL)
        return verdict;
    return data->row->judge(setting, data->wanted, verdict, reason);
}

static int write_registry(struct setting *setting, const cJSON *state,
                          struct setting_reason *reason)
{
    struct registry_setting *data = setting->data;
    (void)state;
    /* A wanted value is itself a state: writing it is putting it there. */
    unsigned long code =
        registry_restore(data->row->key, data->row->name, data->wanted);
    data->written = code == 0;
    return code == 0 ? 0 : fail(data, "written", code, reason);
}

static int restore_registry(struct setting *setting, const cJSON *state,
                            struct setting_reason *reason)
{
    const struct registry_setting *data = setting->data;
    unsigned long code =
        registry_restore(data->row->key, data->row->name, state);
    return code == 0 ? 0 : fail(data, "put back", code, reason);
}

static void release_registry(struct setting *setting)
{
    struct registry_setting *data = setting->data;
    if (data == NULL)
        return;
    cJSON_Delete(data->wanted);
    free(data);
}

static const struct setting_ops registry_ops = {
    .read = read_registry,
    .compare = compare_registry,
    .write = write_registry,
    .restore = restore_registry,
    .release = release_registry,
};

struct setting *registry_setting_add(struct setting_list *list,
                                     const struct registry_row *row,
                                     cJSON *desired, cJSON *wanted)
{
    struct registry_setting *data = malloc(sizeof *data);
    if (data == NULL || wanted == NULL) {
        cJSON_Delete(desired);
        cJSON_Delete(wanted);
        free(data);
        return NULL;
    }
    *data = (struct registry_setting){.row = row, .wanted = wanted};
    struct setting *setting =
        setting_list_add(list, row->id, desired, &registry_ops);
    if (setting != NULL) {
        setting->data = data;
        return setting;
    }
    cJSON_Delete(wanted);
    free(data);
    return NULL;
}

struct setting *registry_dword_add(struct setting_list *list,
                                   const struct registry_row *row,
                                   enum dword_wish wish)
{
    if (wish == DWORD_ABSENT)
        return registry_setting_add(list, row, cJSON_CreateString("absent"),
                                    registry_state_no_value());
    double number = wish == DWORD_ONE ? 1 : 0;
    return registry_setting_add(list, row, cJSON_CreateNumber(number),
                                cJSON_CreateNumber(number));
}
