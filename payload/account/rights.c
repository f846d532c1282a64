/* SPDX-License-Identifier: MIT */
#include "payload/account/rights.h"

#include <windows.h>
#include <ntsecapi.h>

#include "payload/account/user_state.h"

/* The account has no right of its own. */
#define STATUS_NO_SUCH_OBJECT ((NTSTATUS)0xC0000034)
/* Nobody has the right. */
#define STATUS_NO_MORE_ENTRIES ((NTSTATUS)0x8000001A)

static const wchar_t *const names[USER_DENIED_COUNT] = {
    SE_DENY_INTERACTIVE_LOGON_NAME, SE_DENY_REMOTE_INTERACTIVE_LOGON_NAME};

static LSA_UNICODE_STRING text_of(const wchar_t *name)
{
    USHORT len = (USHORT)(wcslen(name) * sizeof *name);
    return (LSA_UNICODE_STRING){
        .Buffer = (wchar_t *)name, .Length = len, .MaximumLength = len};
}

static bool is_right(const LSA_UNICODE_STRING *text, const wchar_t *name)
{
    size_t count = wcslen(name);
    return text->Length == count * sizeof *name &&
           memcmp(text->Buffer, name, text->Length) == 0;
}

static NTSTATUS read_rights(LSA_HANDLE policy, const struct sid *sid,
                            unsigned *denied, ULONG *count)
{
    LSA_UNICODE_STRING *rights = NULL;
    *denied = 0;
    *count = 0;
    NTSTATUS status =
        LsaEnumerateAccountRights(policy, (PSID)sid->bytes, &rights, count);
    if (status != 0)
        return status == STATUS_NO_SUCH_OBJECT ? 0 : status;
    for (ULONG i = 0; i < *count; i++) {
        for (unsigned j = 0; j < USER_DENIED_COUNT; j++) {
            if (is_right(&rights[i], names[j]))
                *denied |= 1u << j;
        }
    }
    LsaFreeMemory(rights);
    return 0;
}

static NTSTATUS put_rights(LSA_HANDLE policy, const struct sid *sid,
                           unsigned bits, bool add)
{
    LSA_UNICODE_STRING texts[USER_DENIED_COUNT];
    ULONG count = 0;
    for (unsigned i = 0; i < USER_DENIED_COUNT; i++) {
        if ((bits & 1u << i) != 0)
            texts[count++] = text_of(names[i]);
    }
    if (count == 0)
        return 0;
    return add ? LsaAddAccountRights(policy, (PSID)sid->bytes, texts, count)
               : LsaRemoveAccountRights(policy, (PSID)sid->bytes, FALSE, texts,
                                        count);
}

static NTSTATUS change_rights(LSA_HANDLE policy, const struct sid *sid,
                              unsigned denied)
{
    unsigned now;
    ULONG count;
    NTSTATUS status = read_rights(policy, sid, &now, &count);
    if (status != 0 || now == denied)
        return status;
    /* One that lost its last right might stay in the policy, empty. */
    if (denied == 0 && count == (now == USER_DENIED_ALL ? 2u : 1u))
        return LsaRemoveAccountRights(policy, (PSID)sid->bytes, TRUE, NULL, 0);
    status = put_rights(policy, sid, denied & ~now, true);
    return status == 0 ? put_rights(policy, sid, now & ~denied, false) : status;
}

static unsigned long with_policy(const struct sid *sid, unsigned *denied,
                                 bool write)
{
    LSA_OBJECT_ATTRIBUTES attributes = {.Length = sizeof attributes};
    LSA_HANDLE policy = NULL;
    ULONG count;
    NTSTATUS status = LsaOpenPolicy(
        NULL, &attributes,
        POLICY_LOOKUP_NAMES | (write ? (ACCESS_MASK)POLICY_CREATE_ACCOUNT : 0),
        &policy);
    if (status != 0)
        return LsaNtStatusToWinError(status);
    status = write ? change_rights(policy, sid, *denied)
                   : read_rights(policy, sid, denied, &count);
    LsaClose(policy);
    return status == 0 ? 0 : LsaNtStatusToWinError(status);
}

unsigned long rights_read(const struct sid *sid, unsigned *denied)
{
    return with_policy(sid, denied, false);
}

unsigned long rights_write(const struct sid *sid, unsigned denied)
{
    return with_policy(sid, &denied, true);
}

static cJSON *sids_of(const LSA_ENUMERATION_INFORMATION *list, ULONG count)
{
    cJSON *sids = cJSON_CreateArray();
    for (ULONG i = 0; i < count; i++) {
        struct sid sid;
        char text[SID_TEXT_MAX];
        if (!sid_read(&sid, list[i].Sid, SID_LEN_MAX))
            continue;
        sid_print(&sid, text);
        cJSON_AddItemToArray(sids, cJSON_CreateString(text));
    }
    return sids;
}

cJSON *rights_network_logon(bool denial)
{
    LSA_UNICODE_STRING right =
        text_of(denial ? SE_DENY_NETWORK_LOGON_NAME : SE_NETWORK_LOGON_NAME);
    LSA_OBJECT_ATTRIBUTES attributes = {.Length = sizeof attributes};
    LSA_HANDLE policy = NULL;
    void *list = NULL;
    ULONG count = 0;
    cJSON *sids = NULL;
    if (LsaOpenPolicy(NULL, &attributes,
                      POLICY_LOOKUP_NAMES | POLICY_VIEW_LOCAL_INFORMATION,
                      &policy) != 0)
        return NULL;
    NTSTATUS status =
        LsaEnumerateAccountsWithUserRight(policy, &right, &list, &count);
    if (status == 0 || status == STATUS_NO_MORE_ENTRIES)
        sids = sids_of(list, status == 0 ? count : 0);
    if (list != NULL)
        LsaFreeMemory(list);
    LsaClose(policy);
    return sids;
}
