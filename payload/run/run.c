/* SPDX-License-Identifier: MIT */
/*
 * Theory of operation. run_command prints the start mark and then takes one
 * step after the other; the first one that fails fills `failure` and the
 * rest is left out. The result is saved in the folder, then printed.
 *
 * The watchdog's thread may want to speak at any moment. What it needs is
 * published under `guard`; and whoever sets `ending` first prints the
 * result, so that there is one.
 *
 * Only a run that reached its settings is saved: an answer such as `busy`
 * has to be asked for again.
 */
#include "payload/run/run.h"

#include <windows.h>
#include <objbase.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "payload/account/account_memory.h"
#include "payload/win32/errors.h"
#include "payload/facts/facts.h"
#include "payload/run/cancellation.h"
#include "payload/run/clean.h"
#include "payload/run/identity.h"
#include "payload/run/output.h"
#include "payload/settings/run_id.h"
#include "payload/run/run_state.h"
#include "payload/win32/system.h"

void run_publish_begin(struct run *run)
{
    EnterCriticalSection(&run->guard);
}

void run_publish_end(struct run *run)
{
    LeaveCriticalSection(&run->guard);
}

void run_hint(struct run *run, const char *text)
{
    cJSON *hint = cJSON_CreateString(text);
    run_publish_begin(run);
    if (run->outcome.hints == NULL)
        run->outcome.hints = cJSON_CreateArray();
    if (hint != NULL && !cJSON_AddItemToArray(run->outcome.hints, hint))
        cJSON_Delete(hint);
    run_publish_end(run);
}

/* --- the result ----------------------------------------------------------- */

static void print_result(const char *text)
{
    static const char hopeless[] =
        "{\"protocol\":1,\"error\":{\"class\":\"payload-failed\",\"text\":"
        "\"memory is short\"},\"settings\":[],\"complete\":true}";
    if (text == NULL)
        text = hopeless;
    output_document(text, strlen(text));
}

/* Saved before it is printed: a connection that breaks here loses nothing. */
static char *save_result(struct run *run, const struct failure *failure,
                         const char *interrupted)
{
    run_publish_begin(run);
    cJSON *settings = run->engine != NULL
                          ? engine_settings(run->engine, interrupted)
                          : cJSON_Duplicate(run->cleaned, true);
    run->outcome.settings = settings;
    run->outcome.elapsed_ms = GetTickCount64() - run->begun_ms;
    char *text = outcome_print(&run->outcome, failure);
    if (run->worked && text != NULL)
        (void)saved_store(&run->folder, &run->command, text, strlen(text),
                          NULL);
    run->outcome.settings = NULL;
    cJSON_Delete(settings);
    run_publish_end(run);
    return text;
}

/* False when the other thread has begun to end the run. */
static bool may_end(struct run *run)
{
    return InterlockedExchange(&run->ending, 1) == 0;
}

static void bark(void *context)
{
    struct run *run = context;
    struct failure failure;
    failure_set(&failure, FAILURE_RUN_TIMEOUT, 0,
                "the setting that is marked as interrupted did not come back; "
                "look at what it works on",
                "the run was ended after %d seconds",
                PROTOCOL_WATCHDOG_SECONDS);
    if (!may_end(run))
        return;
    char *text = save_result(run, &failure,
                             "the run was ended while this was under way");
    if (run->worked)
        cancellation_forget(&run->folder, run->command.run);
    print_result(text);
    free(text);
}

/* --- the steps ------------------------------------------------------------ */

static void print_start_mark(struct run *run, const char *run_id)
{
    char *text = outcome_print_start(run_id, run->outcome.payload);
    if (text != NULL)
        output_document(text, strlen(text));
    free(text);
}

static void begin(struct run *run, int count, char *const words[])
{
    struct err err;
    if (image_open(&run->image, &err) == 0)
        run->outcome.payload = run->image.hash;
    else if (run->failure.class == FAILURE_NONE)
        failure_set(&run->failure, FAILURE_PAYLOAD_FAILED,
                    (unsigned long)err.code, NULL, "%s", err.text);
    if (count == 3 && run_id_check(words[2], NULL) == 0)
        run->outcome.run = words[2];
    print_start_mark(run, run->outcome.run);
}

static int take_command(struct run *run, int count, char *const words[])
{
    struct err err;
    if (run->failure.class != FAILURE_NONE)
        return -1;
    if (command_parse(&run->command, count, words, &err) != 0)
        return failure_set(&run->failure, FAILURE_PAYLOAD_FAILED, 0,
                           "controller and payload may be of different "
                           "versions",
                           "%s", err.text);
    run->outcome.run = run->command.run;
    run->outcome.verb = command_verb_word(run->command.verb);
    run->outcome.request = run->command.hash;
    saved_key(&run->command, run->key);
    return 0;
}

static int start_watchdog(struct run *run)
{
    run->watchdog = (struct watchdog){
        .after_ms = PROTOCOL_WATCHDOG_SECONDS * MS_PER_SECOND,
        .bark = bark,
        .context = run,
    };
    if (watchdog_start(&run->watchdog) == 0)
        return 0;
    DWORD code = GetLastError();
    return failure_set(&run->failure, FAILURE_PAYLOAD_FAILED, code, NULL,
                       "watchdog: its thread cannot be started: %s",
                       error_text(code));
}

/* What is told of the machine in every result, failures included. */
static void look_around(struct run *run)
{
    char *computer = identity_computer();
    cJSON *facts = facts_collect();
    cJSON *identity = identity_collect();
    run_publish_begin(run);
    run->computer = computer;
    run->outcome.computer = computer;
    run->outcome.facts = facts;
    run->outcome.identity = identity;
    run_publish_end(run);
}

static int require_administrator(struct run *run)
{
    if (system_is_elevated_administrator())
        return 0;
    return failure_set(&run->failure, FAILURE_NOT_ADMIN, 0,
                       "log in as a member of Administrators; OpenSSH gives "
                       "such a login its full token",
                       "this login is not an elevated administrator: nothing "
                       "was changed");
}

static int take_folder(struct run *run)
{
    bool clean = run->command.verb == COMMAND_clean;
    if ((clean ? folder_open_existing : folder_open)(&run->folder,
                                                     &run->failure) != 0)
        return -1;
    run_publish_begin(run);
    if (run->folder.handle != NULL)
        run->outcome.folder = run->folder.path;
    run_publish_end(run);
    return 0;
}

/* True when this very run has been done: its result is printed again. */
static bool print_saved(struct run *run)
{
    struct buf text;
    buf_init(&text, PROTOCOL_RESULT_MAX + 1024);
    bool found = saved_load(&run->folder, run->key, &text, NULL) == 0;
    if (found)
        machine_lock_release(&run->lock);
    if (found && may_end(run))
        output_document(text.data, text.len);
    buf_release(&text);
    return found;
}

static void settle(struct run *run)
{
    struct err err;
    bool settled = settle_payload(&run->folder, &run->image, &err);
    if (!settled)
        run_hint(run, err.text);
    run_publish_begin(run);
    run->outcome.settled = settled;
    run_publish_end(run);
}

static int take_request(struct run *run)
{
    struct err err;
    bool settled = true;
    if (request_open(&run->request, &run->command, &run->folder,
                     &run->failure) != 0)
        return -1;
    if (run->request.secret)
        settled = false;
    else if (run->command.one_time)
        settled = settle_request(&run->folder, run->command.hash,
                                 &run->request.bytes, &err);
    if (!settled && !run->request.secret)
        run_hint(run, err.text);
    run_publish_begin(run);
    run->outcome.request_settled = settled;
    run_publish_end(run);
    return 0;
}

/* True when the answer has been printed already. */
static bool work_once(struct run *run)
{
    if (print_saved(run))
        return true;
    if (machine_lock_take(&run->lock, &run->folder, run->key,
                          PROTOCOL_RUN_SECONDS * MS_PER_SECOND,
                          &run->failure) != 0)
        return false;
    /* The one that was waited for may have been this very run. */
    if (print_saved(run))
        return true;
    settle(run);
    if (take_request(run) == 0) {
        settle_sweep();
        run_work(run);
    }
    return false;
}

static void cancel(struct run *run)
{
    char text[PROTOCOL_RUN_ID_MAX + 80];
    struct err err;
    const char *what = "";
    switch (cancellation_ask(&run->folder, &run->command,
                             PROTOCOL_RUN_SECONDS * MS_PER_SECOND, &err)) {
    case CANCELLATION_ENDED:
        what = "was at work and has ended";
        break;
    case CANCELLATION_NONE:
        what = "is not at work here: nothing was stopped";
        break;
    case CANCELLATION_LASTS:
        what = "was told to stop and is still at work";
        break;
    case CANCELLATION_REFUSED:
        failure_set(&run->failure, FAILURE_PAYLOAD_FAILED,
                    (unsigned long)err.code, NULL, "%s", err.text);
        return;
    }
    snprintf(text, sizeof text, "run %s %s", run->command.run, what);
    run_hint(run, text);
}

/* True when the answer has been printed already. */
static bool do_verb(struct run *run)
{
    if (run->command.verb == COMMAND_cancel)
        cancel(run);
    else if (run->command.verb == COMMAND_clean)
        clean_work(run);
    else
        return work_once(run);
    return false;
}

static void release(struct run *run)
{
    machine_lock_release(&run->lock);
    engine_free(run->engine);
    setting_list_release(&run->settings);
    if (run->com_up) /* settings may have held objects until now */
        CoUninitialize();
    request_close(&run->request);
    account_memory_free(run->accounts);
    folder_close(&run->folder);
    image_close(&run->image);
    cJSON_Delete(run->earlier);
    cJSON_Delete(run->pending);
    cJSON_Delete(run->cleaned);
    free(run->restart_takes);
    cJSON_Delete(run->outcome.facts);
    cJSON_Delete(run->outcome.identity);
    cJSON_Delete(run->outcome.snapshots);
    cJSON_Delete(run->outcome.connections);
    cJSON_Delete(run->outcome.hints);
    free(run->computer);
    DeleteCriticalSection(&run->guard);
}

/* A reader that is slow to take the result keeps nobody else waiting. */
static void tell(struct run *run)
{
    if (!may_end(run))
        Sleep(INFINITE); /* the watchdog's thread ends the process */
    char *text = save_result(run, &run->failure, NULL);
    bool held = run->lock.file != NULL;
    machine_lock_release(&run->lock);
    if (held)
        cancellation_forget(&run->folder, run->command.run);
    print_result(text);
    free(text);
}

void run_command(int count, char *const words[])
{
    struct run run = {.begun_ms = GetTickCount64()};
    bool told = false;
    InitializeCriticalSection(&run.guard);
    (void)start_watchdog(&run);
    begin(&run, count, words);
    if (take_command(&run, count, words) == 0) {
        look_around(&run);
        if (require_administrator(&run) == 0 && take_folder(&run) == 0)
            told = do_verb(&run);
    }
    if (!told)
        tell(&run);
    if (run.stuck)
        TerminateProcess(GetCurrentProcess(), 0);
    release(&run);
}
