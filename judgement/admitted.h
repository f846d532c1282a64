/* SPDX-License-Identifier: MIT */
/*
 * Whom the rules for WMI let in, as far as settings of the result show the
 * rules: those of firewall.wmi_group and firewall.rules that are enabled,
 * allow what comes in, and hold in a profile in use.
 */
#ifndef JUDGEMENT_ADMITTED_H
#define JUDGEMENT_ADMITTED_H

#include "judgement/evidence.h"
#include "payload/settings/address_set.h"

struct admitted {
    bool known;              /* the result shows rules of the firewall */
    struct address_set whom; /* of all those rules together */
    char profiles[64];       /* in use: "private and public" */
};

/*
 * For the service "rpcss" (TCP 135) or "winmgmt". -1 only when memory is
 * short; release in any case.
 */
int admitted_read(struct admitted *admitted, const struct evidence *evidence,
                  const char *service);
void admitted_release(struct admitted *admitted);

#endif
