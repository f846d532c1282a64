/* SPDX-License-Identifier: MIT */
/*
 * winmgmt.exe /standalonehost [LEVEL] and /sharedhost, as far as Microsoft
 * documents them: WMI's service gets a svchost group of its own with a fixed
 * endpoint, or goes back to the shared one. What is done step by step is
 * README.md's to tell, with what is assumed. Text is in the machine's
 * language and code page; the exit status says nothing of success.
 */
#include <windows.h>
#include <io.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

#include "../modes.h"

#define LAB_KEY L"SOFTWARE\\wmifleet-lab"
#define GROUPS_KEY L"SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\SvcHost"
#define OWN_GROUP_KEY GROUPS_KEY L"\\winmgmt"
#define APPID_KEY                                                              \
    L"SOFTWARE\\Classes\\AppID\\{8BC3F05E-D86B-11D0-A075-00C04FB68820}"
#define SVCHOST L"%systemroot%\\system32\\svchost.exe -k "
#define ENDPOINT L"ncacn_ip_tcp,0,24158\0"
#define OWN_GROUP L"Winmgmt\0"

enum { LEVEL_DEFAULT = 4, LEVEL_MAX = 6, LIST_COUNT = 4096, SLOW_MS = 5000 };

enum text { TEXT_USAGE, TEXT_ALONE, TEXT_SHARED, TEXT_REFUSED, TEXT_COUNT };

/* German in code page 850, which is what a German machine's console has. */
static const char *const TEXTS[][TEXT_COUNT] = {
    {"Windows Management Instrumentation\r\n\r\n"
     "winmgmt [/standalonehost [level]] [/sharedhost]\r\n",
     "WMI service has its own host now.\r\n",
     "WMI service shares its host now.\r\n", "Access is denied.\r\n"},
    {"Windows-Verwaltungsinstrumentation\r\n\r\n"
     "winmgmt [/standalonehost [Stufe]] [/sharedhost]\r\n",
     "Der WMI-Dienst hat jetzt einen eigenen Host. Die \x8enderung wird nach "
     "dem Neustart des Dienstes wirksam.\r\n",
     "Der WMI-Dienst teilt sich jetzt einen Host.\r\n",
     "Zugriff verweigert. Der Vorgang wurde nicht ausgef\x81hrt.\r\n"},
};

static void say(enum text text, DWORD code)
{
    WCHAR language[8] = L"";
    DWORD len = sizeof language;
    const char *const *texts;

    RegGetValueW(HKEY_LOCAL_MACHINE, LAB_KEY, L"Language", RRF_RT_REG_SZ, NULL,
                 language, &len);
    texts = TEXTS[wcscmp(language, L"de") == 0];
    if (text == TEXT_REFUSED && code != ERROR_ACCESS_DENIED)
        printf("0x%08lX\r\n", (DWORD)HRESULT_FROM_WIN32(code));
    else
        fputs(texts[text], stdout);
}

/* Takes the service out of the shared group, or puts it at its end. */
static DWORD change_shared_group(bool member)
{
    WCHAR *old = calloc(LIST_COUNT, sizeof *old);
    WCHAR *new = calloc(LIST_COUNT, sizeof *new);
    DWORD len = (LIST_COUNT - 32) * sizeof *old;
    WCHAR *to = new;
    const WCHAR *at;
    DWORD code = ERROR_NOT_ENOUGH_MEMORY;

    if (old != NULL && new != NULL)
        code = (DWORD)RegGetValueW(HKEY_LOCAL_MACHINE, GROUPS_KEY, L"netsvcs",
                                   RRF_RT_REG_MULTI_SZ, NULL, old, &len);
    for (at = old; code == ERROR_SUCCESS && *at != 0; at += wcslen(at) + 1)
        if (_wcsicmp(at, L"winmgmt") != 0)
            to += wcslen(wcscpy(to, at)) + 1;
    if (code == ERROR_SUCCESS && member)
        to += wcslen(wcscpy(to, L"Winmgmt")) + 1;
    if (code == ERROR_SUCCESS)
        code = (DWORD)RegSetKeyValueW(
            HKEY_LOCAL_MACHINE, GROUPS_KEY, L"netsvcs", REG_MULTI_SZ, new,
            (DWORD)((size_t)(to - new) + 1) * (DWORD)sizeof *new);
    free(old);
    free(new);
    return code;
}

static DWORD set_number(const WCHAR *name, DWORD number)
{
    return (DWORD)RegSetKeyValueW(HKEY_LOCAL_MACHINE, OWN_GROUP_KEY, name,
                                  REG_DWORD, &number, sizeof number);
}

static DWORD make_own_group(DWORD level)
{
    DWORD code =
        (DWORD)RegSetKeyValueW(HKEY_LOCAL_MACHINE, GROUPS_KEY, L"winmgmt",
                               REG_MULTI_SZ, OWN_GROUP, sizeof OWN_GROUP);

    if (code == ERROR_SUCCESS)
        code = set_number(L"CoInitializeSecurityParam", 1);
    if (code == ERROR_SUCCESS && !mode_is_on(L"standalone-level-elsewhere"))
        code = set_number(L"AuthenticationLevel", level);
    return code;
}

static void end_own_group(void)
{
    RegDeleteKeyValueW(HKEY_LOCAL_MACHINE, GROUPS_KEY, L"winmgmt");
    RegDeleteTreeW(HKEY_LOCAL_MACHINE, OWN_GROUP_KEY);
}

static DWORD set_program(const WCHAR *path)
{
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT);
    SC_HANDLE service = NULL;
    DWORD code = ERROR_SUCCESS;

    if (manager != NULL)
        service = OpenServiceW(manager, L"winmgmt", SERVICE_CHANGE_CONFIG);
    if (service == NULL ||
        !ChangeServiceConfigW(service, SERVICE_NO_CHANGE, SERVICE_NO_CHANGE,
                              SERVICE_NO_CHANGE, path, NULL, NULL, NULL, NULL,
                              NULL, NULL))
        code = GetLastError();
    if (service != NULL)
        CloseServiceHandle(service);
    if (manager != NULL)
        CloseServiceHandle(manager);
    return code;
}

/* "The endpoint may be changed": one that is there stays. */
static DWORD set_endpoint(void)
{
    HKEY key;
    DWORD code;

    if (mode_is_on(L"standalone-denied"))
        return ERROR_ACCESS_DENIED;
    code = (DWORD)RegOpenKeyExW(HKEY_LOCAL_MACHINE, APPID_KEY, 0,
                                KEY_QUERY_VALUE | KEY_SET_VALUE, &key);
    if (code != ERROR_SUCCESS)
        return code;
    code = (DWORD)RegQueryValueExW(key, L"Endpoints", NULL, NULL, NULL, NULL);
    if (code == ERROR_FILE_NOT_FOUND)
        code = (DWORD)RegSetValueExW(key, L"Endpoints", 0, REG_MULTI_SZ,
                                     (const BYTE *)ENDPOINT, sizeof ENDPOINT);
    RegCloseKey(key);
    return code;
}

static DWORD alone(DWORD level)
{
    DWORD code = make_own_group(level);

    if (code == ERROR_SUCCESS)
        code = change_shared_group(false);
    if (code == ERROR_SUCCESS)
        code = set_program(SVCHOST L"winmgmt");
    if (code == ERROR_SUCCESS)
        code = set_endpoint();
    return code;
}

static DWORD shared(void)
{
    DWORD code = change_shared_group(true);

    if (code == ERROR_SUCCESS)
        code = set_program(SVCHOST L"netsvcs -p");
    if (code == ERROR_SUCCESS)
        end_own_group();
    return code;
}

/* False when the words are none of those that are documented. */
static bool understand(int argc, WCHAR **argv, bool *is_alone, DWORD *level)
{
    WCHAR *end = NULL;

    if (argc < 2 || (*argv[1] != L'/' && *argv[1] != L'-'))
        return false;
    *is_alone = _wcsicmp(argv[1] + 1, L"standalonehost") == 0;
    *level = LEVEL_DEFAULT;
    if (!*is_alone)
        return argc == 2 && _wcsicmp(argv[1] + 1, L"sharedhost") == 0;
    if (argc == 2)
        return true;
    *level = wcstoul(argv[2], &end, 10);
    return argc == 3 && *end == 0 && *level >= 1 && *level <= LEVEL_MAX;
}

int wmain(int argc, WCHAR **argv);

int wmain(int argc, WCHAR **argv)
{
    bool is_alone = false;
    DWORD level;
    DWORD code = ERROR_SUCCESS;

    _setmode(_fileno(stdout), 0x8000);
    if (!understand(argc, argv, &is_alone, &level)) {
        say(TEXT_USAGE, 0);
        return 1;
    }
    if (mode_is_on(L"standalone-slow"))
        Sleep(SLOW_MS);
    if (!mode_is_on(L"standalone-ignored"))
        code = is_alone ? alone(level) : shared();
    if (code != ERROR_SUCCESS)
        say(TEXT_REFUSED, code);
    else
        say(is_alone ? TEXT_ALONE : TEXT_SHARED, 0);
    return 0;
}
