/* SPDX-License-Identifier: MIT */
/* What `dcom.permissions` may say: accounts and their rights to COM. */
#ifndef PAYLOAD_SETTINGS_DCOM_H
#define PAYLOAD_SETTINGS_DCOM_H

#include "payload/settings_read.h"

/* Fills `permissions` and `permission_count` of the whole struct. */
settings_reader_fn settings_read_permissions;

#endif
