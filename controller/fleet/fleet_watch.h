/* SPDX-License-Identifier: MIT */
/*
 * A descriptor that the fleet's loop watches for one host.
 *
 * Descriptors are the trap. A step may close the one that is watched and open
 * another with the same number, and the kernel forgets a closed one by
 * itself. So after every step the watch is either renewed (fleet_watch_set
 * registers anew) or closed at once, before another host can be given that
 * number.
 */
#ifndef CONTROLLER_FLEET_WATCH_H
#define CONTROLLER_FLEET_WATCH_H

#include <uv.h>

#include "controller/ssh/transport.h"

struct fleet_watch; /* NULL: nothing is watched */

/*
 * Has `ready(context)` called once `io` is ready; what was watched before is
 * not any more. -1 when the descriptor cannot be watched now: then `ready` is
 * not called.
 */
int fleet_watch_set(struct fleet_watch **watch, uv_loop_t *loop,
                    struct transport_wait io, void (*ready)(void *context),
                    void *context);

/* Sets *watch to NULL; the loop frees the rest. */
void fleet_watch_close(struct fleet_watch **watch);

#endif
