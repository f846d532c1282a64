/* SPDX-License-Identifier: MIT */
/* Host names folded for a person: lab-[01-38,40],pc7. */
#ifndef INVENTORY_FOLD_H
#define INVENTORY_FOLD_H

#include <stddef.h>

#include "base/buf.h"

/*
 * Appends the names, sorted naturally, with runs of numbers of one width
 * folded in brackets and the folded forms separated by commas. Equal names
 * are told once. 0, or -1 when memory is short. Does not change `names`.
 */
int fold_names(struct buf *out, const char *const *names, size_t count);

#endif
