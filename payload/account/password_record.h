/* SPDX-License-Identifier: MIT */
/*
 * Whether the password of a local account is still the one that was set
 * here, without ever trying a logon with it.
 *
 * a-<sid>.json in the folder, which only administrators can read: {"sid",
 * "last_set", "salt", "digest"}. The digest is of salt and password; whoever
 * reads it could read the account's own hash in the SAM as well.
 */
#ifndef PAYLOAD_PASSWORD_RECORD_H
#define PAYLOAD_PASSWORD_RECORD_H

#include "payload/engine/setting.h"
#include "payload/descriptor/sid.h"

enum password_record {
    PASSWORD_NOT_RECORDED,
    PASSWORD_SET_SINCE, /* by somebody else */
    PASSWORD_OTHER,     /* ours, but not the one that is wanted now */
    PASSWORD_OURS,
};

/*
 * `age` in seconds, as Windows tells it of the password; `password` NULL:
 * any of ours will do.
 */
enum password_record password_record_judge(const struct sid *sid,
                                           unsigned long age,
                                           const char *password);

/* After a password was set, `age` seconds ago. */
int password_record_keep(const struct sid *sid, unsigned long age,
                         const char *password, struct setting_reason *reason);

/* With the account. */
void password_record_drop(const struct sid *sid);

#endif
