/* SPDX-License-Identifier: MIT */
/*
 * What the files of the state machine share: job.c steps it,
 * job_end.c ends it, job_stop.c ends it early, job_states.c holds the way to a
 * login and back, job_run.c the life of one command, job_files.c the files
 * around it. Nobody else includes this.
 *
 * Two things end a host. job_fail: the session is gone or in the middle of
 * something, so it is dropped and the job is done. job_conclude: the outcome
 * is known and the session still good, so files are tidied and goodbye is
 * said before the job is done; nothing on that way changes the outcome.
 */
#ifndef CONTROLLER_JOB_MACHINE_H
#define CONTROLLER_JOB_MACHINE_H

#include "controller/result/frames.h"
#include "controller/job/job.h"

/*
 * X(state, member of job_timeouts, default in ms, fault when it passes, what
 * did not come). States that share a member give it the same default.
 */
#define JOB_STATE_LIST(X)                                                      \
    X(resolve, resolve, 20000, FAULT_RESOLVE, "the answer of the resolver")    \
    X(connect, connect, 10000, FAULT_TCP_TIMEOUT, "the TCP connection")        \
    X(banner, banner, 20000, FAULT_BANNER_TIMEOUT, "the SSH server's banner")  \
    X(kex, kex, 20000, FAULT_KEX, "the end of the key exchange")               \
    X(hostkey, kex, 20000, FAULT_KEX, "the host key")                          \
    X(login, login, 30000, FAULT_AUTH, "the end of the login")                 \
    X(upload_payload, upload, 30000, FAULT_UPLOAD, "the end of the upload")    \
    X(upload_request, upload, 30000, FAULT_UPLOAD, "the end of the upload")    \
    X(exec, start, 60000, FAULT_EXEC, "the start of the command")              \
    X(start, start, 60000, FAULT_NOT_STARTED, "the payload's start mark")      \
    X(run, run, 200000, FAULT_RUN_TIMEOUT, "the payload's result")             \
    X(tell, close, 5000, FAULT_EXEC, "the word to stop to be taken")           \
    X(drain, close, 5000, FAULT_NONE, "the end of the output")                 \
    X(close_channel, close, 5000, FAULT_EXEC, "the end of the command")        \
    X(look, close, 5000, FAULT_NOT_STARTED, "word of the payload's file")      \
    X(busy, run, 200000, FAULT_BUSY, "the end of the other run")               \
    X(recover, run, 200000, FAULT_LOST, "the machine's return")                \
    X(cleanup, close, 5000, FAULT_NONE, "the removal of the uploaded files")   \
    X(disconnect, close, 5000, FAULT_NONE, "the end of the connection")        \
    X(done, close, 5000, FAULT_NONE, "nothing")

enum job_state {
#define X(state, timeout, ms, fault, what) JOB_##state,
    JOB_STATE_LIST(X)
#undef X
        JOB_STATE_COUNT
};

/* Room for the longest word of a state. */
#define JOB_PHASE_SIZE 16

/* What a state function says: step again at once, or wait first. */
enum pace { GO_ON, WAIT };

struct one_time_file {
    bool there; /* uploaded, or an upload begun */
    bool stuck; /* somebody holds it: it stays */
};

struct job {
    const struct job_plan *plan;
    const struct target *target;
    struct blob request;
    struct target_cache cache;

    enum job_state state;
    uint64_t now;
    uint64_t entered;       /* when the state was */
    uint64_t deadline;      /* of the state */
    uint64_t host_deadline; /* 0: none */
    uint64_t wake;          /* a sleep's end; 0: not asleep */
    uint64_t spent[JOB_STATE_COUNT];
    bool cancelled;
    bool stopping;    /* the payload is to be told to stop, */
    bool told;        /* and was */
    uint64_t stop_by; /* waited for until then; 0: not begun */
    bool concluded;   /* the outcome is known */
    struct result *result;

    struct job_address addresses[JOB_ADDRESSES_MAX];
    size_t address_count;
    size_t address_at;
    bool unresolved;
    struct transport *transport;
    struct host_key key; /* VERB_TRUST: our copy */
    struct err err;      /* of the last operation that failed */

    struct one_time_names names;
    struct one_time_file payload_file;
    struct one_time_file request_file;
    bool request_complete;
    unsigned unlink_tries;

    char command[PAYLOAD_COMMAND_MAX];
    bool cold;                   /* the payload under its one-time name */
    enum shell_form form;        /* of `command` */
    bool tried[SHELL_SLASH + 1]; /* forms that missed the cold way */
    bool channel_open;

    struct frames frames;
    struct buf out;
    struct buf errors;
    bool has_turn;       /* for a large answer */
    size_t noise_before; /* what earlier commands printed */
    bool started;        /* this command's start mark came */
    bool answered;       /* and a result that is believed */

    bool working;          /* a payload of this run started, no result yet */
    bool unsure;           /* one that writes may have, unseen */
    uint64_t run_deadline; /* when its result is due; 0: not started */
    bool asked_again;      /* it ended without a result once */
    unsigned recoveries;   /* connections for that result */
    unsigned retries;      /* connections begun again before any login */
    unsigned lost_ways;    /* the same, because the jump host was lost */
    uint64_t busy_until;   /* 0: nobody else works there */
    unsigned busy_waits;
};

const char *job_word(enum job_state state);
/* What did not come when its time passes. */
const char *job_state_what(enum job_state state);
/* The fault of a state that brings no other. */
enum fault job_state_fault(enum job_state state);

/* The only setter of the state: logs, keeps the time, sets the deadline. */
void job_set_state(struct job *job, enum job_state state);

/* Sleeps in this state; `wake` is 0 again when the state is next called. */
enum pace job_sleep(struct job *job, uint64_t ms);

/* Doubles from `first` with every try, up to ten seconds. */
uint64_t job_backoff(uint64_t first, unsigned tries);

/* Ends the host, its session too. */
enum pace job_fail(struct job *job, enum fault fault, const char *text);

/* A payload of this run is at work there, or may be: nothing is run afresh. */
bool job_may_work(const struct job *job);

/*
 * A command that writes was given, and nothing was heard of it yet: that is
 * no proof that nothing is done there.
 */
bool job_may_have_begun(const struct job *job);

/* The operation of this state failed: ends the host, or recovers the run. */
enum pace job_broke(struct job *job);

/*
 * Where the job is to stop: true when that is the next step, which was done
 * then.
 */
bool job_stop_is_due(struct job *job, enum pace *pace);

/* Fixes the outcome; FAULT_NONE: it is what the result already says. */
void job_settle(struct job *job, enum fault fault, const char *text);

/* The same, and tidies up. */
enum pace job_conclude(struct job *job, enum fault fault, const char *text);

/* Where a concluded job goes on while its session is good. */
enum job_state job_tidy_state(const struct job *job);

/* The job is done; the session is dropped. */
enum pace job_finish(struct job *job);

void job_drop_session(struct job *job);

/* Gives a turn back that the answer, as far as it came, no longer needs. */
void job_mind_turn(struct job *job);

/* Connecting failed: tries the address after this one. */
enum pace job_next_address(struct job *job);

/* The callback of `frames`: the start mark first, then the result. */
int job_on_document(void *context, const char *text, size_t len,
                    struct err *err);

/* Takes the first look at what to run, once logged in. */
enum pace job_begin_work(struct job *job);

/* The one function of each state. */
#define X(state, timeout, ms, fault, what)                                     \
    enum pace job_do_##state(struct job *job);
JOB_STATE_LIST(X)
#undef X

#endif
