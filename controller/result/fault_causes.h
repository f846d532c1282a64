/* SPDX-License-Identifier: MIT */
/*
 * What each class of fault means and why it comes about: its usual causes,
 * the most frequent first, each with what to look at next. Every class of
 * fault.h has both. For a person who asks; what is told with a host itself is
 * fault_hint's one line.
 */
#ifndef CONTROLLER_FAULT_CAUSES_H
#define CONTROLLER_FAULT_CAUSES_H

#include "controller/result/fault.h"

struct fault_cause {
    const char *text;   /* one line, without a full stop; NULL: the end */
    const char *remedy; /* what to do, or to look at */
};

#define FAULT_CAUSES_MAX 4

struct fault_story {
    const char *word;
    const char *meaning; /* one line */
    struct fault_cause causes[FAULT_CAUSES_MAX + 1];
};

/* By a class's word, "shared-hostkey" too; NULL when the word is none. */
const struct fault_story *fault_story(const char *word);

#endif
