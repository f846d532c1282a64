/* SPDX-License-Identifier: MIT */
/*
 * Diagnostics for the person at the terminal: standard error only, one line
 * a call, never a byte that a terminal would obey.
 *
 * Levels: LOG_ERROR and LOG_WARNING are always shown (warnings not under
 * -q), LOG_INFO at -v, LOG_DEBUG at -vv, LOG_TRACE at -vvv. A logger is
 * plain data that main() makes and everyone else is given; there is no
 * global one. A NULL logger is silent.
 *
 * What each level is for, so that -v stays readable on a thousand hosts: at -v
 * one line a host as it ends, and choices that were made for somebody; at -vv
 * each change of a host's state. Lines about a host begin with its name.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdio.h>

struct buf;

enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG, LOG_TRACE };

struct log {
    FILE *out;
    enum log_level shown; /* this level and those before it */
    /* Before each line that is shown, with `context`; may be NULL. */
    void (*before)(void *context);
    void *context;
};

/*
 * Writes "wmifleet: " (with "warning: " for warnings) and the text, escaped
 * as by log_escape, and a line feed.
 */
void log_line(const struct log *log, enum log_level level, const char *format,
              ...) __attribute__((format(printf, 3, 4)));

/*
 * Appends `text` with every control character (C0, DEL, C1), bidirectional
 * override and byte that is not UTF-8 written as \xNN or \u{N}. All text that
 * came from a target passes through here before a person sees it. 0, or -1 when
 * the buffer failed.
 */
int log_escape(struct buf *out, const char *text, size_t len);

/* Writes `text` so, as far as memory allows. */
void log_put(FILE *out, const char *text);

#endif
