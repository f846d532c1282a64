/* SPDX-License-Identifier: MIT */
/*
 * What the folder still holds of earlier runs: their snapshots, and the
 * results that say what they left. Read only; judged by who asked.
 */
#ifndef PAYLOAD_SNAPSHOTS_H
#define PAYLOAD_SNAPSHOTS_H

#include <cjson/cJSON.h>

#include "payload/run/folder.h"

/*
 * The member "snapshots" of a result, see protocol.h; the caller frees. `run`
 * is how the run ids begin, or NULL: all. NULL when the folder cannot be
 * listed; where memory is short the answer lacks what its reader asks for.
 */
cJSON *snapshots_collect(const struct folder *folder, const char *run,
                         struct err *err);

#endif
