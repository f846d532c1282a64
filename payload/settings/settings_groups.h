/* SPDX-License-Identifier: MIT */
/* What `groups` may say: local groups and who is in them. */
#ifndef PAYLOAD_SETTINGS_GROUPS_H
#define PAYLOAD_SETTINGS_GROUPS_H

#include "payload/settings/settings_read.h"

/* Fills `groups` and `group_count` of the whole struct. */
settings_reader_fn settings_read_groups;

/* Whether two items mean one group, as far as their texts tell. */
bool settings_same_group(const struct group_wish *a,
                         const struct group_wish *b);

#endif
