/* SPDX-License-Identifier: MIT */
/*
 * mode.exe [NAME...|none]: shows or sets the modes of a target. What is set
 * replaces what was in force; without a name both are shown.
 */
#include <windows.h>
#include <stdbool.h>
#include <stdio.h>
#include <wchar.h>

#include "modes.h"

static const struct {
    const WCHAR *name;
    const WCHAR *meaning;
} MODES[] = {
    {L"shell-powershell", L"the default shell is like PowerShell"},
    {L"shell-posix", L"the default shell is like sh"},
    {L"banner", L"the login prints text before and after"},
    {L"codepage-437", L"output is taken for code page 437, re-encoded"},
    {L"codepage-932", L"output is taken for code page 932, re-encoded"},
    {L"utf16", L"output is re-encoded as UTF-16"},
    {L"antivirus", L"an uploaded program is gone before it runs"},
    {L"not-started", L"a program is there but does not run: status 1"},
};

static bool is_known(const WCHAR *name)
{
    size_t i;

    for (i = 0; i < ARRAYSIZE(MODES); i++)
        if (wcscmp(MODES[i].name, name) == 0)
            return true;
    return false;
}

static void show(void)
{
    size_t i;

    for (i = 0; i < ARRAYSIZE(MODES); i++)
        printf("%c %-17ls %ls\n", mode_is_on(MODES[i].name) ? '*' : ' ',
               MODES[i].name, MODES[i].meaning);
}

static LSTATUS set_one(HKEY key, const WCHAR *name)
{
    DWORD on = 1;

    return RegSetValueExW(key, name, 0, REG_DWORD, (const BYTE *)&on,
                          sizeof on);
}

static LSTATUS set_all(int count, WCHAR **names)
{
    HKEY key;
    LSTATUS status;
    int i;

    RegDeleteKeyW(HKEY_LOCAL_MACHINE, MODES_KEY);
    status = RegCreateKeyExW(HKEY_LOCAL_MACHINE, MODES_KEY, 0, NULL, 0,
                             KEY_ALL_ACCESS, NULL, &key, NULL);
    if (status != ERROR_SUCCESS)
        return status;
    for (i = 0; i < count && status == ERROR_SUCCESS; i++)
        status = set_one(key, names[i]);
    RegCloseKey(key);
    return status;
}

int wmain(int argc, WCHAR **argv);

int wmain(int argc, WCHAR **argv)
{
    LSTATUS status;
    int i;

    if (argc == 1) {
        show();
        return 0;
    }
    argc--;
    argv++;
    if (argc == 1 && wcscmp(argv[0], L"none") == 0)
        argc = 0;
    for (i = 0; i < argc; i++) {
        if (is_known(argv[i]))
            continue;
        fprintf(stderr, "mode: %ls: no such mode\n", argv[i]);
        return 2;
    }
    status = set_all(argc, argv);
    if (status != ERROR_SUCCESS)
        fprintf(stderr, "mode: the registry refuses: error %ld\n", status);
    return status != ERROR_SUCCESS;
}
