/* SPDX-License-Identifier: MIT */
/*
 * What no state of a target brings about: modes that end a step of a remote
 * connection with a code of their own. ../../README.md lists them.
 */
#ifndef LAB_REMOTE_TROUBLE_H
#define LAB_REMOTE_TROUBLE_H

#include <windows.h>

enum trouble_step {
    TROUBLE_ACTIVATION,
    TROUBLE_LOGIN,
    TROUBLE_QUERY,
    TROUBLE_ROWS,
    TROUBLE_ASYNC
};

/* S_OK unless a mode in force ends this step. */
HRESULT trouble_at(enum trouble_step);

#endif
