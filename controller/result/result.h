/* SPDX-License-Identifier: MIT */
/*
 * What became of one host, and the judging of what a target answered.
 *
 * A target's answer is hostile until judged: result_judge accepts exactly
 * the document of payload/protocol.h for this run, verb and request, and
 * derives the host's status from the worst setting by the rules for the
 * verb. docs/result.schema.json describes result_to_json's output.
 */
#ifndef CONTROLLER_RESULT_H
#define CONTROLLER_RESULT_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "controller/result/fault.h"

/* Verbs that reach hosts. X(symbol, word) */
#define VERB_LIST(X)                                                           \
    X(CHECK, "check")                                                          \
    X(APPLY, "apply")                                                          \
    X(UNDO, "undo")                                                            \
    X(PING, "ping")                                                            \
    X(VERIFY, "verify")                                                        \
    X(CLEAN, "clean")                                                          \
    X(SNAPSHOTS, "snapshots")                                                  \
    X(TRUST, "trust")

enum verb {
#define X(symbol, word) VERB_##symbol,
    VERB_LIST(X)
#undef X
};

const char *verb_word(enum verb verb);
/* -1 when the word is none. */
int verb_from_word(const char *word, enum verb *verb);
/* What the store's word is shown as: a later version's verb as a check. */
enum verb verb_shown(const char *word);
/* True for the verbs that write: settings, or what clean removes. */
bool verb_writes(enum verb verb);

/* X(symbol, word), in the order in which a recap shows them */
#define STATUS_LIST(X)                                                         \
    X(OK, "ok")                                                                \
    X(CHANGED, "changed")                                                      \
    X(DRIFT, "drift")                                                          \
    X(BLOCKED, "blocked")                                                      \
    X(CONFLICT, "conflict")                                                    \
    X(FAILED, "failed")                                                        \
    X(UNREACHABLE, "unreachable")                                              \
    X(CANCELLED, "cancelled")                                                  \
    X(NOT_TRIED, "not_tried")

enum status {
#define X(symbol, word) STATUS_##symbol,
    STATUS_LIST(X)
#undef X
        STATUS_COUNT
};

const char *status_word(enum status status);
/* -1 when the word is none. */
int status_from_word(const char *word, enum status *status);

struct result {
    char *host;    /* inventory name */
    char *address; /* as connected to, "10.0.0.3:22" */
    char *run;
    enum verb verb;
    enum status status;
    char *phase; /* the job state in which it ended: "done", "login", ... */
    enum fault fault; /* FAULT_NONE when the payload's answer was judged good */
    char *fault_code; /* the payload's or system's code, or NULL */
    char *fault_name;
    char *fault_text;
    char *fault_hint;
    cJSON *facts;       /* object, or NULL */
    cJSON *identity;    /* object, or NULL */
    cJSON *settings;    /* array, or NULL */
    cJSON *layers;      /* VERB_VERIFY: array of verdicts, or NULL */
    cJSON *hints;       /* array of texts, or NULL */
    cJSON *snapshots;   /* VERB_SNAPSHOTS: as the target gave it,
                           unjudged (controller/undo/snapshots.h); in no JSON */
    cJSON *connections; /* VERB_VERIFY: as a collector gave it, unjudged
                           (verify/from.h); in no JSON */
    cJSON *timing;      /* object: "<stage>_ms": N */
    char *noise; /* what the login printed around the documents, or NULL */
    unsigned attempts;
};

/* Copies host, address and run; the rest is empty. NULL: memory is short. */
struct result *result_new(const char *host, const char *address,
                          const char *run, enum verb verb);
void result_free(struct result *result);

/* Makes the result a failure of that class: status, texts, hint. */
void result_fail(struct result *result, enum fault fault, const char *text);

/* Adds to what is told with the host; nothing where memory is short. */
void result_add_hint(struct result *result, const char *text);

/* What the answer must agree with. */
struct result_expect {
    const char *run;
    enum verb verb;
    const char *request_hash;
    const char *payload_hash;
};

/* What the target keeps, as its answer says it; empty text: not there. */
struct result_settled {
    char folder[260];
    bool payload;
    bool request;
};

/*
 * Judges the text of one result document (without RS and LF). 0: `result`
 * is filled (the payload's own error classes included) and `settled` too.
 * -1: the document is not believed, `err` says why, `result` is unchanged.
 */
int result_judge(struct result *result, const struct result_expect *expect,
                 const char *text, size_t len, struct result_settled *settled,
                 struct err *err);

/*
 * Derives the status of a host that was worked on anew, from its settings:
 * after somebody else than the target has judged them.
 */
void result_derive_status(struct result *result);

/* A lower-case letter, then anything that a terminal may be shown. */
bool result_id_is_sane(const char *id);

/* The one object of --json and of the store; free with cJSON_Delete. */
cJSON *result_to_json(const struct result *result);
/* The reverse, for what the store held. NULL on failure. */
struct result *result_from_json(const char *text, struct err *err);

/* How long the host took: its stages, of which payload_ms is no further one. */
double result_seconds(const struct result *result);

/* Whether it is a failure, by the rules of its verb for the exit status. */
bool result_went_wrong(const struct result *result);

/*
 * Exit status of a run by counts per status, as the man page has it:
 * 0, 2, 3, 4 or 6. What is blocked is a difference for check and a failure
 * for apply. The caller decides on 1, 5 and 130.
 */
int result_exit_status(enum verb verb, const size_t counts[STATUS_COUNT]);

#endif
