/* SPDX-License-Identifier: MIT */
#include "controller/fleet_lookup.h"

#include <netdb.h>
#include <stdlib.h>
#include <string.h>

struct fleet_lookup {
    uv_getaddrinfo_t request;
    struct fleet_lookup **owner; /* NULL: abandoned */
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

static void on_resolved(uv_getaddrinfo_t *request, int status,
                        struct addrinfo *found)
{
    struct fleet_lookup *lookup = request->data;
    struct job_address addresses[JOB_ADDRESSES_MAX];
    size_t count = 0;
    for (struct addrinfo *item = found;
         item && status == 0 && count < JOB_ADDRESSES_MAX; item = item->ai_next)
        addresses[count++] =
            address_of(item->ai_addr, item->ai_addrlen, lookup->port);
    if (lookup->owner) {
        *lookup->owner = NULL;
        lookup->answer(lookup->context, addresses, count,
                       status ? uv_strerror(status) : NULL);
    }
    free(lookup);
    uv_freeaddrinfo(found);
}

const char *fleet_lookup_begin(struct fleet_lookup **lookup, uv_loop_t *loop,
                               const char *name, uint16_t port,
                               fleet_addresses *answer, void *context)
{
    static const struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                                          .ai_flags = AI_ADDRCONFIG};
    struct fleet_lookup *begun = calloc(1, sizeof *begun);
    int failed = UV_ENOMEM;
    if (begun) {
        *begun = (struct fleet_lookup){.owner = lookup,
                                       .port = port,
                                       .answer = answer,
                                       .context = context};
        begun->request.data = begun;
        failed = uv_getaddrinfo(loop, &begun->request, on_resolved, name, NULL,
                                &hints);
    }
    if (failed) {
        free(begun);
        return uv_strerror(failed);
    }
    *lookup = begun;
    return NULL;
}

void fleet_lookup_abandon(struct fleet_lookup **lookup)
{
    if (*lookup == NULL)
        return;
    (*lookup)->owner = NULL;
    uv_cancel((uv_req_t *)&(*lookup)->request);
    *lookup = NULL;
}
