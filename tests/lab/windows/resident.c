/* SPDX-License-Identifier: MIT */
/*
 * Keeps a target's Windows up: as long as this program runs, so do Wine's
 * server, its services and its desktop, all started with the lab's null
 * streams instead of those of the first login (whose channel would then
 * never close). Started once per target; ends with the prefix.
 *
 *   resident.exe MARK   makes the file MARK once everything is up
 *
 * advapi32's stand-in parks handles in it (advapi32/key_park.h), and it
 * stands at TCP 135 for other targets (remote/rpcss.h) and for unsecapp.exe.
 */
#include <windows.h>
#include <objbase.h>

#include "parked.h"
#include "remote/rpcss.h"
#include "remote/unsecapp.h"

static int make_mark(const WCHAR *path)
{
    HANDLE mark = CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS,
                              FILE_ATTRIBUTE_NORMAL, NULL);

    if (mark == INVALID_HANDLE_VALUE)
        return -1;
    CloseHandle(mark);
    return 0;
}

static int tell_process(void)
{
    DWORD process = GetCurrentProcessId();
    HKEY key;
    LSTATUS status =
        RegCreateKeyExW(HKEY_LOCAL_MACHINE, PARKED_KEY, 0, NULL,
                        REG_OPTION_VOLATILE, KEY_SET_VALUE, NULL, &key, NULL);

    if (status != ERROR_SUCCESS)
        return -1;
    status = RegSetValueExW(key, PARKED_PROCESS, 0, REG_DWORD,
                            (const BYTE *)&process, sizeof process);
    RegCloseKey(key);
    return status == ERROR_SUCCESS ? 0 : -1;
}

int wmain(int argc, WCHAR **argv);

int wmain(int argc, WCHAR **argv)
{
    MSG message;

    if (argc != 2 || FAILED(CoInitializeEx(NULL, COINIT_APARTMENTTHREADED)))
        return 1;
    /* The first window of a prefix starts the desktop process. */
    if (CreateWindowExW(0, L"STATIC", L"", 0, 0, 0, 0, 0, NULL, NULL, NULL,
                        NULL) == NULL)
        return 1;
    if (tell_process() < 0 || !rpcss_begin() || !unsecapp_begin() ||
        make_mark(argv[1]) < 0)
        return 1;
    while (GetMessageW(&message, NULL, 0, 0) > 0)
        DispatchMessageW(&message);
    CoUninitialize();
    return 0;
}
