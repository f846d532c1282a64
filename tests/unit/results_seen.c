/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/json.h"
#include "tests/unit/results_seen.h"

static char *print(const struct result *result)
{
    cJSON *tree = result_to_json(result);
    assert_non_null(tree);
    char *text = json_print(tree, -1);
    cJSON_Delete(tree);
    assert_non_null(text);
    return text;
}

void results_seen(const struct result *result)
{
    char *text = print(result);
    struct err err = {0};
    struct result *back = result_from_json(text, &err);
    if (back == NULL)
        print_error("%s\n", err.text);
    assert_non_null(back);
    char *again = print(back);
    assert_string_equal(text, again);
    const char *path = getenv("RESULTS_SEEN");
    FILE *file = path ? fopen(path, "a") : NULL;
    if (file) {
        fprintf(file, "%s\n", text);
        fclose(file);
    }
    free(again);
    free(text);
    result_free(back);
}
