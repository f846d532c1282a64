/* SPDX-License-Identifier: MIT */
/*
 * rightsprobe factory-client|factory-server|walk|MODE: what Microsoft
 * documents of account rights, as TAP. Nothing of the stand-in is in
 * here.
 */
#include <windows.h>
#include <ntsecapi.h>
#include <ntstatus.h>
#include <sddl.h>
#include <stdbool.h>
#include <string.h>
#include <wchar.h>

#include "tap.h"

#define ACCOUNT L"S-1-5-21-1-2-3-1001"
#define GUEST L"S-1-5-21-0-0-0-501"
#define ADMINISTRATORS L"S-1-5-32-544"
#define ALL_NEEDED                                                             \
    (POLICY_LOOKUP_NAMES | POLICY_VIEW_LOCAL_INFORMATION |                     \
     POLICY_CREATE_ACCOUNT)

struct probe {
    struct tap tap;
    LSA_HANDLE policy;
};

/* An NTSTATUS is shown as an HRESULT is. */
static void check(struct probe *probe, NTSTATUS got, NTSTATUS wanted,
                  const char *what)
{
    tap_check_hr(&probe->tap, got, wanted, what);
}

static NTSTATUS open_policy(ACCESS_MASK access, LSA_HANDLE *policy)
{
    LSA_OBJECT_ATTRIBUTES attributes = {.Length = sizeof attributes};

    return LsaOpenPolicy(NULL, &attributes, access, policy);
}

static LSA_UNICODE_STRING text_of(const WCHAR *name)
{
    USHORT len = (USHORT)(wcslen(name) * sizeof *name);

    return (LSA_UNICODE_STRING){len, len, (WCHAR *)(ULONG_PTR)name};
}

/* --- the calls, by the names of accounts and rights ----------------------- */

static NTSTATUS add(LSA_HANDLE policy, const WCHAR *account, const WCHAR *one,
                    const WCHAR *two)
{
    LSA_UNICODE_STRING rights[2] = {text_of(one), text_of(two ? two : one)};
    NTSTATUS status;
    PSID sid;

    if (!ConvertStringSidToSidW(account, &sid))
        return STATUS_INVALID_SID;
    status = LsaAddAccountRights(policy, sid, rights, two ? 2 : 1);
    LocalFree(sid);
    return status;
}

static NTSTATUS remove_right(LSA_HANDLE policy, const WCHAR *account,
                             const WCHAR *right)
{
    LSA_UNICODE_STRING text = text_of(right ? right : L"");
    NTSTATUS status;
    PSID sid;

    if (!ConvertStringSidToSidW(account, &sid))
        return STATUS_INVALID_SID;
    status = LsaRemoveAccountRights(policy, sid, right == NULL,
                                    right ? &text : NULL, right ? 1 : 0);
    LocalFree(sid);
    return status;
}

/* Whether the account has the right; its rights are counted. */
static NTSTATUS ask(LSA_HANDLE policy, const WCHAR *account, const WCHAR *right,
                    bool *has, ULONG *count)
{
    LSA_UNICODE_STRING *rights = NULL;
    NTSTATUS status;
    PSID sid;
    ULONG i;

    *has = false;
    *count = 0;
    if (!ConvertStringSidToSidW(account, &sid))
        return STATUS_INVALID_SID;
    status = LsaEnumerateAccountRights(policy, sid, &rights, count);
    LocalFree(sid);
    if (status != STATUS_SUCCESS)
        return status;
    for (i = 0; i < *count; i++)
        *has |= rights[i].Length == wcslen(right) * sizeof *right &&
                wcsncmp(rights[i].Buffer, right, wcslen(right)) == 0;
    return LsaFreeMemory(rights);
}

static bool has_right(struct probe *probe, const WCHAR *account,
                      const WCHAR *right)
{
    ULONG count;
    bool has;

    return ask(probe->policy, account, right, &has, &count) == STATUS_SUCCESS &&
           has;
}

/* The accounts with a right; whether one of them is this one. */
static NTSTATUS holders(LSA_HANDLE policy, const WCHAR *right,
                        const WCHAR *account, bool *among, ULONG *count)
{
    LSA_UNICODE_STRING text = text_of(right ? right : L"");
    LSA_ENUMERATION_INFORMATION *list = NULL;
    NTSTATUS status;
    PSID sid;
    ULONG i;

    *among = false;
    *count = 0;
    status = LsaEnumerateAccountsWithUserRight(policy, right ? &text : NULL,
                                               (void *)&list, count);
    if (status != STATUS_SUCCESS || !ConvertStringSidToSidW(account, &sid))
        return status;
    for (i = 0; i < *count; i++)
        *among |= EqualSid(list[i].Sid, sid) != FALSE;
    LocalFree(sid);
    return LsaFreeMemory(list);
}

/* --- what is documented --------------------------------------------------- */

static void probe_factory(struct probe *probe, bool client)
{
    ULONG count;
    bool among;

    check(probe, has_right(probe, L"S-1-1-0", SE_NETWORK_LOGON_NAME), TRUE,
          "everyone logs on from the network");
    check(probe, has_right(probe, ADMINISTRATORS, SE_TAKE_OWNERSHIP_NAME), TRUE,
          "administrators take ownership");
    check(probe, has_right(probe, L"S-1-5-32-545", SE_INTERACTIVE_LOGON_NAME),
          TRUE, "users log on locally");
    check(probe, has_right(probe, L"S-1-5-32-545", SE_SHUTDOWN_NAME), client,
          "users shut down");
    check(probe,
          has_right(probe, L"S-1-5-32-555", SE_REMOTE_INTERACTIVE_LOGON_NAME),
          TRUE, "remote desktop users");
    check(probe, has_right(probe, GUEST, SE_DENY_INTERACTIVE_LOGON_NAME),
          client, "Guest is kept out locally");
    check(probe, has_right(probe, GUEST, SE_DENY_NETWORK_LOGON_NAME), client,
          "and from the network");
    check(
        probe,
        holders(probe->policy, SE_BACKUP_NAME, ADMINISTRATORS, &among, &count),
        STATUS_SUCCESS, "who may back up");
    check(probe, among && count == 2, TRUE, "administrators and one more");
    check(probe,
          holders(probe->policy, SE_TCB_NAME, ADMINISTRATORS, &among, &count),
          STATUS_NO_MORE_ENTRIES, "what nobody may");
    check(probe, holders(probe->policy, NULL, ADMINISTRATORS, &among, &count),
          STATUS_SUCCESS, "all accounts");
    check(probe, among && count >= 12, TRUE, "a dozen");
}

/* One that nobody knew gets rights and loses them. */
static void probe_change(struct probe *probe)
{
    LSA_HANDLE policy = probe->policy;
    ULONG count;
    bool has;

    check(probe, ask(policy, ACCOUNT, L"", &has, &count),
          STATUS_OBJECT_NAME_NOT_FOUND, "an account without rights");
    check(probe, remove_right(policy, ACCOUNT, SE_BATCH_LOGON_NAME),
          STATUS_OBJECT_NAME_NOT_FOUND, "nothing to take from it");
    check(
        probe,
        add(policy, ACCOUNT, SE_DENY_INTERACTIVE_LOGON_NAME, L"SeNoSuchRight"),
        STATUS_NO_SUCH_PRIVILEGE, "a right that is none");
    check(probe, ask(policy, ACCOUNT, L"", &has, &count),
          STATUS_OBJECT_NAME_NOT_FOUND, "gave none of the others");
    check(probe,
          add(policy, ACCOUNT, SE_DENY_INTERACTIVE_LOGON_NAME,
              SE_DENY_REMOTE_INTERACTIVE_LOGON_NAME),
          STATUS_SUCCESS, "two rights");
    check(probe, add(policy, ACCOUNT, SE_DENY_INTERACTIVE_LOGON_NAME, NULL),
          STATUS_SUCCESS, "one again");
    check(probe,
          ask(policy, ACCOUNT, SE_DENY_INTERACTIVE_LOGON_NAME, &has, &count),
          STATUS_SUCCESS, "the account's rights");
    check(probe, has && count == 2, TRUE, "are two");
    check(probe,
          holders(policy, SE_DENY_REMOTE_INTERACTIVE_LOGON_NAME, ACCOUNT, &has,
                  &count),
          STATUS_SUCCESS, "who is kept from remote desktops");
    check(probe, has && count == 1, TRUE, "this account");
    check(probe, remove_right(policy, ACCOUNT, SE_BATCH_LOGON_NAME),
          STATUS_SUCCESS, "taking a right that it has not");
    check(probe, remove_right(policy, ACCOUNT, L"SeNoSuchRight"),
          STATUS_NO_SUCH_PRIVILEGE, "or that is none");
    check(probe, remove_right(policy, ACCOUNT, SE_DENY_INTERACTIVE_LOGON_NAME),
          STATUS_SUCCESS, "or that it has");
    check(probe,
          ask(policy, ACCOUNT, SE_DENY_REMOTE_INTERACTIVE_LOGON_NAME, &has,
              &count),
          STATUS_SUCCESS, "the rest");
    check(probe, has && count == 1, TRUE, "is one");
    check(probe, remove_right(policy, ACCOUNT, NULL), STATUS_SUCCESS,
          "taking all");
    check(probe, remove_right(policy, ACCOUNT, NULL),
          STATUS_OBJECT_NAME_NOT_FOUND, "deletes the account");
    check(probe, holders(policy, NULL, ACCOUNT, &has, &count), STATUS_SUCCESS,
          "all accounts");
    check(probe, has, FALSE, "are without it");
}

static void probe_parameters(struct probe *probe)
{
    LSA_UNICODE_STRING right = text_of(SE_BATCH_LOGON_NAME);
    LSA_UNICODE_STRING elsewhere = text_of(L"\\\\elsewhere");
    LSA_OBJECT_ATTRIBUTES attributes = {.Length = sizeof attributes};
    LSA_HANDLE policy;
    BYTE sid[SECURITY_MAX_SID_SIZE] = {0};
    DWORD len = sizeof sid;

    check(probe, LsaAddAccountRights(probe->policy, sid, &right, 1),
          STATUS_INVALID_PARAMETER, "what is no SID");
    CreateWellKnownSid(WinBuiltinUsersSid, NULL, sid, &len);
    check(probe, LsaRemoveAccountRights(probe->policy, sid, FALSE, NULL, 0),
          STATUS_INVALID_PARAMETER, "neither all nor some");
    check(probe,
          LsaOpenPolicy(&elsewhere, &attributes, POLICY_LOOKUP_NAMES, &policy),
          (NTSTATUS)0xC0020017, "another machine");
    check(probe, (NTSTATUS)LsaNtStatusToWinError(STATUS_OBJECT_NAME_NOT_FOUND),
          ERROR_FILE_NOT_FOUND, "without rights, as a Win32 code");
    check(probe, (NTSTATUS)LsaNtStatusToWinError(STATUS_NO_SUCH_PRIVILEGE),
          ERROR_NO_SUCH_PRIVILEGE, "no such right, as a Win32 code");
    check(probe, (NTSTATUS)LsaNtStatusToWinError(STATUS_ACCESS_DENIED),
          ERROR_ACCESS_DENIED, "refused, as a Win32 code");
}

/* A handle does what it was opened for, and nothing once it is closed. */
static void probe_handles(struct probe *probe)
{
    POLICY_ACCOUNT_DOMAIN_INFO *domain = NULL;
    LSA_HANDLE policy;
    ULONG count;
    bool has;

    check(probe, open_policy(POLICY_LOOKUP_NAMES, &policy), STATUS_SUCCESS,
          "a handle to look up names");
    check(probe, ask(policy, ADMINISTRATORS, SE_DEBUG_NAME, &has, &count),
          STATUS_SUCCESS, "reads rights");
    check(probe, holders(policy, SE_DEBUG_NAME, ACCOUNT, &has, &count),
          STATUS_ACCESS_DENIED, "does not view accounts");
    check(probe, add(policy, ACCOUNT, SE_BATCH_LOGON_NAME, NULL),
          STATUS_ACCESS_DENIED, "does not make accounts");
    check(probe, add(probe->policy, ACCOUNT, SE_BATCH_LOGON_NAME, NULL),
          STATUS_SUCCESS, "one that does");
    check(probe, add(policy, ACCOUNT, SE_SERVICE_LOGON_NAME, NULL),
          STATUS_SUCCESS, "adds to what is there");
    check(probe, remove_right(policy, ACCOUNT, NULL), STATUS_SUCCESS,
          "and takes all");
    check(probe, LsaClose(policy), STATUS_SUCCESS, "closed");
    check(probe, ask(policy, ADMINISTRATORS, L"", &has, &count),
          STATUS_INVALID_HANDLE, "it is no handle");
    check(probe, LsaClose(policy), STATUS_INVALID_HANDLE, "closed again");
    check(probe, open_policy(POLICY_VIEW_LOCAL_INFORMATION, &policy),
          STATUS_SUCCESS, "a handle to view the policy");
    check(probe, ask(policy, ADMINISTRATORS, L"", &has, &count),
          STATUS_ACCESS_DENIED, "does not read rights");
    check(probe,
          LsaQueryInformationPolicy(policy, PolicyAccountDomainInformation,
                                    (void *)&domain),
          STATUS_SUCCESS, "reads the machine's domain");
    check(probe, domain != NULL && IsValidSid(domain->DomainSid), TRUE,
          "with its SID");
    LsaFreeMemory(domain);
    LsaClose(policy);
}

static void probe_mode(struct probe *probe, const WCHAR *mode)
{
    const bool denied = wcscmp(mode, L"rights-ignored") != 0;
    const NTSTATUS wanted = denied ? STATUS_ACCESS_DENIED : STATUS_SUCCESS;
    ULONG count;
    bool has;

    check(probe, add(probe->policy, ACCOUNT, SE_BATCH_LOGON_NAME, NULL), wanted,
          "LsaAddAccountRights");
    check(probe, ask(probe->policy, ACCOUNT, L"", &has, &count),
          STATUS_OBJECT_NAME_NOT_FOUND, "does not take");
    check(probe, remove_right(probe->policy, ADMINISTRATORS, SE_DEBUG_NAME),
          wanted, "LsaRemoveAccountRights");
    check(probe, has_right(probe, ADMINISTRATORS, SE_DEBUG_NAME), TRUE,
          "does not take");
    check(probe, remove_right(probe->policy, ADMINISTRATORS, NULL), wanted,
          "all of them");
    check(probe, has_right(probe, ADMINISTRATORS, SE_DEBUG_NAME), TRUE,
          "does not take either");
}

/* An administrator before the consent is an ordinary user. */
static void probe_not_elevated(struct probe *probe)
{
    LSA_HANDLE policy;
    ULONG count;
    bool has;

    check(probe, open_policy(POLICY_CREATE_ACCOUNT, &policy),
          STATUS_ACCESS_DENIED, "a handle to make accounts");
    check(probe,
          open_policy(POLICY_LOOKUP_NAMES | POLICY_VIEW_LOCAL_INFORMATION,
                      &policy),
          STATUS_SUCCESS, "a handle to look");
    check(probe, ask(policy, ADMINISTRATORS, L"", &has, &count),
          STATUS_ACCESS_DENIED, "LsaEnumerateAccountRights");
    check(probe, remove_right(policy, ADMINISTRATORS, SE_DEBUG_NAME),
          STATUS_ACCESS_DENIED, "LsaRemoveAccountRights");
    LsaClose(policy);
}

int wmain(int argc, WCHAR **argv);

int wmain(int argc, WCHAR **argv)
{
    const WCHAR *what = argc == 2 ? argv[1] : L"walk";
    struct probe probe = {0};

    if (wcscmp(what, L"not-elevated") == 0) {
        probe_not_elevated(&probe);
    } else {
        check(&probe, open_policy(ALL_NEEDED, &probe.policy), STATUS_SUCCESS,
              "LsaOpenPolicy");
        if (wcscmp(what, L"walk") == 0) {
            probe_change(&probe);
            probe_parameters(&probe);
            probe_handles(&probe);
        } else if (wcsncmp(what, L"factory-", 8) == 0) {
            probe_factory(&probe, wcscmp(what, L"factory-client") == 0);
        } else {
            probe_mode(&probe, what);
        }
        LsaClose(probe.policy);
    }
    return tap_end(&probe.tap);
}
