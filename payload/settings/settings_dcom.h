/* SPDX-License-Identifier: MIT */
/* What `dcom.permissions` may say: accounts and their rights to COM. */
#ifndef PAYLOAD_SETTINGS_DCOM_H
#define PAYLOAD_SETTINGS_DCOM_H

#include "payload/settings/settings_read.h"

/* The words for the rights; their values are SETTINGS_COM_*. */
extern const struct settings_word settings_launch_rights[4];
extern const struct settings_word settings_access_rights[2];

/* Fills `permissions` and `permission_count` of the whole struct. */
settings_reader_fn settings_read_permissions;

#endif
