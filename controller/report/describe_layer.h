/* SPDX-License-Identifier: MIT */
/* A verdict of verify as a person reads it. */
#ifndef CONTROLLER_DESCRIBE_LAYER_H
#define CONTROLLER_DESCRIBE_LAYER_H

#include <cjson/cJSON.h>

#include "base/buf.h"

/*
 * Appends one layer: its name, its state where that is no drift, what was
 * found and its code, and the hint on a line of its own. Escaped: the words
 * of a machine are among them. No line feed at the end.
 */
void describe_layer(struct buf *out, const cJSON *layer);

#endif
