/* SPDX-License-Identifier: MIT */
/* Numbers of the registry that decide over logons and calls. */
#include "payload/facts/facts.h"

#include <stdlib.h>

#include "payload/registry/registry_io.h"
#include "payload/win32/utf16.h"

#define LSA "SYSTEM\\CurrentControlSet\\Control\\Lsa"
#define UAC "SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Policies\\System"
#define RPC "SOFTWARE\\Policies\\Microsoft\\Windows NT\\Rpc"
#define OLE "SOFTWARE\\Microsoft\\Ole"

struct number {
    const char *member;
    const char *key;
    const char *name;
};

static const struct number policies[] = {
    {"restrict_remote_clients", RPC, "RestrictRemoteClients"},
    {"enable_auth_ep_resolution", RPC, "EnableAuthEpResolution"},
    {"forceguest", LSA, "forceguest"},
    {"limit_blank_password_use", LSA, "LimitBlankPasswordUse"},
    {"lm_compatibility_level", LSA, "LmCompatibilityLevel"},
    {"restrict_receiving_ntlm", LSA "\\MSV1_0", "RestrictReceivingNTLMTraffic"},
    {"restrict_sending_ntlm", LSA "\\MSV1_0", "RestrictSendingNTLMTraffic"},
    {"filter_administrator_token", UAC, "FilterAdministratorToken"},
    {"enable_lua", UAC, "EnableLUA"},
    {"local_account_token_filter_policy", UAC, "LocalAccountTokenFilterPolicy"},
    {"allow_anonymous_callback", "SOFTWARE\\Microsoft\\WBEM\\CIMOM",
     "AllowAnonymousCallback"},
    {"svchost_split_threshold_kb", "SYSTEM\\CurrentControlSet\\Control",
     "SvcHostSplitThresholdInKB"},
};

/* KB5004442: what is not set is Windows' own default, which has changed. */
static const struct number hardening[] = {
    {"require_integrity", OLE "\\AppCompat",
     "RequireIntegrityActivationAuthenticationLevel"},
    {"raise", OLE "\\AppCompat", "RaiseActivationAuthenticationLevel"},
};

static void add_numbers(cJSON *facts, const char *key,
                        const struct number *table, size_t count)
{
    cJSON *object = cJSON_CreateObject();
    for (size_t i = 0; i < count; i++) {
        unsigned long number;
        if (registry_number(table[i].key, table[i].name, &number))
            cJSON_AddNumberToObject(object, table[i].member, (double)number);
    }
    facts_put(facts, key, object);
}

/* The texts of a REG_MULTI_SZ, each ended by a NUL, the last one twice. */
static cJSON *texts_of(const struct registry_value *value)
{
    const wchar_t *at = (const void *)value->bytes;
    size_t left = value->len / sizeof *at;
    cJSON *list = cJSON_CreateArray();
    while (left > 0 && *at != L'\0') {
        size_t count = 0;
        while (count < left && at[count] != L'\0')
            count++;
        char *text = utf16_to_utf8(at, count);
        if (text != NULL)
            cJSON_AddItemToArray(list, cJSON_CreateString(text));
        free(text);
        at += count < left ? count + 1 : count;
        left -= count < left ? count + 1 : count;
    }
    return list;
}

static void add_protocols(cJSON *facts)
{
    cJSON *state = NULL;
    struct registry_value value = {0};
    if (registry_read("SOFTWARE\\Microsoft\\Rpc", "DCOM Protocols", &state) ==
            0 &&
        registry_state_value(state, &value) == 0 &&
        value.type == REGISTRY_TYPE_MULTI_SZ)
        facts_put(facts, "dcom_protocols", texts_of(&value));
    registry_value_release(&value);
    cJSON_Delete(state);
}

void facts_policy(cJSON *facts)
{
    add_numbers(facts, "policy", policies, sizeof policies / sizeof *policies);
    add_numbers(facts, "dcom_hardening", hardening, 2);
    facts_put_text(facts, "enable_dcom", registry_text(OLE, "EnableDCOM"));
    add_protocols(facts);
}
