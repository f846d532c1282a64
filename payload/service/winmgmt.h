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

#include "payload/service/service.h"
#include "payload/engine/setting.h"

#define WINMGMT "winmgmt"

/*
 * Which process winmgmt runs in, "1234-01dc5b1f0a2b3c4d": a process id is
 * given away again, one with the beginning of its process (in 100 ns since
 * 1601) is not. "" when it does not run.
 */
#define WINMGMT_PROCESS_MAX 40
void winmgmt_process(char text[WINMGMT_PROCESS_MAX]);

/*
 * What a restart would take along, "winmgmt, iphlpsvc, SharedAccess"; the
 * caller frees; NULL when winmgmt does not run or memory is short.
 */
char *winmgmt_restart_names(void);

/*
 * What a restart of these, as winmgmt_restart_names has them, cuts on the way
 * to the machine, in a line for who asks for it; NULL: nothing. Static.
 */
const char *winmgmt_restart_cuts(const char *names);

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
