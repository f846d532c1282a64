/* SPDX-License-Identifier: MIT */
/* Inventories and problems as texts, for the tests of inventory/. */
#ifndef TESTS_UNIT_INVENTORY_TEXT_H
#define TESTS_UNIT_INVENTORY_TEXT_H

#include <stddef.h>

#include "base/buf.h"
#include "base/problems.h"
#include "inventory/inventory.h"

/*
 * Loads a text in which ' stands for ", from a file that is called lab.json
 * for as long as it is read. Fails the test only when that file fails.
 */
struct inventory *inventory_text_load(const char *text,
                                      struct problems *problems);

/* The same, failing the test when there is any error. */
struct inventory *inventory_text_good(const char *text);

/* All problems, a line each, warnings opened by "warning: ". */
void inventory_text_problems(const struct problems *problems, struct buf *text);

/* Makes a file in the folder of the test's own, which becomes current. */
void inventory_text_file(const char *name, const void *content, size_t len);

/* For cmocka's group set-up and tear-down: that folder. */
int inventory_text_enter(void **state);
int inventory_text_leave(void **state);

#endif
