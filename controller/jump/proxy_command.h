/* SPDX-License-Identifier: MIT */
/*
 * A program whose standard input and output are the connection to a host:
 * OpenSSH's ProxyCommand, run by /bin/sh as OpenSSH runs it.
 *
 * It has a session of its own, so that an interrupt at the terminal is not its
 * end. It is ended with its connection, and waited for whenever another one
 * begins or ends, at last by proxy_commands_free; nothing waits in between.
 */
#ifndef CONTROLLER_PROXY_COMMAND_H
#define CONTROLLER_PROXY_COMMAND_H

#include <stdint.h>

#include "base/err.h"
#include "base/log.h"
#include "inventory/target.h"

struct proxy_commands;
struct proxy_command;

/* All of a run; NULL when memory is short. */
struct proxy_commands *proxy_commands_new(const struct log *log);
/* Ends what is left, which no connection uses any more. */
void proxy_commands_free(struct proxy_commands *commands);

/*
 * Starts target->proxy_command with %h, %n, %p, %r and %% replaced; `user` is
 * for %r. NULL, and a fault in `err`, when it cannot be started, or when a
 * name would say something to the shell.
 */
struct proxy_command *proxy_command_start(struct proxy_commands *commands,
                                          const struct target *target,
                                          const char *user, struct err *err);
/* The non-blocking descriptor; it stays the command's own. */
int proxy_command_fd(const struct proxy_command *command);
/*
 * Takes in what it said on standard error; of that the end is kept. What was
 * said while nobody took it in and a pipe was full is lost: it never waits.
 */
void proxy_command_listen(struct proxy_command *command);
/* Adds that, escaped, to the text of a failure. */
void proxy_command_tell(struct proxy_command *command, struct err *err);
void proxy_command_end(struct proxy_command *command);

#endif
