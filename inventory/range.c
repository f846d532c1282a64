/* SPDX-License-Identifier: MIT */
/*
 * A name is read once into parts: the text before a bracket and the steps
 * within it. The product of the step counts is known, and judged, before the
 * first name is made; then the names are counted out like an odometer, the
 * last bracket turning fastest.
 */
#include "inventory/range.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "inventory/address.h"

#define PARTS_MAX 16
#define PIECES_MAX 256
#define NAME_MAX_LEN 1024

static const char too_many[] = "it stands for more than 100,000 names";

/* One run of numbers or letters: from, from + step, ... */
struct piece {
    uint64_t from;
    uint64_t count;
    uint64_t step;
    unsigned width;
    bool letters;
};

struct part {
    const char *before;
    size_t before_len;
    size_t first_piece;
    size_t piece_count;
    uint64_t count;
};

struct range {
    struct part parts[PARTS_MAX];
    size_t part_count;
    struct piece pieces[PIECES_MAX];
    size_t piece_count;
    const char *after;
    uint64_t count;
};

bool range_present(const char *name)
{
    const char *open = strchr(name, '[');
    if (open == NULL)
        return false;
    const char *close = strchr(open, ']');
    return open != name || close == NULL ||
           !address_is_ipv6(open + 1, (size_t)(close - open) - 1);
}

static int read_number(const char *text, size_t len, uint64_t *number)
{
    if (len == 0 || len > 18)
        return -1;
    uint64_t value = 0;
    for (size_t i = 0; i < len; i++) {
        if (!isdigit((unsigned char)text[i]))
            return -1;
        value = value * 10 + (uint64_t)(text[i] - '0');
    }
    *number = value;
    return 0;
}

/* a..z, then A..Z, as Ansible counts them. */
static const char letters[] =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

static int letter_place(const char *text, size_t len, uint64_t *place)
{
    const char *found = len == 1 ? strchr(letters, text[0]) : NULL;
    if (found == NULL || *found == '\0')
        return -1;
    *place = (uint64_t)(found - letters);
    return 0;
}

static int set_span(struct piece *piece, uint64_t from, uint64_t to,
                    uint64_t step, const char **why)
{
    if (step == 0) {
        *why = "the step cannot be 0";
        return -1;
    }
    if (from > to) {
        *why = "the begin is after the end";
        return -1;
    }
    piece->from = from;
    piece->step = step;
    piece->count = (to - from) / step + 1;
    return 0;
}

/* begin:end or begin:end:step */
static int read_ansible(const char *text, size_t len, struct piece *piece,
                        const char **why)
{
    const char *end = memchr(text, ':', len);
    size_t from_len = (size_t)(end - text);
    end++;
    size_t to_len = len - from_len - 1;
    const char *step_text = memchr(end, ':', to_len);
    uint64_t step = 1;
    *why = "a range is [begin:end] or [begin:end:step], of numbers or of "
           "single letters";
    if (step_text != NULL) {
        size_t step_len = to_len - (size_t)(step_text - end) - 1;
        to_len = (size_t)(step_text - end);
        if (read_number(step_text + 1, step_len, &step) == -1)
            return -1;
    }
    const char *from_text = text;
    if (from_len == 0) {
        from_text = "0";
        from_len = 1;
    }
    uint64_t from;
    uint64_t to;
    if (letter_place(from_text, from_len, &from) == 0 &&
        letter_place(end, to_len, &to) == 0) {
        piece->letters = true;
        return set_span(piece, from, to, step, why);
    }
    if (read_number(from_text, from_len, &from) == -1 ||
        read_number(end, to_len, &to) == -1)
        return -1;
    if (from_text[0] == '0' && from_len > 1) {
        piece->width = (unsigned)from_len;
        if (from_len != to_len) {
            *why = "begin and end must have the same number of digits when "
                   "the begin has a leading 0";
            return -1;
        }
    }
    return set_span(piece, from, to, step, why);
}

/* 7 or 01-40, between the commas of a pdsh range */
static int read_pdsh(const char *text, size_t len, struct piece *piece,
                     const char **why)
{
    const char *dash = memchr(text, '-', len);
    size_t from_len = dash == NULL ? len : (size_t)(dash - text);
    uint64_t from;
    uint64_t to;
    *why = "a range is [01:40], [a:f], [1:9:2] or [01-40,50]";
    if (read_number(text, from_len, &from) == -1)
        return -1;
    to = from;
    if (dash != NULL && read_number(dash + 1, len - from_len - 1, &to) == -1)
        return -1;
    if (from_len > 1 && text[0] == '0')
        piece->width = (unsigned)from_len;
    return set_span(piece, from, to, 1, why);
}

static int add_piece(struct range *range, struct part *part, const char *text,
                     size_t len, const char **why)
{
    if (range->piece_count == PIECES_MAX) {
        *why = "it has too many parts";
        return -1;
    }
    struct piece *piece = &range->pieces[range->piece_count];
    *piece = (struct piece){0};
    int read = memchr(text, ':', len) != NULL
                   ? read_ansible(text, len, piece, why)
                   : read_pdsh(text, len, piece, why);
    if (read == -1)
        return -1;
    range->piece_count++;
    part->piece_count++;
    part->count += piece->count;
    if (part->count > RANGE_NAMES_MAX) {
        *why = too_many;
        return -1;
    }
    return 0;
}

static int read_bracket(struct range *range, struct part *part,
                        const char *text, size_t len, const char **why)
{
    part->first_piece = range->piece_count;
    for (;;) {
        const char *comma = memchr(text, ',', len);
        size_t piece_len = comma == NULL ? len : (size_t)(comma - text);
        if (add_piece(range, part, text, piece_len, why) == -1)
            return -1;
        if (comma == NULL)
            return 0;
        text = comma + 1;
        len -= piece_len + 1;
    }
}

static int read_range(struct range *range, const char *text, const char **why)
{
    range->count = 1;
    const char *open;
    while ((open = strchr(text, '[')) != NULL) {
        const char *close = strchr(open, ']');
        *why = close == NULL ? "']' is missing" : "it has too many brackets";
        if (close == NULL || range->part_count == PARTS_MAX)
            return -1;
        struct part *part = &range->parts[range->part_count++];
        *part =
            (struct part){.before = text, .before_len = (size_t)(open - text)};
        if (read_bracket(range, part, open + 1, (size_t)(close - open) - 1,
                         why) == -1)
            return -1;
        range->count *= part->count;
        *why = too_many;
        if (range->count > RANGE_NAMES_MAX)
            return -1;
        text = close + 1;
    }
    range->after = text;
    return 0;
}

static int add_value(struct buf *name, const struct range *range,
                     const struct part *part, uint64_t place)
{
    const struct piece *piece = &range->pieces[part->first_piece];
    while (place >= piece->count) {
        place -= piece->count;
        piece++;
    }
    uint64_t value = piece->from + place * piece->step;
    if (piece->letters)
        return buf_add_char(name, letters[value]);
    return buf_addf(name, "%0*llu", (int)piece->width,
                    (unsigned long long)value);
}

static char *nth_name(const struct range *range, uint64_t n)
{
    struct buf name;
    buf_init(&name, NAME_MAX_LEN);
    uint64_t below = range->count;
    for (size_t i = 0; i < range->part_count; i++) {
        const struct part *part = &range->parts[i];
        below /= part->count;
        buf_add(&name, part->before, part->before_len);
        add_value(&name, range, part, n / below);
        n %= below;
    }
    buf_add_text(&name, range->after);
    return buf_take(&name);
}

static int add_names(const struct range *range, struct list *names)
{
    size_t before = names->count;
    for (uint64_t n = 0; n < range->count; n++) {
        char *name = nth_name(range, n);
        if (name == NULL || list_add(names, name) == -1) {
            free(name);
            while (names->count > before)
                free(names->items[--names->count]);
            return -1;
        }
    }
    return 0;
}

int range_expand(const char *text, struct list *names, struct err *err)
{
    if (!range_present(text)) {
        char *copy = strdup(text);
        if (copy != NULL && list_add(names, copy) == 0)
            return 0;
        free(copy);
        return err_set(err, ENOMEM, "out of memory");
    }
    struct range *range = calloc(1, sizeof *range);
    if (range == NULL)
        return err_set(err, ENOMEM, "out of memory");
    const char *why = NULL;
    int result = read_range(range, text, &why);
    if (result == -1)
        err_set(err, 0, "'%.200s' cannot be expanded: %s", text, why);
    else if (add_names(range, names) == -1)
        result = err_set(err, ENOMEM, "'%.200s': out of memory", text);
    free(range);
    return result;
}
