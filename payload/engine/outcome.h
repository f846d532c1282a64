/* SPDX-License-Identifier: MIT */
/*
 * The result document of payload/protocol.h, and what a whole run dies of.
 * Free of windows.h.
 */
#ifndef PAYLOAD_OUTCOME_H
#define PAYLOAD_OUTCOME_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "payload/protocol.h"

enum failure_class {
    FAILURE_NONE,
#define X(symbol, word) FAILURE_##symbol,
    PROTOCOL_ERRORS(X)
#undef X
};

/* Why the whole run failed; zeroed: it did not. */
struct failure {
    enum failure_class class;
    unsigned long code; /* Win32 or HRESULT; 0: none */
    char text[512];
    char hint[400];
};

/* Fills `failure`; returns -1. `hint` may be NULL. */
int failure_set(struct failure *failure, enum failure_class class,
                unsigned long code, const char *hint, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* What is known when the result is printed; NULL where it is not. */
struct outcome {
    const char *run;
    const char *verb;
    const char *request; /* hashes */
    const char *payload;
    const char *computer;
    const char *folder;
    bool settled;
    bool request_settled;
    cJSON *identity;
    cJSON *facts;
    cJSON *settings;
    cJSON *snapshots;   /* left out where they are not known, */
    cJSON *connections; /* as these are */
    cJSON *hints;
    unsigned long long elapsed_ms;
};

/*
 * The document on one line of ASCII, without RS and LF; the caller frees.
 * One that is longer than PROTOCOL_RESULT_MAX is told without its settings,
 * as a failure. NULL when memory is short.
 */
char *outcome_print(const struct outcome *outcome,
                    const struct failure *failure);

/* {"started": ...}, in the same form; `run` and `payload` may be NULL. */
char *outcome_print_start(const char *run, const char *payload);

#endif
