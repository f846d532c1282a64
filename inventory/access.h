/* SPDX-License-Identifier: MIT */
/*
 * `wmi.access`: who may read WMI on a machine, and from where. expansion.h
 * makes settings of it.
 */
#ifndef INVENTORY_ACCESS_H
#define INVENTORY_ACCESS_H

#include "inventory/audience.h"
#include "payload/settings/settings_read.h"

struct access_wish {
    const char **readers; /* accounts */
    size_t reader_count;
    struct audience_words collectors;
    const char **namespaces; /* paths; none: root\cimv2 */
    size_t namespace_count;
    enum flag_wish services;
    enum flag_wish asynchronous;
};

/* struct access_wish; whether `collectors` mean somebody is not judged. */
settings_reader_fn access_read;

#endif
