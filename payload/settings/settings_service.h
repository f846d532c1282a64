/* SPDX-License-Identifier: MIT */
/*
 * What `services` and `service_control` may say: services that are to run,
 * and who may ask the service manager for its list.
 */
#ifndef PAYLOAD_SETTINGS_SERVICE_H
#define PAYLOAD_SETTINGS_SERVICE_H

#include "payload/settings/settings_read.h"

/* The words for the rights; their values are SETTINGS_SC_*. */
extern const struct settings_word settings_control_rights[4];

/* Each is given the whole struct. */
settings_reader_fn settings_read_services;
settings_reader_fn settings_read_service_control;

#endif
