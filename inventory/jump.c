/* SPDX-License-Identifier: MIT */
#include "inventory/jump.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "inventory/address.h"

#define PORT_DEFAULT 22

/* One host of the way, as written. */
struct hop {
    const char *user; /* NULL: not said */
    const char *host;
    uint16_t port; /* 0: not said */
};

static int no_memory(struct err *err)
{
    return err_set(err, ENOMEM, "out of memory");
}

static int read_port(const char *text, uint16_t *port, struct err *err)
{
    unsigned long number = text == NULL ? 0 : strtoul(text, NULL, 10);
    if (text != NULL && (number == 0 || number > UINT16_MAX))
        return err_set(err, 0, "the jump host's port '%.20s' is none", text);
    *port = (uint16_t)number;
    return 0;
}

/* Cuts `text` up; what the hop points to stays with the inventory. */
static int read_hop(struct inventory *inventory, char *text, struct hop *hop,
                    struct err *err)
{
    static const char scheme[] = "ssh://";
    const char *port;
    text += strspn(text, " \t");
    if (strncmp(text, scheme, sizeof scheme - 1) == 0)
        text += sizeof scheme - 1;
    for (size_t len = strlen(text); len > 0 && strchr(" \t/", text[len - 1]);)
        text[--len] = '\0';
    char *at = strrchr(text, '@');
    const char *rest = at != NULL ? at + 1 : text;
    if (at != NULL)
        *at = '\0';
    hop->user = at != NULL ? text : NULL;
    hop->host = state_keep(inventory, address_split(rest, &port));
    if (hop->host == NULL)
        return no_memory(err);
    if (!address_is_good(hop->host) || (at != NULL && *text == '\0'))
        return err_set(err, 0,
                       "'%.100s' is no jump host: [user@]host[:port], with "
                       "commas between where there are several",
                       rest);
    return read_port(port, &hop->port, err);
}

/* As the inventory's variables say, if it has the host. */
static int begin_hop(const struct connection_rules *rules,
                     const struct hop *hop, struct target *target,
                     struct err *err)
{
    struct inventory *inventory = rules->inventory;
    struct host *host = model_host(&inventory->model, hop->host);
    *target = (struct target){.name = hop->host,
                              .address = hop->host,
                              .port = PORT_DEFAULT,
                              .retries = -1};
    if (host == NULL)
        return 0;
    if (inventory->jump_depth >= JUMP_DEPTH_MAX)
        return err_set(err, 0,
                       "more than %d jump hosts one behind the other, or a "
                       "ring of them, at %.100s",
                       JUMP_DEPTH_MAX, hop->host);
    struct view view;
    if (merge_view(inventory, host, &view) == -1)
        return no_memory(err);
    target->name = host->name;
    inventory->jump_depth++;
    connection_read(rules, &view, target);
    inventory->jump_depth--;
    return 0;
}

static int add_hop(const struct connection_rules *rules, char *text,
                   const struct target **jump, struct err *err)
{
    struct hop hop = {.port = 0};
    struct target *target =
        state_keep(rules->inventory, malloc(sizeof *target));
    if (target == NULL)
        return no_memory(err);
    if (read_hop(rules->inventory, text, &hop, err) ||
        begin_hop(rules, &hop, target, err))
        return -1;
    if (hop.user != NULL)
        target->user = hop.user;
    if (hop.port != 0)
        target->port = hop.port;
    target->given.port |= hop.port != 0;
    if (*jump != NULL) {
        target->jump = *jump;
        target->proxy_command = NULL;
        target->given.route = true;
    }
    target->is_jump = true;
    *jump = target;
    return 0;
}

int jump_read(const struct connection_rules *rules, const char *name,
              const char *text, const struct target **jump, struct err *err)
{
    struct inventory *inventory = rules->inventory;
    struct target *known = table_get_text(&inventory->jumps, text);
    *jump = known;
    if (strcmp(text, name) == 0)
        *jump = NULL;
    if (known != NULL || strcmp(text, name) == 0)
        return 0;
    const char *key = state_keep(inventory, strdup(text));
    char *words = state_keep(inventory, strdup(text));
    if (key == NULL || words == NULL)
        return no_memory(err);
    for (char *word; (word = strsep(&words, ",")) != NULL;)
        if (add_hop(rules, word, jump, err))
            return -1;
    return table_put_text(&inventory->jumps, key, (void *)*jump) == 0
               ? 0
               : no_memory(err);
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

bool jump_same(const struct target *a, const struct target *b)
{
    if (a == b)
        return true;
    return a != NULL && b != NULL && same_text(a->name, b->name) &&
           same_text(a->address, b->address) && a->port == b->port &&
           same_text(a->user, b->user) &&
           same_text(a->private_key_file, b->private_key_file) &&
           same_text(a->host_key_alias, b->host_key_alias) &&
           same_text(a->proxy_command, b->proxy_command) &&
           jump_same(a->jump, b->jump);
}
