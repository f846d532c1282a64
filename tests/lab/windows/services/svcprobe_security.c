/* SPDX-License-Identifier: MIT */
/* The security of the manager and of services. */
#include "svcprobe.h"

#include <sddl.h>
#include <string.h>
#include <wchar.h>

#define READER L"S-1-5-21-0-0-0-1077"
#define FACTORY_DACL                                                           \
    L"D:(A;;CC;;;AU)(A;;CCLCRPRC;;;IU)(A;;CCLCRPRC;;;SU)"                      \
    L"(A;;CCLCRPWPRC;;;SY)(A;;KA;;;BA)(A;;CC;;;S-1-15-2-1)"
#define CHANGED_DACL FACTORY_DACL L"(A;;CCLCRPRC;;;" READER L")"

enum { DESCRIPTOR_MAX = 8192 };

struct bytes {
    DWORD len;
    union {
        SECURITY_DESCRIPTOR align;
        BYTE data[DESCRIPTOR_MAX];
    };
};

static DWORD manager_for(DWORD access, SC_HANDLE *manager)
{
    *manager = OpenSCManagerW(NULL, NULL, access);
    return code_of(*manager != NULL);
}

/* The code of opening alone. */
static DWORD may_open(DWORD access)
{
    SC_HANDLE manager;
    DWORD code = manager_for(access, &manager);

    if (code == ERROR_SUCCESS)
        CloseServiceHandle(manager);
    return code;
}

static DWORD query(SC_HANDLE handle, SECURITY_INFORMATION what,
                   struct bytes *into)
{
    return code_of(QueryServiceObjectSecurity(handle, what, into->data,
                                              sizeof into->data, &into->len));
}

static DWORD set(SC_HANDLE handle, const WCHAR *sddl)
{
    PSECURITY_DESCRIPTOR descriptor;
    DWORD code;

    if (!ConvertStringSecurityDescriptorToSecurityDescriptorW(
            sddl, SDDL_REVISION_1, &descriptor, NULL))
        return GetLastError();
    code = code_of(SetServiceObjectSecurity(handle, DACL_SECURITY_INFORMATION,
                                            descriptor));
    LocalFree(descriptor);
    return code;
}

/* Whether the object has exactly the entries of the text. */
static DWORD has_entries(SC_HANDLE handle, const WCHAR *sddl)
{
    PSECURITY_DESCRIPTOR wanted;
    BOOL present, defaulted;
    DWORD same = 0;
    PACL acl = NULL, other = NULL;
    struct bytes found;

    if (query(handle, DACL_SECURITY_INFORMATION, &found) != ERROR_SUCCESS ||
        !ConvertStringSecurityDescriptorToSecurityDescriptorW(
            sddl, SDDL_REVISION_1, &wanted, NULL))
        return 0;
    if (GetSecurityDescriptorDacl(found.data, &present, &acl, &defaulted) &&
        GetSecurityDescriptorDacl(wanted, &present, &other, &defaulted) &&
        acl != NULL && other != NULL)
        same = acl->AceCount == other->AceCount &&
               acl->AclSize == other->AclSize &&
               memcmp(acl, other, acl->AclSize) == 0;
    LocalFree(wanted);
    return same;
}

static void probe_reading(struct probe *probe)
{
    SC_HANDLE manager, connected;
    struct bytes found;
    DWORD needed = 0;
    PSID owner = NULL;
    BOOL defaulted;

    check(probe, manager_for(READ_CONTROL, &manager), 0, "READ_CONTROL");
    check(probe, has_entries(manager, FACTORY_DACL), 1, "Windows' own list");
    check(probe,
          code_of(QueryServiceObjectSecurity(manager, DACL_SECURITY_INFORMATION,
                                             NULL, 0, &needed)),
          ERROR_INSUFFICIENT_BUFFER, "no room");
    check(probe, needed > sizeof(SECURITY_DESCRIPTOR_RELATIVE), 1,
          "and it says how much");
    check(probe, query(manager, 0, &found), ERROR_INVALID_PARAMETER,
          "nothing asked for");
    check(probe, query(manager, SACL_SECURITY_INFORMATION, &found),
          ERROR_ACCESS_DENIED, "the audit list without the right");
    check(probe,
          query(manager,
                OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION,
                &found),
          0, "owner and group");
    check(probe,
          GetSecurityDescriptorOwner(found.data, &owner, &defaulted) &&
              owner != NULL && IsWellKnownSid(owner, WinLocalSystemSid),
          1, "the system owns it");
    check(probe, manager_for(SC_MANAGER_CONNECT, &connected), 0, "connect");
    check(probe, query(connected, DACL_SECURITY_INFORMATION, &found),
          ERROR_ACCESS_DENIED, "reading with connect alone");
    CloseServiceHandle(connected);
    CloseServiceHandle(manager);
}

static void probe_writing(struct probe *probe)
{
    SECURITY_DESCRIPTOR broken;
    SC_HANDLE manager, reading;

    memset(&broken, 0, sizeof broken);
    check(probe, manager_for(READ_CONTROL | WRITE_DAC, &manager), 0,
          "READ_CONTROL and WRITE_DAC");
    check(probe, manager_for(READ_CONTROL, &reading), 0, "READ_CONTROL");
    check(probe, set(reading, CHANGED_DACL), ERROR_ACCESS_DENIED,
          "writing without WRITE_DAC");
    check(probe,
          code_of(SetServiceObjectSecurity(manager, DACL_SECURITY_INFORMATION,
                                           &broken)),
          ERROR_INVALID_PARAMETER, "a broken descriptor");
    check(probe, code_of(SetServiceObjectSecurity(manager, 0, &broken)),
          ERROR_INVALID_PARAMETER, "nothing to set");
    check(probe, has_entries(reading, FACTORY_DACL), 1, "nothing has changed");
    check(probe, set(manager, CHANGED_DACL), 0, "an entry more");
    check(probe, has_entries(reading, CHANGED_DACL), 1, "it is there");
    check(probe, set(manager, FACTORY_DACL), 0, "and back");
    check(probe, has_entries(reading, FACTORY_DACL), 1, "as before");
    CloseServiceHandle(manager);
    CloseServiceHandle(reading);
}

/* The list is not only told: it decides who opens. */
static void probe_enforcement(struct probe *probe)
{
    SC_HANDLE manager;

    check(probe, manager_for(READ_CONTROL | WRITE_DAC, &manager), 0, "open");
    check(probe, set(manager, L"D:(A;;CCLC;;;BA)(A;;WD;;;BA)"), 0,
          "a list that lets less");
    check(probe, may_open(SC_MANAGER_CREATE_SERVICE), ERROR_ACCESS_DENIED,
          "making services is refused");
    check(probe, may_open(READ_CONTROL), ERROR_ACCESS_DENIED, "and reading");
    check(probe, may_open(SC_MANAGER_ENUMERATE_SERVICE), 0, "but not listing");
    check(probe, set(manager, FACTORY_DACL), 0, "back");
    check(probe, may_open(SC_MANAGER_ALL_ACCESS), 0, "all is allowed again");
    CloseServiceHandle(manager);
}

static void probe_service_security(struct probe *probe)
{
    SC_HANDLE manager, service;
    struct bytes found;

    check(probe, manager_for(SC_MANAGER_CONNECT, &manager), 0, "connect");
    service = OpenServiceW(manager, L"winmgmt", READ_CONTROL);
    check(probe, code_of(service != NULL), 0, "a service, for reading");
    check(probe, query(service, DACL_SECURITY_INFORMATION, &found), 0,
          "its list");
    check(probe, set(service, FACTORY_DACL), ERROR_ACCESS_DENIED,
          "writing without WRITE_DAC");
    CloseServiceHandle(service);
    check(probe, code_of(OpenServiceW(manager, L"rpcss", WRITE_DAC) != NULL),
          ERROR_ACCESS_DENIED, "rpcss belongs to the system");
    check(probe,
          code_of(OpenServiceW(manager, L"no such", READ_CONTROL) != NULL),
          ERROR_SERVICE_DOES_NOT_EXIST, "no such service");
    CloseServiceHandle(manager);
}

void probe_security(struct probe *probe)
{
    probe_reading(probe);
    probe_writing(probe);
    probe_enforcement(probe);
    probe_service_security(probe);
}

void probe_security_mode(struct probe *probe, const WCHAR *mode)
{
    SC_HANDLE manager;

    if (wcscmp(mode, L"not-elevated") == 0) {
        check(probe, may_open(READ_CONTROL | WRITE_DAC), ERROR_ACCESS_DENIED,
              "opening to write");
        check(probe, may_open(SC_MANAGER_CREATE_SERVICE), ERROR_ACCESS_DENIED,
              "opening to make services");
        check(probe, may_open(SC_MANAGER_CONNECT), 0, "opening to connect");
        return;
    }
    check(probe, manager_for(READ_CONTROL | WRITE_DAC, &manager), 0, "open");
    check(probe, set(manager, CHANGED_DACL),
          wcscmp(mode, L"scm-denied") == 0 ? ERROR_ACCESS_DENIED : 0,
          "writing");
    check(probe, has_entries(manager, FACTORY_DACL), 1, "nothing has changed");
    CloseServiceHandle(manager);
}
