/* SPDX-License-Identifier: MIT */
/*
 * The names and addresses that a machine announces to its clients, held
 * against the address that was used and the name that it had last.
 *
 * DCOM sends a client on to what is announced: where that cannot be reached
 * from the client (address translation, a second network), WMI ends with
 * 0x800706BA although port 135 is open.
 */
#ifndef VERIFY_ANNOUNCED_H
#define VERIFY_ANNOUNCED_H

#include "verify/server_alive.h"
#include "verify/verdict.h"

/*
 * `peer`: the address used, numeric. `computer`: the machine's name at the
 * last check, or NULL.
 */
void announced_judge(const struct server_alive *alive, const char *peer,
                     const char *computer, struct verdict *verdict);

#endif
