/* SPDX-License-Identifier: MIT */
#include "identity.h"

#define LSA_KEY L"SYSTEM\\CurrentControlSet\\Control\\Lsa"
#define RPC_POLICY_KEY L"SOFTWARE\\Policies\\Microsoft\\Windows NT\\Rpc"

enum { LM_DEFAULT = 3, NTLM_DENY_ALL = 2 };

static DWORD policy(const WCHAR *key, const WCHAR *name, DWORD absent)
{
    DWORD value, len = sizeof value;

    return RegGetValueW(HKEY_LOCAL_MACHINE, key, name, RRF_RT_REG_DWORD, NULL,
                        &value, &len) == ERROR_SUCCESS
               ? value
               : absent;
}

void identity_of(const struct message *message, struct identity *identity)
{
    const WCHAR *authority = message_get(message, L"authority");

    *identity = (struct identity){
        .user = message_get(message, L"user"),
        .password = message_get(message, L"password"),
        .authority = authority ? authority : L"",
        .level = message_number(message, L"level", 0),
        .impersonation = message_number(message, L"impersonation", 0),
        .lm_level = message_number(message, L"lm", 0),
        .sends_ntlm = message_number(message, L"ntlm", 0) != 0,
        .asks_mapper_by_name = message_number(message, L"by-name", 0) != 0,
    };
}

void identity_put(struct message *message, const struct identity *identity)
{
    if (identity->user) {
        message_add(message, L"user", identity->user);
        message_add(message, L"password", identity->password);
        message_add(message, L"authority", identity->authority);
    }
    message_add_number(message, L"level", identity->level);
    message_add_number(message, L"impersonation", identity->impersonation);
    message_add_number(message, L"lm",
                       policy(LSA_KEY, L"LmCompatibilityLevel", LM_DEFAULT));
    message_add_number(message, L"ntlm",
                       policy(LSA_KEY L"\\MSV1_0",
                              L"RestrictSendingNTLMTraffic",
                              0) != NTLM_DENY_ALL);
    message_add_number(message, L"by-name",
                       policy(RPC_POLICY_KEY, L"EnableAuthEpResolution", 0));
}
