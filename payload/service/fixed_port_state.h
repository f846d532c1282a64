/* SPDX-License-Identifier: MIT */
/*
 * What `winmgmt /standalonehost` and `/sharedhost` change, as the state of
 * a setting, and what of it is not as wished.
 *
 * Microsoft documents the command and the format of Endpoints; the rest was
 * seen, so nothing of it is derived: a wish holds when all three parts that
 * it is about read back as wished. Where the command keeps the level is not
 * documented: one that is not there is not judged.
 *
 * Free of windows.h.
 */
#ifndef PAYLOAD_FIXED_PORT_STATE_H
#define PAYLOAD_FIXED_PORT_STATE_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "payload/settings/settings.h"

/*
 * Members of a state. Those but the first are values and keys of the
 * registry, as registry_state.h and registry_io.h have them.
 */
#define FIXED_PORT_SERVICE "service" /* {"path", "type"}: what the SCM has */
#define FIXED_PORT_IMAGE_PATH "image_path"
#define FIXED_PORT_GROUP "winmgmt"         /* services of that host process */
#define FIXED_PORT_GROUP_KEY "winmgmt_key" /* its security */
#define FIXED_PORT_ENDPOINTS "endpoints"

/* The parts of a wish. */
#define FIXED_PORT_LACKS_HOST 1u
#define FIXED_PORT_LACKS_ENDPOINT 2u
#define FIXED_PORT_LACKS_LEVEL 4u

/* What is not as wished; 0: nothing. */
unsigned fixed_port_lacks(const struct fixed_port_wish *wish,
                          const cJSON *state);

/* "the host process, ...": the parts in words; always terminated. */
void fixed_port_print(unsigned lacks, char *text, size_t size);

/* Whether winmgmt is to run in a host process of its own. */
bool fixed_port_own_host(const cJSON *state);

/* The level that a state records; -1 for what is none, 0: there is no value. */
int fixed_port_level(const cJSON *state);

/*
 * What Endpoints has to be in place of `endpoints`: one line for TCP with
 * the wished port, or none; lines of other protocols stay where they are.
 * The caller frees; NULL when memory is short.
 */
cJSON *fixed_port_endpoints(const struct fixed_port_wish *wish,
                            const cJSON *endpoints);

/* The text of a REG_SZ or REG_EXPAND_SZ, or NULL. */
const char *fixed_port_text(const cJSON *value);

#endif
