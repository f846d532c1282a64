/* SPDX-License-Identifier: MIT */
/*
 * The settings of a target's answer: whether they are what the protocol has,
 * and what they make of the host. A part of the judging in result_judge.c,
 * which has the rest; nobody else includes this.
 *
 * A check changes nothing but this: texts that are too long are cut.
 */
#ifndef CONTROLLER_RESULT_SETTINGS_H
#define CONTROLLER_RESULT_SETTINGS_H

#include "controller/result/result.h"
#include "payload/protocol.h"

/* In the order of PROTOCOL_STATES: worst first. */
enum state {
#define X(name) STATE_##name,
    PROTOCOL_STATES(X)
#undef X
        STATE_COUNT
};

/* FAULT_BAD_RESULT with the reason; -1. */
int result_refuse(struct err *err, const char *why);

/* Not there, or null. */
bool result_absent(const cJSON *node);
/* Cuts a text that is too long, at the last whole character that fits. */
void result_cut_text(cJSON *node);
/* Null, or a short list of texts. */
int result_check_texts(cJSON *list, struct err *err);
/* {"code", "name", "text", "hint"}, each a text or null. */
int result_check_reason(cJSON *reason, struct err *err);

/* All settings, each once; `worst` is the worst state among them. */
int result_check_settings(const cJSON *settings, enum verb verb,
                          enum state *worst, struct err *err);
/* What that state makes of the host. */
enum status result_status_of(enum state worst, enum verb verb);

/* Only members that the protocol knows reach the store and the reports. */
void result_drop_unknown_members(cJSON *settings);

#endif
