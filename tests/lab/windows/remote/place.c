/* SPDX-License-Identifier: MIT */
#include "place.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define LAB_KEY L"SOFTWARE\\wmifleet-lab"

#define LOOPBACK 0x7f000001u

enum { LINE_MAX_LEN = 64, TARGETS_MAX = 254 };

bool place_parse(const WCHAR *text, DWORD *address)
{
    DWORD result = 0;

    for (int i = 0; i < 4; i++) {
        WCHAR *end;
        unsigned long part = wcstoul(text, &end, 10);

        if (*text < L'0' || *text > L'9' || end - text > 3 || part > 255 ||
            *end != (i < 3 ? L'.' : 0))
            return false;
        result = result << 8 | part;
        text = end + 1;
    }
    *address = result;
    return true;
}

enum place_line { LINE_ADDRESS, LINE_FOLDER };

/* A line of the file, which is in UTF-8. */
static bool lab_text(enum place_line wanted, WCHAR text[MAX_PATH])
{
    WCHAR path[MAX_PATH + 32];
    char line[MAX_PATH * 3];
    UINT len = GetWindowsDirectoryW(path, MAX_PATH);
    bool good = false;
    FILE *file;

    if (len == 0 || len >= MAX_PATH)
        return false;
    file = _wfopen(wcscat(path, L"\\wmifleet-lab.txt"), L"r");
    if (!file)
        return false;
    for (int i = LINE_ADDRESS; i <= (int)wanted; i++)
        good = fgets(line, sizeof line, file) != NULL;
    fclose(file);
    line[strcspn(line, "\r\n")] = 0;
    return good &&
           MultiByteToWideChar(CP_UTF8, 0, line, -1, text, MAX_PATH) > 0;
}

DWORD place_address(void)
{
    WCHAR text[MAX_PATH];
    DWORD address;

    return lab_text(LINE_ADDRESS, text) && place_parse(text, &address) ? address
                                                                       : 0;
}

unsigned place_prefix_length(void)
{
    DWORD bits, len = sizeof bits;

    return RegGetValueW(HKEY_LOCAL_MACHINE, LAB_KEY, L"PrefixLength",
                        RRF_RT_REG_DWORD, NULL, &bits, &len) == ERROR_SUCCESS &&
                   bits <= 32
               ? bits
               : 24;
}

bool place_is_here(const WCHAR *server)
{
    WCHAR own[MAX_COMPUTERNAME_LENGTH + 1];
    DWORD count = MAX_COMPUTERNAME_LENGTH + 1;
    DWORD address;

    if (place_parse(server, &address))
        return address == LOOPBACK || address == place_address();
    return wcscmp(server, L".") == 0 || _wcsicmp(server, L"localhost") == 0 ||
           (GetComputerNameW(own, &count) && _wcsicmp(server, own) == 0);
}

/* FOLDER\target-K\FILE; K 0 is this target. */
static FILE *open_file(unsigned target, const WCHAR *file, const WCHAR *how)
{
    WCHAR folder[MAX_PATH], path[2 * MAX_PATH];

    if (!lab_text(LINE_FOLDER, folder))
        return NULL;
    if (target == 0)
        target = place_address() & 0xff;
    if (swprintf(path, 2 * MAX_PATH, L"%ls\\target-%u\\%ls", folder, target,
                 file) < 0)
        return NULL;
    return _wfopen(path, how);
}

static bool read_line(unsigned target, const WCHAR *file,
                      WCHAR line[LINE_MAX_LEN])
{
    FILE *from = open_file(target, file, L"r");
    bool good;

    if (!from)
        return false;
    good = fgetws(line, LINE_MAX_LEN, from) != NULL;
    fclose(from);
    if (good)
        line[wcscspn(line, L"\r\n")] = 0;
    return good;
}

FILE *place_open(const WCHAR *file, const WCHAR *how)
{
    return open_file(0, file, how);
}

/* The address of target K, which ends in K; 0: there is none. */
static DWORD address_of(unsigned target)
{
    WCHAR line[LINE_MAX_LEN];
    DWORD address;

    return read_line(target, L"address", line) && place_parse(line, &address)
               ? address
               : 0;
}

bool place_find(const WCHAR *server, DWORD *address)
{
    DWORD wanted;
    WCHAR *end;

    if (place_parse(server, &wanted)) {
        *address = wanted;
        return address_of(wanted & 0xff) == wanted;
    }
    if (_wcsnicmp(server, L"target-", 7) != 0)
        return false;
    wanted = wcstoul(server + 7, &end, 10);
    if (*end != 0 || wanted == 0 || wanted > TARGETS_MAX)
        return false;
    *address = address_of(wanted);
    return *address != 0;
}

unsigned place_rpc_port(DWORD address)
{
    WCHAR line[LINE_MAX_LEN];

    return read_line(address & 0xff, L"rpc", line) ? wcstoul(line, NULL, 10)
                                                   : 0;
}

unsigned place_wmi_port(DWORD process)
{
    WCHAR line[LINE_MAX_LEN];
    WCHAR *end;

    if (!read_line(0, L"winmgmt", line) || wcstoul(line, &end, 10) != process)
        return 0;
    return wcstoul(end, NULL, 10);
}

/* Written whole under another name, so that nobody reads half of it. */
static bool write_line(const WCHAR *file, const WCHAR *line)
{
    WCHAR folder[MAX_PATH], old[2 * MAX_PATH], new[2 * MAX_PATH];
    unsigned target = place_address() & 0xff;
    FILE *to = open_file(0, L"new", L"wb");
    bool good;

    if (!to)
        return false;
    good = fprintf(to, "%ls", line) > 0;
    good = fclose(to) == 0 && good && lab_text(LINE_FOLDER, folder) &&
           swprintf(old, 2 * MAX_PATH, L"%ls\\target-%u\\new", folder, target) >
               0 &&
           swprintf(new, 2 * MAX_PATH, L"%ls\\target-%u\\%ls", folder, target,
                    file) > 0;
    return good && MoveFileExW(old, new, MOVEFILE_REPLACE_EXISTING);
}

bool place_tell_rpc(unsigned port)
{
    WCHAR line[LINE_MAX_LEN];

    swprintf(line, LINE_MAX_LEN, L"%u\n", port);
    return write_line(L"rpc", line);
}

bool place_tell_wmi(DWORD process, unsigned port)
{
    WCHAR line[LINE_MAX_LEN];

    swprintf(line, LINE_MAX_LEN, L"%lu %u\n", process, port);
    return write_line(L"winmgmt", line);
}
