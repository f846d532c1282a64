/* SPDX-License-Identifier: MIT */
#include "verify/admission.h"

#include <string.h>
#include <strings.h>

#include "payload/firewall/port_set.h"
#include "payload/settings/address_set.h"

#define PROTOCOL_TCP 6
#define PROTOCOL_ANY 256
#define RPC_PORT 135u

/* One of the two doors: its port (0: not known), and whose it is. */
struct door {
    unsigned port;
    const char *word; /* of the port, as rules have it, lower case */
    const char *service;
};

static bool has_word(const struct port_set *ports, const char *word)
{
    for (size_t i = 0; i < ports->word_count; i++)
        if (strcmp(ports->words[i], word) == 0)
            return true;
    return false;
}

static bool is_svchost(const char *program)
{
    static const char name[] = "svchost.exe";
    size_t len = strlen(program);
    return len >= sizeof name - 1 &&
           strcasecmp(program + len - (sizeof name - 1), name) == 0;
}

/* Whether the rule is about that door; whom it lets through is another thing.
 */
static bool is_about(const struct rule_wish *rule, const struct door *door)
{
    if (rule->direction == RULE_OUT ||
        (rule->protocol != PROTOCOL_TCP && rule->protocol != PROTOCOL_ANY))
        return false;
    if (rule->program != NULL && !is_svchost(rule->program))
        return false;
    if (rule->service != NULL && strcmp(rule->service, "*") != 0 &&
        strcasecmp(rule->service, door->service) != 0)
        return false;
    struct port_set ports;
    port_set_parse(&ports, rule->local_ports);
    return ports.any || has_word(&ports, door->word) ||
           (door->port > 0 && port_set_names(&ports, door->port));
}

/* A word that stands for addresses which nobody here knows. */
static bool is_vague(const struct address_set *set)
{
    return set->word_count > 0;
}

/* Whether what is for `asked` profiles holds on the networks in use. */
static enum admits holds(unsigned asked, unsigned current)
{
    if (asked == SETTINGS_PROFILE_ALL)
        return ADMITS_YES;
    if (current == 0)
        return ADMITS_UNSAID;
    if ((current & ~asked) == 0)
        return ADMITS_YES;
    return (current & asked) == 0 ? ADMITS_NO : ADMITS_UNSAID;
}

/* `address` NULL: not known. */
static int rule_admits(const struct rule_wish *rule, const char *address,
                       enum admits *admits)
{
    struct address_set allowed;
    struct address_set ours;
    int failed = 0;
    if (rule->remote_address_count == 0) {
        *admits = ADMITS_YES;
        return 0;
    }
    address_set_init(&allowed);
    address_set_init(&ours);
    for (size_t i = 0; i < rule->remote_address_count; i++)
        failed |= address_set_add(&allowed, rule->remote_addresses[i]);
    if (address != NULL)
        failed |= address_set_add(&ours, address);
    if (allowed.any || address_set_has_word(&allowed, SETTINGS_CONTROLLER) ||
        (address != NULL && address_set_covers(&allowed, &ours)))
        *admits = ADMITS_YES;
    else
        *admits =
            address == NULL || is_vague(&allowed) ? ADMITS_UNSAID : ADMITS_NO;
    address_set_release(&ours);
    address_set_release(&allowed);
    return failed ? -1 : 0;
}

/* Where two things must be so for a rule to let in. */
static enum admits weaker(enum admits one, enum admits other)
{
    if (one == ADMITS_NO || other == ADMITS_NO)
        return ADMITS_NO;
    return one == ADMITS_YES ? other : one;
}

/* The best that one rule gives; `spoken` when any is about the door. */
static int rules_admit(const struct settings *settings, const struct door *door,
                       const char *address, unsigned current,
                       enum admits *admits, bool *spoken)
{
    *admits = ADMITS_NO;
    *spoken = false;
    for (size_t i = 0; i < settings->rule_count; i++) {
        const struct rule_wish *rule = &settings->rules[i];
        enum admits one = ADMITS_NO;
        if (!is_about(rule, door))
            continue;
        *spoken = true;
        if (rule->present && rule_admits(rule, address, &one))
            return -1;
        one = weaker(one, holds(rule->profiles, current));
        if (one == ADMITS_YES || *admits == ADMITS_NO)
            *admits = one;
    }
    return 0;
}

/* Enabled means: in exactly these profiles; off leaves the others alone. */
static enum admits group_admits(const struct settings *settings,
                                unsigned current)
{
    enum admits here = holds(settings->wmi_group.profiles, current);
    if (settings->wmi_group.enabled == FLAG_NOT_ASKED)
        return ADMITS_UNSAID;
    if (settings->wmi_group.enabled == FLAG_ON)
        return here;
    return here == ADMITS_YES ? ADMITS_NO : ADMITS_UNSAID;
}

static int door_admits(const struct settings *settings, const struct door *door,
                       const char *address, unsigned profiles,
                       enum admits *admits, bool *by_group)
{
    enum admits rules;
    bool spoken;
    enum admits group = group_admits(settings, profiles);
    if (rules_admit(settings, door, address, profiles, &rules, &spoken))
        return -1;
    *by_group = group == ADMITS_YES && !(spoken && rules == ADMITS_YES);
    if (group == ADMITS_YES || (spoken && rules == ADMITS_YES))
        *admits = ADMITS_YES;
    else
        *admits = spoken ? rules : group;
    return 0;
}

/* --- who asks ------------------------------------------------------------- */

/* One address and no more: what a machine says of itself may be anything. */
static bool is_one(const char *address, struct address_range *out)
{
    return address != NULL && address_range_parse(address, out) &&
           memcmp(out->low, out->high, sizeof out->low) == 0;
}

/* Whether the machine has seen an address of the family that is used. */
static bool was_seen(const struct prober *prober)
{
    struct address_range seen;
    struct address_range own;
    return is_one(prober->seen, &seen) &&
           (!is_one(prober->address, &own) || seen.family == own.family);
}

const char *prober_seen_as(const struct prober *prober)
{
    struct address_range seen;
    struct address_range own;
    if (!was_seen(prober))
        return NULL;
    return is_one(prober->address, &own) && is_one(prober->seen, &seen) &&
                   memcmp(seen.low, own.low, sizeof own.low) == 0
               ? NULL
               : prober->seen;
}

/* RFC 1918, RFC 6598, RFC 4193: what is translated on the way out. */
static bool is_private(const struct address_range *own)
{
    static const char *const networks[] = {"10.0.0.0/8", "172.16.0.0/12",
                                           "192.168.0.0/16", "100.64.0.0/10",
                                           "fc00::/7"};
    for (size_t i = 0; i < sizeof networks / sizeof *networks; i++) {
        struct address_range network;
        if (address_range_parse(networks[i], &network) &&
            network.family == own->family &&
            memcmp(own->low, network.low, sizeof own->low) >= 0 &&
            memcmp(own->low, network.high, sizeof own->low) <= 0)
            return true;
    }
    return false;
}

static int read_doors(struct admission *admission,
                      const struct settings *settings, const char *address,
                      unsigned profiles, uint16_t wmi_port)
{
    const struct door rpc = {RPC_PORT, "rpc-epmap", "rpcss"};
    const struct door wmi = {wmi_port, "rpc", "winmgmt"};
    bool wmi_by_group;
    return door_admits(settings, &rpc, address, profiles, &admission->rpc,
                       &admission->by_group) ||
                   door_admits(settings, &wmi, address, profiles,
                               &admission->wmi, &wmi_by_group)
               ? -1
               : 0;
}

/* What holds for one address alone is not known where the other is used. */
static void doubt(enum admits *admits, enum admits other, enum doubt why,
                  struct admission *admission)
{
    if (*admits == other)
        return;
    *admits = ADMITS_UNSAID;
    admission->doubt = why;
}

static void compare(struct admission *admission, const struct admission *other,
                    enum doubt why)
{
    /* A private address that is admitted by itself is one that was meant. */
    if (why == DOUBT_SEEN || admission->rpc == ADMITS_NO)
        doubt(&admission->rpc, other->rpc, why, admission);
    if (why == DOUBT_SEEN || admission->wmi == ADMITS_NO)
        doubt(&admission->wmi, other->wmi, why, admission);
}

int admission_read(struct admission *admission, const struct settings *settings,
                   const struct prober *prober, unsigned profiles,
                   uint16_t wmi_port, enum expectation expectation)
{
    struct address_range range;
    const char *own = is_one(prober->address, &range) ? prober->address : NULL;
    const char *seen = prober_seen_as(prober);
    struct admission other = {.rpc = ADMITS_UNSAID};
    *admission = (struct admission){.rpc = ADMITS_UNSAID};
    if (expectation != EXPECT_INVENTORY) {
        admission->rpc = expectation == EXPECT_OPEN ? ADMITS_YES : ADMITS_NO;
        admission->wmi = admission->rpc;
        admission->by_option = true;
        return 0;
    }
    if (settings == NULL)
        return 0;
    if (read_doors(admission, settings, own != NULL ? own : seen, profiles,
                   wmi_port) ||
        read_doors(&other, settings, seen, profiles, wmi_port))
        return -1;
    if (own != NULL && seen != NULL)
        compare(admission, &other, DOUBT_SEEN);
    else if (own != NULL && !was_seen(prober) && is_private(&range))
        compare(admission, &other, DOUBT_UNSEEN);
    return 0;
}
