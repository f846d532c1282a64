/* SPDX-License-Identifier: MIT */
/*
 * The security descriptor of a WMI namespace, through __SystemSecurity of
 * that namespace. Each call connects anew and holds nothing afterwards.
 */
#ifndef PAYLOAD_WBEM_H
#define PAYLOAD_WBEM_H

#include "payload/descriptor/descriptor.h"
#include "payload/engine/setting.h"

/* The caller releases `descriptor`. 0/-1. */
int wbem_read_security(const char *path, struct descriptor *descriptor,
                       struct setting_reason *reason);

/* Inherited entries must not be in it: WMI adds those itself. 0/-1. */
int wbem_write_security(const char *path, const struct descriptor *descriptor,
                        struct setting_reason *reason);

#endif
