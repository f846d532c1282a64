/* SPDX-License-Identifier: MIT */
/* A service in words: {"state": "running", "start": "automatic"}. */
#ifndef PAYLOAD_SERVICE_STATE_H
#define PAYLOAD_SERVICE_STATE_H

#include <stdbool.h>

#include "payload/service/service.h"

/* NULL when memory is short. */
cJSON *service_state_json(const struct service_status *status);

/* The start type of a word; false when it is none, or NULL. */
bool service_start_of(const char *word, enum service_start *start);

#endif
