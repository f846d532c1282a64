/* SPDX-License-Identifier: MIT */
/*
 * What one host's facts mean for what is asked of it: why a setting that is
 * right cannot work, and what else of it has no effect. The target only
 * collects facts (docs/result.schema.json); every conclusion is drawn here,
 * by small functions in the table of judgement.c.
 *
 * Pure: nothing but its arguments is read or changed. A fact that is
 * missing is one that could not be read, and then nothing is concluded.
 */
#ifndef JUDGEMENT_JUDGEMENT_H
#define JUDGEMENT_JUDGEMENT_H

#include <cjson/cJSON.h>
#include <stdbool.h>

struct judgement_host {
    const cJSON *facts;     /* of the result; NULL: nothing is judged */
    const cJSON *wmi;       /* what is asked, expanded */
    const cJSON *access;    /* wmi.access as the inventory has it, or NULL */
    const cJSON *collector; /* wmi.collector likewise */
};

/*
 * Adds to `hints` (made when NULL) and turns members of `settings` (may be
 * NULL) to "blocked" with their error. True when one was turned: the host's
 * status is to be derived anew. Without memory less is said.
 */
bool judgement_of_host(const struct judgement_host *host, cJSON *settings,
                       cJSON **hints);

#endif
