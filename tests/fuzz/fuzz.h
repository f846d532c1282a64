/* SPDX-License-Identifier: MIT */
/*
 * What the fuzz targets have in common. An input is text as far as can be, so
 * that a seed can be written by hand: lines that say how, then the bytes that
 * are parsed. A find is a crash, a finding of the sanitizers, or something
 * that does not hold: fuzz_must ends the program there.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/problems.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

struct fuzz_input {
    const char *at;
    size_t len;
};

/*
 * Takes the next line, or what is left, as a text of its own; a NUL ends the
 * text, too. free() it: a byte read beyond its end is a find.
 */
char *fuzz_line(struct fuzz_input *input);

/* The same of all that is left. */
char *fuzz_rest(struct fuzz_input *input);

/*
 * How many of the `left` bytes are the next piece: by the letters of `sizes`,
 * over and over; "a" is one byte, "~" thirty.
 */
size_t fuzz_piece(const char *sizes, size_t number, size_t left);

void fuzz_must(bool holds, const char *what);

/* Valid UTF-8 and nothing that a terminal obeys, but for line feeds. */
void fuzz_plain(const char *text, size_t len);

/* The same of what a tree is printed as, and that the print can be read. */
void fuzz_plain_json(const cJSON *tree);

/* One line of log_line's, and plain, whatever is in the text. */
void fuzz_logged(const char *text);
void fuzz_logged_all(const struct problems *problems);

#endif
