/* SPDX-License-Identifier: MIT */
#include "payload/run/guard.h"

#include <aclapi.h>
#include <stdbool.h>

#include "payload/win32/errors.h"

#define HINT                                                                   \
    "look at who made the folder and what is in it, then delete it as an "     \
    "administrator; nothing in it was run or written"

static int unsafe(struct failure *failure, const char *path, unsigned long code,
                  const char *why)
{
    return failure_set(failure, FAILURE_UNSAFE_DIR, code, HINT, "%s: %s", path,
                       why);
}

static bool is_trusted(PSID sid)
{
    return IsWellKnownSid(sid, WinLocalSystemSid) ||
           IsWellKnownSid(sid, WinBuiltinAdministratorsSid);
}

/* OWNER RIGHTS with less than an owner has anyhow: it takes, not gives. */
static bool narrows_owner(PSID sid, ACCESS_MASK mask)
{
    return IsWellKnownSid(sid, WinCreatorOwnerRightsSid) &&
           (mask & ~(ACCESS_MASK)READ_CONTROL) == 0;
}

/* An entry that allows nobody but SYSTEM and Administrators anything. */
static bool ace_is_harmless(ACE_HEADER *ace)
{
    if (ace->AceType == ACCESS_DENIED_ACE_TYPE)
        return true;
    /* Object and conditional entries are never ours. */
    if (ace->AceType != ACCESS_ALLOWED_ACE_TYPE)
        return false;
    ACCESS_ALLOWED_ACE *allowed = (void *)ace;
    PSID sid = &allowed->SidStart;
    return is_trusted(sid) || narrows_owner(sid, allowed->Mask);
}

static bool dacl_is_tight(PACL dacl)
{
    for (DWORD i = 0; i < dacl->AceCount; i++) {
        void *ace = NULL;
        if (!GetAce(dacl, i, &ace) || !ace_is_harmless(ace))
            return false;
    }
    return true;
}

static const char *judge(PSID owner, PACL dacl, SECURITY_DESCRIPTOR_CONTROL c)
{
    if (owner == NULL || !is_trusted(owner))
        return "its owner is neither Administrators nor SYSTEM";
    if (dacl == NULL)
        return "it has no access list: everybody may do everything";
    if ((c & SE_DACL_PROTECTED) == 0)
        return "its access list is not protected from inheritance";
    if (!dacl_is_tight(dacl))
        return "its access list allows others than SYSTEM and Administrators";
    return NULL;
}

static int check_security(HANDLE folder, const char *path,
                          struct failure *failure)
{
    PSECURITY_DESCRIPTOR security = NULL;
    PSID owner = NULL;
    PACL dacl = NULL;
    SECURITY_DESCRIPTOR_CONTROL control = 0;
    DWORD revision;
    DWORD code =
        GetSecurityInfo(folder, SE_FILE_OBJECT,
                        OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION,
                        &owner, NULL, &dacl, NULL, &security);
    if (code != ERROR_SUCCESS)
        return unsafe(failure, path, code, "its security cannot be read");
    const char *why =
        GetSecurityDescriptorControl(security, &control, &revision)
            ? judge(owner, dacl, control)
            : "its security descriptor is not valid";
    LocalFree(security);
    return why != NULL ? unsafe(failure, path, 0, why) : 0;
}

int guard_check_folder(HANDLE folder, const char *path, struct failure *failure)
{
    BY_HANDLE_FILE_INFORMATION info;
    if (!GetFileInformationByHandle(folder, &info))
        return unsafe(failure, path, GetLastError(),
                      "its attributes cannot be read");
    if ((info.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0)
        return unsafe(failure, path, 0, "it is a link to somewhere else");
    if ((info.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) == 0)
        return unsafe(failure, path, 0, "it is no folder");
    return check_security(folder, path, failure);
}
