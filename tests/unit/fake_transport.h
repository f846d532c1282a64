/* SPDX-License-Identifier: MIT */
/*
 * Machines that are not there: a scripted transport behind the real vtable,
 * with a payload at its end that answers in the real framing.
 *
 * A `fake_machine` outlives its connections, as a machine does: files that
 * were uploaded stay, the payload settles, results are saved by run. Each
 * operation may be scripted to come again, fail, hang or drop. What was done
 * is written down in `log`, one word an operation.
 */
#ifndef TESTS_FAKE_TRANSPORT_H
#define TESTS_FAKE_TRANSPORT_H

#include "base/buf.h"
#include "controller/job/job.h"

/* X(symbol, word in the log) */
#define FAKE_OPS(X)                                                            \
    X(CONNECT, "connect")                                                      \
    X(HANDSHAKE, "handshake")                                                  \
    X(HOST_KEY, "host_key")                                                    \
    X(LOGIN, "login")                                                          \
    X(EXEC, "exec")                                                            \
    X(BESIDE, "beside")                                                        \
    X(READ, "read")                                                            \
    X(CLOSE, "close")                                                          \
    X(UPLOAD, "upload")                                                        \
    X(STAT, "stat")                                                            \
    X(UNLINK, "unlink")                                                        \
    X(DISCONNECT, "disconnect")

enum fake_op {
#define X(symbol, word) FAKE_##symbol,
    FAKE_OPS(X)
#undef X
        FAKE_OP_COUNT
};

enum fake_how {
    FAKE_GOES,
    FAKE_AGAIN, /* three times, then it goes */
    FAKE_FAILS, /* with `fault` */
    FAKE_HANGS, /* for ever */
    FAKE_WAITS, /* for others, `waits` times, then it goes */
    FAKE_DROPS, /* the connection is gone */
};

/* READ: before any output, after the start mark, after the result. */
enum fake_where { FAKE_AT_ONCE, FAKE_AFTER_MARK, FAKE_AFTER_RESULT };

struct fake_rule {
    enum fake_op op;
    unsigned nth; /* the how manieth beginning of it, from 1; 0: each */
    enum fake_how how;
    enum fault fault;
    enum fake_where where; /* READ */
    bool after_banner;     /* HANDSHAKE */
};

#define FAKE_FILES_MAX 8
#define FAKE_RULES_MAX 4

struct fake_machine {
    struct fake_rule rules[FAKE_RULES_MAX];
    unsigned begun[FAKE_OP_COUNT];

    enum shell_form shell; /* the only form of path that it takes */
    const char *noise_before;
    const char *noise_after;
    bool utf16;           /* its shell re-encodes */
    bool antivirus;       /* removes a program as it is run */
    bool forbids;         /* application control */
    size_t cut_len;       /* unless 0: so much is left of a file */
    bool crashes;         /* the payload dies after the start mark */
    bool saves;           /* its result, before it is printed */
    bool stays_away;      /* once dropped, it refuses connections */
    bool refuses;         /* connections */
    bool stops;           /* when it is told to, beside a command */
    unsigned busy;        /* so many times another run is at work */
    unsigned held;        /* so many times an unlink finds the file held */
    unsigned waits;       /* of FAKE_WAITS, a tenth of a second each */
    size_t chunk;         /* bytes a read brings; 0: all */
    const char *mark;     /* instead of its start mark */
    const char *answer;   /* instead of its result */
    size_t answer_len;    /* 0: strlen(answer) */
    const char *settings; /* JSON of "settings"; NULL: one that is ok */
    const char *error;    /* JSON of "error"; NULL: null */
    bool use_fds;         /* real descriptors, for a real loop */
    bool new_key;         /* nobody knew its host key */
    bool wants_password;  /* every login sends one */
    bool loses_way;       /* what breaks is the jump host before it */

    /* What stands there now. */
    char files[FAKE_FILES_MAX][128];
    bool settled;
    char request[PROTOCOL_HASH_LEN + 1];
    char saved_run[PROTOCOL_RUN_ID_MAX + 1];
    bool away;
    unsigned runs; /* payloads that began to work */
    unsigned sessions;
    unsigned sessions_open;
    bool ready; /* the last IO_AGAIN comes forward by itself */
    struct buf log;
};

#define FAKE_FOLDER "C:\\ProgramData\\wmifleet"
#define FAKE_PAYLOAD_HASH "0123456789abcdef0123456789abcdef"

/* The `transport_context`: machine i is targets[i]'s. */
struct fake_world {
    struct fake_machine *machines;
    const struct target *targets;
};

extern const struct transport_ops fake_transport;

void fake_machine_init(struct fake_machine *machine);
void fake_machine_release(struct fake_machine *machine);

/* How many uploaded files are still in the profile. */
size_t fake_machine_files(const struct fake_machine *machine);

/* Puts what the shell prints for `command` into the two streams. */
struct fake_output {
    struct buf out;
    struct buf errors;
    size_t mark_end;   /* where in `out` the start mark ends; 0: none */
    size_t result_end; /* and the result */
};
void fake_machine_run(struct fake_machine *machine, const char *command,
                      struct fake_output *output);

#endif
