/* SPDX-License-Identifier: MIT */
#include "address.h"

#include "text.h"

#include <winsock2.h>
#include <ws2tcpip.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define ARRAY_LEN(array) (sizeof(array) / sizeof *(array))
#define TOKEN_MAX 128u
#define REFUSED ((HRESULT)0xD000000D) /* STATUS_INVALID_PARAMETER */

/* MS-GPFAS 2.2.2.13; the documentation of put_RemoteAddresses names these. */
static const WCHAR *const words[] = {L"LocalSubnet", L"DNS", L"DHCP", L"WINS",
                                     L"DefaultGateway"};

/* One token of a list, understood. */
struct address {
    int family;    /* 4, 6, or 0 for a word */
    bool is_range; /* begin to end; otherwise begin and prefix */
    unsigned long prefix;
    BYTE begin[16]; /* network order */
    BYTE end[16];
    const WCHAR *word;
};

static const WCHAR *key_of(enum address_side side, int family)
{
    if (side == ADDRESS_LOCAL)
        return family == 6 ? L"LA6" : L"LA4";
    return family == 6 ? L"RA6" : L"RA4";
}

static size_t address_len(int family)
{
    return family == 6 ? 16 : 4;
}

/* Reads a whole string as one address; 4, 6, or 0 when it is neither. */
static int parse_plain(const WCHAR *string, BYTE bytes[16])
{
    if (InetPtonW(AF_INET, string, bytes) == 1)
        return 4;
    return InetPtonW(AF_INET6, string, bytes) == 1 ? 6 : 0;
}

/* The prefix length of a mask; false when its bits have a gap. */
static bool mask_prefix(const BYTE mask[4], unsigned long *prefix)
{
    unsigned long bits = (unsigned long)mask[0] << 24 |
                         (unsigned long)mask[1] << 16 |
                         (unsigned long)mask[2] << 8 | mask[3];
    unsigned long count = 0;

    while (count < 32 && bits & (0x80000000ul >> count))
        count++;
    *prefix = count;
    return count == 32 || (bits & (0xfffffffful >> count)) == 0;
}

/* Clears the bits behind the prefix, as Windows stores a subnet. */
static void clear_host_bits(struct address *address)
{
    for (unsigned long bit = address->prefix;
         bit < 8 * address_len(address->family); bit++)
        address->begin[bit / 8] &= (BYTE) ~(0x80u >> bit % 8);
}

static bool parse_subnet(struct address *address, WCHAR *token, WCHAR *slash)
{
    BYTE mask[16];
    unsigned long most;

    *slash = L'\0';
    address->family = parse_plain(token, address->begin);
    most = 8 * (unsigned long)address_len(address->family);
    if (address->family == 0)
        return false;
    if (!wide_number(slash + 1, most, &address->prefix) &&
        (address->family != 4 || parse_plain(slash + 1, mask) != 4 ||
         !mask_prefix(mask, &address->prefix)))
        return false;
    clear_host_bits(address);
    return address->prefix > 0;
}

static bool parse_range(struct address *address, WCHAR *token, WCHAR *dash)
{
    size_t len;

    *dash = L'\0';
    address->is_range = true;
    address->family = parse_plain(token, address->begin);
    len = address_len(address->family);
    return address->family != 0 &&
           parse_plain(dash + 1, address->end) == address->family &&
           memcmp(address->begin, address->end, len) <= 0;
}

static bool parse_token(struct address *address, WCHAR *token)
{
    WCHAR *mark;

    *address = (struct address){0};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (wide_same(token, words[i])) {
            address->word = words[i];
            return true;
        }
    mark = wcschr(token, L'/');
    if (mark)
        return parse_subnet(address, token, mark);
    mark = wcschr(token, L'-');
    if (mark)
        return parse_range(address, token, mark);
    address->family = parse_plain(token, address->begin);
    address->prefix = 8 * (unsigned long)address_len(address->family);
    return address->family != 0;
}

static void print_plain(int family, const BYTE bytes[16], WCHAR out[64])
{
    if (!InetNtopW(family == 6 ? AF_INET6 : AF_INET, bytes, out, 64))
        out[0] = L'\0';
}

static void print_mask(unsigned long prefix, WCHAR out[64])
{
    unsigned long bits = prefix ? 0xfffffffful << (32 - prefix) : 0;

    bits &= 0xfffffffful;
    swprintf(out, 64, L"%lu.%lu.%lu.%lu", bits >> 24, bits >> 16 & 255,
             bits >> 8 & 255, bits & 255);
}

/*
 * The token as text. `full` is the COM side, where a single address carries
 * its mask too; the registry has it bare.
 */
static void print_token(const struct address *address, bool full,
                        WCHAR out[TOKEN_MAX])
{
    bool single = address->prefix == 8 * address_len(address->family);
    WCHAR begin[64], behind[64];

    if (address->word) {
        wcscpy(out, address->word);
        return;
    }
    print_plain(address->family, address->begin, begin);
    if (address->is_range) {
        print_plain(address->family, address->end, behind);
        swprintf(out, TOKEN_MAX, L"%ls-%ls", begin, behind);
    } else if (single && !full) {
        wcscpy(out, begin);
    } else if (address->family == 6) {
        swprintf(out, TOKEN_MAX, L"%ls/%lu", begin, address->prefix);
    } else {
        print_mask(address->prefix, behind);
        swprintf(out, TOKEN_MAX, L"%ls/%ls", begin, behind);
    }
}

/*
 * Windows takes no loopback, unspecified or multicast IPv6 address, and says
 * so with an NT status, unlike to what it cannot read.
 */
static bool is_refused(const struct address *address)
{
    static const BYTE zeros[15] = {0};

    if (address->family != 6)
        return false;
    if (address->begin[0] == 0xff)
        return true;
    return memcmp(address->begin, zeros, sizeof zeros) == 0 &&
           address->begin[15] <= 1;
}

static HRESULT put_token(struct fw_rule *rule, enum address_side side,
                         WCHAR *token)
{
    struct address address;
    WCHAR text[TOKEN_MAX];
    HRESULT hr;

    if (wcslen(token) >= TOKEN_MAX / 2 || !parse_token(&address, token))
        return E_INVALIDARG;
    if (address.word && side == ADDRESS_LOCAL)
        return E_INVALIDARG;
    if (is_refused(&address))
        return REFUSED;
    print_token(&address, false, text);
    if (!address.word)
        return rule_add(rule, key_of(side, address.family), text);
    hr = rule_add(rule, key_of(side, 4), text);
    return FAILED(hr) ? hr : rule_add(rule, key_of(side, 6), text);
}

HRESULT addresses_put(struct fw_rule *rule, enum address_side side,
                      const WCHAR *list)
{
    WCHAR *token = NULL;
    HRESULT hr;

    rule_drop(rule, key_of(side, 4));
    rule_drop(rule, key_of(side, 6));
    if (!list || !*list || wcscmp(list, L"*") == 0)
        return S_OK;
    while ((hr = wide_next_item(&list, &token)) == S_OK) {
        hr = put_token(rule, side, token);
        free(token);
        if (FAILED(hr))
            return hr;
    }
    return FAILED(hr) ? hr : S_OK;
}

/* A value that Windows would not understand either is shown as it is. */
static void add_value(struct text *list, const WCHAR *value)
{
    struct address address;
    WCHAR token[TOKEN_MAX];

    if (wcslen(value) < TOKEN_MAX / 2) {
        wcscpy(token, value);
        if (parse_token(&address, token)) {
            print_token(&address, true, token);
            value = token;
        }
    }
    text_add_item(list, value);
}

/* Only a word can stand under both families; it is shown once. */
static bool stands_under_four(const struct fw_rule *rule,
                              enum address_side side, const WCHAR *value)
{
    const WCHAR *other;
    size_t at = 0;

    while ((other = rule_next(rule, key_of(side, 4), &at)))
        if (wide_same(other, value))
            return true;
    return false;
}

HRESULT addresses_get(const struct fw_rule *rule, enum address_side side,
                      BSTR *out)
{
    const WCHAR *value;
    struct text list;
    size_t at = 0;

    text_init(&list);
    while ((value = rule_next(rule, key_of(side, 4), &at)))
        add_value(&list, value);
    at = 0;
    while ((value = rule_next(rule, key_of(side, 6), &at)))
        if (!stands_under_four(rule, side, value))
            add_value(&list, value);
    if (list.len == 0)
        text_add(&list, L"*");
    return text_take_bstr(&list, out);
}
