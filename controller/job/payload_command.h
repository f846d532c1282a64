/* SPDX-License-Identifier: MIT */
/*
 * The names and command lines of payload/protocol.h, as the controller makes
 * them. Every function refuses to make a text with a character that a login
 * shell could take for more than a name.
 */
#ifndef CONTROLLER_PAYLOAD_COMMAND_H
#define CONTROLLER_PAYLOAD_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "payload/protocol.h"

/* How the login shell takes a path. */
enum shell_form {
    SHELL_UNKNOWN,
    SHELL_BACKSLASH, /* cmd, PowerShell: .\name */
    SHELL_SLASH,     /* POSIX-like: ./name */
};

/* One-time names in the login's profile. */
struct one_time_names {
    char payload[64];
    char request[96];
};

/* Names that nobody can guess. -1 when the system gives no random bytes. */
int one_time_names_make(struct one_time_names *names, const char *request_hash,
                        struct err *err);

#define PAYLOAD_COMMAND_MAX 512

struct payload_command {
    enum shell_form form; /* SHELL_UNKNOWN counts as SHELL_BACKSLASH */
    const char *folder;   /* where the program is; NULL: the profile */
    const char *program;
    const char *verb;
    const char *request;
    const char *run;
};

/* The command line; -1 when it would be too long or not safe. */
int payload_command_make(char line[PAYLOAD_COMMAND_MAX],
                         const struct payload_command *command,
                         struct err *err);

/* The line that tells the payload of `command`, such a line, to stop. 0/-1. */
int payload_command_cancel(char line[PAYLOAD_COMMAND_MAX], const char *command,
                           struct err *err);

#endif
