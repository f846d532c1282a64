/* SPDX-License-Identifier: MIT */
#include "payload/namespace/wbem_patience.h"

#include <stddef.h>
#include <string.h>

#define BOUND_MS 15000
#define STEP_MS 250

/* What a service that comes up, or went down under a call, answers with. */
static bool passes_by(unsigned long code)
{
    static const unsigned long codes[] = {
        0x800706BA, /* RPC_S_SERVER_UNAVAILABLE */
        0x800706BE, /* RPC_S_CALL_FAILED */
        0x800706BF, /* RPC_S_CALL_FAILED_DNE */
        0x80010108, /* RPC_E_DISCONNECTED */
        0x80041014, /* WBEM_E_INITIALIZATION_FAILURE */
        0x80041015, /* WBEM_E_TRANSPORT_FAILURE */
        0x80041033, /* WBEM_E_SHUTTING_DOWN */
        0x80041045, /* WBEM_E_SERVER_TOO_BUSY */
        0x80080005, /* CO_E_SERVER_EXEC_FAILURE */
    };
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        if (codes[i] == code)
            return true;
    }
    return false;
}

void wbem_patience_init(struct wbem_patience *patience,
                        unsigned long long deadline_ms)
{
    *patience = (struct wbem_patience){.deadline_ms = deadline_ms};
    winmgmt_process(patience->process);
}

void wbem_patience_renew(struct wbem_patience *patience)
{
    patience->restarted = true;
    patience->began_ms = 0;
}

/* Whether what runs now was started in this run. */
static bool is_new(const struct wbem_patience *patience)
{
    char process[WINMGMT_PROCESS_MAX];
    winmgmt_process(process);
    return process[0] != '\0' &&
           (patience->restarted || strcmp(process, patience->process) != 0);
}

bool wbem_patience_wait(struct wbem_patience *patience, unsigned long code)
{
    if (patience == NULL || !passes_by(code) || !is_new(patience))
        return false;
    unsigned long long now_ms = service_now_ms();
    if (patience->began_ms == 0)
        patience->began_ms = now_ms;
    if (now_ms + STEP_MS > patience->began_ms + BOUND_MS ||
        now_ms + STEP_MS > patience->deadline_ms)
        return false;
    service_pause(STEP_MS);
    return true;
}
