/* SPDX-License-Identifier: MIT */
#include "controller/family_words.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "payload/settings/settings.h"

#define LINE_MAX_LEN 46 /* what an 80-column help has beside the options */

/* The bit of a family; 0 for a word that is none. */
static unsigned family_bit(const char *word, size_t len)
{
    const char *const *families = settings_families();
    for (unsigned i = 0; families[i] != NULL; i++)
        if (strlen(families[i]) == len && memcmp(families[i], word, len) == 0)
            return 1u << i;
    return 0;
}

static unsigned every_family(void)
{
    unsigned count = 0;
    while (settings_families()[count] != NULL)
        count++;
    return (1u << count) - 1;
}

static void tell_wrong_family(const char *option, const char *word, size_t len)
{
    const char *const *families = settings_families();
    fprintf(stderr,
            "wmifleet: --%s: '%.*s' is not a family of settings; known:",
            option, (int)len, word);
    for (size_t i = 0; families[i] != NULL; i++)
        fprintf(stderr, "%s%s", i ? ", " : " ", families[i]);
    fputc('\n', stderr);
}

/* The families in `words` as bits; 0 when a word is none, which is said. */
static unsigned family_bits(const char *option, const char *words)
{
    unsigned bits = 0;
    for (;;) {
        size_t len = strcspn(words, ",");
        unsigned bit = family_bit(words, len);
        if (bit == 0) {
            tell_wrong_family(option, words, len);
            return 0;
        }
        bits |= bit;
        if (words[len] == '\0')
            return bits;
        words += len + 1;
    }
}

bool family_words_wrong(const char *only_words, const char *skip_words)
{
    unsigned only = every_family();
    unsigned skip = 0;
    if (only_words && (only = family_bits("only", only_words)) == 0)
        return true;
    if (skip_words && (skip = family_bits("skip", skip_words)) == 0)
        return true;
    if ((only & ~skip) != 0)
        return false;
    fprintf(stderr, "wmifleet: --skip %s: nothing is left to look at\n",
            skip_words != NULL ? skip_words : "");
    return true;
}

void family_words_list(char *text, size_t size)
{
    const char *const *families = settings_families();
    size_t len = 0;
    size_t column = 0;
    text[0] = '\0';
    for (size_t i = 0; families[i] != NULL && len < size; i++) {
        size_t word = strlen(families[i]) + 1;
        bool breaks = column + word > LINE_MAX_LEN;
        column = breaks ? word : column + word;
        len += (size_t)snprintf(text + len, size - len, "%s%s%s",
                                breaks ? "\n" : "", families[i],
                                families[i + 1] != NULL ? "," : "");
    }
}
