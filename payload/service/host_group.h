/* SPDX-License-Identifier: MIT */
/*
 * The place of a service in a svchost group: a value of SvcHost with the
 * names of the services that may run in that group's processes. It belongs
 * to all of them, so a state holds the service's own entries alone, as they
 * are spelled, and each with the name of the one that it stands behind:
 *
 *   [{"name": "Winmgmt", "after": "iphlpsvc"}]    "after": null is the first
 *   []                                            it is none of the group
 *
 * A value that is no REG_MULTI_SZ names no service: its state is that of the
 * whole value, as registry_state.h has it.
 *
 * Free of windows.h.
 */
#ifndef PAYLOAD_HOST_GROUP_H
#define PAYLOAD_HOST_GROUP_H

#include <cjson/cJSON.h>

/*
 * The state of `service`, which is lower case, in the group that `value` (as
 * registry_state.h has it) is. The caller frees; NULL when memory is short.
 */
cJSON *host_group_state(const cJSON *value, const char *service);

/*
 * `value` with the entries of `service` as `state` has them, each behind the
 * one that it stood behind, at the end when that is gone. All others stay as
 * they are. The caller frees; NULL when memory is short.
 */
cJSON *host_group_put(const cJSON *value, const char *service,
                      const cJSON *state);

#endif
