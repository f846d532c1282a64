/* SPDX-License-Identifier: MIT */
#include "payload/dcom/com_list.h"

#include "payload/dcom/com_policy.h"
#include "payload/dcom/com_state.h"
#include "payload/win32/errors.h"
#include "payload/registry/registry_backup.h"

#define CODE_ACCESS_DENIED 5ul

static int fail_registry(const struct com_layer_row *row, const char *what,
                         unsigned long code, struct setting_reason *reason)
{
    return setting_reason_set(
        reason, code,
        code == CODE_ACCESS_DENIED
            ? "not even the right to restore files was enough: look at what "
              "guards the key (a security product)"
            : NULL,
        "HKLM\\%s, %s: it cannot be %s: %s", row->key, row->name, what,
        error_text(code));
}

cJSON *com_list_read(const struct com_layer_row *row,
                     struct setting_reason *reason)
{
    cJSON *value = NULL;
    unsigned long code = registry_backup_read(row->key, row->name, &value);
    if (code == 0)
        return value;
    (void)fail_registry(row, "read", code, reason);
    return NULL;
}

int com_list_write(const struct com_layer_row *row, const cJSON *value,
                   const char *what, struct setting_reason *reason)
{
    unsigned long code = registry_backup_restore(row->key, row->name, value);
    return code == 0 ? 0 : fail_registry(row, what, code, reason);
}

/* What the WMI application means without a list of its own. */
static int default_launch(struct descriptor *basis, struct err *err)
{
    static const struct com_layer_row row = {.key = COM_OLE_KEY,
                                             .name = "DefaultLaunchPermission"};
    struct setting_reason ignored;
    struct descriptor built = {.bytes = NULL};
    struct descriptor found = {.bytes = NULL};
    if (com_layer_default(COM_WMI_LAUNCH, &built, err) != 0)
        return -1;
    cJSON *value = com_list_read(&row, &ignored);
    int status = -1;
    if (value != NULL &&
        com_value_descriptor(&row, value, &built, &found, &ignored) == 0)
        status = descriptor_arrange(basis, &found, err);
    cJSON_Delete(value);
    descriptor_release(&found);
    if (status == 0) {
        descriptor_release(&built);
        return 0;
    }
    *basis = built;
    return 0;
}

int com_list_basis(enum com_layer layer, struct descriptor *basis,
                   struct setting_reason *reason)
{
    struct err err;
    int status = layer == COM_WMI_LAUNCH
                     ? default_launch(basis, &err)
                     : com_layer_default(layer, basis, &err);
    if (status == 0)
        return 0;
    return setting_fail_memory(reason);
}

int com_list_load(enum com_layer layer, struct descriptor *list,
                  enum com_list_source *source, struct setting_reason *reason)
{
    const struct com_layer_row *row = com_layer_row(layer);
    struct descriptor basis = {.bytes = NULL};
    bool policy = false;
    int read =
        row->limit ? com_policy_read(row->name, list, &policy, reason) : 0;
    *source = policy ? COM_LIST_POLICY : COM_LIST_VALUE;
    if (read != 0 || policy)
        return read;
    cJSON *value = com_list_read(row, reason);
    if (value == NULL)
        return -1;
    int status = com_list_basis(layer, &basis, reason);
    if (status == 0)
        status = com_value_descriptor(row, value, &basis, list, reason);
    if (com_value_is_default(value))
        *source = COM_LIST_BUILT_IN;
    cJSON_Delete(value);
    descriptor_release(&basis);
    return status;
}
