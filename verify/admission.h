/* SPDX-License-Identifier: MIT */
/*
 * Whom the inventory lets in: what a host's firewall settings say about an
 * address that comes to port 135 and to WMI's own port.
 *
 * Only what the inventory asks for counts, not what stands on the machine:
 * verify compares the two.
 */
#ifndef VERIFY_ADMISSION_H
#define VERIFY_ADMISSION_H

#include <stdbool.h>
#include <stdint.h>

#include "payload/settings/settings.h"

enum admits {
    ADMITS_UNSAID, /* the inventory leaves it to the machine */
    ADMITS_YES,
    ADMITS_NO,
};

/* What --expect says. */
enum expectation { EXPECT_INVENTORY, EXPECT_OPEN, EXPECT_CLOSED };

/* Who asks. Addresses are numeric; NULL or empty: not known. */
struct prober {
    const char *address; /* as its own socket has it */
    /* As the machine saw it at the last check: the same, unless addresses are
     * translated between the two, or it has moved since. */
    const char *seen;
};

/* Why nobody can tell whether the inventory admits the prober. */
enum doubt {
    DOUBT_NONE,
    DOUBT_SEEN,   /* the machine saw another address, judged otherwise */
    DOUBT_UNSEEN, /* it may see another one: ours is private, and no check
                     has told */
};

struct admission {
    enum admits rpc; /* TCP 135 */
    enum admits wmi; /* winmgmt's port */
    /* Admitted by the built-in rules, which know only the local subnet in
     * the private and the public profile. */
    bool by_group;
    bool by_option;   /* --expect says so, whatever the inventory says */
    enum doubt doubt; /* where `rpc` or `wmi` is ADMITS_UNSAID by it */
};

/*
 * The address other than its own by which the machine saw the prober, or
 * NULL: none is known. One of the other family says nothing.
 */
const char *prober_seen_as(const struct prober *prober);

/*
 * `profiles`: the machine's current ones, SETTINGS_PROFILE_*; 0: not known.
 * `wmi_port` 0: not known. `settings` NULL: nothing is asked. -1: memory is
 * short.
 */
int admission_read(struct admission *admission, const struct settings *settings,
                   const struct prober *prober, unsigned profiles,
                   uint16_t wmi_port, enum expectation expectation);

#endif
