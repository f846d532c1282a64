/* SPDX-License-Identifier: MIT */
#include "tests/unit/inventory_text.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

void inventory_text_file(const char *name, const void *content, size_t len)
{
    FILE *file = fopen(name, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(content, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

struct inventory *inventory_text_load(const char *text,
                                      struct problems *problems)
{
    const char *const sources[] = {"lab.json"};
    char *json = strdup(text);
    assert_non_null(json);
    for (char *c = json; *c != '\0'; c++)
        if (*c == '\'')
            *c = '"';
    inventory_text_file(sources[0], json, strlen(json));
    free(json);
    struct inventory *inventory = inventory_load(sources, 1, problems);
    assert_int_equal(unlink(sources[0]), 0);
    return inventory;
}

struct inventory *inventory_text_good(const char *text)
{
    struct problems problems;
    problems_init(&problems);
    struct inventory *inventory = inventory_text_load(text, &problems);
    if (inventory == NULL)
        fail_msg("%s", problems.items[0].text);
    problems_release(&problems);
    return inventory;
}

void inventory_text_problems(const struct problems *problems, struct buf *text)
{
    buf_reset(text);
    for (size_t i = 0; i < problems->count; i++)
        buf_addf(text, "%s%s\n", problems->items[i].warning ? "warning: " : "",
                 problems->items[i].text);
}

int inventory_text_enter(void **state)
{
    char folder[] = "/tmp/wmifleet-inventory.XXXXXX";
    if (mkdtemp(folder) == NULL || chdir(folder) == -1)
        return -1;
    *state = strdup(folder);
    return *state == NULL ? -1 : 0;
}

static int remove_one(const char *path, const struct stat *info, int kind,
                      struct FTW *where)
{
    (void)info;
    (void)kind;
    (void)where;
    return remove(path);
}

int inventory_text_leave(void **state)
{
    int result = chdir("/");
    if (nftw(*state, remove_one, 8, FTW_DEPTH | FTW_PHYS) == -1)
        result = -1;
    free(*state);
    return result;
}
