/* SPDX-License-Identifier: MIT */
/*
 * One failure, as it travels from where it happened to where it is told.
 *
 * Every function that can fail takes a `struct err *` as its last argument
 * and returns 0 or -1 (or a pointer or NULL). It fills the struct only when
 * it fails; what the struct held before is then lost. The argument may be
 * NULL where the caller does not care why.
 *
 * `code` is the failing module's own number (a `enum fault` in the
 * controller, a Win32 code or HRESULT in the payload, else 0). `text` is one
 * line for a person: the object first, then the cause, then the remedy.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdarg.h>

struct err {
    int code;
    char text[512];
};

/*
 * Formats the failure into `err`; text too long is cut at a whole UTF-8
 * character. Always returns -1, so that failing is one line.
 */
int err_set(struct err *err, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts `prefix` and ": " before the text that `err` already holds; -1. */
int err_prefix(struct err *err, const char *prefix);

#endif
