/* SPDX-License-Identifier: MIT */
/*
 * `wmi.collector`: what a machine needs that reads WMI of others.
 * expansion.h makes settings of it.
 */
#ifndef INVENTORY_COLLECTOR_H
#define INVENTORY_COLLECTOR_H

#include "inventory/audience.h"
#include "payload/settings/settings_read.h"

struct collector_wish {
    struct audience_words targets;
    enum flag_wish asynchronous;
    const char **sinks; /* programs that receive callbacks themselves */
    size_t sink_count;
    enum flag_wish check_callbacks;
};

/* struct collector_wish; whether `targets` mean somebody is not judged. */
settings_reader_fn collector_read;

#endif
