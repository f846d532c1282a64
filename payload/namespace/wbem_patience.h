/* SPDX-License-Identifier: MIT */
/*
 * How long a run bears with a WMI that is there and does not answer yet: a
 * service that was started a moment ago refuses its callers for some seconds.
 * One that ran before is given none, and all calls of a run together fifteen
 * seconds after each start, whatever they ask for.
 *
 * NULL in the place of a patience is none. Free of windows.h.
 */
#ifndef PAYLOAD_WBEM_PATIENCE_H
#define PAYLOAD_WBEM_PATIENCE_H

#include <stdbool.h>

#include "payload/service/winmgmt.h"

struct wbem_patience {
    char process[WINMGMT_PROCESS_MAX]; /* that was there before the run */
    bool restarted;                    /* by the run, in whatever process */
    unsigned long long began_ms;    /* waiting for what was started last; 0 */
    unsigned long long deadline_ms; /* of the run */
};

/* Before anything is started; `deadline_ms` as service_now_ms counts. */
void wbem_patience_init(struct wbem_patience *patience,
                        unsigned long long deadline_ms);

/* The run has restarted winmgmt: it is all to begin again. */
void wbem_patience_renew(struct wbem_patience *patience);

/*
 * Waits a moment after a call that ended with `code`, an HRESULT. False, at
 * once, where calling again is of no use.
 */
bool wbem_patience_wait(struct wbem_patience *patience, unsigned long code);

#endif
