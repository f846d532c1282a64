/* SPDX-License-Identifier: MIT */
/*
 * WMI's service, and its restart: winmgmt and the services that need it and
 * run are stopped, and those that ran are started again. Nothing else is
 * ever stopped or started, and nothing is killed: what does not stop is
 * told, and what was stopped by then is started again.
 *
 * Free of windows.h.
 */
#ifndef PAYLOAD_WINMGMT_H
#define PAYLOAD_WINMGMT_H

#include <stdbool.h>

#include "payload/service.h"
#include "payload/setting.h"

#define WINMGMT "winmgmt"

/*
 * The process that winmgmt runs in. A process id is given away again, a
 * process id with its beginning is not.
 */
struct winmgmt_process {
    unsigned long pid;        /* 0: winmgmt does not run */
    unsigned long long began; /* 0: not known */
};

struct winmgmt_process winmgmt_process(void);
/* False when one of them does not run. */
bool winmgmt_same_process(const struct winmgmt_process *a,
                          const struct winmgmt_process *b);

/*
 * What a restart would take along, "winmgmt, iphlpsvc, SharedAccess"; the
 * caller frees; NULL when winmgmt does not run or memory is short.
 */
char *winmgmt_restart_names(void);

/*
 * 0 when winmgmt runs anew with all that ran before, or did not run at all
 * and was left so. -1 with `reason`, also when winmgmt does run anew but a
 * service that needs it did not come back. Waits a minute for what does not
 * stop, less where `deadline_ms` (service_now_ms) is near: the last 40
 * seconds before it are for starting again. With less than these left
 * nothing is begun.
 */
int winmgmt_restart(unsigned long long deadline_ms,
                    struct setting_reason *reason);

#endif
