/* SPDX-License-Identifier: MIT */
#include "payload/dcom/com_policy.h"

#include <windows.h>
#include <sddl.h>
#include <stdlib.h>

#include "payload/win32/errors.h"
#include "payload/registry/registry_io.h"
#include "payload/win32/utf16.h"

#define HINT                                                                   \
    "grant it in the policy (Security Options, \"DCOM: Machine ... "           \
    "Restrictions in SDDL syntax\"), or set the policy to not defined"

enum setting_verdict com_policy_blocks(const char *name,
                                       struct setting_reason *reason)
{
    setting_reason_set(reason, CODE_SET_BY_POLICY, HINT,
                       "the policy HKLM\\" COM_POLICY_KEY
                       ", %s decides instead of the machine's own limits",
                       name);
    return SETTING_BLOCKED;
}

static int from_text(const char *text, struct descriptor *list)
{
    PSECURITY_DESCRIPTOR bytes = NULL;
    ULONG len = 0;
    int status = -1;
    wchar_t *wide = utf16_from_utf8(text);
    if (wide != NULL && ConvertStringSecurityDescriptorToSecurityDescriptorW(
                            wide, SDDL_REVISION_1, &bytes, &len)) {
        status = descriptor_init(list, bytes, len, NULL);
        LocalFree(bytes);
    }
    free(wide);
    return status;
}

int com_policy_read(const char *name, struct descriptor *list, bool *found,
                    struct setting_reason *reason)
{
    char *text = registry_text(COM_POLICY_KEY, name);
    /* Defined but blank: it says nothing. */
    *found = text != NULL && *text != '\0';
    int status = *found ? from_text(text, list) : 0;
    free(text);
    if (status == 0)
        return 0;
    return setting_reason_set(reason, CODE_SET_BY_POLICY, HINT,
                              "the policy HKLM\\" COM_POLICY_KEY
                              ", %s decides, and it is no valid SDDL",
                              name);
}
