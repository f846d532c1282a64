/* SPDX-License-Identifier: MIT */
/*
 * What wmifleet leaves on a target, known by its name alone: nothing of
 * another name is ever removed there, and no target is believed that says so.
 * payload/protocol.h lists them. Free of windows.h.
 */
#ifndef PAYLOAD_OWN_FILE_H
#define PAYLOAD_OWN_FILE_H

#include <stdbool.h>

#include "payload/protocol.h"

enum own_file {
    OWN_FILE_NONE, /* of somebody else */
    OWN_FILE_SNAPSHOT,
    OWN_FILE_LOCK,
    OWN_FILE_OTHER,
};

/*
 * What a file of the folder is. One that was being written when its writer
 * ended has ".new" behind its name, and is OWN_FILE_OTHER.
 */
enum own_file own_file_kind(const char *name);

/* The run of a snapshot; false when the name is none. */
bool own_file_run(const char *name, char run[PROTOCOL_RUN_ID_MAX + 1]);

/*
 * True for the name of a file that a controller uploads for one use:
 * wmifleet-<nonce>.exe or wmifleet-<nonce>-<hash>.json.
 */
bool own_file_is_one_time(const char *name);

/*
 * True for what clean tells of: "folder", "folder[<a file's name>]" or
 * "profile[<a one-time name>]".
 */
bool own_file_id_is_sane(const char *id);

#endif
