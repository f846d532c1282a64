/* SPDX-License-Identifier: MIT */
#include "handle.h"

#include <stdlib.h>
#include <wchar.h>

struct entry {
    struct entry *next;
    SC_HANDLE handle;
    struct opened opened;
};

/* The handles of a process are the process' own, and so is this list. */
static struct {
    SRWLOCK lock;
    struct entry *first;
} handles = {SRWLOCK_INIT, NULL};

static struct entry **place_of(SC_HANDLE handle)
{
    struct entry **place = &handles.first;

    while (*place != NULL && (*place)->handle != handle)
        place = &(*place)->next;
    return place;
}

bool handle_remember(SC_HANDLE handle, const WCHAR *name, ACCESS_MASK access)
{
    struct entry *entry = calloc(1, sizeof *entry);

    if (entry == NULL)
        return false;
    entry->handle = handle;
    wcsncpy(entry->opened.name, name, SERVICE_NAME_MAX - 1);
    entry->opened.access = access;
    AcquireSRWLockExclusive(&handles.lock);
    entry->next = handles.first;
    handles.first = entry;
    ReleaseSRWLockExclusive(&handles.lock);
    return true;
}

bool handle_find(SC_HANDLE handle, struct opened *opened)
{
    const struct entry *entry;

    AcquireSRWLockShared(&handles.lock);
    entry = *place_of(handle);
    if (entry != NULL)
        *opened = entry->opened;
    ReleaseSRWLockShared(&handles.lock);
    return entry != NULL;
}

void handle_forget(SC_HANDLE handle)
{
    struct entry **place;
    struct entry *entry;

    AcquireSRWLockExclusive(&handles.lock);
    place = place_of(handle);
    entry = *place;
    if (entry != NULL)
        *place = entry->next;
    ReleaseSRWLockExclusive(&handles.lock);
    free(entry);
}

DWORD handle_service(SC_HANDLE handle, ACCESS_MASK access,
                     struct opened *opened)
{
    if (!handle_find(handle, opened) || *opened->name == 0)
        return ERROR_INVALID_HANDLE;
    return (opened->access & access) == access ? ERROR_SUCCESS
                                               : ERROR_ACCESS_DENIED;
}
