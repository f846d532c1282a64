/* SPDX-License-Identifier: MIT */
/*
 * JSON, read strictly. What the scanner accepts, cJSON builds; what is
 * printed of it is plain, reads again as the same, and prints the same.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/json_scan.h"
#include "tests/fuzz/fuzz.h"

static void check_places(const struct json_doc *doc, const cJSON *node,
                         size_t len)
{
    size_t line = 0;
    size_t column = 0;
    fuzz_must(json_doc_position(doc, node, &line, &column),
              "each value has a place");
    fuzz_must(line > 0 && column > 0 && line + column <= len + 2,
              "the place is in the text");
    for (const cJSON *each = node->child; each != NULL; each = each->next)
        check_places(doc, each, len);
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* Numbers by their digits: cJSON_Compare takes 1e400 for unequal to itself. */
static bool same_tree(const cJSON *a, const cJSON *b)
{
    if (a == NULL || b == NULL)
        return a == b;
    return a->type == b->type && same_text(a->string, b->string) &&
           same_text(a->valuestring, b->valuestring) &&
           same_tree(a->child, b->child) && same_tree(a->next, b->next);
}

static void check_print(const cJSON *tree, char *print, bool ascii)
{
    fuzz_must(print != NULL, "there is memory");
    size_t len = strlen(print);
    struct err err = {0};
    fuzz_plain(print, len);
    for (size_t i = 0; ascii && i < len; i++)
        fuzz_must(print[i] >= ' ' && print[i] <= '~', "it is ASCII");
    cJSON *again = json_parse("printed", print, len, &err);
    fuzz_must(again != NULL, "what is printed is accepted");
    fuzz_must(same_tree(tree, again), "what is printed is the same");
    char *second = ascii ? json_print_ascii(again) : json_print(again, 2);
    fuzz_must(second != NULL && strcmp(print, second) == 0,
              "what is read again prints the same");
    free(second);
    cJSON_Delete(again);
    free(print);
}

static void check_accepted(const struct json_doc *doc, size_t len)
{
    const cJSON *root = json_doc_root(doc);
    check_places(doc, root, len);
    check_print(root, json_print(root, 2), false);
    check_print(root, json_print_ascii(root), true);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    /* of its own, so that nothing beyond it is read */
    char *text = malloc(len > 0 ? len : 1);
    fuzz_must(text != NULL, "there is memory");
    if (len > 0)
        memcpy(text, data, len);
    struct err err = {0};
    struct json_doc *doc = json_doc_parse("input", text, len, &err);
    if (doc != NULL)
        check_accepted(doc, len);
    else
        fuzz_must(strstr(err.text, "out of memory") == NULL,
                  "cJSON builds what the scanner accepts");
    if (doc == NULL)
        fuzz_logged(err.text);
    json_doc_free(doc);
    free(text);
    return 0;
}
