/* SPDX-License-Identifier: MIT */
/*
 * The closed list of what can go wrong with a host, and what each means.
 *
 * A fault is never deduced from an exit status. GROUP_UNREACHABLE: the payload
 * never started. GROUP_FAILED: it started, or what it said cannot be believed.
 */
#ifndef CONTROLLER_FAULT_H
#define CONTROLLER_FAULT_H

enum fault_group { GROUP_UNREACHABLE, GROUP_FAILED, GROUP_CANCELLED };

/* X(symbol, word, group, may be tried again, hint) */
#define FAULT_LIST(X)                                                          \
    X(RESOLVE, "resolve", GROUP_UNREACHABLE, 1,                                \
      "check the name, or give the address in ansible_host")                   \
    X(REFUSED, "refused", GROUP_UNREACHABLE, 1,                                \
      "is the service sshd running there, and on this port?")                  \
    X(TCP_TIMEOUT, "tcp-timeout", GROUP_UNREACHABLE, 1,                        \
      "is it switched on? On a Public network Windows' firewall drops SSH: "   \
      "see docs/windows-targets.md")                                           \
    X(BANNER_TIMEOUT, "banner-timeout", GROUP_UNREACHABLE, 1,                  \
      "the port is open but no SSH server speaks; is another service on it?")  \
    X(KEX, "kex", GROUP_UNREACHABLE, 1,                                        \
      "the SSH versions have no algorithm in common, or the connection broke") \
    X(HOSTKEY_UNKNOWN, "hostkey-unknown", GROUP_UNREACHABLE, 0,                \
      "compare the fingerprint on the machine, then run: wmifleet trust")      \
    X(HOSTKEY_CHANGED, "hostkey-changed", GROUP_UNREACHABLE, 0,                \
      "if the machine was re-installed, compare the fingerprint there, then "  \
      "run: wmifleet trust --replace; if not, somebody else answers")          \
    X(HOSTKEY_OTHER_HOST, "hostkey-other-host", GROUP_UNREACHABLE, 0,          \
      "the address belongs to another host of this fleet now; correct "        \
      "ansible_host")                                                          \
    X(AUTH, "auth", GROUP_UNREACHABLE, 0,                                      \
      "is it the right user, key or password? Administrators' keys are in "    \
      "%ProgramData%\\ssh\\administrators_authorized_keys, which only SYSTEM " \
      "and Administrators may write")                                          \
    X(SFTP, "sftp", GROUP_UNREACHABLE, 0,                                      \
      "does the login shell print text, or is sftp-server missing in "         \
      "sshd_config?")                                                          \
    X(UPLOAD, "upload", GROUP_UNREACHABLE, 0,                                  \
      "is the disk full, or the profile folder not writable?")                 \
    X(EXEC, "exec", GROUP_UNREACHABLE, 0,                                      \
      "sshd refused to start a command; look at its log on the machine")       \
    X(REMOVED, "removed", GROUP_UNREACHABLE, 0,                                \
      "the program vanished after the upload: antivirus removed it; allow "    \
      "its hash (wmifleet --version shows it)")                                \
    X(NOT_STARTED, "not-started", GROUP_UNREACHABLE, 0,                        \
      "the program is there but did not run: application control (AppLocker, " \
      "WDAC), or Windows is not x64")                                          \
    X(NOT_ADMIN, "not-admin", GROUP_FAILED, 0,                                 \
      "log in as a member of the local Administrators group")                  \
    X(UNSAFE_DIR, "unsafe-dir", GROUP_FAILED, 0,                               \
      "somebody else made %ProgramData%\\wmifleet or opened it to others; "    \
      "look into it, remove it, run again")                                    \
    X(BUSY, "busy", GROUP_FAILED, 1,                                           \
      "another wmifleet works on this machine; try again when it is done")     \
    X(LOST, "lost", GROUP_FAILED, 0,                                           \
      "the connection broke while the payload worked; a check shows what "     \
      "was done")                                                              \
    X(RUN_TIMEOUT, "run-timeout", GROUP_FAILED, 0,                             \
      "the payload needed more than its time; a check shows what was done")    \
    X(PAYLOAD_FAILED, "payload-failed", GROUP_FAILED, 0,                       \
      "see the text; nothing is known to have changed beyond the settings "    \
      "listed")                                                                \
    X(BAD_RESULT, "bad-result", GROUP_FAILED, 0,                               \
      "what the machine answered is not a result of this run; is it really "   \
      "yours?")                                                                \
    X(CANCELLED, "cancelled", GROUP_CANCELLED, 0,                              \
      "--resume goes on with it, undo puts back what was done")

/* What trust finds, which is no host's fault alone. */
#define SHARED_HOSTKEY "shared-hostkey"
#define SHARED_HOSTKEY_HINT                                                    \
    "either machine can pass for the other (an image made after sshd's first " \
    "start); make new keys on one: remove %ProgramData%\\ssh\\ssh_host_*, "    \
    "restart sshd, then run: wmifleet trust"

enum fault {
    FAULT_NONE,
#define X(symbol, word, group, again, hint) FAULT_##symbol,
    FAULT_LIST(X)
#undef X
};

/* "tcp-timeout"; "none" for FAULT_NONE. */
const char *fault_word(enum fault fault);
const char *fault_hint(enum fault fault);
enum fault_group fault_group(enum fault fault);
int fault_transient(enum fault fault);

/* The fault of that word, FAULT_NONE when there is none. */
enum fault fault_from_word(const char *word);

#endif
