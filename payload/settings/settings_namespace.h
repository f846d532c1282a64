/* SPDX-License-Identifier: MIT */
/* What `namespaces` may say: accounts and their rights to WMI namespaces. */
#ifndef PAYLOAD_SETTINGS_NAMESPACE_H
#define PAYLOAD_SETTINGS_NAMESPACE_H

#include "payload/settings/settings_read.h"

/* The words for the rights; their values are SETTINGS_WBEM_*. */
extern const struct settings_word settings_namespace_rights[8];

/* Fills `namespaces` and `namespace_count` of the whole struct. */
settings_reader_fn settings_read_namespaces;

/* const char *: the path of one. */
settings_reader_fn settings_read_namespace;

#endif
