/* SPDX-License-Identifier: MIT */
/*
 * An inventory that a program or another person wrote. Line 1: --limit; line
 * 2: --exclude; line 3: a host; line 4: the sources' other one, "h1,h2,"; the
 * rest is the file. Whatever they are, it ends, and what is told is plain.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "inventory/state.h"
#include "tests/fuzz/fuzz.h"

#define OUT_MAX ((size_t)16 * 1024 * 1024)

struct lines {
    char *limit;
    char *exclude;
    char *host;
    char *names;
};

/* Every second name has an address: no resolver is asked. */
static int look_up(void *context, struct resolver_query *queries, size_t count)
{
    (void)context;
    for (size_t i = 0; i < count; i++) {
        queries[i].trouble = "nobody knows it";
        if (i % 2 == 0 && (queries[i].addresses = strdup("10.0.0.9")) == NULL)
            return -1;
    }
    return 0;
}

static void print(struct inventory *inventory, const struct selection *chosen,
                  const char *host)
{
    struct buf out;
    struct err err = {0};
    struct problems problems;
    buf_init(&out, OUT_MAX);
    problems_init(&problems);
    if (inventory_print_list(inventory, chosen, false, &out, &problems) == 0) {
        fuzz_plain(out.data, out.len);
        cJSON *tree = json_parse("list", out.data, out.len, &err);
        fuzz_must(tree != NULL, "--list prints JSON");
        cJSON_Delete(tree);
    }
    buf_reset(&out);
    if (inventory_print_graph(inventory, &out, &err) == 0)
        fuzz_plain(out.data, out.len);
    buf_reset(&out);
    if (inventory_print_host(inventory, host, true, &out, &problems) == 0)
        fuzz_plain(out.data, out.len);
    fuzz_logged_all(&problems);
    problems_release(&problems);
    buf_release(&out);
}

static void choose(struct inventory *inventory, const struct lines *lines,
                   enum inventory_need need)
{
    struct problems problems;
    struct target_list targets = {0};
    const struct selection chosen = {
        .limit = lines->limit[0] != '\0' ? lines->limit : NULL,
        .exclude = lines->exclude[0] != '\0' ? lines->exclude : NULL,
        .need = need};
    problems_init(&problems);
    if (inventory_select(inventory, &chosen, &targets, &problems) == 0)
        fuzz_must(targets.count + targets.nothing_asked > 0,
                  "an empty selection is an error");
    else
        fuzz_must(problems.error_count > 0 && targets.items == NULL,
                  "what is refused has a reason");
    free(targets.items);
    fuzz_logged_all(&problems);
    problems_release(&problems);
    if (need == INVENTORY_NAMES)
        print(inventory, &chosen, lines->host);
}

static void load(const struct fuzz_input *input, const struct lines *lines)
{
    char path[64];
    struct problems problems;
    int fd = memfd_create("inventory", MFD_CLOEXEC);
    /* no program, whatever is in it */
    fuzz_must(fd >= 0 && fchmod(fd, 0600) == 0 &&
                  write(fd, input->at, input->len) == (ssize_t)input->len,
              "a file takes it");
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    const char *const sources[] = {path, lines->names};
    size_t count = strchr(lines->names, ',') != NULL ? 2 : 1;
    problems_init(&problems);
    struct inventory *inventory = inventory_load(sources, count, &problems);
    fuzz_must(inventory != NULL || problems.error_count > 0,
              "what is refused has a reason");
    fuzz_logged_all(&problems);
    problems_release(&problems);
    if (inventory != NULL) {
        inventory->resolve = look_up;
        choose(inventory, lines, INVENTORY_NAMES);
        choose(inventory, lines, INVENTORY_CONNECT);
        choose(inventory, lines, INVENTORY_WMI);
    }
    inventory_free(inventory);
    close(fd);
}

/* How many ranges of names a text may hold; a thousand: longer numbers. */
static size_t ranges_in(const char *text, size_t len)
{
    size_t digits = 0;
    size_t ranges = 0;
    for (size_t i = 1; i < len; i++) {
        digits = text[i] >= '0' && text[i] <= '9' ? digits + 1 : 0;
        if (text[i] == '[' && strchr(" \t\n:,[{", text[i - 1]) == NULL)
            ranges++;
        if (digits > 3 && ranges > 0)
            return 1000;
    }
    return ranges;
}

/*
 * What is slow by right and would only be measured: ranges of very many
 * names, regular expressions, whose cost is the C library's, files.
 */
static bool is_for_us(const struct fuzz_input *input, const struct lines *lines)
{
    return ranges_in(input->at, input->len) +
                   ranges_in(lines->names, strlen(lines->names)) <=
               3 &&
           strpbrk(lines->limit, "~@/{") == NULL &&
           strpbrk(lines->exclude, "~@/{") == NULL &&
           strlen(lines->limit) < 200 && strlen(lines->exclude) < 200 &&
           strlen(lines->names) < 60;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct fuzz_input input = {(const char *)data, len};
    struct lines lines = {.limit = fuzz_line(&input),
                          .exclude = fuzz_line(&input),
                          .host = fuzz_line(&input),
                          .names = fuzz_line(&input)};
    if (is_for_us(&input, &lines))
        load(&input, &lines);
    free(lines.limit);
    free(lines.exclude);
    free(lines.host);
    free(lines.names);
    return 0;
}
