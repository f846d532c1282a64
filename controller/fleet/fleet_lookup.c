/* SPDX-License-Identifier: MIT */
#include "controller/fleet/fleet_lookup.h"

#include <stdlib.h>
#include <string.h>

struct fleet_lookup {
    struct names *names;
    struct names_query *query;
    struct fleet_lookup **owner;
    uint16_t port;
    fleet_addresses *answer;
    void *context;
};

static struct job_address address_of(const void *address, size_t len,
                                     uint16_t port)
{
    struct job_address out = {.len = (socklen_t)len};
    memcpy(&out.storage, address, len);
    uint16_t port_in_net_order = htons(port);
    if (out.storage.ss_family == AF_INET)
        memcpy((char *)&out.storage + offsetof(struct sockaddr_in, sin_port),
               &port_in_net_order, sizeof port_in_net_order);
    else
        memcpy((char *)&out.storage + offsetof(struct sockaddr_in6, sin6_port),
               &port_in_net_order, sizeof port_in_net_order);
    return out;
}

bool fleet_literal(const char *name, uint16_t port, struct job_address *out)
{
    struct sockaddr_in in4;
    struct sockaddr_in6 in6;
    if (uv_ip4_addr(name, port, &in4) == 0)
        *out = address_of(&in4, sizeof in4, port);
    else if (uv_ip6_addr(name, port, &in6) == 0)
        *out = address_of(&in6, sizeof in6, port);
    else
        return false;
    return true;
}

static void on_resolved(void *context, const struct addrinfo *found,
                        const char *error_text)
{
    struct fleet_lookup *lookup = context;
    struct job_address addresses[JOB_ADDRESSES_MAX];
    size_t count = 0;
    for (; found && count < JOB_ADDRESSES_MAX; found = found->ai_next)
        addresses[count++] =
            address_of(found->ai_addr, found->ai_addrlen, lookup->port);
    *lookup->owner = NULL;
    lookup->answer(lookup->context, addresses, count, error_text);
    free(lookup);
}

const char *fleet_lookup_begin(struct fleet_lookup **lookup,
                               struct names *names, const char *name,
                               uint16_t port, fleet_addresses *answer,
                               void *context)
{
    struct fleet_lookup *begun = calloc(1, sizeof *begun);
    if (begun) {
        *begun = (struct fleet_lookup){.names = names,
                                       .owner = lookup,
                                       .port = port,
                                       .answer = answer,
                                       .context = context};
        begun->query = names_ask(names, name, on_resolved, begun);
    }
    if (begun == NULL || begun->query == NULL) {
        free(begun);
        return "no memory for looking it up";
    }
    *lookup = begun;
    return NULL;
}

void fleet_lookup_abandon(struct fleet_lookup **lookup)
{
    if (*lookup == NULL)
        return;
    names_forget((*lookup)->names, (*lookup)->query);
    free(*lookup);
    *lookup = NULL;
}
