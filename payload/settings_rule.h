/* SPDX-License-Identifier: MIT */
/* firewall.rules: the rules that are wanted present or absent. */
#ifndef PAYLOAD_SETTINGS_RULE_H
#define PAYLOAD_SETTINGS_RULE_H

#include "payload/settings_read.h"

/* Reads the list into storage of the reader. */
void settings_read_rules(struct settings_reader *reader,
                         const struct settings_path *path, const cJSON *value,
                         struct rule_wish **rules, size_t *count);

#endif
