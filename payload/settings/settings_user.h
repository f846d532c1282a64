/* SPDX-License-Identifier: MIT */
/* What `account` may say: the local account that reads WMI. */
#ifndef PAYLOAD_SETTINGS_USER_H
#define PAYLOAD_SETTINGS_USER_H

#include "payload/settings/settings_read.h"

/* Fills `account` of the whole struct. */
settings_reader_fn settings_read_user;

#endif
