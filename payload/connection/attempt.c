/* SPDX-License-Identifier: MIT */
#include "payload/connection/attempt.h"

#include "payload/win32/com.h"

#include <wbemcli.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "payload/connection/sink.h"
#include "payload/win32/utf16.h"

#define ROW_WAIT_MS 30000
#define ASYNC_WAIT_MS 30000
#define RESOURCE_MAX 1400

/* Every machine has it, in this namespace alone. */
#define MACHINE_NAMESPACE "root\\cimv2"
#define MACHINE_QUERY                                                          \
    "SELECT CSName, Caption, Version FROM Win32_OperatingSystem"
/* Every namespace has it; some have no row. */
#define OTHER_QUERY "SELECT Name FROM __NAMESPACE"

struct attempt {
    const struct wish *wish;
    const struct attempt_listener *listener;
    struct attempt_step now;
    BSTR user;
    BSTR password;
    BSTR language;
    BSTR query;
    COAUTHIDENTITY identity; /* proxies point to it until they are released */
    IWbemLocator *locator;
    IWbemServices *services; /* of the namespace under way */
};

/* --- telling -------------------------------------------------------------- */

static void begin(struct attempt *attempt, const char *step)
{
    attempt->now.step = step;
    attempt->now.code = 0;
    attempt->now.rows = -1;
    attempt->now.text = NULL;
    attempt->listener->begun(attempt->listener->context, &attempt->now);
}

static HRESULT end(struct attempt *attempt, HRESULT result)
{
    if (FAILED(result))
        attempt->now.code = (unsigned long)result & 0xFFFFFFFFul;
    attempt->listener->ended(attempt->listener->context, &attempt->now);
    return result;
}

/* --- user and password ---------------------------------------------------- */

static void wipe(void *bytes, size_t len)
{
    if (bytes != NULL)
        SecureZeroMemory(bytes, len);
}

/* OLEAUT32 keeps freed texts for reuse, as they are. */
static void free_secret(BSTR text)
{
    wipe(text, SysStringLen(text) * sizeof *text);
    SysFreeString(text);
}

static BSTR secret_bstr(const char *text)
{
    wchar_t *wide = utf16_from_utf8(text);
    BSTR copy = wide != NULL ? SysAllocString(wide) : NULL;
    if (wide != NULL)
        wipe(wide, wcslen(wide) * sizeof *wide);
    free(wide);
    return copy;
}

/* DOMAIN\user taken apart; what has no domain, user@domain too, stays whole. */
static void name_identity(struct attempt *attempt)
{
    COAUTHIDENTITY *identity = &attempt->identity;
    wchar_t *user = attempt->user;
    wchar_t *slash = wcschr(user, L'\\');
    if (slash != NULL) {
        identity->Domain = user;
        identity->DomainLength = (ULONG)(slash - user);
        user = slash + 1;
    }
    identity->User = user;
    identity->UserLength = (ULONG)wcslen(user);
    identity->Password = attempt->password;
    identity->PasswordLength = SysStringLen(attempt->password);
    identity->Flags = SEC_WINNT_AUTH_IDENTITY_UNICODE;
}

static HRESULT open_attempt(struct attempt *attempt)
{
    attempt->user = com_bstr(attempt->wish->user);
    attempt->password = secret_bstr(attempt->wish->password);
    attempt->language = com_bstr("WQL");
    if (attempt->user == NULL || attempt->password == NULL ||
        attempt->language == NULL)
        return E_OUTOFMEMORY;
    name_identity(attempt);
    return CoCreateInstance(&CLSID_WbemLocator, NULL, CLSCTX_INPROC_SERVER,
                            &IID_IWbemLocator, (void **)&attempt->locator);
}

static void close_attempt(struct attempt *attempt)
{
    COM_RELEASE(attempt->locator);
    SysFreeString(attempt->language);
    SysFreeString(attempt->user);
    free_secret(attempt->password);
}

/* --- the steps ------------------------------------------------------------ */

static HRESULT connect_to(struct attempt *attempt)
{
    char path[RESOURCE_MAX];
    begin(attempt, "connect");
    snprintf(path, sizeof path, "\\\\%s\\%s", attempt->wish->address,
             attempt->now.path);
    BSTR resource = com_bstr(path);
    HRESULT result = resource != NULL ? S_OK : E_OUTOFMEMORY;
    if (SUCCEEDED(result))
        result = IWbemLocator_ConnectServer(
            attempt->locator, resource, attempt->user, attempt->password, NULL,
            WBEM_FLAG_CONNECT_USE_MAX_WAIT, NULL, NULL, &attempt->services);
    SysFreeString(resource);
    return end(attempt, result);
}

/* Without it a proxy goes on as who runs this program. */
static HRESULT set_blanket(struct attempt *attempt, void *proxy)
{
    return CoSetProxyBlanket(
        proxy, RPC_C_AUTHN_DEFAULT, RPC_C_AUTHZ_DEFAULT, COLE_DEFAULT_PRINCIPAL,
        RPC_C_AUTHN_LEVEL_PKT_PRIVACY, RPC_C_IMP_LEVEL_IMPERSONATE,
        &attempt->identity, EOAC_NONE);
}

static char *text_of(IWbemClassObject *row, const wchar_t *name)
{
    VARIANT value;
    char *text = NULL;
    VariantInit(&value);
    if (SUCCEEDED(IWbemClassObject_Get(row, name, 0, &value, NULL, NULL)) &&
        V_VT(&value) == VT_BSTR)
        text = com_text(V_BSTR(&value));
    VariantClear(&value);
    return text;
}

/* "LAB-01 Microsoft Windows 11 Pro 10.0.26100": who it is that answers. */
static void describe_row(IWbemClassObject *row, char *out, size_t size)
{
    static const wchar_t *const names[] = {L"CSName", L"Caption", L"Version"};
    size_t len = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char *text = text_of(row, names[i]);
        if (text != NULL && len < size)
            len += (size_t)snprintf(out + len, size - len, "%s%s",
                                    len > 0 ? " " : "", text);
        free(text);
    }
}

static HRESULT read_row(struct attempt *attempt, IEnumWbemClassObject *rows,
                        char *text, size_t size)
{
    IWbemClassObject *row = NULL;
    ULONG count = 0;
    HRESULT result =
        IEnumWbemClassObject_Next(rows, ROW_WAIT_MS, 1, &row, &count);
    if (result == WBEM_S_TIMEDOUT)
        return HRESULT_FROM_WIN32(ERROR_TIMEOUT);
    if (SUCCEEDED(result))
        attempt->now.rows = row != NULL ? 1 : 0;
    if (row != NULL)
        describe_row(row, text, size);
    COM_RELEASE(row);
    return result;
}

static HRESULT ask(struct attempt *attempt)
{
    IEnumWbemClassObject *rows = NULL;
    char text[300] = "";
    begin(attempt, "query");
    HRESULT result = IWbemServices_ExecQuery(
        attempt->services, attempt->language, attempt->query,
        WBEM_FLAG_FORWARD_ONLY | WBEM_FLAG_RETURN_IMMEDIATELY, NULL, &rows);
    if (SUCCEEDED(result))
        result = set_blanket(attempt, rows);
    if (SUCCEEDED(result))
        result = read_row(attempt, rows, text, sizeof text);
    COM_RELEASE(rows);
    attempt->now.text = text[0] != '\0' ? text : NULL;
    return end(attempt, result);
}

/* The sink that WMI calls is unsecapp's, which passes on to ours. */
static HRESULT make_stub(struct sink *sink, IWbemObjectSink **stub)
{
    IUnsecuredApartment *apartment = NULL;
    IUnknown *unknown = NULL;
    HRESULT result =
        CoCreateInstance(&CLSID_UnsecuredApartment, NULL, CLSCTX_LOCAL_SERVER,
                         &IID_IUnsecuredApartment, (void **)&apartment);
    if (SUCCEEDED(result))
        result = IUnsecuredApartment_CreateObjectStub(
            apartment, sink_unknown(sink), &unknown);
    if (SUCCEEDED(result))
        result = IUnknown_QueryInterface(unknown, &IID_IWbemObjectSink,
                                         (void **)stub);
    COM_RELEASE(unknown);
    COM_RELEASE(apartment);
    return result;
}

static HRESULT call_back(struct attempt *attempt, struct sink *sink)
{
    IWbemObjectSink *stub = NULL;
    HRESULT result = make_stub(sink, &stub);
    if (SUCCEEDED(result))
        result =
            IWbemServices_ExecQueryAsync(attempt->services, attempt->language,
                                         attempt->query, 0, NULL, stub);
    if (SUCCEEDED(result)) {
        result = sink_wait(sink, ASYNC_WAIT_MS, &attempt->now.rows);
        if (result == HRESULT_FROM_WIN32(ERROR_TIMEOUT))
            (void)IWbemServices_CancelAsyncCall(attempt->services, stub);
    }
    COM_RELEASE(stub);
    return result;
}

static void ask_asynchronously(struct attempt *attempt)
{
    struct sink *sink = sink_new();
    begin(attempt, "async_query");
    (void)end(attempt, sink != NULL ? call_back(attempt, sink) : E_OUTOFMEMORY);
    if (sink != NULL)
        IUnknown_Release(sink_unknown(sink));
}

static HRESULT choose_query(struct attempt *attempt)
{
    SysFreeString(attempt->query);
    attempt->query = com_bstr(
        _stricmp(attempt->now.path, MACHINE_NAMESPACE) == 0 ? MACHINE_QUERY
                                                            : OTHER_QUERY);
    return attempt->query != NULL ? S_OK : E_OUTOFMEMORY;
}

static void use(struct attempt *attempt, bool asynchronous)
{
    begin(attempt, "blanket");
    HRESULT result = set_blanket(attempt, attempt->services);
    if (SUCCEEDED(result))
        result = choose_query(attempt);
    if (SUCCEEDED(end(attempt, result)) && SUCCEEDED(ask(attempt)) &&
        asynchronous)
        ask_asynchronously(attempt);
}

/* WMI itself has answered: the other namespaces may be open. */
static bool is_of_wmi(HRESULT result)
{
    return HRESULT_FACILITY(result) == FACILITY_ITF;
}

static void try_namespaces(struct attempt *attempt)
{
    const cJSON *item;
    bool asynchronous = attempt->wish->asynchronous;
    cJSON_ArrayForEach (item, attempt->wish->namespaces) {
        attempt->now.path = item->valuestring;
        HRESULT result = connect_to(attempt);
        if (SUCCEEDED(result))
            use(attempt, asynchronous);
        else if (!is_of_wmi(result))
            break;
        asynchronous = false;
        COM_RELEASE(attempt->services);
    }
}

void attempt_make(const struct wish *wish,
                  const struct attempt_listener *listener)
{
    struct attempt attempt = {.wish = wish, .listener = listener};
    begin(&attempt, "locator");
    if (SUCCEEDED(end(&attempt, open_attempt(&attempt))))
        try_namespaces(&attempt);
    SysFreeString(attempt.query);
    close_attempt(&attempt);
}
