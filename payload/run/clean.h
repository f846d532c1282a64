/* SPDX-License-Identifier: MIT */
/*
 * The verb clean: what wmifleet left on this machine goes.
 *
 * A running program cannot delete itself, so the controller always runs this
 * verb from a one-time file in the profile, which it removes over SFTP
 * afterwards, as it does with every one-time file; the payload in the folder
 * then does not run. Only files are removed whose names are ours
 * (payload/settings/own_file.h), links as themselves, and the folder only
 * when it is empty.
 */
#ifndef PAYLOAD_CLEAN_H
#define PAYLOAD_CLEAN_H

#include "payload/run/run_state.h"

/*
 * Everything, from the machine's lock on. What was found is in the run's
 * `cleaned`, what goes wrong as a whole in `failure`.
 */
void clean_work(struct run *run);

#endif
