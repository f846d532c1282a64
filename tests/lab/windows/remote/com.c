/* SPDX-License-Identifier: MIT */
#include "com.h"

#include <objbase.h>
#include <sddl.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define OLE_KEY L"SOFTWARE\\Microsoft\\Ole"
#define RPC_KEY L"SOFTWARE\\Microsoft\\Rpc"
#define POLICY_KEY L"SOFTWARE\\Policies\\Microsoft\\Windows NT\\DCOM"
#define WMI_APPID_KEY                                                          \
    L"SOFTWARE\\Classes\\AppID\\{8BC3F05E-D86B-11D0-A075-00C04FB68820}"

/* What COM takes where nothing is set; Wine does not know the letters LU. */
#define LAUNCH_LIMIT                                                           \
    L"O:BAG:BAD:(A;;CCDCSW;;;WD)(A;;CCDCLCSWRP;;;BA)(A;;CCDCLCSWRP;;;S-1-5-"   \
    L"32-559)"                                                                 \
    L"(A;;CCDCLCSWRP;;;S-1-5-32-562)"
#define ACCESS_LIMIT                                                           \
    L"O:BAG:BAD:(A;;CCDCLC;;;WD)(A;;CCDC;;;S-1-5-7)(A;;CCDCLC;;;S-1-5-32-562)" \
    L"(A;;CCDCLC;;;S-1-5-32-559)"
#define DEFAULT_LAUNCH                                                         \
    L"O:BAG:BAD:(A;;CCDCLCSWRP;;;SY)(A;;CCDCLCSWRP;;;BA)(A;;CCDCLCSWRP;;;IU)"

enum { DESCRIPTOR_LEN = 65536, LIST_COUNT = 1024 };

static PSECURITY_DESCRIPTOR of_text(const WCHAR *sddl)
{
    PSECURITY_DESCRIPTOR local;
    void *result = NULL;
    ULONG len;

    if (!ConvertStringSecurityDescriptorToSecurityDescriptorW(
            sddl, SDDL_REVISION_1, &local, &len))
        return NULL;
    result = malloc(len);
    if (result)
        memcpy(result, local, len);
    LocalFree(local);
    return result;
}

/* COM takes a descriptor without owner or group for none at all. */
static bool is_usable(PSECURITY_DESCRIPTOR descriptor, DWORD len)
{
    BOOL defaulted;
    PSID owner = NULL, group = NULL;

    return len >= sizeof(SECURITY_DESCRIPTOR_RELATIVE) &&
           IsValidSecurityDescriptor(descriptor) &&
           GetSecurityDescriptorLength(descriptor) <= len &&
           GetSecurityDescriptorOwner(descriptor, &owner, &defaulted) &&
           GetSecurityDescriptorGroup(descriptor, &group, &defaulted) &&
           owner && group;
}

/*
 * The binary value of a key. *is_set tells whether it is there and not
 * empty; NULL beside that: what is there is no descriptor.
 */
static PSECURITY_DESCRIPTOR of_value(const WCHAR *key, const WCHAR *name,
                                     bool *is_set)
{
    DWORD len = DESCRIPTOR_LEN;
    void *bytes = malloc(len);

    *is_set = bytes &&
              RegGetValueW(HKEY_LOCAL_MACHINE, key, name, RRF_RT_REG_BINARY,
                           NULL, bytes, &len) == ERROR_SUCCESS &&
              len > 0;
    if (*is_set && is_usable(bytes, len))
        return bytes;
    free(bytes);
    return NULL;
}

/* The policy's text; an empty one means that the policy sets nothing. */
static PSECURITY_DESCRIPTOR of_policy(const WCHAR *name, bool *is_set)
{
    DWORD len = DESCRIPTOR_LEN;
    WCHAR *text = malloc(len);
    PSECURITY_DESCRIPTOR result = NULL;

    *is_set = text &&
              RegGetValueW(HKEY_LOCAL_MACHINE, POLICY_KEY, name, RRF_RT_REG_SZ,
                           NULL, text, &len) == ERROR_SUCCESS &&
              *text;
    if (*is_set)
        result = of_text(text);
    free(text);
    return result;
}

static PSECURITY_DESCRIPTOR limit(const WCHAR *name, const WCHAR *built_in)
{
    bool is_set;
    PSECURITY_DESCRIPTOR result = of_policy(name, &is_set);

    if (!is_set)
        result = of_value(OLE_KEY, name, &is_set);
    return is_set ? result : of_text(built_in);
}

static PSECURITY_DESCRIPTOR application_launch(void)
{
    bool is_set;
    PSECURITY_DESCRIPTOR result =
        of_value(WMI_APPID_KEY, L"LaunchPermission", &is_set);

    if (!is_set)
        result = of_value(OLE_KEY, L"DefaultLaunchPermission", &is_set);
    return is_set ? result : of_text(DEFAULT_LAUNCH);
}

/* Entries of before Windows XP SP2 have the mask 1 alone. */
static void count_formats(PACL acl, unsigned *old, unsigned *new)
{
    void *at;

    *old = *new = 0;
    for (DWORD i = 0; acl && GetAce(acl, i, &at); i++)
        if (((ACCESS_ALLOWED_ACE *)at)->Mask == COM_RIGHTS_EXECUTE)
            ++*old;
        else
            ++*new;
}

/*
 * "Access Control Lists for COM": an old entry means all rights, and a list
 * of both kinds is not valid. Every right goes with EXECUTE.
 */
static bool grants(const struct caller *caller, PSECURITY_DESCRIPTOR descriptor,
                   ACCESS_MASK wanted)
{
    BOOL present = FALSE, defaulted;
    unsigned old, new;
    PACL acl = NULL;

    if (!descriptor ||
        !GetSecurityDescriptorDacl(descriptor, &present, &acl, &defaulted))
        return false;
    count_formats(present ? acl : NULL, &old, &new);
    if (old > 0 && new > 0)
        return false;
    wanted = old > 0 ? COM_RIGHTS_EXECUTE : wanted | COM_RIGHTS_EXECUTE;
    return caller_rights(caller, descriptor, wanted) == wanted;
}

bool com_is_enabled(void)
{
    WCHAR text[8];
    DWORD len = sizeof text;

    return RegGetValueW(HKEY_LOCAL_MACHINE, OLE_KEY, L"EnableDCOM",
                        RRF_RT_REG_SZ, NULL, text, &len) != ERROR_SUCCESS ||
           _wcsicmp(text, L"Y") == 0;
}

bool com_has_tcp(void)
{
    WCHAR list[LIST_COUNT];
    DWORD len = sizeof list;

    if (RegGetValueW(HKEY_LOCAL_MACHINE, RPC_KEY, L"DCOM Protocols",
                     RRF_RT_REG_MULTI_SZ, NULL, list, &len) != ERROR_SUCCESS)
        return true;
    for (const WCHAR *at = list; *at; at += wcslen(at) + 1)
        if (_wcsicmp(at, L"ncacn_ip_tcp") == 0)
            return true;
    return false;
}

bool com_lets_activate(const struct caller *caller, bool launch)
{
    ACCESS_MASK wanted =
        COM_RIGHTS_ACTIVATE_REMOTE | (launch ? COM_RIGHTS_EXECUTE_REMOTE : 0u);
    PSECURITY_DESCRIPTOR machine =
        limit(L"MachineLaunchRestriction", LAUNCH_LIMIT);
    PSECURITY_DESCRIPTOR application = application_launch();
    bool lets =
        grants(caller, machine, wanted) && grants(caller, application, wanted);

    free(machine);
    free(application);
    return lets;
}

PSECURITY_DESCRIPTOR com_access_limit(void)
{
    return limit(L"MachineAccessRestriction", ACCESS_LIMIT);
}

bool com_lets_call(const struct caller *caller, PSECURITY_DESCRIPTOR given)
{
    return grants(caller, given, COM_RIGHTS_EXECUTE_REMOTE);
}
