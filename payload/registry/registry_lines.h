/* SPDX-License-Identifier: MIT */
/*
 * The lines of a REG_MULTI_SZ, which ends with an empty one. A value that is
 * torn is read as far as it goes, and no further than its first empty line.
 *
 * Free of windows.h.
 */
#ifndef PAYLOAD_REGISTRY_LINES_H
#define PAYLOAD_REGISTRY_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "payload/registry/registry_state.h"

/* One line, in bytes and without its NUL. */
struct registry_line {
    size_t at;
    size_t len;
};

/* From a zeroed `line` on; false at the end, with `at` behind the last. */
bool registry_next_line(const struct registry_value *value,
                        struct registry_line *line);

/* How much of `word`, which is lower case, the line begins with. */
size_t registry_line_common(const struct registry_value *value,
                            const struct registry_line *line, const char *word);

/* Whether it is `word`, which is lower case, in any case of letters. */
bool registry_line_is(const struct registry_value *value,
                      const struct registry_line *line, const char *word);

/* As UTF-8; the caller frees; NULL when memory is short. */
char *registry_line_text(const struct registry_value *value,
                         const struct registry_line *line);

#endif
