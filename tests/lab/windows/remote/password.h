/* SPDX-License-Identifier: MIT */
/*
 * The passwords of a target's users, as far as a logon needs them: a digest
 * of each, salted with the SID, in FOLDER\target-K\password-SID, beside the
 * machine and not in its registry. The built-in Administrator has the lab's
 * own password until another is set.
 */
#ifndef LAB_REMOTE_PASSWORD_H
#define LAB_REMOTE_PASSWORD_H

#include "../netapi32/account.h"

/* False: it could not be kept, so no logon will know it. */
bool password_keep(const struct account *, const WCHAR *password);

/* Whether it is this user's; one that nobody has set is not. */
bool password_is(const struct account *, const WCHAR *password);

#endif
