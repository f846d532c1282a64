/* SPDX-License-Identifier: MIT */
/*
 * putsd.exe KEY VALUE SDDL: writes a self-relative security descriptor into
 * a value below HKEY_LOCAL_MACHINE.
 */
#include <windows.h>
#include <sddl.h>
#include <stdio.h>

int wmain(int argc, WCHAR **argv);

int wmain(int argc, WCHAR **argv)
{
    PSECURITY_DESCRIPTOR descriptor;
    DWORD code;
    ULONG len;

    if (argc != 4)
        return 2;
    if (!ConvertStringSecurityDescriptorToSecurityDescriptorW(
            argv[3], SDDL_REVISION_1, &descriptor, &len)) {
        fprintf(stderr, "putsd: error %lu\n", GetLastError());
        return 1;
    }
    code = (DWORD)RegSetKeyValueW(HKEY_LOCAL_MACHINE, argv[1], argv[2],
                                  REG_BINARY, descriptor, len);
    LocalFree(descriptor);
    if (code != ERROR_SUCCESS)
        fprintf(stderr, "putsd: error %lu\n", code);
    return code != ERROR_SUCCESS;
}
