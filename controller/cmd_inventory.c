/* SPDX-License-Identifier: MIT */
#include "controller/commands.h"

#include <stdio.h>

#include "controller/chosen.h"

#define TEXT_MAX ((size_t)256 * 1024 * 1024)

static int print_text(struct inventory *inventory,
                      const struct options *options, struct buf *out,
                      const struct log *log)
{
    struct err err = {0};
    if (options->graph) {
        int failed = inventory_print_graph(inventory, out, &err);
        if (failed)
            log_line(log, LOG_ERROR, "%s", err.text);
        return failed;
    }
    struct problems problems;
    problems_init(&problems);
    const struct selection selection = {.limit = options->limit,
                                        .exclude = options->exclude,
                                        .need = INVENTORY_NAMES};
    bool limited = options->limit != NULL || options->exclude != NULL;
    int failed =
        options->host != NULL
            ? inventory_print_host(inventory, options->host,
                                   options->show_secrets, out, &problems)
            : inventory_print_list(inventory, limited ? &selection : NULL,
                                   options->show_secrets, out, &problems);
    chosen_tell(&problems, log);
    problems_release(&problems);
    return failed;
}

static void print_verdict(const struct target_list *targets)
{
    size_t count = targets->count + targets->nothing_asked;
    printf("%zu host%s, %zu of them with settings: nothing wrong\n", count,
           count == 1 ? "" : "s", targets->count);
}

/* --check: everything is judged as check and apply would. */
static int judge(const struct options *options, const struct log *log)
{
    struct chosen chosen;
    int failed = chosen_open(&chosen, options, INVENTORY_WMI, log);
    if (!failed && !options->quiet)
        print_verdict(&chosen.targets);
    chosen_close(&chosen);
    return failed ? EXIT_CONTROLLER : 0;
}

static int print_loaded(struct inventory *inventory,
                        const struct options *options, const struct log *log)
{
    struct buf out;
    buf_init(&out, TEXT_MAX);
    int failed = print_text(inventory, options, &out, log);
    if (!failed && (fwrite(out.data, 1, out.len, stdout) != out.len ||
                    fflush(stdout) != 0)) {
        log_line(log, LOG_ERROR, "standard output: cannot be written");
        failed = -1;
    }
    buf_release(&out);
    return failed ? EXIT_CONTROLLER : 0;
}

int command_inventory(const struct options *options, const struct log *log)
{
    int asked = options->list + options->graph + options->only_check +
                (options->host != NULL);
    if (asked != 1) {
        log_line(log, LOG_ERROR,
                 "inventory: one of --list, --host NAME, --graph and --check "
                 "is wanted");
        return EXIT_USAGE;
    }
    if (options->only_check)
        return judge(options, log);
    struct problems problems;
    problems_init(&problems);
    struct inventory *inventory = inventory_load(
        options->inventories, options->inventory_count, &problems);
    chosen_tell(&problems, log);
    problems_release(&problems);
    if (inventory == NULL)
        return EXIT_CONTROLLER;
    int status = print_loaded(inventory, options, log);
    inventory_free(inventory);
    return status;
}
