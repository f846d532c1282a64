/* SPDX-License-Identifier: MIT */
/*
 * Why a connection to WMI ends with this code: the usual causes, the most
 * likely first, each with its remedy in the inventory's own words, and each
 * held against what is known of the host.
 *
 * Sources: Microsoft's "WMI Troubleshooting" (0x800706BA is the firewall,
 * 0x80070005 DCOM's launch and activation, 0x80041003 the namespace) and
 * "Scenario guide: troubleshoot WMI connectivity and access issues"; for
 * single causes see causes.c.
 */
#ifndef JUDGEMENT_CAUSES_H
#define JUDGEMENT_CAUSES_H

#include <stddef.h>

#include "judgement/evidence.h"

enum cause_verdict {
    CAUSE_UNKNOWN,  /* the facts do not tell */
    CAUSE_LIKELY,   /* the facts say so */
    CAUSE_EXCLUDED, /* the facts say that it is not */
};

#define CAUSE_WHY_SIZE 240

struct cause {
    const char *text;   /* one line, without a full stop */
    const char *remedy; /* what to change or to look at next */
    /*
     * Holds the cause against the facts; fills `why` (one line) unless
     * CAUSE_UNKNOWN. NULL: no fact tells.
     */
    enum cause_verdict (*judge)(const struct evidence *evidence,
                                char why[CAUSE_WHY_SIZE]);
};

/*
 * RestrictRemoteClients = 2, whoever finds it. All anonymous calls are refused
 * then, the one among them by which a client looks for the way (MS-RPCE
 * 3.1.1.1.3); "applications that use DCOM might not work correctly" ("RPC
 * Interface Restriction"). Whether one does depends on the client.
 */
#define RPC_POLICY_TEXT                                                        \
    "the policy \"Restrict Unauthenticated RPC clients\" "                     \
    "(RestrictRemoteClients = 2) refuses callers without a login"
#define RPC_POLICY_EFFECT                                                      \
    "DCOM may not work: Windows' clients look for the way without one, "       \
    "unless their own EnableAuthEpResolution is 1"
#define RPC_POLICY_REMEDY                                                      \
    "set it to Authenticated, or leave it unset, and restart the machine; "    \
    "wmifleet verify --from HOST tells whether it works all the same"

/* NULL-terminated; NULL when the code has no entry. */
const struct cause *const *causes_of(unsigned long code);

/* The code behind the one given (1722 is 0x800706BA); itself where none is. */
unsigned long causes_code(unsigned long code);

/* The `at`th code with an entry; 0 behind the last. */
unsigned long causes_known(size_t at);

/*
 * The cause that the facts support best: a likely one, else the first that
 * they do not exclude. `why` is empty where no fact tells. NULL for a code
 * without an entry.
 */
const struct cause *causes_best(unsigned long code,
                                const struct evidence *evidence,
                                char why[CAUSE_WHY_SIZE]);

/*
 * The same for a connection that got no further than one port: TCP 135, or
 * the WMI service's own. NULL where the facts make no cause likely.
 */
const struct cause *causes_at_port(bool of_wmi, const struct evidence *evidence,
                                   char why[CAUSE_WHY_SIZE]);

#endif
