/* SPDX-License-Identifier: MIT */
#include "verify/server_alive.h"

#include <stdint.h>
#include <string.h>

#define TOWER_TCP 7u      /* ncacn_ip_tcp, MS-DCOM 2.2.19.3 */
#define HEAD_LEN 8u       /* COMVERSION and the pointer */
#define ARRAY_HEAD_LEN 8u /* max_count, wNumEntries, wSecurityOffset */
#define TAIL_LEN 8u       /* reserved, status */

static unsigned get16(const unsigned char *at)
{
    return (unsigned)at[0] | (unsigned)at[1] << 8;
}

static uint32_t get32(const unsigned char *at)
{
    return get16(at) | (uint32_t)get16(at + 2) << 16;
}

/* Names and addresses are printable ASCII; anything else is not shown. */
static bool copy_address(char out[SERVER_ALIVE_ADDRESS_SIZE],
                         const unsigned char *units, size_t count)
{
    if (count == 0 || count >= SERVER_ALIVE_ADDRESS_SIZE)
        return false;
    for (size_t i = 0; i < count; i++) {
        unsigned unit = get16(units + 2 * i);
        if (unit <= ' ' || unit > '~')
            return false;
        out[i] = (char)unit;
    }
    out[count] = '\0';
    return true;
}

static void take_binding(struct server_alive *answer, unsigned tower,
                         const unsigned char *units, size_t count)
{
    if (tower == TOWER_TCP && answer->count < SERVER_ALIVE_ADDRESSES_MAX &&
        copy_address(answer->addresses[answer->count], units, count))
        answer->count++;
    else
        answer->left_out++;
}

/*
 * String bindings: a tower id, an address, 0; again; a 0 ends. `count` is
 * that of the units in front of the security bindings. False when it has no
 * end.
 */
static bool take_bindings(struct server_alive *answer,
                          const unsigned char *units, size_t count)
{
    size_t at = 0;
    while (at < count && get16(units + 2 * at) != 0) {
        size_t first = at + 1;
        size_t end = first;
        while (end < count && get16(units + 2 * end) != 0)
            end++;
        if (end >= count)
            return false;
        take_binding(answer, get16(units + 2 * at), units + 2 * first,
                     end - first);
        at = end + 1;
    }
    return at < count || count == 0;
}

static int refuse(struct err *err, const char *what)
{
    return err_set(err, 0, "its answer to ServerAlive2 is no such answer: %s",
                   what);
}

/* The length of the array with its head, or 0. */
static size_t take_array(struct server_alive *answer, const unsigned char *stub,
                         size_t len, struct err *err)
{
    const char *trouble = NULL;
    if (len < ARRAY_HEAD_LEN) {
        (void)refuse(err, "it is cut short");
        return 0;
    }
    size_t max_count = get32(stub);
    size_t entries = get16(stub + 4);
    size_t security = get16(stub + 6);
    if (entries > max_count || max_count > (len - ARRAY_HEAD_LEN) / 2)
        trouble = "it announces more bindings than it brings";
    else if (security > entries)
        trouble = "its security bindings begin behind its end";
    else if (!take_bindings(answer, stub + ARRAY_HEAD_LEN, security))
        trouble = "a binding has no end";
    if (trouble != NULL) {
        (void)refuse(err, trouble);
        return 0;
    }
    return ARRAY_HEAD_LEN + 2 * max_count;
}

int server_alive_read(struct server_alive *answer, const unsigned char *stub,
                      size_t len, struct err *err)
{
    *answer = (struct server_alive){.com_major = 0};
    if (len < HEAD_LEN + TAIL_LEN)
        return refuse(err, "it is cut short");
    answer->com_major = get16(stub);
    answer->com_minor = get16(stub + 2);
    size_t at = HEAD_LEN;
    if (get32(stub + 4) != 0) {
        size_t array = take_array(answer, stub + at, len - at, err);
        if (array == 0)
            return -1;
        at = (at + array + 3) & ~(size_t)3;
    }
    if (at > len || len - at < TAIL_LEN)
        return refuse(err, "its end is missing");
    answer->status = get32(stub + at + 4);
    return 0;
}
