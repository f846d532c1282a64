/* SPDX-License-Identifier: MIT */
#include "payload/run/identity.h"

#include <windows.h>
#include <ntsecapi.h>
#include <sddl.h>
#include <stdio.h>
#include <stdlib.h>

#include "payload/registry/registry_io.h"
#include "payload/win32/utf16.h"

/* 1970 in FILETIME's count. */
#define EPOCH 116444736000000000ull

bool identity_format_ticks(unsigned long long ticks, char text[32])
{
    FILETIME file = {.dwLowDateTime = (DWORD)(ticks & 0xFFFFFFFFu),
                     .dwHighDateTime = (DWORD)(ticks >> 32)};
    SYSTEMTIME t = {0};
    FileTimeToSystemTime(&file, &t);
    snprintf(text, 32, "%04u-%02u-%02uT%02u:%02u:%02uZ", t.wYear, t.wMonth,
             t.wDay, t.wHour, t.wMinute, t.wSecond);
    return ticks >= EPOCH;
}

void identity_format_time(unsigned long seconds, char text[32])
{
    (void)identity_format_ticks(EPOCH + seconds * 10000000ull, text);
}

static char *sid_text(PSID sid)
{
    wchar_t *wide = NULL;
    if (sid == NULL || !ConvertSidToStringSidW(sid, &wide))
        return NULL;
    char *text = utf16_text_to_utf8(wide);
    LocalFree(wide);
    return text;
}

/* The machine's SID is that of the domain of its local accounts. */
static char *machine_sid(void)
{
    LSA_OBJECT_ATTRIBUTES attributes = {.Length = sizeof attributes};
    LSA_HANDLE policy = NULL;
    POLICY_ACCOUNT_DOMAIN_INFO *info = NULL;
    char *text = NULL;
    if (LsaOpenPolicy(NULL, &attributes, POLICY_VIEW_LOCAL_INFORMATION,
                      &policy) != 0)
        return NULL;
    if (LsaQueryInformationPolicy(policy, PolicyAccountDomainInformation,
                                  (void **)&info) == 0) {
        text = sid_text(info->DomainSid);
        LsaFreeMemory(info);
    }
    LsaClose(policy);
    return text;
}

/* Takes the text, which may be NULL. */
static bool add(cJSON *object, const char *key, char *text)
{
    bool added = text != NULL
                     ? cJSON_AddStringToObject(object, key, text) != NULL
                     : cJSON_AddNullToObject(object, key) != NULL;
    free(text);
    return added;
}

static bool add_install_date(cJSON *object)
{
    char text[32];
    unsigned long seconds;
    if (!registry_number("SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion",
                         "InstallDate", &seconds))
        return cJSON_AddNullToObject(object, "install_date") != NULL;
    identity_format_time(seconds, text);
    return cJSON_AddStringToObject(object, "install_date", text) != NULL;
}

cJSON *identity_collect(void)
{
    cJSON *identity = cJSON_CreateObject();
    if (identity != NULL &&
        add(identity, "machine_guid",
            registry_text("SOFTWARE\\Microsoft\\Cryptography",
                          "MachineGuid")) &&
        add(identity, "machine_sid", machine_sid()) &&
        add_install_date(identity))
        return identity;
    cJSON_Delete(identity);
    return NULL;
}

char *identity_computer(void)
{
    wchar_t name[256];
    DWORD count = sizeof name / sizeof *name;
    if (!GetComputerNameExW(ComputerNamePhysicalDnsHostname, name, &count))
        return NULL;
    return utf16_to_utf8(name, count);
}
