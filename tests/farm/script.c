/* SPDX-License-Identifier: MIT */
#include "tests/farm/script.h"

#include <string.h>

static const struct {
    const char *word;
    const char *what;
} scripts[] = {
#define X(symbol, word, what) {word, what},
    SCRIPT_LIST(X)
#undef X
};

const char *script_word(enum script script)
{
    return scripts[script].word;
}

const char *script_what(enum script script)
{
    return scripts[script].what;
}

enum script script_of(const char *word)
{
    int i = 0;
    while (i < SCRIPT_COUNT && strcmp(scripts[i].word, word) != 0)
        i++;
    return (enum script)i;
}
