/* SPDX-License-Identifier: MIT */
#include "account.h"

#include <lmaccess.h>
#include <sddl.h>
#include <stdlib.h>
#include <wchar.h>

#define LAB_KEY L"SOFTWARE\\wmifleet-lab"
#define ACCOUNTS_KEY LAB_KEY L"\\Accounts"
#define MACHINE L"S-1-5-21-0-0-0"
#define BUILTIN L"S-1-5-32"
enum { FIRST_RID = 1001, KEY_PATH_MAX = 256 };

static const struct factory {
    enum account_kind kind;
    const WCHAR *sid;
    const WCHAR *english;
    const WCHAR *german;
    const WCHAR *members; /* of a group, separated by blanks */
    DWORD flags;          /* of a user */
} FACTORY[] = {
    {ACCOUNT_USER, MACHINE L"-500", L"Administrator", L"Administrator", NULL,
     UF_SCRIPT | UF_NORMAL_ACCOUNT | UF_DONT_EXPIRE_PASSWD},
    {ACCOUNT_USER, MACHINE L"-501", L"Guest", L"Gast", NULL,
     UF_SCRIPT | UF_ACCOUNTDISABLE | UF_PASSWD_NOTREQD | UF_NORMAL_ACCOUNT |
         UF_DONT_EXPIRE_PASSWD},
    {ACCOUNT_GROUP, BUILTIN L"-544", L"Administrators", L"Administratoren",
     MACHINE L"-500", 0},
    {ACCOUNT_GROUP, BUILTIN L"-545", L"Users", L"Benutzer", L"S-1-5-4 S-1-5-11",
     0},
    {ACCOUNT_GROUP, BUILTIN L"-546", L"Guests", L"Gäste", MACHINE L"-501", 0},
    {ACCOUNT_GROUP, BUILTIN L"-555", L"Remote Desktop Users",
     L"Remotedesktopbenutzer", L"", 0},
    {ACCOUNT_GROUP, BUILTIN L"-558", L"Performance Monitor Users",
     L"Systemmonitorbenutzer", L"", 0},
    {ACCOUNT_GROUP, BUILTIN L"-559", L"Performance Log Users",
     L"Leistungsprotokollbenutzer", L"", 0},
    {ACCOUNT_GROUP, BUILTIN L"-562", L"Distributed COM Users",
     L"Distributed COM-Benutzer", L"", 0},
    {ACCOUNT_GROUP, BUILTIN L"-573", L"Event Log Readers",
     L"Ereignisprotokollleser", L"", 0},
    {ACCOUNT_GROUP, BUILTIN L"-580", L"Remote Management Users",
     L"Remoteverwaltungsbenutzer", L"", 0}};

static bool is_own(const struct account *account)
{
    return wcsncmp(account->sid_text, BUILTIN L"-", ARRAYSIZE(BUILTIN)) == 0 ||
           wcsncmp(account->sid_text, MACHINE L"-", ARRAYSIZE(MACHINE)) == 0;
}

static bool is_german(void)
{
    WCHAR text[8];
    DWORD len = sizeof text;

    return RegGetValueW(HKEY_LOCAL_MACHINE, LAB_KEY, L"Language", RRF_RT_REG_SZ,
                        NULL, text, &len) == ERROR_SUCCESS &&
           wcscmp(text, L"de") == 0;
}

static const struct factory *factory_of(const WCHAR *sid)
{
    for (size_t i = 0; i < ARRAYSIZE(FACTORY); i++)
        if (wcscmp(FACTORY[i].sid, sid) == 0)
            return &FACTORY[i];
    return NULL;
}

static void key_path(const WCHAR *sid, WCHAR path[KEY_PATH_MAX])
{
    wcscpy(path, ACCOUNTS_KEY L"\\");
    wcscat(path, sid);
}

static bool parse_sid(struct account *account)
{
    PSID sid;
    bool good;

    if (!ConvertStringSidToSidW(account->sid_text, &sid))
        return false;
    good = CopySid(sizeof account->sid, account->sid, sid) != FALSE;
    LocalFree(sid);
    return good;
}

/* The account of this SID, out of the registry and the factory's table. */
static bool load(const WCHAR *sid, struct account *account)
{
    const struct factory *factory = factory_of(sid);
    DWORD kind = 0;

    memset(account, 0, sizeof *account);
    wcscpy(account->sid_text, sid);
    account->is_factory = factory != NULL;
    account_text(account, L"Name", account->name);
    if (factory) {
        account->kind = factory->kind;
        if (!*account->name)
            wcscpy(account->name,
                   is_german() ? factory->german : factory->english);
    } else {
        kind = account_number(account, L"Kind", 0);
        account->kind = kind == ACCOUNT_USER ? ACCOUNT_USER : ACCOUNT_GROUP;
        if (kind == 0)
            return false;
    }
    return *account->name && parse_sid(account);
}

/* The SID of the account number `index` that is not the factory's. */
static bool own_sid_at(DWORD index, WCHAR sid[ACCOUNT_SID_TEXT_MAX])
{
    bool found = false;
    HKEY key;

    if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, ACCOUNTS_KEY, 0, KEY_READ, &key) !=
        ERROR_SUCCESS)
        return false;
    for (DWORD i = 0; !found; i++) {
        DWORD count = ACCOUNT_SID_TEXT_MAX;

        if (RegEnumKeyExW(key, i, sid, &count, NULL, NULL, NULL, NULL) !=
            ERROR_SUCCESS)
            break;
        if (!factory_of(sid))
            found = index-- == 0;
    }
    RegCloseKey(key);
    return found;
}

bool account_at(DWORD index, struct account *account)
{
    WCHAR sid[ACCOUNT_SID_TEXT_MAX];

    if (index < ARRAYSIZE(FACTORY))
        return load(FACTORY[index].sid, account);
    return own_sid_at(index - (DWORD)ARRAYSIZE(FACTORY), sid) &&
           load(sid, account);
}

/* The machine's own, or those of its domain. */
static bool find_among(bool own, const WCHAR *name, struct account *account)
{
    for (DWORD i = 0; account_at(i, account); i++)
        if (_wcsicmp(account->name, name) == 0 && is_own(account) == own)
            return true;
    return false;
}

bool account_by_name(const WCHAR *name, struct account *account)
{
    return find_among(true, name, account) || find_among(false, name, account);
}

bool account_own_by_name(const WCHAR *name, struct account *account)
{
    return find_among(true, name, account);
}

bool account_by_sid(PSID sid, struct account *account)
{
    WCHAR *text;
    bool found;

    if (!IsValidSid(sid) || !ConvertSidToStringSidW(sid, &text))
        return false;
    found = wcslen(text) < ACCOUNT_SID_TEXT_MAX && load(text, account);
    LocalFree(text);
    return found;
}

const WCHAR *account_machine_sid(void)
{
    return MACHINE;
}

bool account_is_machine_sid(PSID sid)
{
    WCHAR *text;
    bool is;

    if (!ConvertSidToStringSidW(sid, &text))
        return false;
    is = wcsncmp(text, MACHINE L"-", ARRAYSIZE(MACHINE)) == 0;
    LocalFree(text);
    return is;
}

const WCHAR *account_domain(const struct account *account,
                            WCHAR machine[MAX_COMPUTERNAME_LENGTH + 1])
{
    DWORD count = MAX_COMPUTERNAME_LENGTH + 1;

    if (wcsncmp(account->sid_text, BUILTIN L"-", ARRAYSIZE(BUILTIN)) == 0)
        return is_german() ? L"VORDEFINIERT" : L"BUILTIN";
    if (wcsncmp(account->sid_text, MACHINE L"-", ARRAYSIZE(MACHINE)) != 0)
        return L"LAB"; /* the domain that the machine has joined */
    if (!GetComputerNameW(machine, &count))
        *machine = 0;
    return machine;
}

DWORD account_create(const WCHAR *name, enum account_kind kind,
                     struct account *account)
{
    DWORD rid = FIRST_RID, len = sizeof rid, next, code;

    if (RegGetValueW(HKEY_LOCAL_MACHINE, ACCOUNTS_KEY, L"NextRid",
                     RRF_RT_REG_DWORD, NULL, &rid, &len) != ERROR_SUCCESS)
        rid = FIRST_RID;
    next = rid + 1;
    code = (DWORD)RegSetKeyValueW(HKEY_LOCAL_MACHINE, ACCOUNTS_KEY, L"NextRid",
                                  REG_DWORD, &next, sizeof next);
    memset(account, 0, sizeof *account);
    account->kind = kind;
    wcscpy(account->sid_text, MACHINE L"-");
    _ultow(rid, account->sid_text + ARRAYSIZE(MACHINE), 10);
    wcscpy(account->name, name);
    if (code == ERROR_SUCCESS)
        code = account_set_number(account, L"Kind", kind);
    if (code == ERROR_SUCCESS)
        code = account_set_text(account, L"Name", name);
    return code == ERROR_SUCCESS && !parse_sid(account) ? ERROR_INVALID_SID
                                                        : code;
}

DWORD account_delete(const struct account *account)
{
    WCHAR path[KEY_PATH_MAX];

    key_path(account->sid_text, path);
    return (DWORD)RegDeleteKeyW(HKEY_LOCAL_MACHINE, path);
}

DWORD account_number(const struct account *account, const WCHAR *what,
                     DWORD otherwise)
{
    const struct factory *factory = factory_of(account->sid_text);
    WCHAR path[KEY_PATH_MAX];
    DWORD value, len = sizeof value;

    key_path(account->sid_text, path);
    if (RegGetValueW(HKEY_LOCAL_MACHINE, path, what, RRF_RT_REG_DWORD, NULL,
                     &value, &len) == ERROR_SUCCESS)
        return value;
    return factory && wcscmp(what, L"Flags") == 0 ? factory->flags : otherwise;
}

DWORD account_set_number(const struct account *account, const WCHAR *what,
                         DWORD value)
{
    WCHAR path[KEY_PATH_MAX];

    key_path(account->sid_text, path);
    return (DWORD)RegSetKeyValueW(HKEY_LOCAL_MACHINE, path, what, REG_DWORD,
                                  &value, sizeof value);
}

void account_text(const struct account *account, const WCHAR *what,
                  WCHAR text[ACCOUNT_NAME_MAX])
{
    DWORD len = ACCOUNT_NAME_MAX * sizeof *text;
    WCHAR path[KEY_PATH_MAX];

    key_path(account->sid_text, path);
    if (RegGetValueW(HKEY_LOCAL_MACHINE, path, what, RRF_RT_REG_SZ, NULL, text,
                     &len) != ERROR_SUCCESS)
        *text = 0;
}

DWORD account_set_text(const struct account *account, const WCHAR *what,
                       const WCHAR *text)
{
    WCHAR path[KEY_PATH_MAX];

    if (wcslen(text) >= ACCOUNT_NAME_MAX)
        return ERROR_INVALID_PARAMETER;
    key_path(account->sid_text, path);
    return (DWORD)RegSetKeyValueW(HKEY_LOCAL_MACHINE, path, what, REG_SZ, text,
                                  (DWORD)((wcslen(text) + 1) * sizeof *text));
}

static void factory_members(const WCHAR *list, struct members *members)
{
    while (*list) {
        size_t count = wcscspn(list, L" ");

        wmemcpy(members->sids[members->count], list, count);
        members->sids[members->count++][count] = 0;
        list += count;
        list += *list == L' ';
    }
}

void account_members(const struct account *account, struct members *members)
{
    const struct factory *factory = factory_of(account->sid_text);
    DWORD len = MEMBERS_MAX * ACCOUNT_SID_TEXT_MAX * sizeof(WCHAR);
    WCHAR *list = malloc(len), path[KEY_PATH_MAX];

    members->count = 0;
    key_path(account->sid_text, path);
    if (list &&
        RegGetValueW(HKEY_LOCAL_MACHINE, path, L"Members", RRF_RT_REG_MULTI_SZ,
                     NULL, list, &len) == ERROR_SUCCESS) {
        for (const WCHAR *at = list; *at; at += wcslen(at) + 1)
            members_add(members, at);
    } else if (factory && factory->members) {
        factory_members(factory->members, members);
    }
    free(list);
}

DWORD account_set_members(const struct account *account,
                          const struct members *members)
{
    WCHAR *list = calloc(MEMBERS_MAX * ACCOUNT_SID_TEXT_MAX + 2, sizeof *list);
    WCHAR *at = list, path[KEY_PATH_MAX];
    DWORD code;

    if (!list)
        return ERROR_NOT_ENOUGH_MEMORY;
    for (DWORD i = 0; i < members->count; i++) {
        wcscpy(at, members->sids[i]);
        at += wcslen(at) + 1;
    }
    at += members->count == 0 ? 2 : 1;
    key_path(account->sid_text, path);
    code = (DWORD)RegSetKeyValueW(HKEY_LOCAL_MACHINE, path, L"Members",
                                  REG_MULTI_SZ, list,
                                  (DWORD)((size_t)(at - list) * sizeof *list));
    free(list);
    return code;
}

bool members_have(const struct members *members, const WCHAR *sid)
{
    for (DWORD i = 0; i < members->count; i++)
        if (wcscmp(members->sids[i], sid) == 0)
            return true;
    return false;
}

bool members_add(struct members *members, const WCHAR *sid)
{
    if (members->count == MEMBERS_MAX || wcslen(sid) >= ACCOUNT_SID_TEXT_MAX)
        return false;
    wcscpy(members->sids[members->count++], sid);
    return true;
}

bool members_remove(struct members *members, const WCHAR *sid)
{
    for (DWORD i = 0; i < members->count; i++)
        if (wcscmp(members->sids[i], sid) == 0) {
            members->count--;
            wcscpy(members->sids[i], members->sids[members->count]);
            return true;
        }
    return false;
}
