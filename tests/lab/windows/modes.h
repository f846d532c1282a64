/* SPDX-License-Identifier: MIT */
/*
 * The modes of a target, as the lab's Windows programs see them: each is a
 * REG_DWORD of its own name under MODES_KEY, in force when it is not 0.
 * `target-K/mode` sets them; ../README.md tells what each does.
 */
#ifndef LAB_MODES_H
#define LAB_MODES_H

#include <windows.h>
#include <stdbool.h>

#define MODES_KEY L"SOFTWARE\\wmifleet-lab\\Modes"

static inline bool mode_is_on(const WCHAR *name)
{
    DWORD value = 0;
    DWORD len = sizeof value;

    return RegGetValueW(HKEY_LOCAL_MACHINE, MODES_KEY, name, RRF_RT_REG_DWORD,
                        NULL, &value, &len) == ERROR_SUCCESS &&
           value != 0;
}

#endif
