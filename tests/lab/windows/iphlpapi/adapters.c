/* SPDX-License-Identifier: MIT */
/*
 * The machine's addresses: GetAdaptersAddresses, from Microsoft's page. Wine
 * asks a driver that does not run in the lab. They stand in the registry, all
 * of one adapter:
 *
 *   HKLM\SOFTWARE\wmifleet-lab\Addresses
 *     "10.9.0.7" = REG_DWORD 24   an IPv4 address, and the bits of its subnet
 *
 * Without any there is ERROR_NO_DATA, as the page has it.
 */
#include <winsock2.h>

#include <windows.h>
#include <ws2tcpip.h>

#include <iphlpapi.h>

#include <string.h>
#include <wchar.h>

#define ADDRESSES_KEY L"SOFTWARE\\wmifleet-lab\\Addresses"
enum { ADDRESSES_MAX = 16, TEXT_MAX_COUNT = 64 };

ULONG WINAPI lab_GetAdaptersAddresses(ULONG family, ULONG flags, void *reserved,
                                      IP_ADAPTER_ADDRESSES *adapters,
                                      ULONG *size);

/* The answer, in one piece, for its pointers stay in it. */
struct answer {
    IP_ADAPTER_ADDRESSES adapter;
    IP_ADAPTER_UNICAST_ADDRESS unicast[ADDRESSES_MAX];
    struct sockaddr_in sockets[ADDRESSES_MAX];
};

static void add(struct answer *answer, DWORD at, const WCHAR *text, DWORD bits)
{
    struct sockaddr_in *in = &answer->sockets[at];
    IP_ADAPTER_UNICAST_ADDRESS *unicast = &answer->unicast[at];
    unsigned char *bytes = (unsigned char *)&in->sin_addr;
    WCHAR *end = (WCHAR *)text;

    in->sin_family = AF_INET;
    for (int i = 0; i < 4; i++)
        bytes[i] = (unsigned char)wcstoul(end + (i > 0), &end, 10);
    unicast->Length = sizeof *unicast;
    unicast->Address.lpSockaddr = (struct sockaddr *)in;
    unicast->Address.iSockaddrLength = sizeof *in;
    unicast->OnLinkPrefixLength = (UINT8)bits;
    if (at > 0)
        answer->unicast[at - 1].Next = unicast;
    else
        answer->adapter.FirstUnicastAddress = unicast;
}

static DWORD read_addresses(struct answer *answer)
{
    DWORD count = 0;
    HKEY key;

    if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, ADDRESSES_KEY, 0, KEY_QUERY_VALUE,
                      &key) != ERROR_SUCCESS)
        return 0;
    while (count < ADDRESSES_MAX) {
        WCHAR text[TEXT_MAX_COUNT];
        DWORD text_count = TEXT_MAX_COUNT, bits = 0, len = sizeof bits, type;

        if (RegEnumValueW(key, count, text, &text_count, NULL, &type,
                          (BYTE *)&bits, &len) != ERROR_SUCCESS)
            break;
        add(answer, count++, text, bits);
    }
    RegCloseKey(key);
    return count;
}

ULONG WINAPI lab_GetAdaptersAddresses(ULONG family, ULONG flags, void *reserved,
                                      IP_ADAPTER_ADDRESSES *adapters,
                                      ULONG *size)
{
    struct answer *answer = (struct answer *)adapters;

    (void)flags, (void)reserved;
    if (!size || (family != AF_UNSPEC && family != AF_INET))
        return ERROR_INVALID_PARAMETER;
    if (!answer || *size < sizeof *answer) {
        *size = sizeof *answer;
        return ERROR_BUFFER_OVERFLOW;
    }
    memset(answer, 0, sizeof *answer);
    answer->adapter.Length = sizeof answer->adapter;
    answer->adapter.OperStatus = IfOperStatusUp;
    return read_addresses(answer) > 0 ? NO_ERROR : ERROR_NO_DATA;
}
