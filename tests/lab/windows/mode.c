/* SPDX-License-Identifier: MIT */
/*
 * mode.exe [NAME...|none]: shows or sets the modes of a target. What is set
 * replaces what was in force; without a name both are shown.
 */
#include <windows.h>
#include <stdbool.h>
#include <stdio.h>
#include <wchar.h>

#include "mode_effects.h"
#include "modes.h"
#include "services/mode_services.h"

#define FOREIGN_SDDL                                                           \
    L"O:S-1-5-21-1004336348-1177238915-682003330-1001G:SY"                     \
    L"D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)"
#define LOOSE_SDDL                                                             \
    L"O:BAG:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1301bf;;;BU)"

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
    {L"slow-start", L"three seconds pass before a program starts"},
    {L"not-elevated", L"the login's token reads as not elevated"},
    {L"foreign-folder", L"ProgramData\\wmifleet is there, somebody else's"},
    {L"loose-folder", L"ProgramData\\wmifleet is there, Users may write"},
    {L"registry-denied", L"the settings' keys refuse writes"},
    {L"registry-ignored", L"writes to them succeed and do not take"},
    {L"service-stopped", L"firewall: the service does not run"},
    {L"access-denied", L"firewall: every change is refused"},
    {L"write-ignored", L"firewall: a change succeeds and does not take"},
    {L"policy-override", L"firewall: policy rules the profiles"},
    {L"no-local-merge", L"firewall: local rules do not count"},
    {L"block-all", L"firewall: everything inbound is blocked"},
    {L"split-rules", L"firewall: the group's rules split by profile"},
    {L"whole-rules", L"firewall: they are enabled whole"},
    {L"group-missing", L"firewall: the group has no rules"},
    {L"group-spelling", L"firewall: the group is spelled otherwise"},
    {L"block-action", L"firewall: a rule of the group blocks"},
    {L"wmi-stopped", L"WMI: it is not reached"},
    {L"wmi-warms-up", L"WMI: a new winmgmt refuses its first three callers"},
    {L"wmi-logon-untold", L"WMI, remote: every failed logon is 0x80070005"},
    {L"wmi-not-registered", L"WMI, remote: activation ends with 0x800706D9"},
    {L"wmi-invalid-header", L"WMI, remote: activation, 0x80010111"},
    {L"wmi-class-not-registered", L"WMI, remote: activation, 0x80040154"},
    {L"wmi-no-interface", L"WMI, remote: the login ends with 0x80004002"},
    {L"wmi-call-failed", L"WMI, remote: login, 0x800706BE"},
    {L"wmi-did-not-execute", L"WMI, remote: login, 0x800706BF"},
    {L"wmi-transport", L"WMI, remote: login, 0x80041015"},
    {L"wmi-not-initialised", L"WMI, remote: login, 0x80041014"},
    {L"wmi-repository-corrupt", L"WMI, remote: login, 0x8007054E"},
    {L"wmi-encryption-at-login", L"WMI, remote: login, 0x80041087"},
    {L"wmi-disconnected", L"WMI, remote: a query ends with 0x80010108"},
    {L"wmi-out-of-memory", L"WMI, remote: query, 0x80041006"},
    {L"wmi-provider-fails", L"WMI, remote: its objects, 0x80041001"},
    {L"wmi-privilege-not-held", L"WMI, remote: objects, 0x80041062"},
    {L"wmi-slow", L"WMI, remote: objects take three seconds"},
    {L"wmi-callback-rejected", L"WMI, remote: async query, 0x8001011B"},
    {L"wmi-callback-silent", L"WMI, remote: a refused callback is not told"},
    {L"namespace-denied", L"WMI: a namespace's security is refused"},
    {L"namespace-ignored", L"WMI: it is taken and does not take"},
    {L"namespace-returns-error", L"WMI: the call succeeds, SetSD fails"},
    {L"domain-unreachable", L"accounts: the domain's take long, and fail"},
    {L"groups-denied", L"accounts: a change of groups is refused"},
    {L"groups-ignored", L"accounts: it succeeds and does not take"},
    {L"password-policy", L"accounts: no password is good enough"},
    {L"scm-denied", L"services: the manager's security is refused"},
    {L"scm-ignored", L"services: it is taken and does not take"},
    {L"rights-denied", L"accounts: a change of rights is refused"},
    {L"rights-ignored", L"accounts: it succeeds and does not take"},
    {L"trustedinstaller-keys", L"WMI's AppID is TrustedInstaller's alone"},
    {L"backup-denied", L"no right to back up and restore in the token"},
    {L"service-stop-hangs", L"services: winmgmt does not stop"},
    {L"service-start-fails", L"services: winmgmt does not start: 1053"},
    {L"dependant-start-fails", L"services: iphlpsvc starts and ends at once"},
    {L"winmgmt-disabled", L"services: winmgmt is stopped and disabled"},
    {L"winmgmt-stopped", L"services: winmgmt is stopped"},
    {L"winmgmt-paused", L"services: winmgmt is paused"},
    {L"rpcss-stopped", L"services: rpcss is stopped"},
    {L"standalone-denied", L"winmgmt.exe: access to Endpoints is denied"},
    {L"standalone-ignored", L"winmgmt.exe: says it is done, does nothing"},
    {L"standalone-slow", L"winmgmt.exe: takes five seconds"},
    {L"standalone-level-elsewhere", L"winmgmt.exe: no AuthenticationLevel"},
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
        printf("%c %-26ls %ls\n", mode_is_on(MODES[i].name) ? '*' : ' ',
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

static bool wants(int count, WCHAR **names, const WCHAR *name)
{
    int i;

    for (i = 0; i < count; i++)
        if (wcscmp(names[i], name) == 0)
            return true;
    return false;
}

static DWORD end_effects(void)
{
    DWORD code = ERROR_SUCCESS;

    if (mode_is_on(L"foreign-folder") || mode_is_on(L"loose-folder"))
        code = mode_folder_end();
    if (code == ERROR_SUCCESS && mode_is_on(L"registry-denied"))
        code = mode_keys_end();
    if (code == ERROR_SUCCESS && mode_is_on(L"trustedinstaller-keys"))
        code = mode_owner_end();
    return code;
}

static DWORD begin_effects(int count, WCHAR **names)
{
    DWORD code = ERROR_SUCCESS;
    int i;

    if (wants(count, names, L"foreign-folder"))
        code = mode_folder_begin(FOREIGN_SDDL);
    else if (wants(count, names, L"loose-folder"))
        code = mode_folder_begin(LOOSE_SDDL);
    if (code == ERROR_SUCCESS && wants(count, names, L"registry-denied"))
        code = mode_keys_begin();
    if (code == ERROR_SUCCESS && wants(count, names, L"trustedinstaller-keys"))
        code = mode_owner_begin();
    for (i = 0; i < count && code == ERROR_SUCCESS; i++)
        code = mode_services_begin(names[i]);
    return code;
}

int wmain(int argc, WCHAR **argv);

int wmain(int argc, WCHAR **argv)
{
    LSTATUS status;
    bool services;
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
    services = mode_services_on();
    status = (LSTATUS)end_effects();
    if (status == ERROR_SUCCESS)
        status = set_all(0, NULL);
    if (status == ERROR_SUCCESS && services)
        status = (LSTATUS)mode_services_end();
    if (status == ERROR_SUCCESS)
        status = set_all(argc, argv);
    if (status == ERROR_SUCCESS)
        status = (LSTATUS)begin_effects(argc, argv);
    if (status != ERROR_SUCCESS)
        fprintf(stderr, "mode: refused: error %ld\n", status);
    return status != ERROR_SUCCESS;
}
