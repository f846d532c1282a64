/* SPDX-License-Identifier: MIT */
#include "payload/facts/facts.h"

#include <windows.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "payload/account/domain.h"
#include "payload/run/identity.h"
#include "payload/registry/registry_io.h"
#include "payload/win32/subnets.h"
#include "payload/win32/system.h"
#include "payload/win32/utf16.h"

#define VERSION_KEY "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"
#define FIRST_BUILD_OF_11 22000

/*
 * The registry of Windows 11 still says "Windows 10": its build tells them
 * apart.
 */
static char *product_name(unsigned long build)
{
    char *name = registry_text(VERSION_KEY, "ProductName");
    char *type = registry_text(VERSION_KEY, "InstallationType");
    bool client = type == NULL || strcmp(type, "Client") == 0;
    char *ten = name != NULL ? strstr(name, "Windows 10") : NULL;
    if (ten != NULL && client && build >= FIRST_BUILD_OF_11)
        ten[strlen("Windows 1")] = '1';
    free(type);
    return name;
}

static void add_windows(cJSON *facts)
{
    unsigned long major = 0;
    unsigned long minor = 0;
    unsigned long revision = 0;
    unsigned long installed;
    char text[64];
    char *build_text = registry_text(VERSION_KEY, "CurrentBuildNumber");
    unsigned long build =
        build_text != NULL ? strtoul(build_text, NULL, 10) : 0;
    free(build_text);
    facts_put_text(facts, "os", product_name(build));
    if (registry_number(VERSION_KEY, "CurrentMajorVersionNumber", &major)) {
        registry_number(VERSION_KEY, "CurrentMinorVersionNumber", &minor);
        registry_number(VERSION_KEY, "UBR", &revision);
        snprintf(text, sizeof text, "%lu.%lu.%lu.%lu", major, minor, build,
                 revision);
        cJSON_AddStringToObject(facts, "version", text);
    } else { /* 8.1 and Server 2012 R2 */
        facts_put_text(facts, "version",
                       registry_text(VERSION_KEY, "CurrentVersion"));
    }
    if (build != 0)
        cJSON_AddNumberToObject(facts, "build", (double)build);
    facts_put_text(facts, "edition", registry_text(VERSION_KEY, "EditionID"));
    if (registry_number(VERSION_KEY, "InstallDate", &installed)) {
        identity_format_time(installed, text);
        cJSON_AddStringToObject(facts, "install_date", text);
    }
}

static void add_product_type(cJSON *facts)
{
    static const char *const words[][2] = {
        {"WinNT", "workstation"},
        {"ServerNT", "server"},
        {"LanmanNT", "domain_controller"},
    };
    char *type = registry_text(
        "SYSTEM\\CurrentControlSet\\Control\\ProductOptions", "ProductType");
    for (size_t i = 0; type != NULL && i < 3; i++) {
        if (strcmp(type, words[i][0]) == 0)
            cJSON_AddStringToObject(facts, "product_type", words[i][1]);
    }
    free(type);
}

/* Of the machine, not of this process: x64 programs run on ARM64 too. */
static void add_architecture(cJSON *facts)
{
    static const char key[] = "SYSTEM\\CurrentControlSet\\Control\\"
                              "Session Manager\\Environment";
    SYSTEM_INFO info;
    char *name = registry_text(key, "PROCESSOR_ARCHITECTURE");
    if (name != NULL) {
        facts_put_text(facts, "architecture", name);
        return;
    }
    GetNativeSystemInfo(&info);
    if (info.wProcessorArchitecture == PROCESSOR_ARCHITECTURE_AMD64)
        cJSON_AddStringToObject(facts, "architecture", "AMD64");
}

static void add_joined(cJSON *facts)
{
    static const char *const kinds[] = {
        [DOMAIN_NONE] = "none",
        [DOMAIN_WORKGROUP] = "workgroup",
        [DOMAIN_MEMBER] = "domain",
    };
    char *name;
    enum domain_join state = domain_join_state(&name);
    if (state == DOMAIN_UNKNOWN) {
        free(name);
        return;
    }
    cJSON *joined = cJSON_AddObjectToObject(facts, "joined");
    cJSON_AddStringToObject(joined, "kind", kinds[state]);
    facts_put_text(joined, "name", name);
    int entra = domain_entra_joined();
    if (entra >= 0)
        cJSON_AddBoolToObject(joined, "entra", entra);
}

/* "MACHINE\name" of the token this runs under. */
static char *user_name(void)
{
    union {
        TOKEN_USER user;
        BYTE bytes[sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE];
    } info;
    wchar_t name[260] = L"";
    wchar_t domain[260] = L"";
    DWORD len = 0;
    DWORD name_count = 260;
    DWORD domain_count = 260;
    SID_NAME_USE use;
    HANDLE token = NULL;
    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
        return NULL;
    BOOL known =
        GetTokenInformation(token, TokenUser, &info, sizeof info, &len) &&
        LookupAccountSidW(NULL, info.user.User.Sid, name, &name_count, domain,
                          &domain_count, &use);
    CloseHandle(token);
    if (!known || wcslen(domain) + wcslen(name) + 2 > 260)
        return NULL;
    wcscat(domain, L"\\");
    wcscat(domain, name);
    return utf16_text_to_utf8(domain);
}

/* The first word of SSH_CONNECTION. */
static char *ssh_client(void)
{
    wchar_t value[256];
    DWORD count = GetEnvironmentVariableW(L"SSH_CONNECTION", value, 256);
    if (count == 0 || count >= 256)
        return NULL;
    return utf16_to_utf8(value, wcscspn(value, L" "));
}

static void add_subnets(cJSON *facts)
{
    char *subnets = subnets_read();
    if (subnets == NULL)
        return;
    cJSON *list = cJSON_AddArrayToObject(facts, "subnets");
    for (char *at = subnets; at != NULL;) {
        char *comma = strchr(at, ',');
        if (comma != NULL)
            *comma = '\0';
        json_add_text(list, at);
        at = comma != NULL ? comma + 1 : NULL;
    }
    free(subnets);
}

void facts_machine(cJSON *facts)
{
    add_windows(facts);
    add_product_type(facts);
    add_architecture(facts);
    add_joined(facts);
    cJSON_AddBoolToObject(facts, "elevated",
                          system_is_elevated_administrator());
    facts_put_text(facts, "user", user_name());
    facts_put_text(facts, "ssh_client", ssh_client());
    add_subnets(facts);
}
