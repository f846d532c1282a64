/* SPDX-License-Identifier: MIT */
/*
 * As whom verify --from connects: --reader, else the first of
 * wmi.access.readers, else wmi.account.name. The password is that of
 * wmi.account where it is that account, else the one that the command line
 * brings.
 */
#ifndef CONTROLLER_VERIFY_READER_H
#define CONTROLLER_VERIFY_READER_H

#include "controller/verify_from.h"

/* As it is written; NULL: nobody is named. */
const char *verify_reader_of(const struct verify_from *from,
                             const struct target *target);

/* Fills `from->passwords`. 0, or -1 after telling which is lacking. */
int verify_reader_passwords(struct verify_from *from);

#endif
