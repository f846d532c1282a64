/* SPDX-License-Identifier: MIT */
/*
 * What stands in one of the lists of com_layer.h, as the state of a setting
 * that is about one account, and back again.
 *
 * Free of windows.h.
 */
#ifndef PAYLOAD_COM_STATE_H
#define PAYLOAD_COM_STATE_H

#include <cjson/cJSON.h>

#include "payload/dcom/com_layer.h"

/* Absent, or present without a byte, which COM takes for the same. */
bool com_value_is_default(const cJSON *state);

/*
 * The descriptor that a registry value (as registry_state.h has it) holds,
 * or a copy of `basis` where it means the default. -1: it is of another
 * type or not valid, and `reason` says so.
 */
int com_value_descriptor(const struct com_layer_row *row, const cJSON *value,
                         const struct descriptor *basis,
                         struct descriptor *descriptor,
                         struct setting_reason *reason);

/* The registry value that holds it. */
cJSON *com_value_of(const struct descriptor *descriptor);

/*
 * The state of one layer for one account: {"value", "entries"}. Entries of
 * the other accounts are left out of both, so that settings that share a
 * list do not see each other's changes; where nothing but the built-in list
 * remains of one that was made here, the value is told absent. NULL when
 * memory is short.
 */
cJSON *com_layer_state(const struct com_layer_row *row, const cJSON *value,
                       const struct descriptor *basis,
                       const struct entry_accounts *accounts);

/*
 * What has to stand in the registry so that com_layer_state gives `state`
 * again while the other accounts keep what they have in `now`. The caller
 * frees; NULL with `reason`.
 */
cJSON *com_layer_put_back(const struct com_layer_row *row, const cJSON *state,
                          const cJSON *now, const struct descriptor *basis,
                          const struct entry_accounts *accounts,
                          struct setting_reason *reason);

#endif
