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

#include <stdint.h>

#include "payload/settings/settings.h"

enum admits {
    ADMITS_UNSAID, /* the inventory leaves it to the machine */
    ADMITS_YES,
    ADMITS_NO,
};

/* What --expect says. */
enum expectation { EXPECT_INVENTORY, EXPECT_OPEN, EXPECT_CLOSED };

struct admission {
    enum admits rpc; /* TCP 135 */
    enum admits wmi; /* winmgmt's port */
    /* Admitted by the built-in rules, which know only the local subnet in
     * the private and the public profile. */
    bool by_group;
    bool by_option; /* --expect says so, whatever the inventory says */
};

/*
 * `address`: that of the prober as the machine sees it, numeric. `profiles`:
 * the machine's current ones, SETTINGS_PROFILE_*; 0: not known. `wmi_port` 0:
 * not known. `settings` NULL: nothing is asked. -1: memory is short.
 */
int admission_read(struct admission *admission, const struct settings *settings,
                   const char *address, unsigned profiles, uint16_t wmi_port,
                   enum expectation expectation);

#endif
