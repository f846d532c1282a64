/* SPDX-License-Identifier: MIT */
#include "blanket.h"

#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

static struct blanket *blanket_of(IClientSecurity *iface)
{
    return CONTAINING_RECORD(iface, struct blanket, iface);
}

static HRESULT STDMETHODCALLTYPE blanket_QueryInterface(IClientSecurity *self,
                                                        REFIID iid, void **out)
{
    return IUnknown_QueryInterface(blanket_of(self)->proxy, iid, out);
}

static ULONG STDMETHODCALLTYPE blanket_AddRef(IClientSecurity *self)
{
    return IUnknown_AddRef(blanket_of(self)->proxy);
}

static ULONG STDMETHODCALLTYPE blanket_Release(IClientSecurity *self)
{
    return IUnknown_Release(blanket_of(self)->proxy);
}

static HRESULT STDMETHODCALLTYPE blanket_QueryBlanket(
    IClientSecurity *self, IUnknown *proxy, DWORD *service,
    DWORD *authorization, OLECHAR **principal, DWORD *level,
    DWORD *impersonation, void **authentication, DWORD *capabilities)
{
    struct blanket *blanket = blanket_of(self);

    (void)proxy;
    if (service)
        *service = blanket->service;
    if (authorization)
        *authorization = RPC_C_AUTHZ_NONE;
    if (principal)
        *principal = NULL;
    if (level)
        *level = blanket->level;
    if (impersonation)
        *impersonation = blanket->impersonation;
    if (authentication)
        *authentication = NULL;
    if (capabilities)
        *capabilities = EOAC_NONE;
    return S_OK;
}

/* `count` characters in either encoding, for the caller to free(). */
static WCHAR *take(const void *text, ULONG count, bool is_wide)
{
    WCHAR *copy = calloc((size_t)count + 1, sizeof *copy);

    if (!copy || !text || count == 0)
        return copy;
    if (is_wide)
        wmemcpy(copy, text, count);
    else
        MultiByteToWideChar(CP_ACP, 0, text, (int)count, copy, (int)count);
    return copy;
}

/* COAUTHIDENTITY: its texts are wide or not by its flag. */
static bool take_identity(struct blanket *blanket, const COAUTHIDENTITY *given)
{
    bool is_wide = (given->Flags & SEC_WINNT_AUTH_IDENTITY_UNICODE) != 0;
    WCHAR *user = take(given->User, given->UserLength, is_wide);
    WCHAR *domain = take(given->Domain, given->DomainLength, is_wide);
    WCHAR *password = take(given->Password, given->PasswordLength, is_wide);
    WCHAR whole[512] = L"";
    bool good = user && domain && password;

    if (good && *domain)
        good = swprintf(whole, 512, L"%ls\\%ls", domain, user) > 0;
    good = good &&
           blanket_set_user(blanket, *domain ? whole : user, password, L"");
    free(user);
    free(domain);
    free(password);
    return good;
}

static HRESULT STDMETHODCALLTYPE blanket_SetBlanket(
    IClientSecurity *self, IUnknown *proxy, DWORD service, DWORD authorization,
    OLECHAR *principal, DWORD level, DWORD impersonation, void *authentication,
    DWORD capabilities)
{
    struct blanket *blanket = blanket_of(self);
    bool good;

    (void)proxy, (void)authorization, (void)principal, (void)capabilities;
    if (level > RPC_C_AUTHN_LEVEL_PKT_PRIVACY ||
        impersonation > RPC_C_IMP_LEVEL_DELEGATE)
        return E_INVALIDARG;
    if (!authentication || authentication == COLE_DEFAULT_AUTHINFO)
        good = blanket_set_user(blanket, NULL, NULL, NULL);
    else
        good = take_identity(blanket, authentication);
    if (!good)
        return E_OUTOFMEMORY;
    blanket->service = service;
    blanket->level = level == RPC_C_AUTHN_LEVEL_DEFAULT ? LEVEL_DEFAULT : level;
    blanket->impersonation = impersonation;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE blanket_CopyProxy(IClientSecurity *self,
                                                   IUnknown *proxy,
                                                   IUnknown **copy)
{
    (void)self, (void)proxy, (void)copy;
    return E_NOTIMPL;
}

static IClientSecurityVtbl blanket_vtbl = {
    blanket_QueryInterface, blanket_AddRef,     blanket_Release,
    blanket_QueryBlanket,   blanket_SetBlanket, blanket_CopyProxy};

void blanket_init(struct blanket *blanket, IUnknown *proxy)
{
    *blanket = (struct blanket){.iface.lpVtbl = &blanket_vtbl,
                                .proxy = proxy,
                                .service = RPC_C_AUTHN_WINNT,
                                .level = LEVEL_DEFAULT,
                                .impersonation = RPC_C_IMP_LEVEL_IMPERSONATE};
}

static void forget(struct blanket *blanket)
{
    if (blanket->password)
        SecureZeroMemory(blanket->password,
                         wcslen(blanket->password) * sizeof *blanket->password);
    free(blanket->user);
    free(blanket->password);
    free(blanket->authority);
    blanket->user = blanket->password = blanket->authority = NULL;
}

void blanket_release(struct blanket *blanket)
{
    forget(blanket);
}

bool blanket_set_user(struct blanket *blanket, const WCHAR *user,
                      const WCHAR *password, const WCHAR *authority)
{
    forget(blanket);
    if (!user)
        return true;
    blanket->user = _wcsdup(user);
    blanket->password = _wcsdup(password ? password : L"");
    blanket->authority = _wcsdup(authority ? authority : L"");
    if (blanket->user && blanket->password && blanket->authority)
        return true;
    forget(blanket);
    return false;
}

void blanket_identity(const struct blanket *blanket, struct identity *identity)
{
    *identity = (struct identity){.user = blanket->user,
                                  .password = blanket->password,
                                  .authority = blanket->authority,
                                  .level = blanket->level,
                                  .impersonation = blanket->impersonation};
}
