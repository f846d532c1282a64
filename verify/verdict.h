/* SPDX-License-Identifier: MIT */
/* What is said of one layer: its state, words and advice. Plain data. */
#ifndef VERIFY_VERDICT_H
#define VERIFY_VERDICT_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "verify/findings.h"

/* What a client of WMI gets that comes no further. */
#define SERVER_UNAVAILABLE "0x800706BA"

/* X(symbol, word), the worst last */
#define VERDICT_LIST(X)                                                        \
    X(SKIPPED, "skipped")                                                      \
    X(OK, "ok")                                                                \
    X(DRIFT, "drift")                                                          \
    X(FAILED, "failed")

enum verdict_state {
#define X(symbol, word) VERDICT_##symbol,
    VERDICT_LIST(X)
#undef X
};

/* Zeroed: skipped, and nothing said. */
struct verdict {
    enum verdict_state state;
    char code[16]; /* empty: none */
    const char *name;
    char text[400];
    char hint[640]; /* empty: none */
};

void verdict_say(struct verdict *verdict, enum verdict_state state,
                 const char *format, ...) __attribute__((format(printf, 3, 4)));
void verdict_advise(struct verdict *verdict, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* SERVER_UNAVAILABLE with its name. */
void verdict_unavailable(struct verdict *verdict);
/* A code of RPC or Win32, with its name where it has one here. */
void verdict_code(struct verdict *verdict, uint32_t code);

/* Appends it to `layers` as that layer; false when memory is short. */
bool verdict_add_as(cJSON *layers, const char *layer,
                    const struct verdict *verdict, uint64_t took_ms);
/* The same for one of the probe's layers. */
bool verdict_add(cJSON *layers, enum layer layer, const struct verdict *verdict,
                 uint64_t took_ms);

#endif
