/* SPDX-License-Identifier: MIT */
/*
 * The keys under HKEY_LOCAL_MACHINE that the modes registry-denied and
 * registry-ignored are about.
 */
#ifndef LAB_SETTING_KEYS_H
#define LAB_SETTING_KEYS_H

#include <windows.h>

static const WCHAR *const SETTING_KEYS[] = {
    L"SOFTWARE\\Microsoft\\Ole",
    L"SOFTWARE\\Microsoft\\Wbem\\CIMOM",
    L"SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Policies\\System",
};

#endif
