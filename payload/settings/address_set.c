/* SPDX-License-Identifier: MIT */
#include "payload/settings/address_set.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/word.h"

#define V4_AT 12 /* where the 4 bytes of an IPv4 address begin */

struct span {
    const char *text;
    size_t len;
};

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = word_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A decimal number up to `max`; at most three digits, all of the span. */
static bool parse_decimal(struct span span, unsigned max, unsigned *out)
{
    unsigned value = 0;
    if (span.len == 0 || span.len > 3)
        return false;
    for (size_t i = 0; i < span.len; i++) {
        if (span.text[i] < '0' || span.text[i] > '9')
            return false;
        value = value * 10 + (unsigned)(span.text[i] - '0');
    }
    if (value > max)
        return false;
    *out = value;
    return true;
}

/* What stands before the first `separator`, and what behind it. */
static bool split(struct span span, char separator, struct span *before,
                  struct span *behind)
{
    const char *at =
        span.len > 0 ? memchr(span.text, separator, span.len) : NULL;
    if (at == NULL)
        return false;
    size_t len = (size_t)(at - span.text);
    *before = (struct span){span.text, len};
    *behind = (struct span){at + 1, span.len - len - 1};
    return true;
}

static bool parse_v4(struct span span, unsigned char out[4])
{
    for (int i = 0; i < 4; i++) {
        struct span part = span;
        unsigned value;
        if (i < 3 && !split(span, '.', &part, &span))
            return false;
        if (!parse_decimal(part, 255, &value))
            return false;
        out[i] = (unsigned char)value;
    }
    return true;
}

/* One to four hexadecimal digits. */
static bool parse_group(struct span span, unsigned char out[2])
{
    unsigned value = 0;
    if (span.len == 0 || span.len > 4)
        return false;
    for (size_t i = 0; i < span.len; i++) {
        int digit = hex_digit(span.text[i]);
        if (digit < 0)
            return false;
        value = value << 4 | (unsigned)digit;
    }
    out[0] = (unsigned char)(value >> 8);
    out[1] = (unsigned char)value;
    return true;
}

/*
 * Groups of one side of "::" (or of the whole address) into `out`; the last
 * may be dotted IPv4 where the address ends with it. How many bytes, or -1.
 * An empty side is no bytes.
 */
static int parse_groups(struct span span, bool at_end, unsigned char out[16])
{
    int len = 0;
    bool more = span.len > 0;
    while (more) {
        struct span part = span;
        struct span rest = {NULL, 0};
        more = split(span, ':', &part, &rest);
        bool dotted = part.len > 0 && memchr(part.text, '.', part.len) != NULL;
        if (len + (dotted ? 4 : 2) > 16 || (dotted && (more || !at_end)))
            return -1;
        if (dotted ? !parse_v4(part, out + len) : !parse_group(part, out + len))
            return -1;
        len += dotted ? 4 : 2;
        span = rest;
    }
    return len;
}

static bool parse_v6(struct span span, unsigned char out[16])
{
    unsigned char tail[16];
    size_t gap = 0;
    while (gap + 1 < span.len &&
           !(span.text[gap] == ':' && span.text[gap + 1] == ':'))
        gap++;
    memset(out, 0, 16);
    if (gap + 1 >= span.len)
        return parse_groups(span, true, out) == 16;
    int head_len = parse_groups((struct span){span.text, gap}, false, out);
    int tail_len = parse_groups(
        (struct span){span.text + gap + 2, span.len - gap - 2}, true, tail);
    if (head_len < 0 || tail_len < 0 || head_len + tail_len > 14)
        return false;
    memcpy(out + 16 - tail_len, tail, (size_t)tail_len);
    return true;
}

/* The family, 0 when the span is no address. */
static int parse_address(struct span span, unsigned char out[16])
{
    memset(out, 0, 16);
    if (parse_v4(span, out + V4_AT))
        return 4;
    return parse_v6(span, out) ? 6 : 0;
}

/* How many leading bits a v4 mask like 255.255.240.0 has; false: a gap. */
static bool mask_bits(const unsigned char mask[4], unsigned *bits)
{
    uint32_t value = (uint32_t)mask[0] << 24 | (uint32_t)mask[1] << 16 |
                     (uint32_t)mask[2] << 8 | mask[3];
    uint32_t inverse = ~value;
    if ((inverse & (inverse + 1)) != 0)
        return false;
    *bits = 0;
    for (; (value & 0x80000000u) != 0; value <<= 1)
        (*bits)++;
    return true;
}

static bool parse_prefix(struct span span, int family, unsigned *bits)
{
    unsigned char mask[4];
    if (family == 4 && parse_v4(span, mask))
        return mask_bits(mask, bits);
    return parse_decimal(span, family == 4 ? 32 : 128, bits);
}

/* Widens the range's one address to the network of `bits` bits. */
static void apply_prefix(struct address_range *range, unsigned bits)
{
    unsigned keep = bits + (range->family == 4 ? V4_AT * 8 : 0);
    for (unsigned i = 0; i < 16; i++) {
        unsigned in_byte = keep <= i * 8 ? 0 : keep - i * 8;
        unsigned char host =
            (unsigned char)(in_byte >= 8 ? 0u : 0xFFu >> in_byte);
        range->low[i] = (unsigned char)(range->low[i] & ~host);
        range->high[i] = (unsigned char)(range->low[i] | host);
    }
}

static bool range_of_span(struct span span, struct address_range *out)
{
    struct span first = span;
    struct span second;
    unsigned bits;
    struct address_range range;
    bool prefix = split(span, '/', &first, &second);
    bool ends = !prefix && split(span, '-', &first, &second);
    range.family = parse_address(first, range.low);
    if (range.family == 0)
        return false;
    memcpy(range.high, range.low, sizeof range.high);
    if (ends && (parse_address(second, range.high) != range.family ||
                 memcmp(range.low, range.high, sizeof range.low) > 0))
        return false;
    if (prefix) {
        if (!parse_prefix(second, range.family, &bits))
            return false;
        apply_prefix(&range, bits);
    }
    *out = range;
    return true;
}

bool address_range_parse(const char *text, struct address_range *out)
{
    return range_of_span((struct span){text, strlen(text)}, out);
}

void address_set_init(struct address_set *set)
{
    memset(set, 0, sizeof *set);
}

void address_set_release(struct address_set *set)
{
    for (size_t i = 0; i < set->word_count; i++)
        free(set->words[i]);
    free(set->words);
    free(set->ranges);
    address_set_init(set);
}

static int compare_ranges(const void *left, const void *right)
{
    const struct address_range *a = left;
    const struct address_range *b = right;
    if (a->family != b->family)
        return a->family < b->family ? -1 : 1;
    int order = memcmp(a->low, b->low, sizeof a->low);
    return order != 0 ? order : memcmp(a->high, b->high, sizeof a->high);
}

static int compare_words(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

/* Whether `next` begins inside `range` or right behind it. */
static bool touches(const struct address_range *range,
                    const struct address_range *next)
{
    unsigned char behind[16];
    memcpy(behind, range->high, sizeof behind);
    if (range->family != next->family)
        return false;
    if (memcmp(next->low, behind, sizeof behind) <= 0)
        return true;
    for (int i = 15; i >= 0 && ++behind[i] == 0; i--)
        ;
    return memcmp(next->low, behind, sizeof behind) == 0;
}

static void normalise_ranges(struct address_set *set)
{
    size_t kept = 0;
    if (set->range_count == 0)
        return;
    qsort(set->ranges, set->range_count, sizeof *set->ranges, compare_ranges);
    for (size_t i = 1; i < set->range_count; i++) {
        struct address_range *last = &set->ranges[kept];
        struct address_range *next = &set->ranges[i];
        if (!touches(last, next))
            set->ranges[++kept] = *next;
        else if (memcmp(next->high, last->high, sizeof last->high) > 0)
            memcpy(last->high, next->high, sizeof last->high);
    }
    set->range_count = kept + 1;
}

static int add_range(struct address_set *set, const struct address_range *range)
{
    /* Room doubles at each power of two. */
    if ((set->range_count & (set->range_count - 1)) == 0) {
        size_t room = set->range_count == 0 ? 1 : set->range_count * 2;
        struct address_range *ranges =
            realloc(set->ranges, room * sizeof *ranges);
        if (ranges == NULL)
            return -1;
        set->ranges = ranges;
    }
    set->ranges[set->range_count++] = *range;
    return 0;
}

static int add_word(struct address_set *set, struct span span)
{
    char *word = malloc(span.len + 1);
    if (word == NULL)
        return -1;
    for (size_t i = 0; i < span.len; i++)
        word[i] = word_lower(span.text[i]);
    word[span.len] = '\0';
    if (address_set_has_word(set, word)) {
        free(word);
        return 0;
    }
    char **words =
        realloc(set->words, (set->word_count + 1) * sizeof *set->words);
    if (words == NULL) {
        free(word);
        return -1;
    }
    set->words = words;
    set->words[set->word_count++] = word;
    qsort(set->words, set->word_count, sizeof *set->words, compare_words);
    return 0;
}

static struct span trim(struct span span)
{
    while (span.len > 0 && (*span.text == ' ' || *span.text == '\t'))
        span = (struct span){span.text + 1, span.len - 1};
    while (span.len > 0 &&
           (span.text[span.len - 1] == ' ' || span.text[span.len - 1] == '\t'))
        span.len--;
    return span;
}

static void make_any(struct address_set *set)
{
    address_set_release(set);
    set->any = true;
}

static int add_element(struct address_set *set, struct span span)
{
    struct address_range range;
    if (span.len == 1 && *span.text == '*') {
        make_any(set);
        return 0;
    }
    if (set->any || span.len == 0)
        return 0;
    if (range_of_span(span, &range))
        return add_range(set, &range);
    return add_word(set, span);
}

static int add_list(struct address_set *set, const char *list)
{
    struct span rest = trim((struct span){list, strlen(list)});
    bool more = true;
    if (rest.len == 0) {
        make_any(set);
        return 0;
    }
    while (more) {
        struct span element = rest;
        more = split(rest, ',', &element, &rest);
        if (add_element(set, trim(element)) != 0)
            return -1;
    }
    return 0;
}

int address_set_add_all(struct address_set *set, const char *const *items,
                        size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (add_list(set, items[i]) != 0)
            return -1;
    }
    normalise_ranges(set);
    return 0;
}

int address_set_add(struct address_set *set, const char *list)
{
    return address_set_add_all(set, &list, 1);
}

bool address_set_is_wide(const struct address_set *set)
{
    bool wide = set->any;
    for (size_t i = 0; i < set->range_count && !wide; i++) {
        const struct address_range *range = &set->ranges[i];
        wide = true;
        for (int j = range->family == 4 ? V4_AT : 0; j < 16; j++)
            wide = wide && range->low[j] == 0 && range->high[j] == 0xFF;
    }
    return wide;
}

bool address_set_has_word(const struct address_set *set, const char *word)
{
    for (size_t i = 0; i < set->word_count; i++) {
        if (strcmp(set->words[i], word) == 0)
            return true;
    }
    return false;
}

bool address_set_equal(const struct address_set *a, const struct address_set *b)
{
    return address_set_covers(a, b) && address_set_covers(b, a);
}

static bool covers_range(const struct address_set *set,
                         const struct address_range *part)
{
    for (size_t i = 0; i < set->range_count; i++) {
        const struct address_range *range = &set->ranges[i];
        if (range->family == part->family &&
            memcmp(range->low, part->low, sizeof part->low) <= 0 &&
            memcmp(range->high, part->high, sizeof part->high) >= 0)
            return true;
    }
    return false;
}

bool address_set_covers(const struct address_set *whole,
                        const struct address_set *part)
{
    if (whole->any || part->any)
        return whole->any;
    for (size_t i = 0; i < part->range_count; i++) {
        if (!covers_range(whole, &part->ranges[i]))
            return false;
    }
    for (size_t i = 0; i < part->word_count; i++) {
        if (!address_set_has_word(whole, part->words[i]))
            return false;
    }
    return true;
}

static bool is_empty(const struct address_set *set)
{
    return !set->any && set->range_count == 0 && set->word_count == 0;
}

bool address_set_overlaps(const struct address_set *a,
                          const struct address_set *b)
{
    if (a->any || b->any)
        return !is_empty(a) && !is_empty(b);
    for (size_t i = 0; i < a->word_count; i++) {
        if (address_set_has_word(b, a->words[i]))
            return true;
    }
    for (size_t i = 0; i < a->range_count; i++) {
        const struct address_range *left = &a->ranges[i];
        for (size_t j = 0; j < b->range_count; j++) {
            const struct address_range *right = &b->ranges[j];
            if (left->family == right->family &&
                memcmp(left->low, right->high, sizeof left->low) <= 0 &&
                memcmp(right->low, left->high, sizeof left->low) <= 0)
                return true;
        }
    }
    return false;
}
