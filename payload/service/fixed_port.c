/* SPDX-License-Identifier: MIT */
/*
 * The fixed port of WMI. `winmgmt /standalonehost` and `/sharedhost` do the
 * work; what they did is read back, part by part, and nothing that they say
 * is believed.
 *
 * Endpoints is the one part whose format COM documents, and the command
 * leaves a value alone that is there. So another port than the usual one is
 * written before the command runs; and where Endpoints is not as wished
 * afterwards, refused to the command or left as it was, it is put right
 * here, with the right to restore where the key needs that. Nothing else is
 * written by hand.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "payload/service/child.h"
#include "payload/dcom/com_layer.h"
#include "payload/win32/errors.h"
#include "payload/service/fixed_port_reach.h"
#include "payload/service/fixed_port_state.h"
#include "payload/service/host_group.h"
#include "payload/registry/registry_backup.h"
#include "payload/registry/registry_io.h"
#include "payload/service/service.h"
#include "payload/service/service_turn.h"
#include "payload/engine/setting.h"

#define SERVICE_KEY "SYSTEM\\CurrentControlSet\\Services\\Winmgmt"
#define SVCHOST_KEY "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\SvcHost"
#define VERSION_KEY "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"
#define COMMAND_MS 30000
#define CODE_INVALID_DATA 13ul
#define BUILD_OF_SERVER_2025 26100
#define LEVEL_RISK                                                             \
    "below packet_privacy what WMI answers goes over the network readable"
#define HAND_HINT                                                              \
    "look what guards that part (a policy, a security product) and what the "  \
    "command says when it is run by hand; undo puts back what was changed"

/*
 * What a state holds of the registry. `name` NULL: all values of the key; of
 * a svchost group that others are in too: winmgmt's own place.
 */
static const struct part {
    const char *member;
    const char *key; /* NULL: that of the WMI application */
    const char *name;
    bool shared_group;
} parts[] = {
    {FIXED_PORT_IMAGE_PATH, SERVICE_KEY, "ImagePath", false},
    {"type", SERVICE_KEY, "Type", false},
    {"netsvcs", SVCHOST_KEY, "netsvcs", true},
    {"netsvcs_key", SVCHOST_KEY "\\netsvcs", NULL, false},
    {FIXED_PORT_GROUP, SVCHOST_KEY, "winmgmt", false},
    {FIXED_PORT_GROUP_KEY, SVCHOST_KEY "\\winmgmt", NULL, false},
    {FIXED_PORT_ENDPOINTS, NULL, "Endpoints", false},
};
#define PART_COUNT (sizeof parts / sizeof *parts)
#define ENDPOINTS (PART_COUNT - 1)

static const char *key_of(const struct part *part)
{
    return part->key != NULL ? part->key : com_layer_row(COM_WMI_LAUNCH)->key;
}

static const struct fixed_port_wish *wish_of(const struct setting *setting)
{
    const struct settings *settings = setting->data;
    return &settings->fixed_port;
}

/* --- the service --------------------------------------------------------- */

static unsigned long add_service(cJSON *state)
{
    char *path = NULL;
    unsigned long type;
    unsigned long code = service_program("winmgmt", &path, &type);
    cJSON *object = cJSON_AddObjectToObject(state, FIXED_PORT_SERVICE);
    if (code == 0 &&
        (cJSON_AddStringToObject(object, "path", path) == NULL ||
         cJSON_AddNumberToObject(object, "type", (double)type) == NULL))
        code = SERVICE_CODE_MEMORY;
    free(path);
    return code;
}

static unsigned long restore_service(const cJSON *state)
{
    const cJSON *then = json_member(state, FIXED_PORT_SERVICE);
    const cJSON *type = json_member(then, "type");
    /* The registry has it with its environment variables. */
    const char *path =
        fixed_port_text(json_member(state, FIXED_PORT_IMAGE_PATH));
    if (path == NULL)
        path = json_text(then, "path");
    if (path == NULL || !cJSON_IsNumber(type))
        return CODE_INVALID_DATA;
    return service_set_program("winmgmt", path,
                               (unsigned long)type->valuedouble);
}

/* --- reading ------------------------------------------------------------- */

static unsigned long add_part(const struct part *part, cJSON *state)
{
    cJSON *found = NULL;
    unsigned long code =
        part->name == NULL
            ? registry_read_all(part->key, &found)
            : registry_backup_read(key_of(part), part->name, &found);
    if (code == 0 && part->shared_group) {
        cJSON *value = found;
        found = host_group_state(value, "winmgmt");
        cJSON_Delete(value);
    }
    if (code == 0 && !cJSON_AddItemToObject(state, part->member, found)) {
        cJSON_Delete(found);
        code = SERVICE_CODE_MEMORY;
    }
    return code;
}

static int fail_part(const struct part *part, const char *what,
                     unsigned long code, struct setting_reason *reason)
{
    const char *name = part->name != NULL ? part->name : "its values";
    return setting_reason_set(reason, code, NULL,
                              "HKLM\\%s, %s: it cannot be %s: %s", key_of(part),
                              name, what, error_text(code));
}

static cJSON *read_fixed_port(struct setting *setting,
                              struct setting_reason *reason)
{
    cJSON *state = cJSON_CreateObject();
    unsigned long code = add_service(state);
    (void)setting;
    if (code != 0)
        setting_reason_set(reason, code, "repair WMI on this machine",
                           "the service winmgmt cannot be looked at: %s",
                           error_text(code));
    for (size_t i = 0; code == 0 && i < PART_COUNT; i++) {
        code = add_part(&parts[i], state);
        if (code != 0)
            (void)fail_part(&parts[i], "read", code, reason);
    }
    if (code == 0)
        return state;
    cJSON_Delete(state);
    return NULL;
}

/* --- judging ------------------------------------------------------------- */

static bool is_server_2025(void)
{
    char *build = registry_text(VERSION_KEY, "CurrentBuildNumber");
    char *type = registry_text(VERSION_KEY, "InstallationType");
    bool is = build != NULL && type != NULL && strcmp(type, "Client") != 0 &&
              strtoul(build, NULL, 10) >= BUILD_OF_SERVER_2025;
    free(build);
    free(type);
    return is;
}

static enum setting_verdict compare_fixed_port(struct setting *setting,
                                               const cJSON *state,
                                               struct setting_reason *reason)
{
    const struct fixed_port_wish *wish = wish_of(setting);
    (void)reason;
    if (wish->enabled == FLAG_ON && is_server_2025())
        setting_hint(setting,
                     "the fixed port is reported not to work on Windows "
                     "Server 2025: try a connection to it before you rely "
                     "on it");
    if (wish->enabled == FLAG_ON)
        fixed_port_reach(setting, setting->data);
    if (wish->enabled == FLAG_ON && fixed_port_own_host(state) &&
        fixed_port_level(state) == 0)
        setting_hint(setting,
                     "the authentication level cannot be read back on this "
                     "Windows; winmgmt /standalonehost %d sets it",
                     wish->level);
    return fixed_port_lacks(wish, state) == 0 ? SETTING_AGREES
                                              : SETTING_DIFFERS;
}

/* --- writing ------------------------------------------------------------- */

static void run_command(const struct setting *setting, bool own_host, int level,
                        struct child_end *end)
{
    wchar_t standalone[] = L"/standalonehost 6";
    standalone[wcslen(standalone) - 1] = (wchar_t)(L'0' + level % 10);
    child_run(L"wbem\\winmgmt.exe", own_host ? standalone : L"/sharedhost",
              service_time_left(setting->deadline_ms, COMMAND_MS), end);
}

/* Into the group as it is now, whoever came or went since. */
static unsigned long put_place(const struct part *part, const cJSON *wanted)
{
    cJSON *now = NULL;
    cJSON *value = NULL;
    unsigned long code = registry_backup_read(key_of(part), part->name, &now);
    if (code == 0) {
        value = host_group_put(now, "winmgmt", wanted);
        code = value == NULL
                   ? SERVICE_CODE_MEMORY
                   : registry_backup_restore(key_of(part), part->name, value);
    }
    cJSON_Delete(now);
    cJSON_Delete(value);
    return code;
}

/* Nothing is written where it stands already. */
static unsigned long put_part(const struct part *part, const cJSON *wanted,
                              const cJSON *now)
{
    if (cJSON_Compare(wanted, json_member(now, part->member), true))
        return 0;
    if (part->shared_group)
        return put_place(part, wanted);
    return part->name == NULL
               ? registry_restore_all(part->key, wanted)
               : registry_backup_restore(key_of(part), part->name, wanted);
}

static unsigned long put_endpoints(const struct fixed_port_wish *wish,
                                   const cJSON *now)
{
    const struct part *part = &parts[ENDPOINTS];
    cJSON *wanted = fixed_port_endpoints(wish, json_member(now, part->member));
    unsigned long code =
        wanted != NULL ? put_part(part, wanted, now) : SERVICE_CODE_MEMORY;
    cJSON_Delete(wanted);
    return code;
}

static int tell_lacking(bool on, unsigned lacks, unsigned long code,
                        const struct child_end *end,
                        struct setting_reason *reason)
{
    char words[160];
    char status[40];
    fixed_port_print(lacks, words, sizeof words);
    snprintf(status, sizeof status, "exit code %lu", end->status);
    if (code == 0)
        code = end->code;
    return setting_reason_set(
        reason, code != 0 ? code : CODE_NOT_EFFECTIVE, HAND_HINT,
        "%s: not as asked after winmgmt /%s: %s%s%s", words,
        on ? "standalonehost" : "sharedhost",
        code != 0 ? error_text(code) : status,
        end->said[0] != '\0' ? ", it said: " : "", end->said);
}

/*
 * A port is fixed only for a host process of winmgmt's own: in a shared one
 * it would be that of others too.
 */
static unsigned long settle_endpoints(const struct fixed_port_wish *wish,
                                      const cJSON *before, const cJSON *now)
{
    const struct part *part = &parts[ENDPOINTS];
    if ((fixed_port_lacks(wish, now) & FIXED_PORT_LACKS_HOST) == 0)
        return put_endpoints(wish, now);
    return put_part(part, json_member(before, part->member), now);
}

static int write_fixed_port(struct setting *setting, const cJSON *state,
                            struct setting_reason *reason)
{
    const struct fixed_port_wish *wish = wish_of(setting);
    bool on = wish->enabled == FLAG_ON;
    struct child_end end;
    unsigned long code = 0;
    /* The command then finds a port to keep. */
    if (on && wish->port != SETTINGS_FIXED_PORT)
        code = put_endpoints(wish, state);
    if (code != 0)
        return fail_part(&parts[ENDPOINTS], "written", code, reason);
    run_command(setting, on, wish->level, &end);
    cJSON *now = read_fixed_port(setting, reason);
    if (now != NULL)
        code = settle_endpoints(wish, state, now);
    cJSON_Delete(now);
    now = now != NULL ? read_fixed_port(setting, reason) : NULL;
    if (now == NULL)
        return -1;
    unsigned lacks = fixed_port_lacks(wish, now);
    cJSON_Delete(now);
    return lacks == 0 ? 0 : tell_lacking(on, lacks, code, &end, reason);
}

/* --- putting back -------------------------------------------------------- */

static int restore_part(const struct part *part, const cJSON *state,
                        const cJSON *now, struct setting_reason *reason)
{
    const cJSON *then = json_member(state, part->member);
    unsigned long code = then != NULL ? put_part(part, then, now) : 0;
    return code == 0 ? 0 : fail_part(part, "put back", code, reason);
}

/* What the commands leave otherwise than it was, value for value. */
static int restore_rest(struct setting *setting, const cJSON *state,
                        struct setting_reason *reason)
{
    int status = 0;
    cJSON *now = read_fixed_port(setting, reason);
    if (!cJSON_Compare(json_member(state, FIXED_PORT_SERVICE),
                       json_member(now, FIXED_PORT_SERVICE), true)) {
        unsigned long code = restore_service(state);
        if (code != 0)
            status = setting_reason_set(
                reason, code, NULL, "the service winmgmt cannot be changed: %s",
                error_text(code));
        cJSON_Delete(now);
        now = read_fixed_port(setting, reason);
    }
    for (size_t i = 0; now != NULL && i < PART_COUNT; i++) {
        if (restore_part(&parts[i], state, now, reason) != 0)
            status = -1;
    }
    if (now == NULL)
        status = -1;
    cJSON_Delete(now);
    return status;
}

static int restore_fixed_port(struct setting *setting, const cJSON *state,
                              struct setting_reason *reason)
{
    struct child_end end;
    cJSON *now = read_fixed_port(setting, reason);
    if (now == NULL)
        return -1;
    bool own = fixed_port_own_host(state);
    int level = fixed_port_level(state);
    if (fixed_port_own_host(now) != own)
        run_command(setting, own, level > 0 ? level : SETTINGS_PACKET_PRIVACY,
                    &end);
    cJSON_Delete(now);
    return restore_rest(setting, state, reason);
}

/* --- planning ------------------------------------------------------------ */

static const struct setting_ops fixed_port_ops = {
    .read = read_fixed_port,
    .compare = compare_fixed_port,
    .write = write_fixed_port,
    .restore = restore_fixed_port,
};

static cJSON *make_desired(const struct fixed_port_wish *wish)
{
    cJSON *desired = cJSON_CreateObject();
    bool on = wish->enabled == FLAG_ON;
    if (cJSON_AddBoolToObject(desired, "enabled", on) != NULL &&
        (!on ||
         (cJSON_AddNumberToObject(desired, "port", wish->port) != NULL &&
          cJSON_AddStringToObject(desired, "authentication_level",
                                  settings_level_word(wish->level)) != NULL)))
        return desired;
    cJSON_Delete(desired);
    return NULL;
}

static int plan(const struct settings *settings, struct setting_list *list,
                struct err *err)
{
    const struct fixed_port_wish *wish = &settings->fixed_port;
    if (wish->enabled == FLAG_NOT_ASKED)
        return 0;
    struct setting *setting = setting_list_add(
        list, "fixed_port", make_desired(wish), &fixed_port_ops);
    if (setting == NULL)
        return err_set(err, 0, "fixed_port: memory is short");
    /* The list goes before the settings do. */
    setting->data = (void *)settings;
    setting->restart_winmgmt = true;
    if (wish->enabled == FLAG_ON && wish->level < SETTINGS_PACKET_PRIVACY)
        setting->risk = LEVEL_RISK;
    return 0;
}

const struct setting_family fixed_port_family = {.name = "fixed_port",
                                                 .plan = plan};
