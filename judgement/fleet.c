/* SPDX-License-Identifier: MIT */
/*
 * One machine SID on several machines comes of images that were made without
 * sysprep. It was harmless until the updates of August and September 2025
 * (KB5064081, KB5065426): since then Windows 11 24H2 and Server 2025 refuse
 * NTLM and Kerberos logons that come from a machine with their own SID
 * (event 6167 of LsaSrv). Machines that are all older do not.
 */
#include "judgement/fleet.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

#define BUILD_THAT_REFUSES 26100 /* Windows 11 24H2, Server 2025 */

void fleet_release(struct fleet *fleet)
{
    for (size_t i = 0; i < fleet->count; i++)
        free(fleet->machines[i].name);
    free(fleet->machines);
    *fleet = (struct fleet){NULL, 0, 0};
}

static int grow(struct fleet *fleet)
{
    if (fleet->count < fleet->capacity)
        return 0;
    size_t capacity = fleet->capacity > 0 ? fleet->capacity * 2 : 16;
    struct fleet_machine *grown =
        realloc(fleet->machines, capacity * sizeof *grown);
    if (grown == NULL)
        return -1;
    fleet->machines = grown;
    fleet->capacity = capacity;
    return 0;
}

int fleet_note(struct fleet *fleet, const char *host, const cJSON *facts,
               const cJSON *identity)
{
    struct fleet_machine machine = {.build = 0};
    const char *sid = json_text(identity, "machine_sid");
    const cJSON *build = json_member(facts, "build");
    char rest;
    if (sid == NULL || strlen(sid) > 64 || !cJSON_IsNumber(build) ||
        sscanf(sid, "S-1-5-21-%" SCNu32 "-%" SCNu32 "-%" SCNu32 "%c",
               &machine.sid[0], &machine.sid[1], &machine.sid[2], &rest) != 3)
        return 0;
    machine.build = build->valuedouble;
    machine.name = strdup(host);
    if (machine.name == NULL || grow(fleet) != 0) {
        free(machine.name);
        return -1;
    }
    fleet->machines[fleet->count++] = machine;
    return 0;
}

static int compare(const void *a, const void *b)
{
    const struct fleet_machine *first = a;
    const struct fleet_machine *second = b;
    for (size_t i = 0; i < 3; i++) {
        if (first->sid[i] != second->sid[i])
            return first->sid[i] < second->sid[i] ? -1 : 1;
    }
    return strcmp(first->name, second->name);
}

static bool same_sid(const struct fleet_machine *a,
                     const struct fleet_machine *b)
{
    return memcmp(a->sid, b->sid, sizeof a->sid) == 0;
}

void fleet_findings(struct fleet *fleet,
                    void (*tell)(void *context, const char *name,
                                 const char *text, char **hosts, size_t count),
                    void *context)
{
    char **hosts = malloc((fleet->count + 1) * sizeof *hosts);
    if (hosts == NULL || fleet->count == 0) {
        free(hosts);
        return;
    }
    qsort(fleet->machines, fleet->count, sizeof *fleet->machines, compare);
    for (size_t from = 0, to; from < fleet->count; from = to) {
        bool refuses = false;
        for (to = from; to < fleet->count &&
                        same_sid(&fleet->machines[from], &fleet->machines[to]);
             to++) {
            refuses |= fleet->machines[to].build >= BUILD_THAT_REFUSES;
            hosts[to - from] = fleet->machines[to].name;
        }
        if (refuses && to - from > 1)
            tell(context, "one_machine_sid",
                 "one machine SID: Windows 11 24H2 and Server 2025 (build "
                 "26100) refuse logons between such machines since their "
                 "updates of September 2025 (KB5065426); install them from an "
                 "image that was made with sysprep /generalize",
                 hosts, to - from);
    }
    free(hosts);
}
