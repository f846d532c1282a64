/* SPDX-License-Identifier: MIT */
#include "controller/report/progress.h"

#include <inttypes.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "base/log.h"
#include "base/utf8.h"

#define FIELD_SIZE 192
#define NAME_COLUMNS 24
#define NAME_BYTES 120
#define NAME_MAX_LEN 65536
#define SAMPLE_MS 500
#define GAP 2 /* blanks between fields */

/* As they stand in the line. */
enum place {
    PLACE_DONE,
    PLACE_ENDING,
    PLACE_OK,
    PLACE_CHANGED,
    PLACE_FAILED,
    PLACE_UNREACHABLE,
    PLACE_WAITING,
    PLACE_RATE,
    PLACE_LEFT,
    PLACE_SLOWEST,
    PLACE_COUNT,
};

struct field {
    char text[FIELD_SIZE]; /* empty: there is none */
    int columns;
    bool nothing; /* a count of 0: shown only where there is room */
    bool shown;
};

/* --- widths --------------------------------------------------------------- */

/* libc knows, in any locale that has all characters. */
static int columns_of(uint32_t code)
{
    if (code < 0x80)
        return 1;
    int columns = -1;
    locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    if (locale != (locale_t)0) {
        locale_t before = uselocale(locale);
        columns = wcwidth((wchar_t)code);
        uselocale(before);
        freelocale(locale);
    }
    /* As wide as a terminal may take a character that it does not know. */
    return columns < 0 ? 2 : columns;
}

/* How much of `text` takes at most `columns`; what it takes in `taken`. */
static size_t fitting(const char *text, size_t len, int columns, int *taken)
{
    size_t at = 0;
    *taken = 0;
    while (at < len) {
        uint32_t code = 0;
        size_t size = utf8_decode(text + at, len - at, &code);
        int wide = size > 0 ? columns_of(code) : 1;
        if (*taken + wide > columns || at + size > NAME_BYTES)
            return at;
        *taken += wide;
        at += size > 0 ? size : 1;
    }
    return at;
}

/* --- fields --------------------------------------------------------------- */

static void set(struct field *field, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* For ASCII: a byte is a column. */
static void set(struct field *field, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int len = vsnprintf(field->text, sizeof field->text, format, args);
    va_end(args);
    field->columns = len < FIELD_SIZE ? len : FIELD_SIZE - 1;
}

static void set_count(struct field *field, const char *word, size_t count)
{
    set(field, "%s %zu", word, count);
    field->nothing = count == 0;
}

/* "12 s", "3 min", "2 h 05 min", "4 d" */
static void duration(char text[32], uint64_t seconds)
{
    if (seconds < 120)
        snprintf(text, 32, "%" PRIu64 " s", seconds);
    else if (seconds < 7200)
        snprintf(text, 32, "%" PRIu64 " min", seconds / 60);
    else if (seconds < 172800)
        snprintf(text, 32, "%" PRIu64 " h %02" PRIu64 " min", seconds / 3600,
                 seconds / 60 % 60);
    else
        snprintf(text, 32, "%" PRIu64 " d", seconds / 86400);
}

static void set_rate(struct field *field, double rate)
{
    if (rate >= 10)
        set(field, "%.0f/s", rate);
    else if (rate >= 1)
        set(field, "%.1f/s", rate);
    else if (rate > 0)
        set(field, "%.1f/min", rate * 60);
}

/* Hosts that wait for their next try take what they take. */
static void set_left(struct field *field, const struct progress *progress)
{
    char text[32];
    size_t gone = progress->done + progress->waiting;
    if (progress->ending || progress->rate <= 0 || gone >= progress->total)
        return;
    double seconds = (double)(progress->total - gone) / progress->rate;
    /* Only those are left that take their own time. */
    if (seconds * 1000 < (double)progress->idle_ms)
        return;
    duration(text, seconds < 1e9 ? (uint64_t)seconds + 1 : 1000000000);
    set(field, "%s left", text);
}

static void set_waiting(struct field *field, const struct progress *progress)
{
    char text[32];
    if (progress->waiting == 0)
        return;
    duration(text, (progress->due_ms + 999) / 1000);
    set(field, "%zu waiting, next in %s", progress->waiting, text);
}

static void set_slowest(struct field *field, const struct progress *progress)
{
    struct buf name;
    char text[32];
    int taken = 0;
    if (progress->slowest == NULL)
        return;
    buf_init(&name, NAME_MAX_LEN);
    if (log_escape(&name, progress->slowest, strlen(progress->slowest)) == 0 &&
        name.len > 0) {
        size_t len = fitting(name.data, name.len, NAME_COLUMNS, &taken);
        bool cut = len < name.len;
        if (cut)
            len = fitting(name.data, name.len, NAME_COLUMNS - 2, &taken);
        duration(text, progress->phase_ms / 1000);
        set(field, "slowest %.*s%s: %s %s", (int)len, name.data,
            cut ? ".." : "", progress->phase, text);
        field->columns += taken - (int)len;
    }
    buf_release(&name);
}

static void fill(struct field *fields, const struct progress *progress)
{
    set(&fields[PLACE_DONE], "%zu/%zu", progress->done, progress->total);
    if (progress->ending)
        set(&fields[PLACE_ENDING], "ending, %zu at work", progress->at_work);
    set_count(&fields[PLACE_OK], "ok", progress->ok);
    if (progress->changed_word != NULL)
        set_count(&fields[PLACE_CHANGED], progress->changed_word,
                  progress->changed);
    set_count(&fields[PLACE_FAILED], "failed", progress->failed);
    set_count(&fields[PLACE_UNREACHABLE], "unreachable", progress->unreachable);
    set_waiting(&fields[PLACE_WAITING], progress);
    set_rate(&fields[PLACE_RATE], progress->rate);
    set_left(&fields[PLACE_LEFT], progress);
    set_slowest(&fields[PLACE_SLOWEST], progress);
}

/* --- the line ------------------------------------------------------------- */

/* The most important first. */
static const enum place importance[PLACE_COUNT] = {
    PLACE_DONE, PLACE_ENDING, PLACE_FAILED,  PLACE_UNREACHABLE, PLACE_CHANGED,
    PLACE_OK,   PLACE_LEFT,   PLACE_WAITING, PLACE_RATE,        PLACE_SLOWEST};

/* Shows those of the fields that there is room for; the room that is left. */
static int choose(struct field *fields, bool nothing, int room)
{
    for (size_t i = 0; i < PLACE_COUNT; i++) {
        struct field *field = &fields[importance[i]];
        int columns = field->columns + (importance[i] == PLACE_DONE ? 0 : GAP);
        if (field->columns == 0 || field->nothing != nothing || columns > room)
            continue;
        field->shown = true;
        room -= columns;
    }
    return room;
}

int progress_line(struct buf *out, const struct progress *progress, int columns)
{
    struct field fields[PLACE_COUNT] = {0};
    fill(fields, progress);
    if (fields[PLACE_DONE].columns > columns)
        return 0;
    choose(fields, true, choose(fields, false, columns));
    for (size_t i = 0; i < PLACE_COUNT; i++)
        if (fields[i].shown)
            buf_addf(out, "%*s%s", i == PLACE_DONE ? 0 : GAP, "",
                     fields[i].text);
    return out->failed ? -1 : 0;
}

/* --- how fast it goes ----------------------------------------------------- */

static double rate_now(struct progress_rate *rate, uint64_t now_ms, size_t done)
{
    size_t last = (rate->count + PROGRESS_SAMPLES - 1) % PROGRESS_SAMPLES;
    if (rate->count == 0 || now_ms - rate->samples[last].ms >= SAMPLE_MS) {
        size_t at = rate->count++ % PROGRESS_SAMPLES;
        rate->samples[at].ms = now_ms;
        rate->samples[at].done = done;
    }
    size_t first =
        rate->count > PROGRESS_SAMPLES ? rate->count % PROGRESS_SAMPLES : 0;
    uint64_t passed = now_ms - rate->samples[first].ms;
    if (passed < SAMPLE_MS || done < rate->samples[first].done)
        return 0;
    return (double)(done - rate->samples[first].done) * 1000 / (double)passed;
}

void progress_note(struct progress *progress, struct progress_rate *rate,
                   uint64_t now_ms)
{
    if (rate->count == 0 || progress->done != rate->done)
        rate->since_ms = now_ms;
    rate->done = progress->done;
    progress->idle_ms = now_ms - rate->since_ms;
    progress->rate = rate_now(rate, now_ms, progress->done);
}
