/* SPDX-License-Identifier: MIT */
/*
 * The functions that read and change the security of files. Each asks Wine's
 * own first (a reader) so that a bad handle or a missing file fails as ever,
 * then answers from descriptor.h for what lies on drive C:.
 */
#include <windows.h>
#include <aclapi.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "descriptor.h"
#include "real.h"
#include "record.h"

DWORD WINAPI lab_GetSecurityInfo(HANDLE handle, SE_OBJECT_TYPE type,
                                 SECURITY_INFORMATION what, PSID *owner,
                                 PSID *group, PACL *dacl, PACL *sacl,
                                 PSECURITY_DESCRIPTOR *descriptor);
DWORD WINAPI lab_GetNamedSecurityInfoW(const WCHAR *path, SE_OBJECT_TYPE type,
                                       SECURITY_INFORMATION what, PSID *owner,
                                       PSID *group, PACL *dacl, PACL *sacl,
                                       PSECURITY_DESCRIPTOR *descriptor);
DWORD WINAPI lab_SetSecurityInfo(HANDLE handle, SE_OBJECT_TYPE type,
                                 SECURITY_INFORMATION what, PSID owner,
                                 PSID group, PACL dacl, PACL sacl);
DWORD WINAPI lab_SetNamedSecurityInfoW(WCHAR *path, SE_OBJECT_TYPE type,
                                       SECURITY_INFORMATION what, PSID owner,
                                       PSID group, PACL dacl, PACL sacl);
BOOL WINAPI lab_GetFileSecurityW(const WCHAR *path, SECURITY_INFORMATION what,
                                 PSECURITY_DESCRIPTOR descriptor, DWORD len,
                                 DWORD *needed);
BOOL WINAPI lab_SetFileSecurityW(const WCHAR *path, SECURITY_INFORMATION what,
                                 PSECURITY_DESCRIPTOR descriptor);

/* A file, told by its path on drive C:. */
struct object {
    WCHAR name[RECORD_PATH_MAX];
    bool is_folder;
};

static bool object_of_path(const WCHAR *path, struct object *object)
{
    DWORD attributes = GetFileAttributesW(path);

    if (attributes == INVALID_FILE_ATTRIBUTES)
        return false;
    object->is_folder = (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
    return record_path(path, object->name);
}

static bool object_of_handle(HANDLE file, struct object *object)
{
    BY_HANDLE_FILE_INFORMATION info;

    if (!GetFileInformationByHandle(file, &info))
        return false;
    object->is_folder = (info.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
    return record_path_of_handle(file, object->name);
}

/* The parts that were asked for, in memory of LocalAlloc. */
static DWORD give(const struct object *object, SECURITY_INFORMATION what,
                  PSECURITY_DESCRIPTOR *result)
{
    PSECURITY_DESCRIPTOR whole = descriptor_of(object->name, object->is_folder);
    PSECURITY_DESCRIPTOR parts = NULL;
    DWORD len;

    if (whole != NULL)
        parts = descriptor_parts(whole, what);
    free(whole);
    if (parts == NULL)
        return ERROR_NOT_ENOUGH_MEMORY;
    len = GetSecurityDescriptorLength(parts);
    *result = LocalAlloc(LMEM_FIXED, len);
    if (*result != NULL)
        memcpy(*result, parts, len);
    free(parts);
    return *result != NULL ? ERROR_SUCCESS : ERROR_NOT_ENOUGH_MEMORY;
}

/* Gives a descriptor to the caller of a Get...Info function. */
static void hand_out(PSECURITY_DESCRIPTOR from, PSID *owner, PSID *group,
                     PACL *dacl, PACL *sacl, PSECURITY_DESCRIPTOR *descriptor)
{
    BOOL present;
    BOOL defaulted;

    if (owner != NULL)
        GetSecurityDescriptorOwner(from, owner, &defaulted);
    if (group != NULL)
        GetSecurityDescriptorGroup(from, group, &defaulted);
    if (dacl != NULL &&
        (!GetSecurityDescriptorDacl(from, &present, dacl, &defaulted) ||
         !present))
        *dacl = NULL;
    if (sacl != NULL)
        *sacl = NULL;
    if (descriptor != NULL)
        *descriptor = from;
}

static DWORD answer(const struct object *object, SECURITY_INFORMATION what,
                    PSID *owner, PSID *group, PACL *dacl, PACL *sacl,
                    PSECURITY_DESCRIPTOR *descriptor)
{
    PSECURITY_DESCRIPTOR result;
    DWORD code = give(object, what, &result);

    if (code == ERROR_SUCCESS)
        hand_out(result, owner, group, dacl, sacl, descriptor);
    return code;
}

DWORD WINAPI lab_GetSecurityInfo(HANDLE handle, SE_OBJECT_TYPE type,
                                 SECURITY_INFORMATION what, PSID *owner,
                                 PSID *group, PACL *dacl, PACL *sacl,
                                 PSECURITY_DESCRIPTOR *descriptor)
{
    struct object object;
    PSECURITY_DESCRIPTOR wine;
    DWORD code;

    if (type != SE_FILE_OBJECT || !object_of_handle(handle, &object))
        return REAL(GetSecurityInfo)(handle, type, what, owner, group, dacl,
                                     sacl, descriptor);
    code = REAL(GetSecurityInfo)(handle, type, what, NULL, NULL, NULL, NULL,
                                 &wine);
    if (code != ERROR_SUCCESS)
        return code;
    LocalFree(wine);
    return answer(&object, what, owner, group, dacl, sacl, descriptor);
}

DWORD WINAPI lab_GetNamedSecurityInfoW(const WCHAR *path, SE_OBJECT_TYPE type,
                                       SECURITY_INFORMATION what, PSID *owner,
                                       PSID *group, PACL *dacl, PACL *sacl,
                                       PSECURITY_DESCRIPTOR *descriptor)
{
    struct object object;

    if (type != SE_FILE_OBJECT || !object_of_path(path, &object))
        return REAL(GetNamedSecurityInfoW)(path, type, what, owner, group, dacl,
                                           sacl, descriptor);
    return answer(&object, what, owner, group, dacl, sacl, descriptor);
}

static bool has_restore_privilege(HANDLE token)
{
    PRIVILEGE_SET wanted = {.PrivilegeCount = 1,
                            .Control = PRIVILEGE_SET_ALL_NECESSARY};
    BOOL held = FALSE;

    return LookupPrivilegeValueW(NULL, SE_RESTORE_NAME,
                                 &wanted.Privilege[0].Luid) &&
           PrivilegeCheck(token, &wanted, &held) && held;
}

/* Windows lets an administrator give a file to himself or to
 * Administrators; to anybody else only with the restore privilege in use. */
static bool owner_is_allowed(PSID owner)
{
    BYTE buffer[sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE];
    TOKEN_USER *user = (TOKEN_USER *)(void *)buffer;
    HANDLE token;
    DWORD len;
    bool allowed;

    if (IsWellKnownSid(owner, WinBuiltinAdministratorsSid))
        return true;
    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
        return false;
    allowed = (REAL(GetTokenInformation)(token, TokenUser, buffer,
                                         sizeof buffer, &len) &&
               EqualSid(user->User.Sid, owner)) ||
              has_restore_privilege(token);
    CloseHandle(token);
    return allowed;
}

static DWORD change(const struct object *object, SECURITY_INFORMATION what,
                    PSECURITY_DESCRIPTOR given, bool inherit)
{
    PSECURITY_DESCRIPTOR old;
    PSECURITY_DESCRIPTOR changed = NULL;
    PSID owner = NULL;
    BOOL defaulted;
    DWORD code = ERROR_NOT_ENOUGH_MEMORY;

    GetSecurityDescriptorOwner(given, &owner, &defaulted);
    if ((what & OWNER_SECURITY_INFORMATION) &&
        (owner == NULL || !owner_is_allowed(owner)))
        return ERROR_INVALID_OWNER;
    old = descriptor_of(object->name, object->is_folder);
    if (old != NULL)
        changed = descriptor_change(object->name, object->is_folder, old, what,
                                    given, inherit);
    if (changed != NULL)
        code = record_write(object->name, changed);
    free(old);
    free(changed);
    return code;
}

static DWORD change_parts(const struct object *object,
                          SECURITY_INFORMATION what, PSID owner, PSID group,
                          PACL dacl)
{
    SECURITY_DESCRIPTOR given;

    InitializeSecurityDescriptor(&given, SECURITY_DESCRIPTOR_REVISION);
    SetSecurityDescriptorOwner(&given, owner, FALSE);
    SetSecurityDescriptorGroup(&given, group, FALSE);
    SetSecurityDescriptorDacl(&given, TRUE, dacl, FALSE);
    return change(object, what, &given, true);
}

DWORD WINAPI lab_SetSecurityInfo(HANDLE handle, SE_OBJECT_TYPE type,
                                 SECURITY_INFORMATION what, PSID owner,
                                 PSID group, PACL dacl, PACL sacl)
{
    struct object object;

    if (type != SE_FILE_OBJECT || !object_of_handle(handle, &object))
        return REAL(SetSecurityInfo)(handle, type, what, owner, group, dacl,
                                     sacl);
    return change_parts(&object, what, owner, group, dacl);
}

DWORD WINAPI lab_SetNamedSecurityInfoW(WCHAR *path, SE_OBJECT_TYPE type,
                                       SECURITY_INFORMATION what, PSID owner,
                                       PSID group, PACL dacl, PACL sacl)
{
    struct object object;

    if (type != SE_FILE_OBJECT || !object_of_path(path, &object))
        return REAL(SetNamedSecurityInfoW)(path, type, what, owner, group, dacl,
                                           sacl);
    return change_parts(&object, what, owner, group, dacl);
}

BOOL WINAPI lab_GetFileSecurityW(const WCHAR *path, SECURITY_INFORMATION what,
                                 PSECURITY_DESCRIPTOR descriptor, DWORD len,
                                 DWORD *needed)
{
    struct object object;
    PSECURITY_DESCRIPTOR result;
    DWORD code;

    if (!object_of_path(path, &object))
        return REAL(GetFileSecurityW)(path, what, descriptor, len, needed);
    code = give(&object, what, &result);
    if (code == ERROR_SUCCESS) {
        *needed = GetSecurityDescriptorLength(result);
        if (len < *needed)
            code = ERROR_INSUFFICIENT_BUFFER;
        else
            memcpy(descriptor, result, *needed);
        LocalFree(result);
    }
    SetLastError(code);
    return code == ERROR_SUCCESS;
}

BOOL WINAPI lab_SetFileSecurityW(const WCHAR *path, SECURITY_INFORMATION what,
                                 PSECURITY_DESCRIPTOR descriptor)
{
    struct object object;
    DWORD code;

    if (!object_of_path(path, &object))
        return REAL(SetFileSecurityW)(path, what, descriptor);
    code = change(&object, what, descriptor, false);
    SetLastError(code);
    return code == ERROR_SUCCESS;
}
