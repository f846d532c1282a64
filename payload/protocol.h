/* SPDX-License-Identifier: MIT */
/*
 * The contract between the controller and the payload. Both include this
 * file and nothing else is agreed anywhere else. docs/protocol.md tells it
 * as a story.
 *
 * COMMAND LINE     <payload> <verb> <request> <run-id>
 *
 *   Only PROTOCOL_COMMAND_CHARACTERS and blanks between the words.
 *   <payload>  first contact: `.\wmifleet-<nonce>.exe` in the login's
 *              profile, `./...` for POSIX-like shells; later
 *              `<folder>\p-<hash>.exe`, with `/` for POSIX-like shells.
 *   <verb>     one of PROTOCOL_VERBS.
 *   <request>  a bare file name that ends in `-<hash>.json`.
 *              `r-<hash>.json` lies in the folder, beside the settled
 *              payload; `wmifleet-<nonce>-<hash>.json` lies in the working
 *              directory, which is the profile.
 *   <run-id>   1 to 40 of [A-Za-z0-9-].
 *   <hash>     PROTOCOL_HASH_LEN lower-case hex digits: the first half of
 *              the SHA-256 of the file's bytes. <nonce>: 16 hex digits.
 *
 * REQUEST   one JSON object: {"protocol": 1, "wmi": {...}, "options": {...}}
 *   `wmi` is the host's merged variable, judged by payload/settings/settings.h.
 *   `options`: "only" and "skip" (lists of family names), "restart"
 *   ("needed" when absent; "never": what takes effect when winmgmt restarts
 *   stays pending_restart), "allow_irreversible" (true: settings whose state
 *   would be `irreversible` are written), "secret" (true: delete the file on
 *   opening it, never copy it to the folder).
 *   An apply that sets a password has "secret" and the member
 *     "secrets": {"account_password": <text>, "salt": <hex digits>}
 *   The salt keeps the hash in the file's name from telling anything of the
 *   password. `wmi` itself holds none: where it has {"env"}, {"file"} or
 *   {"command"}, that is for the controller.
 *   The payload refuses a file whose bytes do not give the hash in its name.
 *   For the verb undo, "wmi" is what the newest of the runs asked and "undo"
 *   says what to put back:
 *     {"force": bool, "identity": {...} | null, "earlier_wmi": [{...}],
 *      "settings": [{"id", "before", "after"}]}
 *   `before` and `after` as a result had them, `identity` of the machine that
 *   gave it: on another installation nothing is written. `after` null: not
 *   known (the run ended half-way); whatever stands there is put back.
 *   For the verb verify, "wmi" is {}, "secret" is set, and
 *     "verify": {"asynchronous": bool, "targets": [{"host", "address",
 *       "user", "namespaces": [...]}]}
 *   says to whom to connect as whom; "secrets" has "passwords", one for each
 *   target in their order, and "salt".
 *   For the verb snapshots, "wmi" is {} and "options" may have "run": only
 *   snapshots of runs whose id begins so.
 *   The option "again" (any text) gives another hash to a request that a run
 *   was cancelled with: what that run left is done, under its id.
 *   For the verb clean, "wmi" is {} and "options" may have "forget_undo" (true:
 *   snapshots go even where they were not put back) and "dry_run" (true: what
 *   would go is told, and stays).
 *   For the verb cancel, the name alone counts; the file is not read.
 *
 * OUTPUT   standard output, binary, pure ASCII. Each document is
 *   RS (0x1E), one line of JSON, LF. Anything around it is noise of the
 *   login shell.
 *   Document 1, the start mark, before anything else is done:
 *     {"started": {"protocol": 1, "run": <run-id>, "payload": <hash>}}
 *   Last document, the result:
 *     {"protocol": 1, "run": <run-id>, "verb": <verb>, "request": <hash>,
 *      "payload": <hash of the running file>, "computer": <name>,
 *      "identity": {"machine_guid", "machine_sid", "install_date"},
 *      "folder": <path of the folder, or null when it could not be made>,
 *      "settled": true when p-<hash>.exe stands in the folder,
 *      "request_settled": true when r-<hash>.json stands there,
 *      "error": null | {"class", "code", "name", "text", "hint"},
 *      "facts": {...}, "settings": [...], "hints": ["..."],
 *      "elapsed_ms": N, "complete": true}
 *   `error.class` is one of PROTOCOL_ERRORS. `code` is "0x%08X", `name` its
 *   symbol in Microsoft's headers. With an error, `settings` may be empty.
 *   A setting: {"id", "state", "desired", "before", "after", "restorable",
 *   "risk", "error", "hints"}; `state` is one of PROTOCOL_STATES. `before`
 *   is the exact state read before the write, `after` the state read after
 *   it (check: both the state read). Absent members mean null.
 *   For the verb snapshots, which changes nothing, there is one member more:
 *     "snapshots": {"files": [...], "left_out": N}
 *   with one entry for each u-<run-id>.json, the newest first, as many as
 *   PROTOCOL_SNAPSHOTS_MAX holds; "left_out" is how many older ones did not
 *   fit. An entry is {"file": "u-...json", "text": <all of the file>,
 *   "result": <all of that run's saved result; absent: there is none, or it
 *   is too long>}, or {"file", "error": <why it cannot be read>}. Texts are
 *   strings, so that what is in them is judged where it is used.
 *   For the verb verify, which changes nothing either:
 *     "connections": [{"host", "steps": [{"step", "namespace", "code", "name",
 *       "text", "rows", "elapsed_ms"}]}]
 *   in the request's order. `step` is one of PROTOCOL_STEPS; with a `code` it
 *   failed. No steps: there was no time left for this target.
 *   Where `r-<hash>.json` is not there any more (another controller's request
 *   took its place), `error` has the name PROTOCOL_REQUEST_MISSING: nothing
 *   was done, and the same command with the request brought anew is in order.
 *   For the verb clean, a setting is a file: "folder[<name>]", or
 *   "profile[<name>]" for one-time files; "folder" is the folder itself.
 * `state` is `changed` (removed), `drift` (a dry run: would be), `failed`,
 * `skipped` (of the profile: perhaps of a controller that is about to use it),
 * or `blocked`: the snapshot of a run that was not put back; then nothing was
 *   removed. "folder" is null when there is none any more.
 *   "complete" is the last member and must be true. The exit status proves
 *   nothing: 0 after any complete result.
 *
 * FOLDER    %ProgramData%\wmifleet, made in one call with a protected DACL
 *   (SYSTEM and Administrators, full control, inherited; OWNER RIGHTS, no more
 *   than reading the list), owner Administrators. It holds
 *     p-<hash>.exe                       the payload
 *     r-<hash>.json                      requests
 *     s-<run-id>-<verb>-<hash>.json      results, written before printing
 *     u-<run-id>.json                    snapshots, flushed before the first
 *                                        write of that run:
 *       {"protocol": 1, "run", "verb", "wmi", "earlier_wmi", "computer",
 *        "identity", "settings": [{"id", "desired", "before"}],
 *        "complete": true}
 *       `wmi` and `earlier_wmi` are the request's, without secrets; earlier
 *       versions wrote neither these nor `verb`.
 *     c-<run-id>                         that run is to stop; there only
 *                                        while the verb cancel waits for it
 *     pending.json                       settings that wait for winmgmt
 *     a-<sid>.json                       when the password of an account was
 *                                        set here (password_record.h)
 *   `folder` is reported so that it has PROTOCOL_COMMAND_CHARACTERS only (its
 *   8.3 form where needed).
 *
 * EXACTLY ONCE   A saved result with the same run id, verb and request hash
 *   is printed again instead of working again. While another payload works
 *   under the machine-wide mutex, one with the same key waits for it and
 *   prints its result; any other ends with class `busy`. Results of the verbs
 *   snapshots and clean are not saved: what is there is looked at again.
 *
 * CANCEL   <payload> cancel <request> <run-id>, while another payload works
 *   under this run id and with this request: it stops before its next setting.
 *   Its own result has class `cancelled`, says what it did, has the state
 *   `skipped` for what it did not come to, and is saved as any. The result of
 *   cancel has an empty list of settings and tells in "hints" what became of
 *   it; where no such payload is at work that is no error.
 */
#ifndef PAYLOAD_PROTOCOL_H
#define PAYLOAD_PROTOCOL_H

#define PROTOCOL_VERSION 1
#define PROTOCOL_HASH_LEN 32
#define PROTOCOL_NONCE_LEN 16
#define PROTOCOL_RUN_ID_MAX 40
#define PROTOCOL_RS 0x1E
#define PROTOCOL_RESULT_MAX 4194304u    /* bytes, start mark aside */
#define PROTOCOL_REQUEST_MAX 1048576u   /* bytes */
#define PROTOCOL_SNAPSHOTS_MAX 3145728u /* bytes of their entries */
#define PROTOCOL_VERIFY_TARGETS_MAX 512
#define PROTOCOL_RUN_SECONDS 180 /* the run's own deadline */
#define PROTOCOL_WATCHDOG_SECONDS (PROTOCOL_RUN_SECONDS + 30)

/* The tilde is for 8.3 names; no shell obeys one inside of a word. */
#define PROTOCOL_COMMAND_CHARACTERS                                            \
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-~\\/"

#define PROTOCOL_FOLDER_NAME "wmifleet"
#define PROTOCOL_ONE_TIME_PREFIX "wmifleet-"
#define PROTOCOL_PAYLOAD_PREFIX "p-"
#define PROTOCOL_REQUEST_PREFIX "r-"

/* X(name) */
#define PROTOCOL_VERBS(X)                                                      \
    X(check)                                                                   \
    X(apply)                                                                   \
    X(undo)                                                                    \
    X(snapshots)                                                               \
    X(verify)                                                                  \
    X(clean)                                                                   \
    X(cancel)

/* Of one connection of the verb verify, in their order. X(name) */
#define PROTOCOL_STEPS(X)                                                      \
    X(locator)                                                                 \
    X(connect)                                                                 \
    X(blanket)                                                                 \
    X(query)                                                                   \
    X(async_query)

/* Worst first; a host's status is that of its worst setting. X(name) */
#define PROTOCOL_STATES(X)                                                     \
    X(failed)                                                                  \
    X(conflict)                                                                \
    X(blocked)                                                                 \
    X(irreversible)                                                            \
    X(drift)                                                                   \
    X(pending_restart)                                                         \
    X(changed)                                                                 \
    X(ok)                                                                      \
    X(skipped)

/* The `name` of an error of class payload-failed. */
#define PROTOCOL_REQUEST_MISSING "request_missing"

/*
 * What a whole run on a target can die of. X(symbol, word)
 * not-admin       the login is not an elevated administrator
 * unsafe-dir      the folder has another owner, a looser DACL or is a link
 * busy            another run holds the machine-wide mutex
 * run-timeout     the payload's own deadline passed between two settings
 * cancelled       the verb cancel came between two settings
 * payload-failed  anything else; the text says what
 */
#define PROTOCOL_ERRORS(X)                                                     \
    X(NOT_ADMIN, "not-admin")                                                  \
    X(UNSAFE_DIR, "unsafe-dir")                                                \
    X(BUSY, "busy")                                                            \
    X(RUN_TIMEOUT, "run-timeout")                                              \
    X(CANCELLED, "cancelled")                                                  \
    X(PAYLOAD_FAILED, "payload-failed")

#endif
