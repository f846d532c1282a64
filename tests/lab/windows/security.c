/* SPDX-License-Identifier: MIT */
/*
 * Looks at file security as a program on the target sees it:
 *
 *   security show PATH         owner and access list, as SDDL
 *   security make PATH SDDL    a folder made with that descriptor, shown
 *   security set PATH SDDL     the access list put in place, shown
 *   security owner PATH SID    the owner changed, shown
 */
#include <windows.h>
#include <aclapi.h>
#include <sddl.h>
#include <stdio.h>
#include <wchar.h>

#define SHOWN (OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION)

static DWORD show(const WCHAR *path)
{
    PSECURITY_DESCRIPTOR descriptor;
    WCHAR *text;
    HANDLE file = CreateFileW(path, READ_CONTROL, FILE_SHARE_READ, NULL,
                              OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
    DWORD code;

    if (file == INVALID_HANDLE_VALUE)
        return GetLastError();
    code = GetSecurityInfo(file, SE_FILE_OBJECT, SHOWN, NULL, NULL, NULL, NULL,
                           &descriptor);
    CloseHandle(file);
    if (code != ERROR_SUCCESS)
        return code;
    if (ConvertSecurityDescriptorToStringSecurityDescriptorW(
            descriptor, SDDL_REVISION_1, SHOWN, &text, NULL)) {
        printf("%ls\n", text);
        LocalFree(text);
    }
    LocalFree(descriptor);
    return ERROR_SUCCESS;
}

static DWORD make(const WCHAR *path, PSECURITY_DESCRIPTOR descriptor)
{
    SECURITY_ATTRIBUTES attributes = {sizeof attributes, descriptor, FALSE};

    return CreateDirectoryW(path, &attributes) ? ERROR_SUCCESS : GetLastError();
}

static DWORD set(WCHAR *path, PSECURITY_DESCRIPTOR descriptor)
{
    PACL dacl = NULL;
    BOOL present;
    BOOL defaulted;
    DWORD revision;
    SECURITY_DESCRIPTOR_CONTROL control = 0;

    GetSecurityDescriptorDacl(descriptor, &present, &dacl, &defaulted);
    GetSecurityDescriptorControl(descriptor, &control, &revision);
    return SetNamedSecurityInfoW(path, SE_FILE_OBJECT,
                                 DACL_SECURITY_INFORMATION |
                                     ((control & SE_DACL_PROTECTED) != 0
                                          ? PROTECTED_DACL_SECURITY_INFORMATION
                                          : 0U),
                                 NULL, NULL, dacl, NULL);
}

static DWORD set_owner(WCHAR *path, const WCHAR *text)
{
    PSID owner;
    DWORD code;

    if (!ConvertStringSidToSidW(text, &owner))
        return GetLastError();
    code =
        SetNamedSecurityInfoW(path, SE_FILE_OBJECT, OWNER_SECURITY_INFORMATION,
                              owner, NULL, NULL, NULL);
    LocalFree(owner);
    return code;
}

static DWORD with_descriptor(const WCHAR *verb, WCHAR *path, const WCHAR *sddl)
{
    PSECURITY_DESCRIPTOR descriptor;
    DWORD code;

    if (!ConvertStringSecurityDescriptorToSecurityDescriptorW(
            sddl, SDDL_REVISION_1, &descriptor, NULL))
        return GetLastError();
    code = wcscmp(verb, L"make") == 0 ? make(path, descriptor)
                                      : set(path, descriptor);
    LocalFree(descriptor);
    return code;
}

int wmain(int argc, WCHAR **argv);

int wmain(int argc, WCHAR **argv)
{
    DWORD code = ERROR_SUCCESS;

    if (argc < 3) {
        fputs("usage: security show|make|set|owner PATH [SDDL|SID]\n", stderr);
        return 2;
    }
    if (argc == 4 && wcscmp(argv[1], L"owner") == 0)
        code = set_owner(argv[2], argv[3]);
    else if (argc == 4)
        code = with_descriptor(argv[1], argv[2], argv[3]);
    if (code == ERROR_SUCCESS)
        code = show(argv[2]);
    if (code != ERROR_SUCCESS)
        printf("error %lu\n", code);
    return code != ERROR_SUCCESS;
}
