/* SPDX-License-Identifier: MIT */
/* The services that WMI rests on. */
#include "payload/win32/errors.h"
#include "payload/service/service_state.h"
#include "payload/service/service_turn.h"
#include "payload/engine/setting.h"
#include "payload/service/winmgmt.h"

#include <stddef.h>
#include <string.h>

#include "base/json.h"

#define ID "services."
#define TURN_MS 60000u

static const char *name_of(const struct setting *setting)
{
    return setting->id + sizeof ID - 1;
}

/* Only judged: not even administrators may configure or stop it. */
static bool is_only_judged(const struct setting *setting)
{
    return strcmp(name_of(setting), WINMGMT) != 0;
}

static int fail(const struct setting *setting, const char *what,
                unsigned long code, struct setting_reason *reason)
{
    const char *hint = "look into the System event log";
    if (code == SERVICE_CODE_DENIED)
        hint = "look who took the right from Administrators: sc sdshow";
    else if (code == SERVICE_CODE_TIMEOUT)
        hint = "it may still be on its way: run it again";
    else if (code == SERVICE_CODE_DEPENDENTS)
        hint = "stop the services that need it first: sc enumdepend";
    return setting_reason_set(reason, code, hint, "%s cannot be %s: %s",
                              name_of(setting), what, error_text(code));
}

static cJSON *read_service(struct setting *setting,
                           struct setting_reason *reason)
{
    struct service_status now;
    unsigned long code = service_query(name_of(setting), &now);
    cJSON *state = code == 0 ? service_state_json(&now) : NULL;
    if (state == NULL)
        (void)fail(setting, "looked at", code != 0 ? code : SERVICE_CODE_MEMORY,
                   reason);
    return state;
}

static bool is(const cJSON *state, const char *key, const char *word)
{
    const char *text = json_text(state, key);
    return text != NULL && strcmp(text, word) == 0;
}

static enum setting_verdict compare_service(struct setting *setting,
                                            const cJSON *state,
                                            struct setting_reason *reason)
{
    bool runs = is(state, "state", "running");
    if (!is_only_judged(setting))
        return runs && is(state, "start", "automatic") ? SETTING_AGREES
                                                       : SETTING_DIFFERS;
    if (runs)
        return SETTING_AGREES;
    setting_reason_set(reason, SERVICE_CODE_NOT_ACTIVE,
                       "nothing of COM works without it: start the machine "
                       "anew, and look into the System event log",
                       "%s does not run, and nobody may start it by hand",
                       name_of(setting));
    return SETTING_BLOCKED;
}

static int set_start(const struct setting *setting, enum service_start start,
                     struct setting_reason *reason)
{
    unsigned long code = service_set_start(name_of(setting), start);
    return code == 0 ? 0
                     : fail(setting, "given another start type", code, reason);
}

static unsigned long long until(const struct setting *setting)
{
    return service_now_ms() + service_time_left(setting->deadline_ms, TURN_MS);
}

static int turn_on(const struct setting *setting, struct setting_reason *reason)
{
    unsigned long code = service_turn_on(name_of(setting), until(setting));
    return code == 0 ? 0 : fail(setting, "started", code, reason);
}

static int write_service(struct setting *setting, const cJSON *state,
                         struct setting_reason *reason)
{
    if (!is(state, "start", "automatic") &&
        set_start(setting, SERVICE_AUTOMATIC, reason) != 0)
        return -1;
    return turn_on(setting, reason);
}

/* What is disabled cannot be started: its start type comes last. */
static int restore_service(struct setting *setting, const cJSON *state,
                           struct setting_reason *reason)
{
    const char *name = name_of(setting);
    bool paused = is(state, "state", "paused");
    unsigned long code = 0;
    int status = 0;
    if (is(state, "state", "running"))
        status = turn_on(setting, reason);
    else if (paused)
        code = service_turn_to_pause(name, until(setting));
    else if (is(state, "state", "stopped"))
        code = service_turn_off(name, until(setting));
    if (code != 0)
        status = fail(setting, paused ? "paused" : "stopped", code, reason);
    enum service_start start;
    if (!service_start_of(json_text(state, "start"), &start))
        return status;
    return set_start(setting, start, reason) == 0 ? status : -1;
}

static const struct setting_ops service_ops = {
    .read = read_service,
    .compare = compare_service,
    .write = write_service,
    .restore = restore_service,
};

static int plan(const struct settings *settings, struct setting_list *list,
                struct err *err)
{
    if ((settings->rpcss_runs &&
         setting_list_add(list, ID "rpcss", cJSON_CreateString("running"),
                          &service_ops) == NULL) ||
        (settings->winmgmt_runs &&
         setting_list_add(list, ID WINMGMT, cJSON_CreateString("running"),
                          &service_ops) == NULL))
        return err_set(err, 0, "services: memory is short");
    return 0;
}

const struct setting_family services_family = {.name = "services",
                                               .plan = plan};
