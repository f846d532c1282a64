/* SPDX-License-Identifier: MIT */
/*
 * Every result that a test sees is written, one JSON object a line, to the
 * file that $RESULTS_SEEN names, for tests/result_schema.bats to hold against
 * docs/result.schema.json. Each must also come back from its JSON unchanged.
 */
#ifndef TESTS_RESULTS_SEEN_H
#define TESTS_RESULTS_SEEN_H

#include "controller/result/result.h"

void results_seen(const struct result *result);

#endif
