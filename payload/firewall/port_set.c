/* SPDX-License-Identifier: MIT */
#include "payload/firewall/port_set.h"

#include <string.h>

#include "base/word.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* A port at *text, which moves behind it. */
static bool take_port(const char **text, const char *end, unsigned *port)
{
    const char *at = *text;
    unsigned value = 0;
    while (at < end && is_digit(*at) && value <= 65535)
        value = value * 10 + (unsigned)(*at++ - '0');
    if (at == *text || value > 65535)
        return false;
    *text = at;
    *port = value;
    return true;
}

static void add_numbers(struct port_set *set, const char *text, const char *end)
{
    unsigned low;
    if (!take_port(&text, end, &low)) {
        set->strange = true;
        return;
    }
    unsigned high = low;
    if (text < end && *text == '-') {
        text++;
        if (!take_port(&text, end, &high))
            set->strange = true;
    }
    if (text != end || high < low)
        set->strange = true;
    for (unsigned port = low; port <= high; port++)
        set->bits[port / 8] |= (unsigned char)(1u << port % 8);
}

static bool has_word(const struct port_set *set, const char *word)
{
    for (size_t i = 0; i < set->word_count; i++) {
        if (strcmp(set->words[i], word) == 0)
            return true;
    }
    return false;
}

static void add_word(struct port_set *set, const char *text, const char *end)
{
    char word[PORT_WORD_SIZE] = "";
    size_t len = (size_t)(end - text);
    if (len == 0 || len >= sizeof word || set->word_count == PORT_WORDS_MAX) {
        set->strange = true;
        return;
    }
    for (size_t i = 0; i < len; i++)
        word[i] = word_lower(text[i]);
    if (!has_word(set, word))
        memcpy(set->words[set->word_count++], word, sizeof word);
}

static void add_element(struct port_set *set, const char *text, const char *end)
{
    while (text < end && is_blank(*text))
        text++;
    while (end > text && is_blank(end[-1]))
        end--;
    if (end - text == 1 && *text == '*')
        set->any = true;
    else if (text < end && is_digit(*text))
        add_numbers(set, text, end);
    else
        add_word(set, text, end);
}

void port_set_parse(struct port_set *set, const char *list)
{
    memset(set, 0, sizeof *set);
    if (list == NULL || list[strspn(list, " \t")] == '\0') {
        set->any = true;
        return;
    }
    for (;;) {
        size_t len = strcspn(list, ",");
        add_element(set, list, list + len);
        if (list[len] == '\0')
            return;
        list += len + 1;
    }
}

static bool words_within(const struct port_set *part,
                         const struct port_set *whole)
{
    for (size_t i = 0; i < part->word_count; i++) {
        if (!has_word(whole, part->words[i]))
            return false;
    }
    return true;
}

bool port_set_equal(const struct port_set *a, const struct port_set *b)
{
    if (a->strange || b->strange)
        return false;
    if (a->any || b->any)
        return a->any == b->any;
    return memcmp(a->bits, b->bits, sizeof a->bits) == 0 &&
           words_within(a, b) && words_within(b, a);
}

bool port_set_overlaps(const struct port_set *a, const struct port_set *b)
{
    if (a->any || b->any)
        return true;
    for (size_t i = 0; i < sizeof a->bits; i++) {
        if ((a->bits[i] & b->bits[i]) != 0)
            return true;
    }
    for (size_t i = 0; i < a->word_count; i++) {
        if (has_word(b, a->words[i]))
            return true;
    }
    return false;
}

bool port_set_names(const struct port_set *set, unsigned port)
{
    return port <= 65535 && (set->bits[port / 8] & 1u << port % 8) != 0;
}
