/* SPDX-License-Identifier: MIT */
/* What the store knows of a machine: its newest result that has facts. */
#ifndef CONTROLLER_KNOWN_FACTS_H
#define CONTROLLER_KNOWN_FACTS_H

#include "controller/result/result.h"
#include "controller/store/store.h"

/*
 * 0: `*known` is that result, or NULL where there is none; the caller frees
 * it. -1: the store could not tell.
 */
int known_facts(struct store *store, const char *host, struct result **known,
                struct err *err);

#endif
