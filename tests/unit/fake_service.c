/* SPDX-License-Identifier: MIT */
#include "tests/unit/fake_service.h"

#include <stdio.h>
#include <string.h>

static struct fake_manager the_manager;

struct fake_manager *fake_manager(void)
{
    return &the_manager;
}

struct fake_manager *fake_manager_reset(void)
{
    the_manager = (struct fake_manager){.now_ms = 1000, .next_pid = 500};
    return &the_manager;
}

struct fake_service *fake_service(const char *name)
{
    for (size_t i = 0; i < the_manager.count; i++) {
        if (strcmp(the_manager.services[i].name, name) == 0)
            return &the_manager.services[i];
    }
    return NULL;
}

static void note(char sign, const char *name)
{
    size_t len = strlen(the_manager.log);
    snprintf(the_manager.log + len, sizeof the_manager.log - len, "%s%c%s",
             len > 0 ? " " : "", sign, name);
}

/* What became of it since it was asked. */
static void go_on(struct fake_service *service)
{
    if (the_manager.now_ms < service->there_at)
        return;
    if (service->state == SERVICE_GOES_DOWN && !service->stop_hangs) {
        service->state = SERVICE_AT_REST;
        if (!service->wanted)
            service->pid = 0;
        else if (!service->shared)
            service->pid = the_manager.next_pid++;
        if (service->wanted)
            service->state = SERVICE_RUNS;
    }
    if (service->state == SERVICE_CONTINUES)
        service->state = SERVICE_RUNS;
    if (service->state == SERVICE_PAUSES)
        service->state = SERVICE_IS_PAUSED;
    if (service->state == SERVICE_COMES_UP) {
        service->exit_code = service->starts_into;
        service->state =
            service->starts_into != 0 ? SERVICE_AT_REST : SERVICE_RUNS;
        if (service->starts_into != 0)
            service->pid = 0;
    }
}

static bool needs(const struct fake_service *service, const char *name)
{
    for (; service != NULL && service->needs != NULL;
         service = fake_service(service->needs)) {
        if (strcmp(service->needs, name) == 0)
            return true;
    }
    return false;
}

unsigned long service_query(const char *name, struct service_status *status)
{
    struct fake_service *service = fake_service(name);
    if (service == NULL)
        return 1060;
    go_on(service);
    *status = (struct service_status){
        .state = service->state,
        .start = service->start,
        .pid = service->pid,
        .wait_hint_ms = service->slow_ms,
        .exit_code = service->exit_code,
    };
    return 0;
}

unsigned long long service_process_began(unsigned long pid)
{
    return 130000000000000000ull + pid;
}

cJSON *service_dependents(const char *name, unsigned long *code)
{
    *code = the_manager.enumerate_code;
    if (*code != 0)
        return NULL;
    cJSON *names = cJSON_CreateArray();
    for (size_t i = the_manager.count; i-- > 0;) {
        struct fake_service *service = &the_manager.services[i];
        go_on(service);
        if (service->state != SERVICE_AT_REST && needs(service, name))
            cJSON_AddItemToArray(names, cJSON_CreateString(service->name));
    }
    return names;
}

/* What a service needs is started with it, and waited for. */
static bool is_up(struct fake_service *service)
{
    if (service->state == SERVICE_AT_REST &&
        service_begin_start(service->name) == 0) {
        service->there_at = the_manager.now_ms;
        go_on(service);
    }
    return service->state == SERVICE_RUNS;
}

unsigned long service_begin_start(const char *name)
{
    struct fake_service *service = fake_service(name);
    note('+', name);
    service->starts++;
    if (service->start == SERVICE_IS_DISABLED)
        return SERVICE_CODE_DISABLED;
    if (service->state != SERVICE_AT_REST)
        return SERVICE_CODE_ALREADY_RUNNING;
    if (service->start_code != 0)
        return service->start_code;
    if (service->needs != NULL && !is_up(fake_service(service->needs)))
        return 1068; /* ERROR_SERVICE_DEPENDENCY_FAIL */
    service->state = SERVICE_COMES_UP;
    service->pid = the_manager.next_pid++;
    service->there_at =
        the_manager.now_ms + service->slow_ms + service->start_slow_ms;
    return 0;
}

static void let_rise(const char *name)
{
    if (the_manager.rises == NULL || strcmp(the_manager.rises_when, name) != 0)
        return;
    struct fake_service *service = fake_service(the_manager.rises);
    service->state = SERVICE_RUNS;
    service->pid = the_manager.next_pid++;
    the_manager.rises = NULL;
}

unsigned long service_may_stop(const char *name)
{
    return fake_service(name)->guarded ? SERVICE_CODE_DENIED : 0;
}

unsigned long service_begin_stop(const char *name)
{
    struct fake_service *service = fake_service(name);
    note('-', name);
    let_rise(name);
    service->stops++;
    if (service->stop_code != 0)
        return service->stop_code;
    if (service->state == SERVICE_AT_REST)
        return SERVICE_CODE_NOT_ACTIVE;
    if (service->state != SERVICE_RUNS && service->state != SERVICE_IS_PAUSED)
        return SERVICE_CODE_BUSY;
    for (size_t i = 0; i < the_manager.count; i++) {
        if (the_manager.services[i].state != SERVICE_AT_REST &&
            needs(&the_manager.services[i], name))
            return SERVICE_CODE_DEPENDENTS;
    }
    service->state = SERVICE_GOES_DOWN;
    service->there_at = the_manager.now_ms + service->slow_ms;
    return 0;
}

/* From one state over another to a third. */
static unsigned long pass(char sign, const char *name, unsigned long from,
                          unsigned long over)
{
    struct fake_service *service = fake_service(name);
    note(sign, name);
    if (service->state == SERVICE_AT_REST)
        return SERVICE_CODE_NOT_ACTIVE;
    if (service->state != from)
        return SERVICE_CODE_BUSY;
    service->state = over;
    service->there_at = the_manager.now_ms + service->slow_ms;
    return 0;
}

unsigned long service_begin_pause(const char *name)
{
    return pass('<', name, SERVICE_RUNS, SERVICE_PAUSES);
}

unsigned long service_begin_continue(const char *name)
{
    const struct fake_service *service = fake_service(name);
    return service->continue_code != 0
               ? service->continue_code
               : pass('>', name, SERVICE_IS_PAUSED, SERVICE_CONTINUES);
}

unsigned long service_set_start(const char *name, enum service_start start)
{
    fake_service(name)->start = start;
    return 0;
}

unsigned long service_manager_security(unsigned char **bytes, size_t *len)
{
    (void)bytes;
    (void)len;
    return SERVICE_CODE_DENIED;
}

unsigned long service_manager_set_security(const unsigned char *bytes,
                                           size_t len)
{
    (void)bytes;
    (void)len;
    return SERVICE_CODE_DENIED;
}

unsigned long long service_now_ms(void)
{
    return the_manager.now_ms;
}

void service_pause(unsigned long ms)
{
    the_manager.now_ms += ms;
}
