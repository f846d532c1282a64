/* SPDX-License-Identifier: MIT */
/* EnumDependentServicesW: Wine's answers that there are none. */
#include <stdlib.h>
#include <wchar.h>

#include "../advapi32/real.h"
#include "kin.h"
#include "replaced.h"

/* What the answer is put together from. */
struct answer {
    ENUM_SERVICE_STATUSW *entries;
    WCHAR *text; /* strings stand behind the entries, from the end */
    DWORD count;
    DWORD needed;
};

static bool is_wanted(DWORD state, DWORD wanted)
{
    return (wanted & (state == SERVICE_STOPPED ? SERVICE_INACTIVE
                                               : SERVICE_ACTIVE)) != 0;
}

static void display_name(const WCHAR *name, WCHAR display[SERVICE_NAME_MAX])
{
    SC_HANDLE manager = REAL(OpenSCManagerW)(NULL, NULL, SC_MANAGER_CONNECT);
    DWORD count = SERVICE_NAME_MAX;

    if (manager == NULL ||
        !GetServiceDisplayNameW(manager, name, display, &count))
        wcscpy(display, name);
    if (manager != NULL)
        REAL(CloseServiceHandle)(manager);
}

static WCHAR *put_text(struct answer *answer, const WCHAR *text)
{
    answer->text -= wcslen(text) + 1;
    return wcscpy(answer->text, text);
}

/* Counts the service; writes it when there is a place. */
static void put(struct answer *answer, const WCHAR *name,
                const SERVICE_STATUS *status)
{
    WCHAR display[SERVICE_NAME_MAX];
    ENUM_SERVICE_STATUSW *entry;

    display_name(name, display);
    answer->needed +=
        (DWORD)(sizeof *entry +
                (wcslen(name) + wcslen(display) + 2) * sizeof(WCHAR));
    if (answer->entries == NULL)
        return;
    entry = &answer->entries[answer->count++];
    entry->lpServiceName = put_text(answer, name);
    entry->lpDisplayName = put_text(answer, display);
    entry->ServiceStatus = *status;
}

/* "The reverse of the start order". */
static void put_all(struct answer *answer, const struct kin *kin, DWORD wanted)
{
    SERVICE_STATUS status;
    DWORD i;

    for (i = kin->count; i-- > 0;)
        if (kin_status(kin->services[i].name, &status) &&
            is_wanted(status.dwCurrentState, wanted))
            put(answer, kin->services[i].name, &status);
}

/* A state may change between counting and writing: the first look holds. */
static DWORD enumerate(const WCHAR *name, DWORD wanted, void *into, DWORD len,
                       DWORD *needed, DWORD *returned)
{
    struct kin *kin = kin_dependants(name);
    struct answer counted = {0};
    struct answer answer = {0};
    DWORD code = ERROR_SUCCESS;

    if (kin == NULL)
        return ERROR_NOT_ENOUGH_MEMORY;
    put_all(&counted, kin, wanted);
    if (counted.needed > len) {
        *needed = counted.needed;
        code = ERROR_MORE_DATA;
    } else if (counted.needed > 0) {
        answer.entries = into;
        answer.text = (WCHAR *)(void *)((BYTE *)into + (len & ~1UL));
        put_all(&answer, kin, wanted);
    }
    *returned = answer.count;
    free(kin);
    return code;
}

BOOL WINAPI lab_EnumDependentServicesW(SC_HANDLE handle, DWORD wanted,
                                       ENUM_SERVICE_STATUSW *into, DWORD len,
                                       DWORD *needed, DWORD *returned)
{
    struct opened opened;
    DWORD code = handle_service(handle, SERVICE_ENUMERATE_DEPENDENTS, &opened);

    if (code == ERROR_SUCCESS && (needed == NULL || returned == NULL))
        code = ERROR_INVALID_ADDRESS;
    else if (code == ERROR_SUCCESS &&
             (wanted == 0 || (wanted & ~(DWORD)SERVICE_STATE_ALL) != 0))
        code = ERROR_INVALID_PARAMETER;
    if (code == ERROR_SUCCESS) {
        *needed = 0;
        code = enumerate(opened.name, wanted, into, into ? len : 0, needed,
                         returned);
    }
    SetLastError(code);
    return code == ERROR_SUCCESS;
}
