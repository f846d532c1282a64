/* SPDX-License-Identifier: MIT */
#include "query.h"

#include <stdio.h>
#include <stdlib.h>
#include <wbemcli.h>
#include <wchar.h>
#include <wctype.h>

#define BAD_QUERY ((HRESULT)WBEM_E_INVALID_QUERY)
#define NAMESPACES_KEY L"SOFTWARE\\wmifleet-lab\\Namespaces\\"
#define VERSION_KEY L"SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"

enum {
    WORD_COUNT = 256,
    CONDITIONS_MAX = 8,
    COLUMNS_MAX = 16,
    SERVICES_LEN = 262144
};

struct condition {
    WCHAR property[WORD_COUNT];
    WCHAR value[WORD_COUNT];
};

struct query {
    WCHAR columns[COLUMNS_MAX][WORD_COUNT];
    size_t column_count; /* 0: all */
    WCHAR class_name[WORD_COUNT];
    struct condition conditions[CONDITIONS_MAX];
    size_t condition_count;
};

/* --- the language --------------------------------------------------------- */

static bool is_of_word(WCHAR c)
{
    return iswalnum(c) || c == L'_';
}

/*
 * The next word, sign or quoted text, which comes without its quotes. False
 * at the end, and for what is too long or not closed.
 */
static bool next_word(const WCHAR **at, WCHAR word[WORD_COUNT], bool *quoted)
{
    size_t count = 0;
    WCHAR quote = 0;

    while (iswspace(**at))
        ++*at;
    *quoted = **at == L'\'' || **at == L'"';
    if (*quoted)
        quote = *(*at)++;
    while (**at && count < WORD_COUNT - 1 &&
           (quote ? **at != quote : is_of_word(**at)))
        word[count++] = *(*at)++;
    if (quote && *(*at)++ != quote)
        return false;
    if (!quote && count == 0 && **at)
        word[count++] = *(*at)++;
    word[count] = 0;
    return count > 0 || *quoted;
}

static bool next_is(const WCHAR **at, const WCHAR *wanted)
{
    const WCHAR *before = *at;
    WCHAR word[WORD_COUNT];
    bool quoted;

    if (next_word(at, word, &quoted) && !quoted && _wcsicmp(word, wanted) == 0)
        return true;
    *at = before;
    return false;
}

static bool next_name(const WCHAR **at, WCHAR word[WORD_COUNT])
{
    bool quoted;

    return next_word(at, word, &quoted) && !quoted && is_of_word(*word);
}

static bool read_columns(const WCHAR **at, struct query *query)
{
    if (next_is(at, L"*"))
        return true;
    do {
        if (query->column_count == COLUMNS_MAX ||
            !next_name(at, query->columns[query->column_count++]))
            return false;
    } while (next_is(at, L","));
    return true;
}

static bool read_conditions(const WCHAR **at, struct query *query)
{
    bool quoted;

    do {
        struct condition *condition =
            &query->conditions[query->condition_count++];

        if (query->condition_count > CONDITIONS_MAX ||
            !next_name(at, condition->property) || !next_is(at, L"=") ||
            !next_word(at, condition->value, &quoted))
            return false;
    } while (query->condition_count < CONDITIONS_MAX && next_is(at, L"AND"));
    return true;
}

static bool parse(const WCHAR *text, struct query *query)
{
    const WCHAR *at = text;
    WCHAR rest[WORD_COUNT];
    bool quoted;

    *query = (struct query){0};
    return next_is(&at, L"SELECT") && read_columns(&at, query) &&
           next_is(&at, L"FROM") && next_name(&at, query->class_name) &&
           (!next_is(&at, L"WHERE") || read_conditions(&at, query)) &&
           !next_word(&at, rest, &quoted) && *at == 0;
}

/* --- rows ----------------------------------------------------------------- */

struct column {
    const WCHAR *name;
    const WCHAR *value; /* behind the letter of its type */
};

static bool fits(const struct query *query, const struct column *columns,
                 size_t count)
{
    for (size_t i = 0; i < query->condition_count; i++) {
        const struct condition *condition = &query->conditions[i];
        bool met = false;

        for (size_t k = 0; k < count && !met; k++)
            met = _wcsicmp(columns[k].name, condition->property) == 0 &&
                  _wcsicmp(columns[k].value + 1, condition->value) == 0;
        if (!met)
            return false;
    }
    return true;
}

static bool is_asked(const struct query *query, const WCHAR *name)
{
    for (size_t i = 0; i < query->column_count; i++)
        if (_wcsicmp(query->columns[i], name) == 0)
            return true;
    return query->column_count == 0;
}

static void add_row(const struct query *query, const struct column *columns,
                    size_t count, struct message *rows)
{
    if (!fits(query, columns, count))
        return;
    message_add(rows, L"row", query->class_name);
    for (size_t i = 0; i < count; i++)
        if (is_asked(query, columns[i].name))
            message_add(rows, columns[i].name, columns[i].value);
}

/* Behind the letter s; empty when the registry has no such value. */
static void version_text(const WCHAR *name, WCHAR text[WORD_COUNT])
{
    DWORD len = (WORD_COUNT - 1) * sizeof *text;

    text[0] = L's';
    if (RegGetValueW(HKEY_LOCAL_MACHINE, VERSION_KEY, name, RRF_RT_REG_SZ, NULL,
                     text + 1, &len) != ERROR_SUCCESS)
        text[1] = 0;
}

static void computer_name(WCHAR text[WORD_COUNT])
{
    DWORD count = WORD_COUNT - 1;

    text[0] = L's';
    if (!GetComputerNameW(text + 1, &count))
        text[1] = 0;
}

static HRESULT operating_system(const struct query *query,
                                const struct caller *caller,
                                struct message *rows)
{
    WCHAR product[WORD_COUNT], build[WORD_COUNT], name[WORD_COUNT];
    WCHAR version[WORD_COUNT + 8];
    struct column columns[] = {
        {L"Caption", product}, {L"Version", version}, {L"BuildNumber", build},
        {L"CSName", name},     {L"Status", L"sOK"},
    };

    (void)caller;
    version_text(L"ProductName", product);
    version_text(L"CurrentBuild", build);
    computer_name(name);
    swprintf(version, ARRAYSIZE(version), L"s10.0.%ls", build + 1);
    add_row(query, columns, ARRAYSIZE(columns), rows);
    return S_OK;
}

static HRESULT computer_system(const struct query *query,
                               const struct caller *caller,
                               struct message *rows)
{
    WCHAR name[WORD_COUNT];
    struct column columns[] = {{L"Name", name}, {L"Workgroup", L"sWORKGROUP"}};

    (void)caller;
    computer_name(name);
    add_row(query, columns, ARRAYSIZE(columns), rows);
    return S_OK;
}

/*
 * The manager's list, if the caller may connect to it and enumerate
 * ("Required Permissions" of EnumServicesStatusEx).
 */
static bool may_enumerate(SC_HANDLE manager, const struct caller *caller)
{
    const ACCESS_MASK wanted =
        SC_MANAGER_CONNECT | SC_MANAGER_ENUMERATE_SERVICE;
    DWORD len = 0;
    void *descriptor;
    bool may = false;

    QueryServiceObjectSecurity(manager, DACL_SECURITY_INFORMATION, NULL, 0,
                               &len);
    descriptor = calloc(1, len + 1);
    if (descriptor &&
        QueryServiceObjectSecurity(manager, DACL_SECURITY_INFORMATION,
                                   descriptor, len, &len))
        may = caller_rights(caller, descriptor, wanted) == wanted;
    free(descriptor);
    return may;
}

static const WCHAR *state_name(DWORD state)
{
    switch (state) {
    case SERVICE_RUNNING:
        return L"sRunning";
    case SERVICE_STOPPED:
        return L"sStopped";
    case SERVICE_START_PENDING:
        return L"sStart Pending";
    default:
        return L"sStop Pending";
    }
}

static void add_service(const struct query *query,
                        const ENUM_SERVICE_STATUS_PROCESSW *service,
                        struct message *rows)
{
    WCHAR name[WORD_COUNT], process[16] = L"u";
    struct column columns[] = {
        {L"Name", name},
        {L"State", state_name(service->ServiceStatusProcess.dwCurrentState)},
        {L"ProcessId", process},
    };

    if (wcslen(service->lpServiceName) > WORD_COUNT - 2)
        return;
    name[0] = L's';
    wcscpy(name + 1, service->lpServiceName);
    _ultow(service->ServiceStatusProcess.dwProcessId, process + 1, 10);
    add_row(query, columns, ARRAYSIZE(columns), rows);
}

static HRESULT list_services(SC_HANDLE manager, const struct query *query,
                             struct message *rows)
{
    BYTE *list = malloc(SERVICES_LEN);
    DWORD needed, count = 0, resume = 0;
    bool listed = list && EnumServicesStatusExW(
                              manager, SC_ENUM_PROCESS_INFO, SERVICE_WIN32,
                              SERVICE_STATE_ALL, list, SERVICES_LEN, &needed,
                              &count, &resume, NULL);

    for (DWORD i = 0; listed && i < count; i++)
        add_service(query, &((ENUM_SERVICE_STATUS_PROCESSW *)list)[i], rows);
    free(list);
    return listed ? S_OK : (HRESULT)WBEM_E_FAILED;
}

static HRESULT services(const struct query *query, const struct caller *caller,
                        struct message *rows)
{
    SC_HANDLE manager =
        OpenSCManagerW(NULL, NULL, SC_MANAGER_ENUMERATE_SERVICE | READ_CONTROL);
    HRESULT hr = (HRESULT)WBEM_E_FAILED;

    if (!manager)
        return hr;
    hr = may_enumerate(manager, caller) ? list_services(manager, query, rows)
                                        : (HRESULT)WBEM_E_ACCESS_DENIED;
    CloseServiceHandle(manager);
    return hr;
}

static HRESULT namespaces(const struct query *query, const WCHAR *parent,
                          struct message *rows)
{
    WCHAR path[ARRAYSIZE(NAMESPACES_KEY) + WORD_COUNT] = NAMESPACES_KEY;
    LSTATUS status;
    HKEY key;

    wcscat(path, parent);
    status = RegOpenKeyExW(HKEY_LOCAL_MACHINE, path, 0, KEY_READ, &key);
    if (status != ERROR_SUCCESS)
        return (HRESULT)WBEM_E_INVALID_NAMESPACE;
    for (DWORD i = 0;; i++) {
        WCHAR name[WORD_COUNT] = L"s";
        struct column columns[] = {{L"Name", name}};
        DWORD count = WORD_COUNT - 1;

        if (RegEnumKeyExW(key, i, name + 1, &count, NULL, NULL, NULL, NULL) !=
            ERROR_SUCCESS)
            break;
        add_row(query, columns, ARRAYSIZE(columns), rows);
    }
    RegCloseKey(key);
    return S_OK;
}

static const struct {
    const WCHAR *name;
    HRESULT(*run)
    (const struct query *, const struct caller *, struct message *);
} CLASSES[] = {
    {L"Win32_OperatingSystem", operating_system},
    {L"Win32_ComputerSystem", computer_system},
    {L"Win32_Service", services},
};

HRESULT query_check(const WCHAR *text)
{
    struct query query;

    return parse(text, &query) ? S_OK : BAD_QUERY;
}

HRESULT query_run(const WCHAR *namespace_name, const WCHAR *text,
                  const struct caller *caller, struct message *rows)
{
    struct query query;

    if (!parse(text, &query))
        return BAD_QUERY;
    if (_wcsicmp(query.class_name, L"__NAMESPACE") == 0)
        return namespaces(&query, namespace_name, rows);
    if (_wcsicmp(namespace_name, L"root\\cimv2") == 0)
        for (size_t i = 0; i < ARRAYSIZE(CLASSES); i++)
            if (_wcsicmp(query.class_name, CLASSES[i].name) == 0)
                return CLASSES[i].run(&query, caller, rows);
    return (HRESULT)WBEM_E_INVALID_CLASS;
}
