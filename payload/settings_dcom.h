/* SPDX-License-Identifier: MIT */
/* What `dcom.permissions` may say: accounts and their rights to COM. */
#ifndef PAYLOAD_SETTINGS_DCOM_H
#define PAYLOAD_SETTINGS_DCOM_H

#include "payload/settings_read.h"

/* As Windows has it for ASCII: case does not matter. */
bool settings_same_account(const char *a, const char *b);

/* const char *: a name, a SID or a word of account_words.h. */
settings_reader_fn settings_read_account;

void settings_read_permissions(struct settings_reader *reader,
                               const struct settings_path *path,
                               const cJSON *value,
                               struct permission_wish **permissions,
                               size_t *count);

#endif
