/* SPDX-License-Identifier: MIT */
#include <winsock2.h>

#include <windows.h>
#include <ws2tcpip.h>

#include <iphlpapi.h>

#include "payload/firewall/firewall_reach.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "payload/settings/address_set.h"
#include "payload/win32/system.h"

#define ADAPTERS_SIZE (32u * 1024)
#define ADAPTERS_SIZE_MAX (1024u * 1024)

typedef ULONG(WINAPI *get_adapters_fn)(ULONG, ULONG, void *,
                                       IP_ADAPTER_ADDRESSES *, ULONG *);

/* The address as a set keeps it; 0 when it is of another family. */
static int plain_address(const SOCKET_ADDRESS *socket_address,
                         unsigned char out[16])
{
    const struct sockaddr *any = socket_address->lpSockaddr;
    memset(out, 0, 16);
    if (any != NULL && any->sa_family == AF_INET) {
        const struct sockaddr_in *v4 = (const void *)any;
        memcpy(out + 12, &v4->sin_addr, 4);
        return 4;
    }
    if (any != NULL && any->sa_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = (const void *)any;
        memcpy(out, &v6->sin6_addr, 16);
        return 6;
    }
    return 0;
}

static bool same_prefix(const unsigned char *a, const unsigned char *b,
                        unsigned bits)
{
    unsigned bytes = bits / 8;
    unsigned rest = bits % 8;
    if (memcmp(a, b, bytes) != 0)
        return false;
    return rest == 0 || (a[bytes] ^ b[bytes]) >> (8 - rest) == 0;
}

static bool on_subnet(const IP_ADAPTER_UNICAST_ADDRESS *local,
                      const struct address_range *peer)
{
    unsigned char address[16];
    unsigned bits = local->OnLinkPrefixLength;
    if (plain_address(&local->Address, address) != peer->family ||
        bits > (peer->family == 4 ? 32u : 128u))
        return false;
    return same_prefix(address, peer->low, bits + (peer->family == 4 ? 96 : 0));
}

static bool on_any_subnet(const IP_ADAPTER_ADDRESSES *adapter,
                          const struct address_range *peer)
{
    for (; adapter != NULL; adapter = adapter->Next) {
        const IP_ADAPTER_UNICAST_ADDRESS *local = adapter->FirstUnicastAddress;
        for (; local != NULL; local = local->Next) {
            if (on_subnet(local, peer))
                return true;
        }
    }
    return false;
}

/* The adapters' list, to be freed; NULL when it cannot be had. */
static IP_ADAPTER_ADDRESSES *read_adapters(get_adapters_fn get)
{
    ULONG size = ADAPTERS_SIZE;
    for (int tries = 0; tries < 3 && size <= ADAPTERS_SIZE_MAX; tries++) {
        IP_ADAPTER_ADDRESSES *adapters = malloc(size);
        if (adapters == NULL)
            return NULL;
        ULONG code = get(AF_UNSPEC,
                         GAA_FLAG_SKIP_ANYCAST | GAA_FLAG_SKIP_MULTICAST |
                             GAA_FLAG_SKIP_DNS_SERVER,
                         NULL, adapters, &size);
        if (code == ERROR_SUCCESS)
            return adapters;
        free(adapters);
        if (code != ERROR_BUFFER_OVERFLOW)
            return NULL;
    }
    return NULL;
}

static bool is_elsewhere(const struct address_range *peer)
{
    get_adapters_fn get =
        (get_adapters_fn)system_load(L"iphlpapi.dll", "GetAdaptersAddresses");
    IP_ADAPTER_ADDRESSES *adapters = get != NULL ? read_adapters(get) : NULL;
    bool elsewhere = adapters != NULL && !on_any_subnet(adapters, peer);
    free(adapters);
    return elsewhere;
}

void firewall_peer_read(struct firewall_peer *peer)
{
    const char *connection = getenv("SSH_CONNECTION");
    struct address_range range;
    unsigned port = 0;
    *peer = (struct firewall_peer){.ssh_port = 22};
    if (connection == NULL ||
        sscanf(connection, "%63s %*s %*s %u", peer->address, &port) < 1)
        return;
    if (port > 0 && port <= 65535)
        peer->ssh_port = port;
    /* The zone of a link-local address is no part of a rule's. */
    peer->address[strcspn(peer->address, "%")] = '\0';
    if (!address_range_parse(peer->address, &range)) {
        peer->address[0] = '\0';
        return;
    }
    peer->other_subnet = is_elsewhere(&range);
}
