/* SPDX-License-Identifier: MIT */
/*
 * Theory of operation. One thread for each target, THREADS_MAX of them at a
 * time; this thread starts them, waits until one ends, and gives those up
 * that have had their time. What a thread says of its steps goes into the
 * task under the guard; once it is given up nobody listens to it any more.
 * Tasks and guard are leaked on purpose while a thread may still use them.
 */
#include "payload/connection/connections.h"

#include <windows.h>
#include <objbase.h>
#include <stdio.h>
#include <stdlib.h>

#include "payload/connection/attempt.h"
#include "payload/win32/errors.h"

#define THREADS_MAX 32
#define TASK_MS 90000
#define LOOK_MS 500

enum task_state { TASK_WAITS, TASK_RUNS, TASK_ENDED, TASK_GIVEN_UP };

struct work;

struct task {
    struct work *work;
    struct wish wish;
    HANDLE thread;         /* NULL: none was started */
    enum task_state state; /* this and what follows: under the guard */
    ULONGLONG begun_ms;
    ULONGLONG step_ms;
    struct attempt_step now;
    cJSON *steps;
};

struct work {
    CRITICAL_SECTION guard;
    HANDLE ended; /* set when a thread ends */
    size_t count;
    size_t running;
    struct task tasks[];
};

/* --- what a thread says --------------------------------------------------- */

static cJSON *step_to_json(const struct task *task,
                           const struct attempt_step *step, const char *why)
{
    const char *text = why != NULL ? why : step->text;
    if (text == NULL && step->code != 0)
        text = error_text(step->code);
    cJSON *entry = error_to_json(step->code, NULL, text, NULL);
    cJSON_AddStringToObject(entry, "step", step->step);
    if (step->path != NULL)
        cJSON_AddStringToObject(entry, "namespace", step->path);
    if (step->rows >= 0)
        cJSON_AddNumberToObject(entry, "rows", (double)step->rows);
    cJSON_AddNumberToObject(entry, "elapsed_ms",
                            (double)(GetTickCount64() - task->step_ms));
    return entry;
}

static void add_step(struct task *task, cJSON *entry)
{
    if (!cJSON_AddItemToArray(task->steps, entry))
        cJSON_Delete(entry);
}

static void on_begun(void *context, const struct attempt_step *step)
{
    struct task *task = context;
    EnterCriticalSection(&task->work->guard);
    task->now = *step;
    task->step_ms = GetTickCount64();
    LeaveCriticalSection(&task->work->guard);
}

static void on_ended(void *context, const struct attempt_step *step)
{
    struct task *task = context;
    EnterCriticalSection(&task->work->guard);
    if (task->state == TASK_RUNS)
        add_step(task, step_to_json(task, step, NULL));
    LeaveCriticalSection(&task->work->guard);
}

static DWORD WINAPI run_task(void *argument)
{
    struct task *task = argument;
    struct work *work = task->work;
    const struct attempt_listener listener = {
        .context = task, .begun = on_begun, .ended = on_ended};
    HRESULT com = CoInitializeEx(NULL, COINIT_MULTITHREADED);
    attempt_make(&task->wish, &listener);
    if (SUCCEEDED(com))
        CoUninitialize();
    EnterCriticalSection(&work->guard);
    if (task->state == TASK_RUNS) {
        task->state = TASK_ENDED;
        work->running--;
        SetEvent(work->ended);
    }
    LeaveCriticalSection(&work->guard);
    return 0;
}

/* --- under the guard ------------------------------------------------------ */

static void give_up(struct task *task, unsigned long code, const char *why)
{
    task->now.code = code;
    task->now.rows = -1;
    task->now.text = NULL;
    add_step(task, step_to_json(task, &task->now, why));
    if (task->state == TASK_RUNS)
        task->work->running--;
    task->state = TASK_GIVEN_UP;
}

static void start(struct task *task, ULONGLONG now)
{
    task->begun_ms = now;
    task->step_ms = now;
    task->now = (struct attempt_step){.step = "locator", .rows = -1};
    task->thread = CreateThread(NULL, 0, run_task, task, 0, NULL);
    if (task->thread == NULL) {
        give_up(task, GetLastError(), NULL);
        return;
    }
    task->state = TASK_RUNS;
    task->work->running++;
}

static void end_late(struct task *task, ULONGLONG now)
{
    char why[80];
    snprintf(why, sizeof why, "it did not end within %lu s",
             (unsigned long)((now - task->begun_ms) / 1000));
    give_up(task, CODE_INTERRUPTED, why);
}

/* False when every task has come to its end, or to that of its time. */
static bool go_on(struct work *work, unsigned long long deadline_ms)
{
    bool open = false;
    ULONGLONG now = GetTickCount64();
    bool late = now >= deadline_ms;
    for (size_t i = 0; i < work->count; i++) {
        struct task *task = &work->tasks[i];
        if (task->state == TASK_RUNS &&
            (late || now >= task->begun_ms + TASK_MS))
            end_late(task, now);
        else if (task->state == TASK_WAITS && !late &&
                 work->running < THREADS_MAX)
            start(task, now);
        open |=
            task->state == TASK_RUNS || (task->state == TASK_WAITS && !late);
    }
    return open;
}

/* --- all of it ------------------------------------------------------------ */

static struct work *make_work(const cJSON *request)
{
    size_t count = (size_t)wish_count(request);
    struct work *work = calloc(1, sizeof *work + count * sizeof *work->tasks);
    if (work == NULL)
        return NULL;
    work->ended = CreateEventW(NULL, FALSE, FALSE, NULL);
    InitializeCriticalSection(&work->guard);
    work->count = count;
    for (size_t i = 0; i < count; i++)
        work->tasks[i] = (struct task){.work = work,
                                       .wish = wish_of(request, (int)i),
                                       .steps = cJSON_CreateArray()};
    return work;
}

/* What the threads told; it is taken out of the tasks. */
static cJSON *take_told(struct work *work)
{
    cJSON *told = cJSON_CreateArray();
    for (size_t i = 0; i < work->count; i++) {
        struct task *task = &work->tasks[i];
        cJSON *entry = cJSON_CreateObject();
        cJSON_AddStringToObject(entry, "host", task->wish.host);
        if (!cJSON_AddItemToObject(entry, "steps", task->steps))
            cJSON_Delete(task->steps);
        task->steps = NULL;
        cJSON_AddItemToArray(told, entry);
    }
    return told;
}

static bool is_stuck(const struct work *work)
{
    for (size_t i = 0; i < work->count; i++)
        if (work->tasks[i].state == TASK_GIVEN_UP)
            return true;
    return false;
}

/* The last thing that a thread does is to leave the guard. */
static void free_work(struct work *work)
{
    for (size_t i = 0; i < work->count; i++) {
        if (work->tasks[i].thread == NULL)
            continue;
        (void)WaitForSingleObject(work->tasks[i].thread, INFINITE);
        CloseHandle(work->tasks[i].thread);
    }
    CloseHandle(work->ended);
    DeleteCriticalSection(&work->guard);
    free(work);
}

cJSON *connections_make(const cJSON *request, unsigned long long deadline_ms,
                        bool *stuck)
{
    struct work *work = make_work(request);
    *stuck = false;
    if (work == NULL)
        return NULL;
    EnterCriticalSection(&work->guard);
    while (go_on(work, deadline_ms)) {
        LeaveCriticalSection(&work->guard);
        (void)WaitForSingleObject(work->ended, LOOK_MS);
        EnterCriticalSection(&work->guard);
    }
    cJSON *told = take_told(work);
    *stuck = is_stuck(work);
    LeaveCriticalSection(&work->guard);
    if (!*stuck)
        free_work(work);
    return told;
}
