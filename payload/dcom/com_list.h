/* SPDX-License-Identifier: MIT */
/*
 * The lists of com_layer.h on this machine: their registry values, what an
 * absent one means, and the policies that count instead of them. Whoever
 * guards a key against administrators is passed with the rights to back up
 * and restore files.
 */
#ifndef PAYLOAD_COM_LIST_H
#define PAYLOAD_COM_LIST_H

#include "payload/dcom/com_layer.h"

/* The value as registry_state.h has it, to be freed; NULL with `reason`. */
cJSON *com_list_read(const struct com_layer_row *row,
                     struct setting_reason *reason);

/* `what` is done to it: "written". 0/-1. */
int com_list_write(const struct com_layer_row *row, const cJSON *value,
                   const char *what, struct setting_reason *reason);

/* What an absent value means; the caller releases it. 0/-1. */
int com_list_basis(enum com_layer layer, struct descriptor *basis,
                   struct setting_reason *reason);

enum com_list_source { COM_LIST_VALUE, COM_LIST_BUILT_IN, COM_LIST_POLICY };

/*
 * The list that counts in this layer, whole: the policy's where there is
 * one. -1 with `reason` when it cannot be read; `source` says of what then.
 */
int com_list_load(enum com_layer layer, struct descriptor *list,
                  enum com_list_source *source, struct setting_reason *reason);

#endif
