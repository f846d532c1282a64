/* SPDX-License-Identifier: MIT */
#include "inventory/address.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>

bool address_is_ipv6(const char *text, size_t len)
{
    char copy[INET6_ADDRSTRLEN];
    struct in6_addr address;
    const char *zone = memchr(text, '%', len);
    if (zone != NULL)
        len = (size_t)(zone - text);
    if (len >= sizeof copy)
        return false;
    memcpy(copy, text, len);
    copy[len] = '\0';
    return inet_pton(AF_INET6, copy, &address) == 1;
}

bool address_is_good(const char *text)
{
    for (const char *c = text; *c != '\0'; c++)
        if (iscntrl((unsigned char)*c) || strchr(" /@[]\"'\\", *c) != NULL)
            return false;
    if (strchr(text, ':') != NULL)
        return address_is_ipv6(text, strlen(text));
    return *text != '\0' && *text != '-';
}

/* The colon before a port: the only one that no bracket holds. */
static const char *port_colon(const char *text)
{
    const char *colon = NULL;
    bool inside = false;
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '[')
            inside = true;
        else if (*c == ']')
            inside = false;
        else if (*c == ':' && !inside && colon != NULL)
            return NULL;
        else if (*c == ':' && !inside)
            colon = c;
    }
    if (colon == NULL || colon == text || colon[1] == '\0' ||
        colon[1 + strspn(colon + 1, "0123456789")] != '\0')
        return NULL;
    return colon;
}

char *address_split(const char *text, const char **port)
{
    const char *colon = port_colon(text);
    size_t len = colon == NULL ? strlen(text) : (size_t)(colon - text);
    *port = colon == NULL ? NULL : colon + 1;
    if (len > 2 && text[0] == '[' && text[len - 1] == ']' &&
        address_is_ipv6(text + 1, len - 2))
        return strndup(text + 1, len - 2);
    return strndup(text, len);
}
