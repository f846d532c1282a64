/* SPDX-License-Identifier: MIT */
/*
 * What a machine is, for the report: read only, and what cannot be read is
 * left out.
 *
 *   os, version, build, edition, architecture   texts; build a number
 *   install_date       "2024-03-09T16:00:00Z"
 *   joined             {"kind": "workgroup" | "domain" | "none", "name"}
 *   elevated           bool
 *   user               "MACHINE\\name"
 *   ssh_client         the controller's address as the target sees it
 *   winmgmt            {"state", "start", "pid"}
 *   dcom_hardening     {"require_integrity": N, "raise": N}, as far as set
 */
#ifndef PAYLOAD_FACTS_H
#define PAYLOAD_FACTS_H

#include <cjson/cJSON.h>

/* NULL when memory is short. */
cJSON *facts_collect(void);

/* Adds `winmgmt` alone: what it is after the work. */
void facts_winmgmt(cJSON *facts);

#endif
