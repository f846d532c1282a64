/* SPDX-License-Identifier: MIT */
/* What a person types to go on from where a run ended. */
#ifndef CONTROLLER_COMMAND_AGAIN_H
#define CONTROLLER_COMMAND_AGAIN_H

#include "controller/options.h"

/*
 * The same selection again, quoted for a shell: apply after a check, else the
 * same verb; `undone` is the run that undo puts back, else NULL. Free with
 * free(); NULL when memory is short.
 */
char *command_again(const struct options *options, const char *undone);

#endif
