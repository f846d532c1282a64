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

/* The same for an apply of that selection, whatever verb it was made with. */
char *command_apply(const struct options *options);

#endif
