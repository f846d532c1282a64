/* SPDX-License-Identifier: MIT */
/* The copies of COM's limits that a policy sets: they win. */
#ifndef PAYLOAD_COM_POLICY_H
#define PAYLOAD_COM_POLICY_H

#include "payload/descriptor/descriptor.h"
#include "payload/engine/setting.h"

#define COM_POLICY_KEY "SOFTWARE\\Policies\\Microsoft\\Windows NT\\DCOM"

/*
 * The policy's list of that name. `found` says whether there is one, also
 * when it cannot be understood (-1 with `reason`).
 */
int com_policy_read(const char *name, struct descriptor *list, bool *found,
                    struct setting_reason *reason);

/* SETTING_BLOCKED with `reason`. */
enum setting_verdict com_policy_blocks(const char *name,
                                       struct setting_reason *reason);

#endif
