/* SPDX-License-Identifier: MIT */
/*
 * Puts a prefix's firewall into a known state, and shows it.
 *
 *     fwstate client|server en|de   factory state of such a machine
 *     fwstate profiles MASK         the network profiles in use, 1 to 7
 *     fwstate mode NAME on|off      a failure mode
 *     fwstate dump                  the store as text, in a fixed order
 *
 * The dump reads the registry by itself, not by the code that serves COM:
 *
 *     profile Public EnableFirewall=1
 *     policy Public AllowLocalPolicyMerge=0
 *     rule WMI-RPCSS-In-TCP v2.31|Action=Allow|...
 *     policy-rule ...
 */
#include "factory.h"
#include "settings.h"
#include "text.h"

#include <fcntl.h>
#include <io.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

#define ARRAY_LEN(array) (sizeof(array) / sizeof *(array))
#define NAME_MAX_LEN 520u
#define DATA_BYTES 65536u

static const WCHAR *const mode_names[] = {
    L"policy-override", L"no-local-merge", L"block-all",     L"access-denied",
    L"service-stopped", L"write-ignored",  L"group-missing", L"group-spelling",
    L"block-action",    L"split-rules",    L"whole-rules"};

static const WCHAR *const profile_names[] = {
    L"DomainProfile", L"PrivateProfile", L"StandardProfile", L"PublicProfile"};

static int fail(const WCHAR *what, LSTATUS status)
{
    fwprintf(stderr, L"fwstate: %ls: error %ld\n", what, (long)status);
    return 1;
}

static int usage(void)
{
    fwprintf(stderr, L"usage: fwstate client|server en|de\n"
                     L"       fwstate profiles MASK\n"
                     L"       fwstate mode NAME on|off\n"
                     L"       fwstate dump\n");
    return 2;
}

/* Prints as UTF-8, whatever the console's code page. */
static void print_utf8(const WCHAR *string)
{
    int len = WideCharToMultiByte(CP_UTF8, 0, string, -1, NULL, 0, NULL, NULL);
    char *bytes = len > 0 ? malloc((size_t)len) : NULL;

    if (bytes &&
        WideCharToMultiByte(CP_UTF8, 0, string, -1, bytes, len, NULL, NULL) > 0)
        fputs(bytes, stdout);
    free(bytes);
}

static LSTATUS set_value(const WCHAR *path, const WCHAR *name, DWORD type,
                         const void *data, size_t size)
{
    LSTATUS status;
    HKEY key;

    status = RegCreateKeyExW(HKEY_LOCAL_MACHINE, path, 0, NULL, 0,
                             KEY_SET_VALUE | KEY_WOW64_64KEY, NULL, &key, NULL);
    if (status != 0)
        return status;
    status = RegSetValueExW(key, name, 0, type, data, (DWORD)size);
    RegCloseKey(key);
    return status;
}

static int set_factory(const WCHAR *product, const WCHAR *language)
{
    enum product which = PRODUCT_CLIENT;
    LSTATUS status;
    HRESULT hr;

    if (wcscmp(product, L"server") == 0)
        which = PRODUCT_SERVER;
    else if (wcscmp(product, L"client") != 0)
        return usage();
    if (wcscmp(language, L"en") != 0 && wcscmp(language, L"de") != 0)
        return usage();
    status =
        set_value(LAB_KEY, L"Language", REG_SZ, language, 3 * sizeof *language);
    if (status != 0)
        return fail(L"language", status);
    hr = factory_write(which);
    return FAILED(hr) ? fail(L"factory state", hr) : 0;
}

static int set_profiles(const WCHAR *mask)
{
    unsigned long number;
    LSTATUS status;
    DWORD value;

    if (!wide_number(mask, 7, &number) || number == 0)
        return usage();
    value = (DWORD)number;
    status = set_value(LAB_KEY, L"CurrentProfileTypes", REG_DWORD, &value,
                       sizeof value);
    return status ? fail(L"profiles", status) : 0;
}

static int set_mode(const WCHAR *name, const WCHAR *state)
{
    DWORD value = wcscmp(state, L"on") == 0;
    LSTATUS status;

    if (!value && wcscmp(state, L"off") != 0)
        return usage();
    for (size_t i = 0; i < ARRAY_LEN(mode_names); i++)
        if (wcscmp(name, mode_names[i]) == 0) {
            status =
                set_value(LAB_MODES_KEY, name, REG_DWORD, &value, sizeof value);
            return status ? fail(name, status) : 0;
        }
    return usage();
}

static int compare_lines(const void *left, const void *right)
{
    return wcscmp(*(WCHAR *const *)left, *(WCHAR *const *)right);
}

static WCHAR *make_line(const WCHAR *word, const WCHAR *name, DWORD type,
                        const BYTE *data)
{
    struct text line;
    WCHAR number[16];

    text_init(&line);
    text_add(&line, word);
    text_add(&line, L" ");
    text_add(&line, name);
    if (type == REG_DWORD) {
        swprintf(number, ARRAY_LEN(number), L"=%lu", *(const DWORD *)data);
        text_add(&line, number);
    } else if (type == REG_SZ) {
        text_add(&line, L" ");
        text_add(&line, (const WCHAR *)data);
    }
    text_add(&line, L"\n");
    return text_take(&line);
}

static void print_lines(WCHAR **lines, DWORD count)
{
    qsort(lines, count, sizeof *lines, compare_lines);
    for (DWORD i = 0; i < count; i++) {
        print_utf8(lines[i]);
        free(lines[i]);
    }
}

/* All values of one key, one line each, sorted. */
static int dump_values(HKEY key, const WCHAR *word)
{
    DWORD count = 0, made = 0, type, size, len;
    WCHAR name[NAME_MAX_LEN];
    BYTE *data = malloc(DATA_BYTES + sizeof(WCHAR));
    WCHAR **lines = NULL;

    RegQueryInfoKeyW(key, NULL, NULL, NULL, NULL, NULL, NULL, &count, NULL,
                     NULL, NULL, NULL);
    lines = calloc(count + 1, sizeof *lines);
    if (!data || !lines)
        count = 0;
    for (DWORD i = 0; i < count; i++) {
        len = NAME_MAX_LEN;
        size = DATA_BYTES;
        if (RegEnumValueW(key, i, name, &len, NULL, &type, data, &size) != 0)
            break;
        data[size] = data[size + 1] = 0;
        lines[made] = make_line(word, name, type, data);
        if (lines[made])
            made++;
    }
    if (lines)
        print_lines(lines, made);
    free(lines);
    free(data);
    return made == count ? 0 : fail(word, ERROR_OUTOFMEMORY);
}

static int dump_key(const WCHAR *path, const WCHAR *word)
{
    HKEY key;
    int status;

    if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, path, 0,
                      KEY_QUERY_VALUE | KEY_WOW64_64KEY, &key) != 0)
        return 0;
    status = dump_values(key, word);
    RegCloseKey(key);
    return status;
}

static int dump_profiles(const WCHAR *base, const WCHAR *word)
{
    WCHAR path[256], line[64];
    int status = 0;

    for (size_t i = 0; i < ARRAY_LEN(profile_names); i++) {
        swprintf(path, ARRAY_LEN(path), L"%ls\\%ls", base, profile_names[i]);
        swprintf(line, ARRAY_LEN(line), L"%ls %ls", word, profile_names[i]);
        status |= dump_key(path, line);
    }
    return status;
}

static int dump(void)
{
    int status = 0;

    _setmode(_fileno(stdout), _O_BINARY);
    status |= dump_profiles(FIREWALL_KEY, L"profile");
    status |= dump_profiles(POLICY_KEY, L"policy");
    status |= dump_key(FIREWALL_RULES_KEY, L"rule");
    status |= dump_key(POLICY_RULES_KEY, L"policy-rule");
    return status;
}

int wmain(int argc, WCHAR **argv);

int wmain(int argc, WCHAR **argv)
{
    if (argc == 2 && wcscmp(argv[1], L"dump") == 0)
        return dump();
    if (argc == 3 && wcscmp(argv[1], L"profiles") == 0)
        return set_profiles(argv[2]);
    if (argc == 3)
        return set_factory(argv[1], argv[2]);
    if (argc == 4 && wcscmp(argv[1], L"mode") == 0)
        return set_mode(argv[2], argv[3]);
    return usage();
}
