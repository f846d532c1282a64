/* SPDX-License-Identifier: MIT */
/*
 * svcprobe SECTION: walks what Microsoft documents of the service control
 * manager, or what a mode makes of it, and prints TAP.
 */
#include "svcprobe.h"

#include <stdio.h>
#include <wchar.h>

static void security(struct probe *probe, const WCHAR *section)
{
    (void)section;
    probe_security(probe);
}

static void control(struct probe *probe, const WCHAR *section)
{
    (void)section;
    probe_control(probe);
}

static const struct {
    const WCHAR *name;
    void (*walk)(struct probe *, const WCHAR *section);
} SECTIONS[] = {
    {L"security", security},
    {L"control", control},
    {L"scm-denied", probe_security_mode},
    {L"scm-ignored", probe_security_mode},
    {L"not-elevated", probe_security_mode},
    {L"service-stop-hangs", probe_service_mode},
    {L"service-start-fails", probe_service_mode},
    {L"dependant-start-fails", probe_service_mode},
    {L"winmgmt-disabled", probe_service_mode},
    {L"winmgmt-stopped", probe_service_mode},
    {L"rpcss-stopped", probe_service_mode},
};

void check(struct probe *probe, DWORD got, DWORD wanted, const char *what)
{
    probe->count++;
    probe->failed += got != wanted;
    printf("%sok %d - %s: %lu\n", got == wanted ? "" : "not ", probe->count,
           what, wanted);
    if (got != wanted)
        printf("# got %lu\n", got);
    fflush(stdout);
}

DWORD code_of(BOOL ok)
{
    return ok ? ERROR_SUCCESS : GetLastError();
}

int wmain(int argc, WCHAR **argv);

int wmain(int argc, WCHAR **argv)
{
    struct probe probe = {0};
    size_t i;

    for (i = 0; argc == 2 && i < ARRAYSIZE(SECTIONS); i++)
        if (wcscmp(argv[1], SECTIONS[i].name) == 0)
            break;
    if (argc != 2 || i == ARRAYSIZE(SECTIONS)) {
        fprintf(stderr, "svcprobe: which section?\n");
        return 2;
    }
    SECTIONS[i].walk(&probe, argv[1]);
    printf("1..%d\n", probe.count);
    return probe.failed != 0;
}
