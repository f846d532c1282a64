/* SPDX-License-Identifier: MIT */
#include <windows.h>
#include <objbase.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "payload/account/account_memory.h"
#include "payload/connection/connections.h"
#include "payload/engine/families.h"
#include "payload/facts/facts.h"
#include "payload/run/cancellation.h"
#include "payload/run/pending.h"
#include "payload/run/run_state.h"
#include "payload/engine/snapshot.h"
#include "payload/engine/snapshots.h"
#include "payload/engine/undo.h"
#include "payload/service/winmgmt.h"

static int plan_family(struct run *run, const struct setting_family *family)
{
    struct request *request = &run->request;
    struct err err;
    int status = family->plan(&request->settings, &run->settings, &err);
    for (size_t i = 0; status == 0 && i < request->earlier_count; i++)
        status = family->plan(&request->earlier[i], &run->settings, &err);
    if (status == 0)
        return 0;
    return failure_set(&run->failure, FAILURE_PAYLOAD_FAILED, 0, NULL, "%s",
                       err.text);
}

static int plan_undo(struct run *run)
{
    const cJSON *undo = run->request.undo;
    struct err err;
    if (!undo_same_installation(undo, run->outcome.identity))
        return failure_set(&run->failure, FAILURE_PAYLOAD_FAILED, 0,
                           "what was applied is gone with the installation "
                           "that it was applied to",
                           "Windows was installed anew since that run: "
                           "nothing was put back");
    if (undo_upgraded_since(undo, run->outcome.identity))
        run_hint(run, "Windows was upgraded in place since that run: look "
                      "with check what the upgrade itself has set");
    if (undo_wrap(&run->settings, undo, &err) == 0)
        return 0;
    return failure_set(&run->failure, FAILURE_PAYLOAD_FAILED, 0, NULL, "%s",
                       err.text);
}

static ULONGLONG deadline_of(const struct run *run)
{
    return run->begun_ms + (ULONGLONG)PROTOCOL_RUN_SECONDS * MS_PER_SECOND;
}

static void lend_to(struct run *run, struct settings *settings)
{
    settings->memory = run->accounts;
    settings->patience = &run->patience;
}

/* What settings share. Without memory names are looked up whenever needed. */
static void lend(struct run *run)
{
    run->accounts = account_memory_new(deadline_of(run));
    wbem_patience_init(&run->patience, deadline_of(run));
    lend_to(run, &run->request.settings);
    for (size_t i = 0; i < run->request.earlier_count; i++)
        lend_to(run, &run->request.earlier[i]);
}

static int plan(struct run *run)
{
    for (const struct setting_family *const *f = families(); *f != NULL; f++)
        if (request_wants_family(&run->request, (*f)->name) &&
            plan_family(run, *f) != 0)
            return -1;
    return run->request.undo != NULL ? plan_undo(run) : 0;
}

/* What the engine asks for. */

static unsigned long long now_ms(void *context)
{
    (void)context;
    return GetTickCount64();
}

static void lock_guard(void *context)
{
    run_publish_begin(context);
}

static void unlock_guard(void *context)
{
    run_publish_end(context);
}

static const cJSON *earlier_state(void *context, const char *id)
{
    const struct run *run = context;
    const cJSON *setting;
    cJSON_ArrayForEach (setting, run->earlier) {
        const char *known = json_text(setting, "id");
        if (known != NULL && strcmp(known, id) == 0)
            return json_member(setting, "before");
    }
    return NULL;
}

/* Of what is going to be written, what will wait for winmgmt. */
static int note_pending(const struct run *run, const cJSON *settings,
                        struct err *err)
{
    cJSON *ids = pending_load(&run->folder); /* it may have restarted since */
    bool added = false;
    const cJSON *entry;
    for (size_t i = 0; i < run->settings.count; i++) {
        const struct setting *setting = &run->settings.items[i];
        cJSON_ArrayForEach (entry, settings) {
            if (setting->restart_winmgmt && !pending_has(ids, setting->id) &&
                strcmp(json_text(entry, "id"), setting->id) == 0)
                added |=
                    cJSON_AddItemToArray(ids, cJSON_CreateString(setting->id));
        }
    }
    int status = added ? pending_save(&run->folder, ids, err) : 0;
    cJSON_Delete(ids);
    return status;
}

static int save_snapshot(void *context, const cJSON *settings, struct err *err)
{
    struct run *run = context;
    const struct snapshot_head head = {
        .run = run->command.run,
        .verb = run->outcome.verb,
        .computer = run->computer,
        .identity = run->outcome.identity,
        .request = run->request.tree,
    };
    return snapshot_save(&run->folder, &head, settings, err) == 0
               ? note_pending(run, settings, err)
               : -1;
}

static bool is_cancelled(void *context)
{
    const struct run *run = context;
    return cancellation_is_asked(&run->folder, run->command.run);
}

static bool waits(void *context, const char *id)
{
    const struct run *run = context;
    return pending_has(run->pending, id);
}

static const char *restart_takes(void *context)
{
    struct run *run = context;
    if (run->restart_takes == NULL)
        run->restart_takes = winmgmt_restart_names();
    return run->restart_takes;
}

static const char *restart_cuts(void *context)
{
    return winmgmt_restart_cuts(restart_takes(context));
}

static void tell_restart(struct run *run, const char *process)
{
    char text[400];
    char now[WINMGMT_PROCESS_MAX];
    if (run->restart_takes == NULL)
        return;
    snprintf(text, sizeof text, "restarted: %s", run->restart_takes);
    run_hint(run, text);
    winmgmt_process(now);
    if (strcmp(now, process) == 0)
        run_hint(run, "winmgmt shares its process with other services, and "
                      "that goes on: what is read once a process holds when "
                      "the machine has restarted");
}

static int restart_winmgmt(void *context, unsigned long long deadline_ms,
                           struct setting_reason *reason)
{
    struct run *run = context;
    char process[WINMGMT_PROCESS_MAX];
    winmgmt_process(process);
    (void)restart_takes(run);
    if (winmgmt_restart(deadline_ms, reason) != 0)
        return -1;
    pending_forget(&run->folder);
    wbem_patience_renew(&run->patience);
    tell_restart(run, process);
    return 0;
}

static int load_snapshot(struct run *run)
{
    struct err err;
    if (run->command.verb == COMMAND_check)
        return 0;
    run->earlier = snapshot_load(&run->folder, run->command.run, &err);
    if (run->earlier != NULL)
        return 0;
    return failure_set(&run->failure, FAILURE_PAYLOAD_FAILED,
                       (unsigned long)err.code, NULL, "%s", err.text);
}

static int make_engine(struct run *run)
{
    run->host = (struct engine_host){
        .context = run,
        .allow_irreversible = request_allows_irreversible(&run->request),
        .now_ms = now_ms,
        .lock = lock_guard,
        .unlock = unlock_guard,
        .earlier = earlier_state,
        .snapshot = save_snapshot,
        .waits = waits,
        .restart_takes = restart_takes,
        .restart_cuts = restart_cuts,
        .cancelled = is_cancelled,
        .restart = request_may_restart(&run->request) ? restart_winmgmt : NULL,
    };
    run->pending = pending_load(&run->folder);
    struct engine *engine = engine_new(&run->settings, &run->host);
    run_publish_begin(run);
    run->engine = engine;
    run->worked = engine != NULL;
    run_publish_end(run);
    return engine != NULL ? 0
                          : failure_set(&run->failure, FAILURE_PAYLOAD_FAILED,
                                        0, NULL, "engine: memory is short");
}

static void run_engine(struct run *run)
{
    struct err err;
    enum engine_end end =
        engine_run(run->engine, run->command.verb != COMMAND_check,
                   deadline_of(run), &err);
    if (end == ENGINE_FAILED)
        failure_set(&run->failure, FAILURE_PAYLOAD_FAILED,
                    (unsigned long)err.code, NULL, "%s", err.text);
    if (end == ENGINE_CANCELLED)
        failure_set(&run->failure, FAILURE_CANCELLED, 0,
                    "what is done stays done: go on with --resume, or put it "
                    "back with undo",
                    "the run was told to stop: %s", err.text);
    if (end == ENGINE_TIMEOUT)
        failure_set(&run->failure, FAILURE_RUN_TIMEOUT, 0,
                    "run it again: what is done stays done",
                    "%lu of %lu settings were not reached within %d seconds",
                    (unsigned long)engine_open_count(run->engine),
                    (unsigned long)run->settings.count, PROTOCOL_RUN_SECONDS);
}

/* Collected apart: the watchdog may print the others at any moment. */
static void add_family_facts(struct run *run)
{
    cJSON *facts = cJSON_CreateObject();
    if (facts == NULL)
        return;
    families_facts(facts);
    facts_after_work(facts, &run->request.settings);
    run_publish_begin(run);
    for (cJSON *item = facts->child; run->outcome.facts != NULL && item != NULL;
         item = facts->child) {
        cJSON_DetachItemViaPointer(facts, item);
        /* What was told before the work is told anew. */
        cJSON_DeleteItemFromObjectCaseSensitive(run->outcome.facts,
                                                item->string);
        if (!cJSON_AddItemToObject(run->outcome.facts, item->string, item))
            cJSON_Delete(item);
    }
    run_publish_end(run);
    cJSON_Delete(facts);
}

/* WMI answers a caller for whom it may act, over an encrypted connection. */
static void bring_com_up(struct run *run)
{
    run->com_up = SUCCEEDED(CoInitializeEx(NULL, COINIT_MULTITHREADED));
    HRESULT result = run->com_up
                         ? CoInitializeSecurity(NULL, -1, NULL, NULL,
                                                RPC_C_AUTHN_LEVEL_PKT_PRIVACY,
                                                RPC_C_IMP_LEVEL_IMPERSONATE,
                                                NULL, EOAC_NONE, NULL)
                         : E_FAIL;
    if (FAILED(result) && result != RPC_E_TOO_LATE)
        run_hint(run, "COM cannot be initialised: settings that need it fail");
}

static void tell_snapshots(struct run *run)
{
    struct err err;
    const cJSON *options = json_member(run->request.tree, "options");
    cJSON *snapshots =
        snapshots_collect(&run->folder, json_text(options, "run"), &err);
    run_publish_begin(run);
    run->outcome.snapshots = snapshots;
    run_publish_end(run);
    if (snapshots == NULL)
        failure_set(&run->failure, FAILURE_PAYLOAD_FAILED,
                    (unsigned long)err.code, NULL, "%s", err.text);
}

/* Time to tell it in, before the run's own deadline. */
#define TELLING_MS 10000u

static void connect_others(struct run *run)
{
    bring_com_up(run);
    cJSON *connections = connections_make(
        run->request.tree, deadline_of(run) - TELLING_MS, &run->stuck);
    run_publish_begin(run);
    run->outcome.connections = connections;
    run->worked = connections != NULL;
    run_publish_end(run);
    if (connections == NULL)
        failure_set(&run->failure, FAILURE_PAYLOAD_FAILED, 0, NULL,
                    "verify: memory is short");
}

/* Whoever connects to a WMI that is at rest starts it. */
static void tell_started(struct run *run, const char *process)
{
    char now[WINMGMT_PROCESS_MAX];
    if (process[0] != '\0' || run->command.verb != COMMAND_check)
        return;
    winmgmt_process(now);
    if (now[0] != '\0')
        run_hint(run, "winmgmt did not run: it was started by this check, "
                      "which read the namespaces");
}

void run_work(struct run *run)
{
    char process[WINMGMT_PROCESS_MAX];
    if (run->command.verb == COMMAND_snapshots) {
        tell_snapshots(run);
        return;
    }
    if (run->command.verb == COMMAND_verify) {
        connect_others(run);
        return;
    }
    lend(run);
    if (plan(run) != 0 || load_snapshot(run) != 0 || make_engine(run) != 0)
        return;
    winmgmt_process(process);
    bring_com_up(run);
    run_engine(run);
    add_family_facts(run);
    tell_started(run, process);
    families_done();
}
