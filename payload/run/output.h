/* SPDX-License-Identifier: MIT */
/*
 * Standard output, as protocol.h frames it. Nobody reading any more is no
 * failure: the result is on the disk before it is printed.
 */
#ifndef PAYLOAD_OUTPUT_H
#define PAYLOAD_OUTPUT_H

#include <stddef.h>

/* RS, the text, LF. */
void output_document(const char *text, size_t len);

#endif
