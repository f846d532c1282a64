/* SPDX-License-Identifier: MIT */
/*
 * A job of the run's plan as what the fleet does with a host. The context of
 * `begin` is the struct fleet_config: request and cache come from there.
 */
#ifndef CONTROLLER_FLEET_JOBS_H
#define CONTROLLER_FLEET_JOBS_H

#include "controller/job/work.h"

extern const struct work_ops fleet_jobs;

#endif
