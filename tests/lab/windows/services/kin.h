/* SPDX-License-Identifier: MIT */
/*
 * How the services of the machine hang together: what DependOnService says
 * in their keys, and what Wine's manager knows of each, asked for the
 * stand-in itself and not for the caller.
 */
#ifndef LAB_SERVICES_KIN_H
#define LAB_SERVICES_KIN_H

#include <windows.h>
#include <stdbool.h>

#include "handle.h"

enum { KIN_MAX = 64 };

struct relative {
    WCHAR name[SERVICE_NAME_MAX];
    DWORD depth; /* steps from the service that was asked for */
};

/* Services in the order in which they would be started. */
struct kin {
    DWORD count;
    struct relative services[KIN_MAX];
};

/*
 * The services that need this one, those that need these, and so on. To be
 * freed by free(); NULL: out of memory.
 */
struct kin *kin_dependants(const WCHAR *name);

/* What the service itself needs, one step. To be freed by free(). */
struct kin *kin_needs(const WCHAR *name);

/* False when there is no such service. */
bool kin_status(const WCHAR *name, SERVICE_STATUS *);

/* SERVICE_AUTO_START and so on, as its key says. */
DWORD kin_start_type(const WCHAR *name);

#endif
