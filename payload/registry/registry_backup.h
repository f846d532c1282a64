/* SPDX-License-Identifier: MIT */
/*
 * Registry values in keys that administrators may not open: like the
 * functions of registry_io.h of the same kind, and where they are refused by
 * the right to back up and restore, for keys that exist. Owner and
 * permissions of the key stay as they are.
 */
#ifndef PAYLOAD_REGISTRY_BACKUP_H
#define PAYLOAD_REGISTRY_BACKUP_H

#include <cjson/cJSON.h>

unsigned long registry_backup_read(const char *key, const char *name,
                                   cJSON **state);
unsigned long registry_backup_restore(const char *key, const char *name,
                                      const cJSON *state);

#endif
