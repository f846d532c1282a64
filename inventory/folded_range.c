/* SPDX-License-Identifier: MIT */
#include "inventory/folded_range.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#define V4_AT 12 /* where the 4 bytes of an IPv4 address begin */
#define LEAST_BLOCK_BITS 4

/* The bits of the host's part when the range is a block; else -1. */
static int block_bits(const struct address_range *range)
{
    int bits = 0;
    bool host_part = true;
    int last = range->family == 4 ? V4_AT : 0;
    for (int i = 15; i >= last; i--) {
        for (unsigned bit = 1; bit <= 0x80; bit <<= 1) {
            bool low = (range->low[i] & bit) != 0;
            bool high = (range->high[i] & bit) != 0;
            host_part = host_part && !low && high;
            if (host_part)
                bits++;
            else if (low != high)
                return -1;
        }
    }
    return bits;
}

void folded_range_print(const struct address_range *range,
                        char text[FOLDED_RANGE_SIZE])
{
    char low[INET6_ADDRSTRLEN] = "";
    char high[INET6_ADDRSTRLEN] = "";
    int family = range->family == 4 ? AF_INET : AF_INET6;
    int at = range->family == 4 ? V4_AT : 0;
    int bits = block_bits(range);
    inet_ntop(family, range->low + at, low, sizeof low);
    inet_ntop(family, range->high + at, high, sizeof high);
    if (memcmp(range->low, range->high, sizeof range->low) == 0)
        snprintf(text, FOLDED_RANGE_SIZE, "%s", low);
    else if (bits >= LEAST_BLOCK_BITS)
        snprintf(text, FOLDED_RANGE_SIZE, "%s/%d", low,
                 (range->family == 4 ? 32 : 128) - bits);
    else
        snprintf(text, FOLDED_RANGE_SIZE, "%s-%s", low, high);
}
