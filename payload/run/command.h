/* SPDX-License-Identifier: MIT */
/*
 * The command line, judged: <verb> <request> <run-id>. Every word is
 * hostile until it has passed here; what has passed is safe inside a file
 * name. Free of windows.h.
 */
#ifndef PAYLOAD_COMMAND_H
#define PAYLOAD_COMMAND_H

#include <stdbool.h>

#include "base/err.h"
#include "payload/protocol.h"

enum command_verb {
#define X(name) COMMAND_##name,
    PROTOCOL_VERBS(X)
#undef X
};

struct command {
    enum command_verb verb;
    char run[PROTOCOL_RUN_ID_MAX + 1];
    char request[80];                 /* the bare file name */
    char hash[PROTOCOL_HASH_LEN + 1]; /* of the request, from its name */
    bool one_time; /* the request lies in the working directory */
};

const char *command_verb_word(enum command_verb verb);

/* `words` are the `count` words behind the program's name. */
int command_parse(struct command *command, int count, char *const words[],
                  struct err *err);

#endif
