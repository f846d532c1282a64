/* SPDX-License-Identifier: MIT */
/* firewall.rules: the rules that are wanted present or absent. */
#ifndef PAYLOAD_SETTINGS_RULE_H
#define PAYLOAD_SETTINGS_RULE_H

#include "payload/settings/settings_read.h"

/* Fills `rules` and `rule_count` of the whole struct. */
settings_reader_fn settings_read_rules;

/* const char *: a full path of a program, or "System". */
settings_reader_fn settings_read_program;

#endif
