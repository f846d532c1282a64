/* SPDX-License-Identifier: MIT */
/* What GetSD tells, what SetSD takes and refuses, what a child inherits. */
#include "wbemprobe.h"

#include <oleauto.h>
#include <sddl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define READER L"S-1-5-21-1-2-3-1001"
#define OWN(entries) L"O:BAG:BAD:" entries
#define WITH_OWN(entries) L"O:BAG:BAD:" entries INHERITED_LIST

void probe_reading(struct probe *probe)
{
    HRESULT hr;
    IWbemServices *services = probe_connect(probe, L"root\\wmi", &hr);
    WCHAR *text;

    check_sd(probe, L"root", ROOT_LIST, "the factory state");
    check_sd(probe, L"root\\cimv2", CHILD_LIST, "the factory state");
    check_sd(probe, L"root\\default", CHILD_LIST, "the factory state");
    check_sd(probe, L"root\\Microsoft\\Windows\\Storage", CHILD_LIST,
             "three levels down");
    text = probe_get_sd(services, SECURITY_INSTANCE, &hr);
    tap_check(&probe->tap, text && wcscmp(text, CHILD_LIST) == 0,
              "the instance tells the same");
    LocalFree(text);
    text = probe_get_sd(services, L"__SystemSecurity=1", &hr);
    tap_check(&probe->tap, !text && FAILED(hr), "an instance that is none");
    IWbemServices_Release(services);
}

/* SetSD of a namespace, then what it and perhaps a child of it have. */
static bool set(struct probe *probe, const WCHAR *path, const WCHAR *sddl)
{
    HRESULT hr;
    IWbemServices *services = probe_connect(probe, path, &hr);

    if (services) {
        hr = probe_set_sd(services, sddl);
        IWbemServices_Release(services);
    }
    return tap_check_hr(&probe->tap, hr, S_OK, "SetSD");
}

void probe_writing(struct probe *probe)
{
    const WCHAR *place = L"root\\cimv2";

    set(probe, place, OWN(L"(A;CI;CCWP;;;" READER L")"));
    check_sd(probe, place, WITH_OWN(L"(A;CI;CCWP;;;" READER L")"),
             "an entry, and the inherited ones come back");
    set(probe, place,
        OWN(L"(A;CIID;CCDCLCSWRPWPRCWD;;;WD)(A;;CC;;;" READER L")"));
    check_sd(probe, place, WITH_OWN(L"(A;;CC;;;" READER L")"),
             "entries given as inherited are dropped");
    set(probe, place, L"O:SYG:SYD:PAI(A;;CC;;;" READER L")");
    check_sd(probe, place, WITH_OWN(L"(A;;CC;;;" READER L")"),
             "owner, group and protection do not count");
    set(probe, place,
        OWN(L"(A;;CC;;;" READER L")(D;;WP;;;" READER L")(A;OI;CC;;;BU)"));
    check_sd(
        probe, place,
        WITH_OWN(L"(A;;CC;;;" READER L")(D;;WP;;;" READER L")(A;OI;CC;;;BU)"),
        "the order stays, whatever it is");
    check_sd(probe, L"root\\default", CHILD_LIST, "a sibling keeps its own");
    check_sd(probe, L"root", ROOT_LIST, "so does the parent");
    set(probe, place, OWN(L""));
    check_sd(probe, place, CHILD_LIST, "no entries of its own");
}

static HRESULT set_text(IWbemServices *services, const WCHAR *sddl)
{
    return probe_set_sd(services, sddl);
}

static void check_texts(struct probe *probe, IWbemServices *services)
{
    static const struct {
        const WCHAR *sddl;
        const char *what;
    } bad[] = {{L"G:BAD:(A;;CC;;;WD)", "no owner"},
               {L"O:BAD:(A;;CC;;;WD)", "no group"},
               {L"D:(A;;CC;;;WD)", "neither"},
               {L"O:BAG:BA", "no list"},
               {L"O:BAG:BAD:(A;;0x100;;;WD)", "an unknown right"},
               {L"O:BAG:BAD:(A;;GR;;;WD)", "a generic right"},
               {L"O:BAG:BAD:(A;;0x80000;;;WD)", "WRITE_OWNER"},
               {L"O:BAG:BAD:(A;;0x4;;;WD)", "full write alone"},
               {L"O:BAG:BAD:(A;;0xc;;;WD)", "without provider write"},
               {L"O:BAG:BAD:(A;;0x14;;;WD)", "without partial write"},
               {L"O:BAG:BAD:(A;IO;CC;;;WD)", "inherit only, for nobody"},
               {L"O:BAG:BAD:(A;OIIO;CC;;;WD)", "for objects, of which none"},
               {L"O:BAG:BAD:(A;;CC;;;BA)(A;;GA;;;WD)", "a later entry"},
               {L"O:BAG:BAD:(A;ID;GA;;;WD)", "an inherited one"}};
    static const WCHAR *const good[] = {
        L"O:BAG:BAD:(A;;0x1c;;;WD)", L"O:BAG:BAD:(A;CIIO;CC;;;WD)",
        L"O:BAG:BAD:(A;;0x600ff;;;WD)", L"O:BAG:BAD:(D;CINP;CC;;;BG)",
        L"O:BAG:BAD:"};

    for (size_t i = 0; i < ARRAYSIZE(bad); i++)
        tap_check_hr(&probe->tap, set_text(services, bad[i].sddl),
                     WBEM_E_INVALID_PARAMETER, bad[i].what);
    for (size_t i = 0; i < ARRAYSIZE(good); i++)
        tap_check(&probe->tap, set_text(services, good[i]) == S_OK,
                  "taken: %ls", good[i]);
}

enum { BYTES_MAX = 256 };

/* A good descriptor to be spoilt; its length. */
static ULONG good_bytes(BYTE bytes[BYTES_MAX])
{
    PSECURITY_DESCRIPTOR descriptor;
    ULONG len;

    if (!ConvertStringSecurityDescriptorToSecurityDescriptorW(
            OWN(L"(A;;CC;;;WD)"), SDDL_REVISION_1, &descriptor, &len))
        return 0;
    memcpy(bytes, descriptor, len);
    LocalFree(descriptor);
    return len;
}

static void check_spoilt(struct probe *probe, IWbemServices *services,
                         const BYTE *bytes, ULONG len, LONG wanted,
                         const char *what)
{
    LONG returned = 0;

    tap_check_hr(
        &probe->tap,
        probe_set_bytes(services, SECURITY_CLASS, bytes, len, &returned),
        wanted, what);
}

static void check_bytes(struct probe *probe, IWbemServices *services)
{
    BYTE bytes[BYTES_MAX];
    ULONG len = good_bytes(bytes);
    SECURITY_DESCRIPTOR_RELATIVE *head = (void *)bytes;
    ACL *acl = (void *)(bytes + head->Dacl);
    ACE_HEADER *ace = (void *)(acl + 1);

    check_spoilt(probe, services, bytes, len, S_OK, "good bytes");
    check_spoilt(probe, services, bytes, 19, WBEM_E_INVALID_OBJECT,
                 "less than a header");
    head->Control &= (WORD)~SE_SELF_RELATIVE;
    check_spoilt(probe, services, bytes, len, WBEM_E_INVALID_OBJECT,
                 "not self-relative");
    good_bytes(bytes);
    head->Owner = len;
    check_spoilt(probe, services, bytes, len, WBEM_E_INVALID_OBJECT,
                 "an owner outside");
    good_bytes(bytes);
    head->Revision = 2;
    check_spoilt(probe, services, bytes, len, WBEM_E_INVALID_OBJECT,
                 "another revision");
    good_bytes(bytes);
    acl->AclSize = (WORD)(acl->AclSize + len);
    check_spoilt(probe, services, bytes, len, WBEM_E_INVALID_PARAMETER,
                 "a list that is too long");
    good_bytes(bytes);
    ace->AceSize = 4;
    check_spoilt(probe, services, bytes, len, WBEM_E_INVALID_PARAMETER,
                 "an entry without a SID");
    good_bytes(bytes);
    ace->AceType = SYSTEM_AUDIT_ACE_TYPE;
    check_spoilt(probe, services, bytes, len, WBEM_E_INVALID_PARAMETER,
                 "an entry of another type");
    good_bytes(bytes);
    ace->AceFlags = SUCCESSFUL_ACCESS_ACE_FLAG;
    check_spoilt(probe, services, bytes, len, WBEM_E_INVALID_PARAMETER,
                 "a flag of another type");
}

static HRESULT set_without(IWbemServices *services, IWbemClassObject *in)
{
    BSTR path = SysAllocString(SECURITY_CLASS);
    BSTR method = SysAllocString(L"SetSD");
    IWbemClassObject *out = NULL;
    HRESULT hr = IWbemServices_ExecMethod(services, path, method, 0, NULL, in,
                                          &out, NULL);

    if (out)
        IWbemClassObject_Release(out);
    SysFreeString(method);
    SysFreeString(path);
    return hr;
}

static void check_parameters(struct probe *probe, IWbemServices *services)
{
    IWbemClassObject *in = probe_parameters(services, "", 0);
    VARIANT nothing;

    tap_check_hr(&probe->tap, set_without(services, NULL),
                 WBEM_E_INVALID_METHOD_PARAMETERS, "no parameters");
    if (!tap_check(&probe->tap, in != NULL, "parameters"))
        return;
    tap_check_hr(&probe->tap, set_without(services, in), WBEM_E_INVALID_OBJECT,
                 "no bytes");
    V_VT(&nothing) = VT_NULL;
    tap_check_hr(&probe->tap, IWbemClassObject_Put(in, L"SD", 0, &nothing, 0),
                 S_OK, "the parameter can be NULL");
    tap_check_hr(&probe->tap, set_without(services, in),
                 WBEM_E_INVALID_METHOD_PARAMETERS, "and then it is refused");
    IWbemClassObject_Release(in);
}

void probe_refusals(struct probe *probe)
{
    HRESULT hr;
    IWbemServices *services = probe_connect(probe, L"root\\default", &hr);

    if (!tap_check_hr(&probe->tap, hr, S_OK, "connecting"))
        return;
    check_texts(probe, services);
    check_sd(probe, L"root\\default", CHILD_LIST, "nothing of it stays");
    check_bytes(probe, services);
    check_parameters(probe, services);
    probe_set_sd(services, OWN(L""));
    IWbemServices_Release(services);
}

void probe_inheritance(struct probe *probe)
{
    const WCHAR *top = L"root\\Microsoft";
    const WCHAR *middle = L"root\\Microsoft\\Windows";
    const WCHAR *bottom = L"root\\Microsoft\\Windows\\Storage";

    set(probe, top, OWN(L"(A;;CCWP;;;" READER L")"));
    check_sd(probe, middle, CHILD_LIST, "an entry for the namespace alone");
    set(probe, top, OWN(L"(A;CI;CCWP;;;" READER L")"));
    check_sd(probe, middle, WITH_OWN(L"(A;CIID;CCWP;;;" READER L")"),
             "an entry for sub-namespaces");
    check_sd(probe, bottom, WITH_OWN(L"(A;CIID;CCWP;;;" READER L")"),
             "two levels down");
    set(probe, top, OWN(L"(A;CINP;CCWP;;;" READER L")"));
    check_sd(probe, middle, WITH_OWN(L"(A;NPID;CCWP;;;" READER L")"),
             "one level only");
    check_sd(probe, bottom, CHILD_LIST, "and not the next");
    set(probe, top, OWN(L"(A;CIIO;CCWP;;;" READER L")"));
    check_sd(probe, top, WITH_OWN(L"(A;CIIO;CCWP;;;" READER L")"),
             "for sub-namespaces alone");
    check_sd(probe, middle, WITH_OWN(L"(A;CIID;CCWP;;;" READER L")"),
             "there it counts");
    set(probe, middle, OWN(L"(A;;CC;;;" READER L")"));
    check_sd(probe, middle,
             WITH_OWN(L"(A;;CC;;;" READER L")(A;CIID;CCWP;;;" READER L")"),
             "own entries go first");
    set(probe, top, OWN(L""));
    check_sd(probe, middle, WITH_OWN(L"(A;;CC;;;" READER L")"),
             "taken away above, kept where it was given");
    set(probe, middle, OWN(L""));
    check_sd(probe, bottom, CHILD_LIST, "all as before");
}

/* root\wmi denies Administrators the right; the test's own state says so. */
void probe_rights(struct probe *probe)
{
    HRESULT hr;
    IWbemServices *services;

    set(probe, L"root\\wmi", OWN(L"(D;;WD;;;BA)"));
    services = probe_connect(probe, L"root\\wmi", &hr);
    tap_check_hr(&probe->tap, probe_set_sd(services, OWN(L"")),
                 WBEM_E_ACCESS_DENIED, "SetSD without WRITE_DAC");
    check_sd(probe, L"root\\wmi", WITH_OWN(L"(D;;WD;;;BA)"),
             "reading still works");
    IWbemServices_Release(services);
    set(probe, L"root\\SECURITY", OWN(L"(D;;RC;;;BA)"));
    services = probe_connect(probe, L"root\\SECURITY", &hr);
    LocalFree(probe_get_sd(services, SECURITY_CLASS, &hr));
    tap_check_hr(&probe->tap, hr, WBEM_E_ACCESS_DENIED,
                 "GetSD without READ_CONTROL");
    tap_check_hr(&probe->tap, probe_set_sd(services, OWN(L"(D;;CC;;;BA)")),
                 S_OK, "SetSD does not need it");
    IWbemServices_Release(services);
    services = probe_connect(probe, L"root\\SECURITY", &hr);
    tap_check_hr(&probe->tap, hr, WBEM_E_ACCESS_DENIED,
                 "a namespace that is closed");
    if (services)
        IWbemServices_Release(services);
}

void probe_not_elevated(struct probe *probe)
{
    HRESULT hr;
    IWbemServices *services = probe_connect(probe, L"root\\cimv2", &hr);

    if (!tap_check_hr(&probe->tap, hr, S_OK, "connecting as anybody"))
        return;
    LocalFree(probe_get_sd(services, SECURITY_CLASS, &hr));
    tap_check_hr(&probe->tap, hr, WBEM_E_ACCESS_DENIED, "GetSD");
    tap_check_hr(&probe->tap, probe_set_sd(services, OWN(L"")),
                 WBEM_E_ACCESS_DENIED, "SetSD");
    IWbemServices_Release(services);
}

void probe_mode_denied(struct probe *probe)
{
    HRESULT hr;
    IWbemServices *services = probe_connect(probe, L"root\\cimv2", &hr);

    tap_check_hr(&probe->tap, probe_set_sd(services, OWN(L"(A;;CC;;;WD)")),
                 WBEM_E_ACCESS_DENIED, "SetSD");
    check_sd(probe, L"root\\cimv2", CHILD_LIST, "nothing is written");
    IWbemServices_Release(services);
}

void probe_mode_ignored(struct probe *probe)
{
    HRESULT hr;
    IWbemServices *services = probe_connect(probe, L"root\\cimv2", &hr);

    tap_check_hr(&probe->tap, probe_set_sd(services, OWN(L"(A;;CC;;;WD)")),
                 S_OK, "SetSD");
    tap_check_hr(&probe->tap, probe_set_sd(services, OWN(L"(A;;GA;;;WD)")),
                 WBEM_E_INVALID_PARAMETER, "a bad one is still refused");
    check_sd(probe, L"root\\cimv2", CHILD_LIST, "nothing is written");
    IWbemServices_Release(services);
}

void probe_mode_returns_error(struct probe *probe)
{
    BYTE bytes[BYTES_MAX];
    ULONG len = good_bytes(bytes);
    LONG returned = 0;
    HRESULT hr;
    IWbemServices *services = probe_connect(probe, L"root\\cimv2", &hr);

    tap_check_hr(
        &probe->tap,
        probe_set_bytes(services, SECURITY_CLASS, bytes, len, &returned), S_OK,
        "the call of SetSD");
    tap_check_hr(&probe->tap, returned, WBEM_E_ACCESS_DENIED,
                 "its ReturnValue");
    check_sd(probe, L"root\\cimv2", CHILD_LIST, "nothing is written");
    IWbemServices_Release(services);
}

void probe_mode_stopped(struct probe *probe)
{
    HRESULT hr;
    IWbemServices *services = probe_connect(probe, L"root\\cimv2", &hr);

    tap_check_hr(&probe->tap, hr, NO_SERVER, "connecting");
    tap_check(&probe->tap, !services, "no connection");
    services = probe_connect(probe, L"root\\nothing", &hr);
    tap_check_hr(&probe->tap, hr, NO_SERVER, "connecting to what is not there");
    tap_check(&probe->tap, !services, "no connection either");
}
