/* SPDX-License-Identifier: MIT */
/*
 * Text in HTML and XML. Whatever a text holds it stays text: what a terminal
 * would obey or a reader be misled by (control and bidirectional characters)
 * is written out as log_escape does, what XML 1.0 has no place for
 * (section 2.2, Char) too, and the characters of markup as entities, so that
 * it may stand in an attribute between double quotes as well.
 */
#ifndef CONTROLLER_MARKUP_H
#define CONTROLLER_MARKUP_H

#include <stdio.h>

/* NULL is the empty text. */
void markup_put(FILE *out, const char *text);

/* The same of lines of ours that are escaped already: line feeds stay. */
void markup_lines(FILE *out, const char *lines);

#endif
