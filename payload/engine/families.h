/* SPDX-License-Identifier: MIT */
/* Every setting family, in the order of application: see settings.h. */
#ifndef PAYLOAD_FAMILIES_H
#define PAYLOAD_FAMILIES_H

#include "payload/engine/setting.h"

/* NULL-terminated. */
const struct setting_family *const *families(void);

/* Adds the facts of every family that has some. */
void families_facts(cJSON *facts);

/* Tells every family that all settings are done. */
void families_done(void);

#endif
