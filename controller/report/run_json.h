/* SPDX-License-Identifier: MIT */
/* A run of the store as the object that `runs --json` and reports give. */
#ifndef CONTROLLER_RUN_JSON_H
#define CONTROLLER_RUN_JSON_H

#include <cjson/cJSON.h>

#include "controller/store/store.h"

/* Free with cJSON_Delete. NULL: memory is short. */
cJSON *run_to_json(const struct store_run *run);

#endif
