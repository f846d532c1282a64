/* SPDX-License-Identifier: MIT */
/*
 * The security descriptor of a WMI namespace, through __SystemSecurity of
 * that namespace. Each call connects anew and holds nothing afterwards; it
 * is tried again as long as there is patience.
 */
#ifndef PAYLOAD_WBEM_H
#define PAYLOAD_WBEM_H

#include "payload/descriptor/descriptor.h"
#include "payload/engine/setting.h"
#include "payload/namespace/wbem_patience.h"

/* The caller releases `descriptor`. 0/-1. */
int wbem_read_security(const char *path, struct wbem_patience *patience,
                       struct descriptor *descriptor,
                       struct setting_reason *reason);

/*
 * Whether the namespace refuses calls that are not encrypted: 1 or 0, and -1
 * when that cannot be read. The qualifier RequiresEncryption of the one
 * instance of __SystemSecurity says it (MS-WMI 2.2.30.3); without it, no.
 */
int wbem_requires_encryption(const char *path, struct wbem_patience *patience);

/* Inherited entries must not be in it: WMI adds those itself. 0/-1. */
int wbem_write_security(const char *path, struct wbem_patience *patience,
                        const struct descriptor *descriptor,
                        struct setting_reason *reason);

#endif
