/* SPDX-License-Identifier: MIT */
/*
 * Services started, stopped and paused, and waited for. One that does not
 * come is left as it is: nothing is ever killed.
 *
 * Each gives 0 when the service is there, ERROR_SERVICE_REQUEST_TIMEOUT when
 * it was not at `until` (as service_now_ms counts), or what Windows refused
 * with. Free of windows.h.
 */
#ifndef PAYLOAD_SERVICE_TURN_H
#define PAYLOAD_SERVICE_TURN_H

#include "payload/service/service.h"

/* One that is paused is continued: it does not start then. */
unsigned long service_turn_on(const char *name, unsigned long long until);

/*
 * ERROR_DEPENDENT_SERVICES_RUNNING when others that need it run. 0 also when
 * somebody has started it again by then.
 */
unsigned long service_turn_off(const char *name, unsigned long long until);

unsigned long service_turn_to_pause(const char *name, unsigned long long until);

/* So much of `most_ms` as there is before the run's `deadline_ms`. */
unsigned service_time_left(unsigned long long deadline_ms, unsigned most_ms);

#endif
