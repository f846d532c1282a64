/* SPDX-License-Identifier: MIT */
/*
 * Undo is an apply whose wish is an earlier state.
 *
 * Every planned setting that the request names is wrapped: compare holds the
 * state against the one from before (agrees) and the one that the apply left
 * (differs, so it is put back); anything else was changed by somebody since
 * and is a conflict, unless forced. write is the family's restore. The
 * engine does the rest as for apply: snapshot, read again, compare again;
 * so an undo can be undone.
 *
 * Whom a setting is about its states say, by SID, whatever a name means by
 * now. An account that the apply made is deleted only when all that gives it
 * something is put back.
 *
 * Free of windows.h.
 */
#ifndef PAYLOAD_UNDO_H
#define PAYLOAD_UNDO_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "base/err.h"
#include "payload/engine/setting.h"

/* True when `undo` has the form that protocol.h says. */
bool undo_is_sane(const cJSON *undo);

/*
 * True when what the undo was recorded on and `identity` are the same
 * installation of Windows: an upgrade in place leaves the GUID and the SID of
 * the machine, and only writes another date. A member that either side lacks
 * decides nothing.
 */
bool undo_same_installation(const cJSON *undo, const cJSON *identity);

/* The same one, with an upgrade in place since. */
bool undo_upgraded_since(const cJSON *undo, const cJSON *identity);

/*
 * Makes of `list` (all that was planned, in the order of application) the
 * settings that `undo` names, wrapped, in reverse order. One that was not
 * planned becomes a setting that cannot be read. Of several with one id the
 * first counts. `undo` outlives the list. -1 when memory is short; the list
 * can then only be released.
 */
int undo_wrap(struct setting_list *list, const cJSON *undo, struct err *err);

#endif
