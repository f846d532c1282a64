/* SPDX-License-Identifier: MIT */
#include "base/word.h"

#include <stddef.h>

bool word_same(const char *a, const char *b)
{
    if (a == NULL || b == NULL)
        return a == b;
    while (*a != '\0' && word_lower(*a) == word_lower(*b)) {
        a++;
        b++;
    }
    return word_lower(*a) == word_lower(*b);
}
