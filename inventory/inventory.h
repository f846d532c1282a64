/* SPDX-License-Identifier: MIT */
/*
 * Who the hosts are and what is wanted of each.
 *
 * Reads what Ansible's users already have: `ansible-inventory --list` output
 * (with and without --export), the static layout as JSON, executables,
 * directories, 'h1,h2,' and standard input; merges variables exactly as
 * Ansible does, `wmi` alone as RFC 7396. Never contacts anything, never
 * writes anything; runs a program only when a source or a selected host's
 * secret names one.
 *
 * Life cycle: inventory_load, then any of the rest, inventory_free. Targets,
 * and every pointer in them, live as long as the inventory.
 */
#ifndef INVENTORY_INVENTORY_H
#define INVENTORY_INVENTORY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/problems.h"
#include "inventory/target.h"

struct inventory;

/*
 * Reads `count` sources in the order given (the last wins). A source is a
 * file, an executable, a directory, `-` for standard input, or host names
 * with at least one comma. Every mistake of form (syntax, duplicate keys,
 * cycles, impossible ranges, nesting) becomes a line in `problems`; NULL when
 * there was any.
 */
struct inventory *inventory_load(const char *const *sources, size_t count,
                                 struct problems *problems);
void inventory_free(struct inventory *inventory);

size_t inventory_host_count(const struct inventory *inventory);

/* What a verb needs of the selected hosts, hence what is judged of them. */
enum inventory_need {
    INVENTORY_NAMES,   /* names only: nothing of the variables is judged */
    INVENTORY_CONNECT, /* connection variables */
    INVENTORY_WMI,     /* connection variables and `wmi` */
};

struct selection {
    const char *limit;   /* Ansible pattern; NULL: all */
    const char *exclude; /* Ansible pattern; NULL: none */
    enum inventory_need need;
    bool force_ssh; /* --ssh: WinRM leftovers do not matter */
};

struct target_list {
    struct target *items; /* in inventory order */
    size_t count;
    size_t nothing_asked; /* hosts of the selection left out: no `wmi` */
};

/*
 * The hosts that limit and exclude leave, their variables judged as `need`
 * says, all mistakes told. With INVENTORY_WMI, hosts without `wmi` are
 * counted and left out. -1 when anything was wrong, an empty selection
 * included; the list is then empty. Free `list->items` with free().
 */
int inventory_select(struct inventory *inventory,
                     const struct selection *selection,
                     struct target_list *list, struct problems *problems);

/*
 * The texts of `inventory --list`, `--host NAME` and `--graph` as
 * ansible-inventory prints them; secrets are masked unless `show_secrets`.
 * inventory_print_list is limited to `selection` when that is not NULL.
 * inventory_print_host also judges and shows what `wmi.access` and
 * `wmi.collector` make of `wmi`, as wmifleet_expansion, where they are asked.
 */
int inventory_print_list(struct inventory *inventory,
                         const struct selection *selection, bool show_secrets,
                         struct buf *out, struct problems *problems);
int inventory_print_host(struct inventory *inventory, const char *name,
                         bool show_secrets, struct buf *out,
                         struct problems *problems);
int inventory_print_graph(const struct inventory *inventory, struct buf *out,
                          struct err *err);

/*
 * The password itself, read now from its source; NULL on failure (the text
 * never holds the secret) and with `err` untouched where the target has none.
 * Commands are run once per argument list and cached until inventory_free.
 * Blocks while a command runs, so it is called before the loop starts.
 * Free with secret_free, which wipes it.
 */
char *secret_read(struct inventory *inventory, const struct target *target,
                  struct err *err);
/* The same for target->account_password, `wmi.account.password`. */
char *secret_read_account(struct inventory *inventory,
                          const struct target *target, struct err *err);
void secret_free(char *secret);

#endif
