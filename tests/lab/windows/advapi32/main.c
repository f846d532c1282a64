/* SPDX-License-Identifier: MIT */
/*
 * The lab's advapi32.dll: forwards every function to Wine's own, renamed
 * advapi32w.dll, and replaces those in which Wine lies (file security, account
 * rights, opens for restore) or in which a mode makes Windows refuse. The
 * program under test knows nothing of it: the prefix's registry says that
 * this file in system32 goes before Wine's.
 */
#include "real.h"

BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, void *reserved);

FARPROC real_function(const char *name)
{
    return GetProcAddress(GetModuleHandleW(L"advapi32w.dll"), name);
}

BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, void *reserved)
{
    (void)reserved;
    if (reason == DLL_PROCESS_ATTACH) {
        DisableThreadLibraryCalls(instance);
        directory_patch_program();
    }
    return TRUE;
}
