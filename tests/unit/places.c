/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "payload/win32/errors.h"
#include "tests/unit/places.h"

static void note(struct machine *machine, const char *word)
{
    size_t len = strlen(machine->log);
    snprintf(machine->log + len, sizeof machine->log - len, "%s%s",
             len > 0 ? " " : "", word);
}

static cJSON *read_place(struct setting *setting, struct setting_reason *reason)
{
    struct place *place = setting->data;
    place->reads++;
    if (place->to_come && place[-1].value != place[-1].wanted) {
        setting_reason_set(reason, CODE_ACCOUNT_TO_COME, NULL, "not there yet");
        return NULL;
    }
    if (!place->unreadable &&
        (!place->behind || place[-1].value == place[-1].wanted))
        return cJSON_CreateNumber(place->value);
    setting_reason_set(reason, 5, "look there", "%s: closed", setting->id);
    return NULL;
}

static enum setting_verdict compare_place(struct setting *setting,
                                          const cJSON *state,
                                          struct setting_reason *reason)
{
    const struct place *place = setting->data;
    if (state->valueint == place->wanted)
        return SETTING_AGREES;
    if (place->irreversible)
        return SETTING_IRREVERSIBLE;
    if (place->known != 0 && state->valueint != place->known)
        return SETTING_CONFLICT;
    if (!place->blocked)
        return SETTING_DIFFERS;
    setting_reason_set(reason, 0, NULL, "a policy holds it");
    return SETTING_BLOCKED;
}

static int write_place(struct setting *setting, const cJSON *state,
                       struct setting_reason *reason)
{
    struct place *place = setting->data;
    assert_int_equal(state->valueint, place->value);
    assert_true(setting->deadline_ms == place->machine->deadline);
    place->writes++;
    note(place->machine, setting->id);
    if (place->refuses)
        return setting_reason_set(reason, 0x80070005ul, NULL, NULL);
    if (!place->ignores)
        place->value = place->wanted;
    if (place->spill != NULL)
        place->spill->value = place->spill->known != 0 ? place->spill->known
                                                       : place->spill->wanted;
    return 0;
}

static const struct setting_ops place_ops = {
    .read = read_place, .compare = compare_place, .write = write_place};

static unsigned long long now_ms(void *context)
{
    struct machine *machine = context;
    machine->now += machine->step;
    return machine->now;
}

static void lock(void *context)
{
    struct machine *machine = context;
    assert_int_equal(machine->locks++, 0);
}

static void unlock(void *context)
{
    struct machine *machine = context;
    assert_int_equal(--machine->locks, 0);
}

static const cJSON *earlier(void *context, const char *id)
{
    struct machine *machine = context;
    return json_member(machine->earlier, id);
}

static int snapshot(void *context, const cJSON *settings, struct err *err)
{
    struct machine *machine = context;
    if (machine->snapshot != NULL) { /* what is added to it */
        cJSON_AddItemToArray(machine->snapshot,
                             cJSON_Duplicate(settings->child, true));
        return machine->addition_fails ? err_set(err, 112, "disk: full") : 0;
    }
    for (size_t i = 0; i < machine->count; i++)
        machine->writes_before_snapshot += machine->places[i].writes;
    machine->snapshot = cJSON_Duplicate(settings, true);
    return machine->snapshot_fails ? err_set(err, 112, "disk: full") : 0;
}

static bool waits(void *context, const char *id)
{
    const struct machine *machine = context;
    return machine->waiting != NULL && strcmp(machine->waiting, id) == 0;
}

static const char *restart_takes(void *context)
{
    const struct machine *machine = context;
    return machine->nothing_runs ? NULL : "winmgmt, iphlpsvc";
}

static const char *restart_cuts(void *context)
{
    (void)context;
    return "iphlpsvc carries sessions";
}

static int restart(void *context, unsigned long long deadline_ms,
                   struct setting_reason *reason)
{
    struct machine *machine = context;
    assert_int_equal(machine->locks, 0);
    assert_true(deadline_ms == FAR);
    machine->restarts++;
    note(machine, "R");
    machine->during = engine_settings(machine->engine, "it hangs");
    return machine->restart_fails
               ? setting_reason_set(reason, 1053, "reboot it", "it hung")
               : 0;
}

static bool is_cancelled(void *context)
{
    struct machine *machine = context;
    return machine->looks_left > 0 && --machine->looks_left == 0;
}

struct engine_host places_host(struct machine *machine)
{
    return (struct engine_host){.context = machine,
                                .allow_irreversible =
                                    machine->allow_irreversible,
                                .now_ms = now_ms,
                                .lock = lock,
                                .unlock = unlock,
                                .earlier = earlier,
                                .snapshot = snapshot,
                                .waits = waits,
                                .restart_takes = restart_takes,
                                .restart_cuts = restart_cuts,
                                .cancelled = is_cancelled,
                                .restart = machine->never ? NULL : restart};
}

void places_add(struct machine *machine)
{
    static const char *const ids[] = {"a.a", "b.b", "c.c", "d.d"};
    for (size_t i = 0; i < machine->count; i++) {
        struct setting *setting = setting_list_add(
            &machine->list, ids[i],
            cJSON_CreateNumber(machine->places[i].wanted), &place_ops);
        assert_non_null(setting);
        setting->data = &machine->places[i];
        setting->restart_winmgmt = machine->restart[i];
        machine->places[i].machine = machine;
    }
}

/* Runs and returns the entries; `end` is what the run must end with. */
cJSON *places_run(struct machine *machine, bool apply,
                  unsigned long long deadline, enum engine_end end)
{
    struct engine_host host = places_host(machine);
    struct err err;
    places_add(machine);
    struct engine *engine = engine_new(&machine->list, &host);
    assert_non_null(engine);
    machine->engine = engine;
    machine->deadline = deadline;
    assert_int_equal(engine_run(engine, apply, deadline, &err), end);
    cJSON *during = cJSON_Duplicate(machine->during, true);
    cJSON_Delete(machine->during);
    machine->during = during;
    cJSON *references = engine_settings(engine, NULL);
    assert_non_null(references);
    cJSON *settings = cJSON_Duplicate(references, true);
    cJSON_Delete(references);
    engine_free(engine);
    return settings;
}

void places_release(struct machine *machine, cJSON *settings)
{
    cJSON_Delete(settings);
    cJSON_Delete(machine->snapshot);
    cJSON_Delete(machine->earlier);
    cJSON_Delete(machine->during);
    setting_list_release(&machine->list);
}

const char *places_state(const cJSON *settings, int i)
{
    const char *state = json_text(cJSON_GetArrayItem(settings, i), "state");
    return state != NULL ? state : "(none)";
}

double places_number(const cJSON *settings, int i, const char *key)
{
    const cJSON *item = json_member(cJSON_GetArrayItem(settings, i), key);
    assert_true(cJSON_IsNumber(item));
    return item->valuedouble;
}

bool places_hint(const cJSON *settings, int i, const char *text)
{
    const cJSON *hint;
    cJSON_ArrayForEach (hint,
                        json_member(cJSON_GetArrayItem(settings, i), "hints")) {
        if (strstr(hint->valuestring, text) != NULL)
            return true;
    }
    return false;
}

const char *places_error(const cJSON *settings, int i, const char *key)
{
    const cJSON *error = json_member(cJSON_GetArrayItem(settings, i), "error");
    const char *text = json_text(error, key);
    return text != NULL ? text : "(none)";
}
