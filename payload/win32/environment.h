/* SPDX-License-Identifier: MIT */
/*
 * Text with %NAME% in it, expanded from a block of variables. The
 * process's own block is that of its login, whose user may have set
 * variables over the machine's.
 *
 * Free of windows.h: texts are UTF-16.
 */
#ifndef PAYLOAD_ENVIRONMENT_H
#define PAYLOAD_ENVIRONMENT_H

#include <stdint.h>

/*
 * `block` is NAME=VALUE, each ended by a NUL and the last one by two. Case
 * does not count in the ASCII letters of names; a name that is not there
 * stays as it is written, as Windows leaves it. The caller frees; NULL when
 * memory is short.
 */
uint16_t *environment_expand(const uint16_t *block, const uint16_t *text);

#endif
