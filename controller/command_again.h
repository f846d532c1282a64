/* SPDX-License-Identifier: MIT */
/* What a person types to go on from where a run ended. */
#ifndef CONTROLLER_COMMAND_AGAIN_H
#define CONTROLLER_COMMAND_AGAIN_H

#include "controller/options.h"

/*
 * The same selection again, quoted for a shell: what follows the verb, with a
 * blank before each word. `undone` is the run that undo puts back, else NULL.
 * Free with free(); NULL when memory is short.
 */
char *command_again(const struct options *options, const char *undone);

/*
 * The same for an apply of that selection, whatever verb it was made with.
 * `limit` takes the place of --limit where it is not NULL.
 */
char *command_apply(const struct options *options, const char *limit);

/* What follows `trust --replace` for that one host. */
char *command_trust_replace(const struct options *options, const char *host);

#endif
