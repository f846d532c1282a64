/* SPDX-License-Identifier: MIT */
/*
 * A door before the allocator, for tests in which the nth allocation fails.
 * It works in programs that are linked with --wrap (ALLOC_DOOR in the
 * Makefile); cJSON's allocations come through it between alloc_door_shut and
 * alloc_door_open.
 */
#ifndef TESTS_ALLOC_DOOR_H
#define TESTS_ALLOC_DOOR_H

#include <stdbool.h>
#include <stddef.h>

/* From here on the nth allocation (from 1) fails; `all`: and those after. */
void alloc_door_shut(size_t nth, bool all);

/* Lets everything pass again. True when an allocation was refused. */
bool alloc_door_open(void);

#endif
