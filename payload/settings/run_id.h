/* SPDX-License-Identifier: MIT */
/*
 * A run id, judged. It becomes part of file names and patterns on the target,
 * so whoever takes one from outside asks here first. Free of windows.h.
 */
#ifndef PAYLOAD_RUN_ID_H
#define PAYLOAD_RUN_ID_H

#include "base/err.h"

/* 0, or -1 when `word` is not 1 to PROTOCOL_RUN_ID_MAX of [A-Za-z0-9-]. */
int run_id_check(const char *word, struct err *err);

#endif
