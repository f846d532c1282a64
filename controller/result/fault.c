/* SPDX-License-Identifier: MIT */
#include "controller/result/fault.h"

#include <stddef.h>
#include <string.h>

struct fault_facts {
    const char *word;
    const char *hint;
    enum fault_group group;
    int transient;
};

static const struct fault_facts faults[] = {
    [FAULT_NONE] = {"none", "", GROUP_FAILED, 0},
#define X(symbol, word_, group_, again, hint_)                                 \
    [FAULT_##symbol] = {word_, hint_, group_, again},
    FAULT_LIST(X)
#undef X
};

#define FAULT_COUNT (sizeof faults / sizeof faults[0])

const char *fault_word(enum fault fault)
{
    return faults[fault].word;
}

const char *fault_hint(enum fault fault)
{
    return faults[fault].hint;
}

enum fault_group fault_group(enum fault fault)
{
    return faults[fault].group;
}

int fault_transient(enum fault fault)
{
    return faults[fault].transient;
}

enum fault fault_from_word(const char *word)
{
    for (size_t i = FAULT_NONE + 1; i < FAULT_COUNT; i++) {
        if (strcmp(faults[i].word, word) == 0)
            return (enum fault)i;
    }
    return FAULT_NONE;
}
