/* SPDX-License-Identifier: MIT */
/* Texts that base/json.h must take or refuse. */
#ifndef TESTS_UNIT_JSON_CASES_H
#define TESTS_UNIT_JSON_CASES_H

#include <stddef.h>

struct json_case {
    const char *text;
    size_t len;
    const char *printed; /* on one line; NULL: the text is refused */
    const char *problem; /* what the refusal begins with: "1:5: found" */
};

extern const struct json_case json_cases[];
extern const size_t json_case_count;

#endif
