/* SPDX-License-Identifier: MIT */
/*
 * OpenSSH's command-line words, as ansible_ssh_common_args and its like
 * carry them: `-p 22 -o "Port 22" -oUser=x`.
 */
#ifndef INVENTORY_SSH_WORDS_H
#define INVENTORY_SSH_WORDS_H

#include "base/err.h"

/*
 * Called for each option: `-p 22` and `-o Port=22` both as name "Port". An
 * option without a keyword of ssh_config comes as "-4", "-J" is "ProxyJump".
 * Both texts die after the call.
 */
struct ssh_words_visitor {
    void (*option)(void *context, const char *name, const char *value);
    void *context;
};

/* -1 when quotes do not close, a value is missing, or memory is short. */
int ssh_words_read(const char *text, const struct ssh_words_visitor *visitor,
                   struct err *err);

#endif
