/* SPDX-License-Identifier: MIT */
/* How `collectors` and `targets` are read: lists of who is meant. */
#ifndef INVENTORY_AUDIENCE_WORDS_H
#define INVENTORY_AUDIENCE_WORDS_H

#include "inventory/audience.h"
#include "payload/settings/settings_read.h"

/*
 * struct audience_words, `what` aside. Only the form is judged: whether
 * somebody is meant is for audience_words_judge to say.
 */
settings_reader_fn audience_words_read;

/* Tells what means nobody; and, as a warning, what means something else. */
void audience_words_judge(struct settings_reader *reader,
                          const struct settings_path *path,
                          const struct audience_words *words,
                          const struct model *model);

#endif
