/* SPDX-License-Identifier: MIT */
#include "verify/announced.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* A NetBIOS name has no more of a computer's name. */
#define COMPUTER_NAME_MAX 15

/* AF_INET or AF_INET6 and the bytes; 0: a name. A zone is the machine's own. */
static int parse_address(const char *text, struct in6_addr *out)
{
    char plain[INET6_ADDRSTRLEN];
    size_t len = strcspn(text, "%");
    if (len >= sizeof plain)
        return 0;
    memcpy(plain, text, len);
    plain[len] = '\0';
    if (inet_pton(AF_INET, plain, out) == 1)
        return AF_INET;
    return inet_pton(AF_INET6, plain, out) == 1 ? AF_INET6 : 0;
}

static bool same_address(const char *left, const char *right)
{
    struct in6_addr a = {0};
    struct in6_addr b = {0};
    int family = parse_address(left, &a);
    return family != 0 && family == parse_address(right, &b) &&
           memcmp(&a, &b, sizeof a) == 0;
}

static bool is_address(const char *text)
{
    struct in6_addr address;
    return parse_address(text, &address) != 0;
}

/* A few of them, for a line. */
static void list_announced(const struct server_alive *alive, char *text,
                           size_t size)
{
    size_t len = 0;
    text[0] = '\0';
    for (size_t i = 0; i < alive->count && len < size; i++) {
        if (i == 4) {
            snprintf(text + len, size - len, ", and %zu more",
                     alive->count - i);
            return;
        }
        len += (size_t)snprintf(text + len, size - len, "%s%.63s",
                                i > 0 ? ", " : "", alive->addresses[i]);
    }
}

/* The label before the first dot, as far as a NetBIOS name has it. */
static size_t label_len(const char *name)
{
    size_t len = strcspn(name, ".");
    return len < COMPUTER_NAME_MAX ? len : COMPUTER_NAME_MAX;
}

static bool same_computer(const char *left, const char *right)
{
    size_t len = label_len(left);
    return len == label_len(right) && strncasecmp(left, right, len) == 0;
}

/* The computer's name that it announces; NULL: none. */
static const char *announced_name(const struct server_alive *alive)
{
    for (size_t i = 0; i < alive->count; i++)
        if (!is_address(alive->addresses[i]))
            return alive->addresses[i];
    return NULL;
}

static bool announces(const struct server_alive *alive, const char *peer)
{
    for (size_t i = 0; i < alive->count; i++)
        if (same_address(alive->addresses[i], peer))
            return true;
    return false;
}

void announced_judge(const struct server_alive *alive, const char *peer,
                     const char *computer, struct verdict *verdict)
{
    const char *name = announced_name(alive);
    char list[320];
    list_announced(alive, list, sizeof list);
    if (alive->count == 0) {
        verdict_unavailable(verdict);
        verdict_say(verdict, VERDICT_DRIFT, "it announces no address of TCP");
        verdict_advise(verdict,
                       "DCOM's protocols there lack ncacn_ip_tcp: "
                       "HKLM\\Software\\Microsoft\\Rpc, DCOM Protocols");
    } else if (computer != NULL && name != NULL &&
               !same_computer(name, computer)) {
        verdict_say(verdict, VERDICT_DRIFT,
                    "%.63s answers at %s, where the last check found %.63s",
                    name, peer, computer);
        verdict_advise(verdict,
                       "the address belongs to another machine now: correct "
                       "ansible_host");
    } else if (is_address(peer) && !announces(alive, peer)) {
        verdict_unavailable(verdict);
        verdict_say(verdict, VERDICT_DRIFT,
                    "it announces %s, and not %s, which was used", list, peer);
        verdict_advise(
            verdict,
            "clients go on to what is announced: behind address "
            "translation they end with %s although port 135 is open; give "
            "them a way to an announced address",
            SERVER_UNAVAILABLE);
    } else {
        verdict_say(verdict, VERDICT_OK, "it announces %s", list);
    }
}
