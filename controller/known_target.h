/* SPDX-License-Identifier: MIT */
/* What a target is known to have already, between the store and a job. */
#ifndef CONTROLLER_KNOWN_TARGET_H
#define CONTROLLER_KNOWN_TARGET_H

#include "base/log.h"
#include "controller/job/job.h"
#include "controller/store/store.h"

/* Leaves `cache` as it is when nothing is known; a failure is a warning. */
void known_target_get(struct store *store, const struct log *log,
                      const struct target *target, struct target_cache *cache);

/* In the open transaction. */
int known_target_put(struct store *store, const struct target *target,
                     const struct target_cache *cache, struct err *err);

#endif
