/* SPDX-License-Identifier: MIT */
#include <winsock2.h>

#include <windows.h>
#include <ws2tcpip.h>

#include <iphlpapi.h>

#include "payload/win32/subnets.h"

#include <stdlib.h>

#include "base/buf.h"
#include "payload/win32/system.h"

#define ADAPTERS_SIZE (32u * 1024)
#define ADAPTERS_SIZE_MAX (1024u * 1024)
#define TEXT_MAX 16384u

typedef ULONG(WINAPI *get_adapters_fn)(ULONG, ULONG, void *,
                                       IP_ADAPTER_ADDRESSES *, ULONG *);

/* inet_ntop would load Winsock for a text. */
static void add_v4(struct buf *text, const struct sockaddr *any, unsigned bits)
{
    const struct sockaddr_in *v4 = (const void *)any;
    const unsigned char *at = (const void *)&v4->sin_addr;
    buf_addf(text, "%s%u.%u.%u.%u/%u", text->len > 0 ? "," : "", at[0], at[1],
             at[2], at[3], bits);
}

static void add_v6(struct buf *text, const struct sockaddr *any, unsigned bits)
{
    const struct sockaddr_in6 *v6 = (const void *)any;
    const unsigned char *at = (const void *)&v6->sin6_addr;
    for (int i = 0; i < 16; i += 2)
        buf_addf(text, "%s%x",
                 i > 0           ? ":"
                 : text->len > 0 ? ","
                                 : "",
                 at[i] << 8 | at[i + 1]);
    buf_addf(text, "/%u", bits);
}

static void add_address(struct buf *text,
                        const IP_ADAPTER_UNICAST_ADDRESS *local)
{
    const struct sockaddr *any = local->Address.lpSockaddr;
    unsigned bits = local->OnLinkPrefixLength;
    if (any != NULL && any->sa_family == AF_INET && bits <= 32)
        add_v4(text, any, bits);
    if (any != NULL && any->sa_family == AF_INET6 && bits <= 128)
        add_v6(text, any, bits);
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

char *subnets_read(void)
{
    get_adapters_fn get =
        (get_adapters_fn)system_load(L"iphlpapi.dll", "GetAdaptersAddresses");
    IP_ADAPTER_ADDRESSES *adapters = get != NULL ? read_adapters(get) : NULL;
    struct buf text;
    buf_init(&text, TEXT_MAX);
    for (const IP_ADAPTER_ADDRESSES *adapter = adapters; adapter != NULL;
         adapter = adapter->Next) {
        const IP_ADAPTER_UNICAST_ADDRESS *local = adapter->FirstUnicastAddress;
        for (; local != NULL; local = local->Next)
            add_address(&text, local);
    }
    free(adapters);
    char *found = text.len > 0 ? buf_take(&text) : NULL;
    buf_release(&text);
    return found;
}
