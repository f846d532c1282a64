/* SPDX-License-Identifier: MIT */
/*
 * Theory of operation. Windows gives the dependents in the order in which
 * they have to be stopped; they are started in the opposite one, winmgmt
 * first. What is stopped here is remembered in `stopped` before it is asked
 * to stop, so that whatever happens behind it, it is asked to start again.
 *
 * Before anything is stopped, it is looked at whether all of it may be
 * stopped and could start again: a service that runs may be disabled, and
 * some are guarded against administrators too.
 */
#include "payload/service/winmgmt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/word.h"
#include "payload/win32/errors.h"
#include "payload/service/service_turn.h"

#define IP_HELPER "iphlpsvc"
#define STOP_MS 60000u
#define START_MS 20000u      /* for all of them, */
#define START_LEAST_MS 5000u /* but so much for each */
#define RESERVE_MS 40000u    /* of the run, for starting again */
#define CODE_TIMEOUT 1460ul
#define ROUNDS 3 /* a dependent may start while others are being stopped */
#define NAMES_MAX 300

void winmgmt_process(char text[WINMGMT_PROCESS_MAX])
{
    struct service_status now;
    text[0] = '\0';
    if (service_query(WINMGMT, &now) != 0 || now.pid == 0)
        return;
    unsigned long long began = service_process_began(now.pid);
    snprintf(text, WINMGMT_PROCESS_MAX, "%lu-%08lx%08lx", now.pid,
             (unsigned long)(began >> 32), (unsigned long)began & 0xFFFFFFFFul);
}

char *winmgmt_restart_names(void)
{
    char text[NAMES_MAX] = WINMGMT;
    size_t len = sizeof WINMGMT - 1;
    unsigned long code;
    struct service_status now;
    if (service_query(WINMGMT, &now) != 0 || now.state == SERVICE_AT_REST)
        return NULL;
    cJSON *names = service_dependents(WINMGMT, &code);
    const cJSON *name;
    cJSON_ArrayForEach (name, names) {
        if (len + strlen(name->valuestring) + 3 > sizeof text)
            break;
        len += (size_t)snprintf(text + len, sizeof text - len, ", %s",
                                name->valuestring);
    }
    cJSON_Delete(names);
    return strdup(text);
}

const char *winmgmt_restart_cuts(const char *names)
{
    for (; names != NULL && *names != '\0'; names += strspn(names, ", ")) {
        size_t len = strcspn(names, ",");
        size_t i = 0;
        while (i < len && word_lower(names[i]) == IP_HELPER[i])
            i++;
        if (i == len && IP_HELPER[i] == '\0')
            return "iphlpsvc carries port proxies, Teredo and 6to4: an SSH "
                   "session that comes over one of them is cut by its restart";
        names += len;
    }
    return NULL;
}

/* --- the restart --------------------------------------------------------- */

struct restart {
    unsigned long long stop_until;
    cJSON *stopped; /* names of dependents, in the order of stopping */
    struct setting_reason *reason;
};

#define NOT_AGAIN "does not start again"

static int fail(const struct restart *restart, const char *name,
                const char *what, unsigned long code)
{
    const char *hint = "look into the System event log, then run it again";
    if (code == SERVICE_CODE_TIMEOUT && strcmp(what, NOT_AGAIN) == 0)
        hint = "it may still be on its way: look with sc query, then run "
               "check again";
    else if (code == SERVICE_CODE_TIMEOUT)
        hint = "nothing was killed: the machine needs a reboot";
    else if (code == SERVICE_CODE_DISABLED)
        hint = "set its start type to automatic or manual, or use --restart "
               "never and reboot the machine";
    else if (code == SERVICE_CODE_DENIED)
        hint = "use --restart never and reboot the machine";
    return setting_reason_set(restart->reason, code, hint,
                              "restart of winmgmt: %s %s: %s", name, what,
                              error_text(code));
}

static int check_can_turn(const struct restart *restart, const char *name)
{
    struct service_status now;
    unsigned long code = service_may_stop(name);
    if (code != 0)
        return fail(restart, name, "may not be stopped", code);
    code = service_query(name, &now);
    if (code == 0 && now.start == SERVICE_IS_DISABLED)
        code = SERVICE_CODE_DISABLED;
    return code == 0 ? 0 : fail(restart, name, "could not start again", code);
}

static bool holds(const cJSON *names, const char *name)
{
    const cJSON *each;
    cJSON_ArrayForEach (each, names) {
        if (strcmp(each->valuestring, name) == 0)
            return true;
    }
    return false;
}

static int remember(const struct restart *restart, const char *name)
{
    if (holds(restart->stopped, name))
        return 0;
    cJSON *item = cJSON_CreateString(name);
    if (cJSON_AddItemToArray(restart->stopped, item))
        return 0;
    cJSON_Delete(item);
    return fail(restart, name, "does not stop", SERVICE_CODE_MEMORY);
}

static int stop_one(const struct restart *restart, const char *name)
{
    unsigned long code = service_turn_off(name, restart->stop_until);
    return code == 0 ? 0 : fail(restart, name, "does not stop", code);
}

/* Looks at all before the first is stopped. */
static int stop_dependents(const struct restart *restart)
{
    unsigned long code;
    const cJSON *name;
    int status = 0;
    cJSON *names = service_dependents(WINMGMT, &code);
    if (names == NULL)
        return fail(restart, WINMGMT, "does not tell what needs it", code);
    cJSON_ArrayForEach (name, names) {
        if (status == 0)
            status = check_can_turn(restart, name->valuestring);
    }
    cJSON_ArrayForEach (name, names) {
        if (status == 0)
            status = remember(restart, name->valuestring);
        if (status == 0)
            status = stop_one(restart, name->valuestring);
    }
    cJSON_Delete(names);
    return status;
}

static int stop_all(const struct restart *restart)
{
    if (check_can_turn(restart, WINMGMT) != 0)
        return -1;
    for (int i = 0; i < ROUNDS; i++) {
        if (stop_dependents(restart) == 0 && stop_one(restart, WINMGMT) == 0)
            return 0;
        if (restart->reason->code != SERVICE_CODE_DEPENDENTS)
            break;
    }
    return -1;
}

static int tell_stopped(const struct restart *restart, const char *name,
                        unsigned long code, int status)
{
    struct setting_reason *reason = restart->reason;
    size_t len = strlen(reason->text);
    if (status == 0)
        return fail(restart, name, NOT_AGAIN, code);
    if (len + strlen(name) + 32 < sizeof reason->text)
        snprintf(reason->text + len, sizeof reason->text - len,
                 "; %s does not run now", name);
    return status;
}

/* All of them, whatever becomes of one. */
static int start_all(const struct restart *restart, int status)
{
    unsigned long long all_until = service_now_ms() + START_MS;
    int count = cJSON_GetArraySize(restart->stopped);
    for (int i = count; i >= 0; i--) {
        const char *name =
            i == count ? WINMGMT
                       : cJSON_GetArrayItem(restart->stopped, i)->valuestring;
        unsigned long long until = service_now_ms() + START_LEAST_MS;
        unsigned long code =
            service_turn_on(name, until > all_until ? until : all_until);
        if (code != 0)
            status = tell_stopped(restart, name, code, status);
    }
    return status;
}

int winmgmt_restart(unsigned long long deadline_ms,
                    struct setting_reason *reason)
{
    unsigned long long now_ms = service_now_ms();
    struct restart restart = {.stop_until = now_ms + STOP_MS, .reason = reason};
    struct service_status now;
    unsigned long code = service_query(WINMGMT, &now);
    if (code == 0 && now.state == SERVICE_AT_REST)
        return 0;
    if (deadline_ms < now_ms + RESERVE_MS)
        return setting_reason_set(
            reason, CODE_TIMEOUT, "run it again: apply restarts winmgmt then",
            "restart of winmgmt: this run has too little time left for it");
    if (restart.stop_until > deadline_ms - RESERVE_MS)
        restart.stop_until = deadline_ms - RESERVE_MS;
    if (code == 0 && (restart.stopped = cJSON_CreateArray()) == NULL)
        code = SERVICE_CODE_MEMORY;
    if (code != 0)
        return fail(&restart, WINMGMT, "cannot be looked at", code);
    int status = start_all(&restart, stop_all(&restart));
    cJSON_Delete(restart.stopped);
    return status;
}
