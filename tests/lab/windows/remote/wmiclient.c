/* SPDX-License-Identifier: MIT */
/*
 * wmiclient.exe PATH [NAME=VALUE...] [WORD...]: a WMI client, as Microsoft's
 * samples have them, that says how each step ends. It includes nothing of the
 * stand-in.
 *
 *   user= password= authority=   for ConnectServer and the blankets
 *   level= impersonation=        of the blankets (6 and 3)
 *   query=                       (SELECT * FROM Win32_OperatingSystem)
 *   property=                    the one that is shown (CSName)
 *   await=                       milliseconds for Next and the sink (10000)
 *   unblanketed                  the enumerator is left as it comes
 *   synchronous                  without WBEM_FLAG_RETURN_IMMEDIATELY
 *   async, own-sink              asynchronously, by unsecapp's stub or not
 *   cancel                       ... and cancelled at once
 */
#include <windows.h>
#include <fcntl.h>
#include <io.h>
#include <stdbool.h>
#include <stdio.h>
#include <wbemidl.h>
#include <wchar.h>

enum { TEXT_COUNT = 512 };

struct wishes {
    const WCHAR *path, *user, *password, *authority, *query, *property;
    DWORD level, impersonation, await;
    bool unblanketed, synchronous, async, own_sink, cancel;
};

struct sink {
    IWbemObjectSink iface;
    LONG references;
    HANDLE done;
    LONG count;
    HRESULT status;
    const WCHAR *property;
};

static void say(const char *step, HRESULT hr)
{
    printf("%s 0x%08lX\n", step, hr);
}

static void show(IWbemClassObject *object, const WCHAR *property)
{
    VARIANT value;

    VariantInit(&value);
    if (SUCCEEDED(
            IWbemClassObject_Get(object, property, 0, &value, NULL, NULL)) &&
        V_VT(&value) == VT_BSTR)
        printf("row %ls\n", V_BSTR(&value));
    else
        printf("row\n");
    VariantClear(&value);
}

static void split(const WCHAR *user, WCHAR domain[TEXT_COUNT],
                  WCHAR name[TEXT_COUNT])
{
    const WCHAR *slash = wcschr(user, L'\\');

    *domain = 0;
    wcscpy(name, slash ? slash + 1 : user);
    if (slash) {
        wmemcpy(domain, user, (size_t)(slash - user));
        domain[slash - user] = 0;
    }
}

static HRESULT secure(const struct wishes *wishes, IUnknown *proxy)
{
    WCHAR domain[TEXT_COUNT], user[TEXT_COUNT], password[TEXT_COUNT];
    COAUTHIDENTITY identity = {.User = user,
                               .Domain = domain,
                               .Password = password,
                               .Flags = SEC_WINNT_AUTH_IDENTITY_UNICODE};

    if (wishes->user) {
        split(wishes->user, domain, user);
        wcscpy(password, wishes->password ? wishes->password : L"");
        identity.UserLength = (ULONG)wcslen(user);
        identity.DomainLength = (ULONG)wcslen(domain);
        identity.PasswordLength = (ULONG)wcslen(password);
    }
    return CoSetProxyBlanket(proxy, RPC_C_AUTHN_DEFAULT, RPC_C_AUTHZ_DEFAULT,
                             COLE_DEFAULT_PRINCIPAL, wishes->level,
                             wishes->impersonation,
                             wishes->user ? &identity : NULL, EOAC_NONE);
}

static IWbemServices *connected(const struct wishes *wishes)
{
    BSTR path = SysAllocString(wishes->path);
    BSTR user = wishes->user ? SysAllocString(wishes->user) : NULL;
    BSTR password = wishes->password ? SysAllocString(wishes->password) : NULL;
    BSTR authority =
        wishes->authority ? SysAllocString(wishes->authority) : NULL;
    IWbemLocator *locator = NULL;
    IWbemServices *services = NULL;
    HRESULT hr =
        CoCreateInstance(&CLSID_WbemLocator, NULL, CLSCTX_INPROC_SERVER,
                         &IID_IWbemLocator, (void **)&locator);

    if (SUCCEEDED(hr)) {
        hr = IWbemLocator_ConnectServer(locator, path, user, password, NULL,
                                        WBEM_FLAG_CONNECT_USE_MAX_WAIT,
                                        authority, NULL, &services);
        IWbemLocator_Release(locator);
    }
    say("connect", hr);
    SysFreeString(path);
    SysFreeString(user);
    SysFreeString(password);
    SysFreeString(authority);
    return services;
}

static void enumerate(const struct wishes *wishes, IEnumWbemClassObject *all)
{
    IWbemClassObject *object;
    ULONG returned;
    HRESULT hr;

    while ((hr = IEnumWbemClassObject_Next(all, (LONG)wishes->await, 1, &object,
                                           &returned)) == S_OK) {
        show(object, wishes->property);
        IWbemClassObject_Release(object);
    }
    say("next", hr);
}

static void query(const struct wishes *wishes, IWbemServices *services,
                  BSTR language, BSTR text)
{
    LONG flags = WBEM_FLAG_FORWARD_ONLY;
    IEnumWbemClassObject *all = NULL;
    HRESULT hr;

    if (!wishes->synchronous)
        flags |= WBEM_FLAG_RETURN_IMMEDIATELY;
    hr = IWbemServices_ExecQuery(services, language, text, flags, NULL, &all);
    say("query", hr);
    if (FAILED(hr))
        return;
    if (!wishes->unblanketed)
        say("blanket", secure(wishes, (IUnknown *)all));
    enumerate(wishes, all);
    IEnumWbemClassObject_Release(all);
}

/* --- the sink ------------------------------------------------------------- */

static struct sink *sink_of(IWbemObjectSink *iface)
{
    return CONTAINING_RECORD(iface, struct sink, iface);
}

static HRESULT STDMETHODCALLTYPE sink_QueryInterface(IWbemObjectSink *self,
                                                     REFIID iid, void **out)
{
    *out = NULL;
    if (!IsEqualIID(iid, &IID_IUnknown) &&
        !IsEqualIID(iid, &IID_IWbemObjectSink))
        return E_NOINTERFACE;
    *out = self;
    InterlockedIncrement(&sink_of(self)->references);
    return S_OK;
}

static ULONG STDMETHODCALLTYPE sink_AddRef(IWbemObjectSink *self)
{
    return (ULONG)InterlockedIncrement(&sink_of(self)->references);
}

static ULONG STDMETHODCALLTYPE sink_Release(IWbemObjectSink *self)
{
    return (ULONG)InterlockedDecrement(&sink_of(self)->references);
}

static HRESULT STDMETHODCALLTYPE sink_Indicate(IWbemObjectSink *self,
                                               LONG count,
                                               IWbemClassObject **objects)
{
    for (LONG i = 0; i < count; i++)
        show(objects[i], sink_of(self)->property);
    sink_of(self)->count += count;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE sink_SetStatus(IWbemObjectSink *self,
                                                LONG flags, HRESULT result,
                                                BSTR text,
                                                IWbemClassObject *object)
{
    (void)text, (void)object;
    if (flags == WBEM_STATUS_COMPLETE) {
        sink_of(self)->status = result;
        SetEvent(sink_of(self)->done);
    }
    return S_OK;
}

static IWbemObjectSinkVtbl sink_vtbl = {sink_QueryInterface, sink_AddRef,
                                        sink_Release, sink_Indicate,
                                        sink_SetStatus};

/* What the query is given: the sink itself, or unsecapp's stub of it. */
static IWbemObjectSink *stub_of(const struct wishes *wishes, struct sink *sink)
{
    IUnsecuredApartment *apartment = NULL;
    IUnknown *stub = NULL;
    IWbemObjectSink *result = NULL;
    HRESULT hr;

    if (wishes->own_sink) {
        sink_AddRef(&sink->iface);
        return &sink->iface;
    }
    hr = CoCreateInstance(&CLSID_UnsecuredApartment, NULL, CLSCTX_LOCAL_SERVER,
                          &IID_IUnsecuredApartment, (void **)&apartment);
    if (SUCCEEDED(hr)) {
        hr = IUnsecuredApartment_CreateObjectStub(
            apartment, (IUnknown *)&sink->iface, &stub);
        IUnsecuredApartment_Release(apartment);
    }
    if (SUCCEEDED(hr)) {
        hr = IUnknown_QueryInterface(stub, &IID_IWbemObjectSink,
                                     (void **)&result);
        IUnknown_Release(stub);
    }
    if (FAILED(hr))
        say("stub", hr);
    return result;
}

static void query_async(const struct wishes *wishes, IWbemServices *services,
                        BSTR language, BSTR text)
{
    struct sink sink = {.iface.lpVtbl = &sink_vtbl,
                        .references = 1,
                        .property = wishes->property};
    IWbemObjectSink *stub = stub_of(wishes, &sink);
    HRESULT hr;

    if (!stub)
        return;
    sink.done = CreateEventW(NULL, TRUE, FALSE, NULL);
    hr = IWbemServices_ExecQueryAsync(services, language, text, 0, NULL, stub);
    say("async", hr);
    if (SUCCEEDED(hr) && wishes->cancel)
        say("cancel", IWbemServices_CancelAsyncCall(services, stub));
    if (SUCCEEDED(hr) &&
        WaitForSingleObject(sink.done, wishes->await) == WAIT_OBJECT_0)
        say("status", sink.status);
    else if (SUCCEEDED(hr))
        printf("silence\n");
    if (SUCCEEDED(hr) && !wishes->cancel)
        IWbemServices_CancelAsyncCall(services, stub);
    IWbemObjectSink_Release(stub);
    CloseHandle(sink.done);
}

static bool text_wish(const WCHAR *word, const WCHAR *name, const WCHAR **value)
{
    size_t count = wcslen(name);

    if (wcsncmp(word, name, count) != 0 || word[count] != L'=')
        return false;
    *value = word + count + 1;
    return true;
}

static bool number_wish(const WCHAR *word, const WCHAR *name, DWORD *value)
{
    const WCHAR *text;

    if (!text_wish(word, name, &text))
        return false;
    *value = wcstoul(text, NULL, 10);
    return true;
}

static bool flag_wish(const WCHAR *word, const WCHAR *name, bool *value)
{
    if (wcscmp(word, name) != 0)
        return false;
    return *value = true;
}

static bool understand(const WCHAR *word, struct wishes *wishes)
{
    return text_wish(word, L"user", &wishes->user) ||
           text_wish(word, L"password", &wishes->password) ||
           text_wish(word, L"authority", &wishes->authority) ||
           text_wish(word, L"query", &wishes->query) ||
           text_wish(word, L"property", &wishes->property) ||
           number_wish(word, L"level", &wishes->level) ||
           number_wish(word, L"impersonation", &wishes->impersonation) ||
           number_wish(word, L"await", &wishes->await) ||
           flag_wish(word, L"unblanketed", &wishes->unblanketed) ||
           flag_wish(word, L"synchronous", &wishes->synchronous) ||
           flag_wish(word, L"async", &wishes->async) ||
           flag_wish(word, L"own-sink", &wishes->own_sink) ||
           flag_wish(word, L"cancel", &wishes->cancel);
}

static void run(const struct wishes *wishes)
{
    BSTR language = SysAllocString(L"WQL");
    BSTR text = SysAllocString(wishes->query);
    IWbemServices *services = connected(wishes);

    if (services) {
        say("blanket", secure(wishes, (IUnknown *)services));
        if (wishes->async)
            query_async(wishes, services, language, text);
        else
            query(wishes, services, language, text);
        IWbemServices_Release(services);
    }
    SysFreeString(language);
    SysFreeString(text);
}

int wmain(int argc, WCHAR **argv);

int wmain(int argc, WCHAR **argv)
{
    struct wishes wishes = {
        .query = L"SELECT * FROM Win32_OperatingSystem",
        .property = L"CSName",
        .level = RPC_C_AUTHN_LEVEL_PKT_PRIVACY,
        .impersonation = RPC_C_IMP_LEVEL_IMPERSONATE,
        .await = 10000,
    };

    _setmode(_fileno(stdout), _O_BINARY);
    if (argc < 2)
        return 2;
    wishes.path = argv[1];
    for (int i = 2; i < argc; i++)
        if (!understand(argv[i], &wishes)) {
            fprintf(stderr, "wmiclient: %ls: no such word\n", argv[i]);
            return 2;
        }
    if (FAILED(CoInitializeEx(NULL, COINIT_MULTITHREADED)))
        return 1;
    CoInitializeSecurity(NULL, -1, NULL, NULL, RPC_C_AUTHN_LEVEL_PKT_PRIVACY,
                         RPC_C_IMP_LEVEL_IMPERSONATE, NULL, EOAC_NONE, NULL);
    run(&wishes);
    CoUninitialize();
    return 0;
}
