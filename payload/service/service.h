/* SPDX-License-Identifier: MIT */
/*
 * The service manager, one call at a time: every function opens what it
 * needs, answers with 0 or a Win32 code and holds nothing afterwards. What
 * takes its time is only begun here; service_turn.h waits for it.
 *
 * Free of windows.h, so that what is done with services can be tested with
 * another service.c behind it.
 */
#ifndef PAYLOAD_SERVICE_H
#define PAYLOAD_SERVICE_H

#include <cjson/cJSON.h>
#include <stddef.h>

/* What the callers tell apart, as winerror.h has it. */
#define SERVICE_CODE_DENIED 5ul
#define SERVICE_CODE_MEMORY 8ul
#define SERVICE_CODE_DEPENDENTS 1051ul      /* ones that run */
#define SERVICE_CODE_TIMEOUT 1053ul         /* REQUEST_TIMEOUT */
#define SERVICE_CODE_ALREADY_RUNNING 1056ul /* or on its way up or down */
#define SERVICE_CODE_DISABLED 1058ul
#define SERVICE_CODE_BUSY 1061ul /* CANNOT_ACCEPT_CTRL */
#define SERVICE_CODE_NOT_ACTIVE 1062ul

/* dwCurrentState of SERVICE_STATUS. */
enum service_state {
    SERVICE_AT_REST = 1,
    SERVICE_COMES_UP,
    SERVICE_GOES_DOWN,
    SERVICE_RUNS,
    SERVICE_CONTINUES,
    SERVICE_PAUSES,
    SERVICE_IS_PAUSED,
};

/* dwStartType of QUERY_SERVICE_CONFIG. */
enum service_start {
    SERVICE_BY_BOOT,
    SERVICE_BY_SYSTEM,
    SERVICE_AUTOMATIC,
    SERVICE_MANUAL,
    SERVICE_IS_DISABLED,
};

struct service_status {
    unsigned long state; /* enum service_state */
    unsigned long start; /* enum service_start */
    unsigned long pid;   /* 0: none */
    unsigned long wait_hint_ms;
    unsigned long exit_code; /* Win32, of one that is at rest */
};

unsigned long service_query(const char *name, struct service_status *status);

/*
 * When the process began, in 100 ns since 1601; 0 when it is not there or
 * may not be looked at.
 */
unsigned long long service_process_began(unsigned long pid);

/* How many services run in that process; 0 when it cannot be told. */
unsigned long service_count_in(unsigned long pid);

/*
 * Array of the names of the services that run and need this one, directly
 * or not, in the order in which they have to be stopped; NULL with `code`.
 * The caller frees.
 */
cJSON *service_dependents(const char *name, unsigned long *code);

unsigned long service_begin_start(const char *name);
unsigned long service_begin_stop(const char *name);
unsigned long service_begin_pause(const char *name);
unsigned long service_begin_continue(const char *name);
/* Whether the service manager lets us stop it; asks it nothing. */
unsigned long service_may_stop(const char *name);
unsigned long service_set_start(const char *name, enum service_start start);

/*
 * The service manager's own list of permissions, as a self-relative
 * descriptor without owner, group and list for audits: those are never
 * written. The caller frees `bytes`.
 */
unsigned long service_manager_security(unsigned char **bytes, size_t *len);
unsigned long service_manager_set_security(const unsigned char *bytes,
                                           size_t len);

/*
 * The program of a service and its type, as the service manager has them in
 * memory: what is written to its key alone counts from the next start of
 * Windows on. `path` is the caller's; environment variables in it are
 * expanded when it is read.
 */
unsigned long service_program(const char *name, char **path,
                              unsigned long *type);
unsigned long service_set_program(const char *name, const char *path,
                                  unsigned long type);

/* The clock that deadlines are told in, monotonic. */
unsigned long long service_now_ms(void);
void service_pause(unsigned long ms);

#endif
