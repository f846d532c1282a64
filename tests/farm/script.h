/* SPDX-License-Identifier: MIT */
/*
 * What a target of the farm does wrong: a closed list, one script a target.
 * `farm --list-faults` prints it.
 */
#ifndef FARM_SCRIPT_H
#define FARM_SCRIPT_H

/* X(symbol, word, what the target does) */
#define SCRIPT_LIST(X)                                                         \
    X(HEALTHY, "healthy", "everything right")                                  \
    /* before a server speaks */                                               \
    X(REFUSE, "refuse", "its port refuses connections")                        \
    X(SWITCHED_OFF, "switched-off", "nothing answers a connection")            \
    X(NEVER_ANSWER, "never-answer", "takes a connection and says nothing")     \
    X(DROP_BANNER, "drop-banner", "hangs up at once")                          \
    X(TRICKLE, "trickle", "sends one byte a second")                           \
    X(GARBAGE_BANNER, "garbage-banner", "speaks no SSH")                       \
    X(FLOOD_BANNER, "flood-banner", "lines without end before a banner")       \
    X(DROP_KEX, "drop-kex", "hangs up in the key exchange")                    \
    /* who it is, and who may come in */                                       \
    X(WRONG_HOST_KEY, "wrong-host-key", "a key that nobody knows")             \
    X(OTHER_HOST_KEY, "other-host-key", "the key of the target behind it")     \
    X(AUTH_REFUSED, "auth-refused", "takes nobody's key")                      \
    X(DROP_AUTH, "drop-auth", "hangs up when a key is offered")                \
    X(ESCAPE_GOODBYE, "escape-goodbye", "hangs up there, with escapes")        \
    /* files */                                                                \
    X(SFTP_REFUSED, "sftp-refused", "has no SFTP")                             \
    X(SFTP_GARBAGE, "sftp-garbage", "answers SFTP with something else")        \
    X(SFTP_DENIED, "sftp-denied", "no file may be made")                       \
    X(SFTP_FULL, "sftp-full", "its disk is full")                              \
    X(SFTP_WRONG_SIZE, "sftp-wrong-size", "files lose their last byte")        \
    X(SFTP_CLOSE_FAILS, "sftp-close-fails", "files cannot be closed")          \
    X(DROP_UPLOAD, "drop-upload", "hangs up in the middle of an upload")       \
    X(VANISH, "vanish", "what was uploaded is gone when it is to run")         \
    /* a command without a start mark */                                       \
    X(EXEC_REFUSED, "exec-refused", "runs no command")                         \
    X(DROP_EXEC, "drop-exec", "hangs up when a command comes")                 \
    X(DROP_START, "drop-start", "hangs up when it has taken the command")      \
    X(NO_START, "no-start", "the program ends without a word")                 \
    X(SILENT_EXEC, "silent-exec", "the program never says a word")             \
    X(FLOOD_STDOUT, "flood-stdout", "standard output without end")             \
    X(FLOOD_STDERR, "flood-stderr", "standard error without end")              \
    /* a start mark without a result */                                        \
    X(DROP_RESULT, "drop-result", "hangs up after each start mark")            \
    X(DROP_RESULT_ONCE, "drop-result-once", "hangs up after the first one")    \
    X(NO_RESULT, "no-result", "the program ends after the start mark")         \
    X(SILENT_RESULT, "silent-result", "no word after the start mark")          \
    X(WORKS_ON, "works-on", "works for ever, the first time; cancel ends it")  \
    X(TRICKLE_RESULT, "trickle-result", "the result, one byte a second")       \
    X(FLOOD_RESULT, "flood-result", "noise without end after the start mark")  \
    /* results that are none */                                                \
    X(TRUNCATED_RESULT, "truncated-result", "the result ends half-way")        \
    X(OTHER_RUN, "other-run", "the result of another run")                     \
    X(OTHER_MARK, "other-mark", "the start mark of another run")               \
    X(OTHER_REQUEST, "other-request", "the result of another request")         \
    X(OTHER_PAYLOAD, "other-payload", "the result of another program")         \
    X(HUGE_RESULT, "huge-result", "a result of 100 MiB")                       \
    X(DEEP_RESULT, "deep-result", "a result nested 100,000 deep")              \
    X(ESCAPE_ID, "escape-id", "escapes in the id of a setting")                \
    /* results that count */                                                   \
    X(ESCAPE_TEXTS, "escape-texts", "escapes wherever a text may be")          \
    X(ESCAPE_NOISE, "escape-noise", "escapes around a good result")            \
    X(NOT_ADMIN, "not-admin", "the login is no administrator")                 \
    X(UNSAFE_DIR, "unsafe-dir", "somebody else made the folder")               \
    X(BUSY, "busy", "another run never ends there")                            \
    X(CLOCK_SKEW, "clock-skew", "its clock is 73 years ahead")                 \
    X(LOUD, "loud", "2 MiB of standard error before a good result")            \
    X(NEVER_CLOSE, "never-close", "a good result, and no end of it")

enum script {
#define X(symbol, word, what) SCRIPT_##symbol,
    SCRIPT_LIST(X)
#undef X
        SCRIPT_COUNT
};

const char *script_word(enum script script);
const char *script_what(enum script script);

/* SCRIPT_COUNT when it is none. */
enum script script_of(const char *word);

#endif
