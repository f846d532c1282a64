/* SPDX-License-Identifier: MIT */
/*
 * A password from the terminal or out of a file: never from the command
 * line. Free with secret_free, which wipes it; NULL after telling why.
 */
#ifndef CONTROLLER_TYPED_SECRET_H
#define CONTROLLER_TYPED_SECRET_H

#include "base/log.h"

/* `option` asks for it, `instead` is another way; both for the messages. */
char *typed_secret_ask(const char *option, const char *instead,
                       const char *prompt, const struct log *log);

/* The first line, without its end. */
char *typed_secret_from_file(const char *path, const struct log *log);

#endif
