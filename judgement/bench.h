/* SPDX-License-Identifier: MIT */
/*
 * What the judgements look at and how they speak. A judgement speaks once:
 * as the error of the settings that cannot work, or as a hint of the host
 * where it stops none. Texts name no machine, so that hosts with the same
 * finding are told together.
 */
#ifndef JUDGEMENT_BENCH_H
#define JUDGEMENT_BENCH_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "judgement/judgement.h"
#include "payload/settings/settings.h"

struct bench {
    const struct judgement_host *host;
    const struct settings *wish; /* host->wmi, read */
    cJSON *settings;
    cJSON **hints;
    bool turned;
};

/* --- facts ---------------------------------------------------------------- */

/* A member on the way down, or NULL: bench_fact(bench, "firewall.products") */
const cJSON *bench_fact(const struct bench *bench, const char *path);
/* A number of "policy", or `absent`. */
long bench_policy(const struct bench *bench, const char *name, long absent);
/* True when the text fact at `path` is `text`, in any case. */
bool bench_fact_is(const struct bench *bench, const char *path,
                   const char *text);
bool bench_in_domain(const struct bench *bench);
/* True when the list of texts holds `text`, in any case. */
bool bench_holds(const cJSON *list, const char *text);
/* SETTINGS_PROFILE_* of the networks in use; 0: not known. */
unsigned bench_profiles(const struct bench *bench);

/* --- wishes --------------------------------------------------------------- */

/* LocalAccountTokenFilterPolicy and AllowAnonymousCallback after an apply. */
long bench_filter_off(const struct bench *bench);
long bench_callback(const struct bench *bench);
/* True when the host is to answer asynchronous queries. */
bool bench_is_asynchronous(const struct bench *bench);
/* A rule that lets others in to RPC or WMI. */
bool bench_is_door(const struct rule_wish *rule);

/* --- verdicts ------------------------------------------------------------- */

struct bench_reason {
    const char *code; /* what a client sees, or NULL */
    const char *name;
    const char *hint;
};

void bench_say(struct bench *bench, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* As a hint of one setting, told with it; nothing when it is not there. */
void bench_note(struct bench *bench, const char *id, const char *text);

/* Every connection fails: the rules that open, else what grants access. */
void bench_block_all(struct bench *bench, const struct bench_reason *reason,
                     const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* This account's connections fail: the settings that name it. */
void bench_block_account(struct bench *bench, const char *account,
                         const struct bench_reason *reason, const char *format,
                         ...) __attribute__((format(printf, 4, 5)));

/* One setting by its id. */
void bench_block_setting(struct bench *bench, const char *id,
                         const struct bench_reason *reason, const char *format,
                         ...) __attribute__((format(printf, 4, 5)));

#endif
