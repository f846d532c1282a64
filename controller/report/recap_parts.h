/* SPDX-License-Identifier: MIT */
/*
 * What the parts of a recap share: recap*.c only.
 *
 * For a person every host becomes an entry (recap_entry.c), printed at the end
 * (recap_human.c, with the commands to go on of recap_way_on.c); for a program
 * it is printed at once (recap_json.c).
 */
#ifndef CONTROLLER_RECAP_PARTS_H
#define CONTROLLER_RECAP_PARTS_H

#include "controller/report/entries.h"
#include "controller/report/recap.h"
#include "judgement/fleet.h"

struct recap {
    struct recap_config config;
    struct entries entries;
    struct fleet fleet;
    size_t counts[STATUS_COUNT];
    size_t pending_restart;
    size_t irreversible;
    size_t lost;      /* hosts with something that no undo brings back, */
    size_t only_lost; /* and those with no other trouble */
    bool json_begun;
    bool cut; /* some list of names was */
};

/* Counts a host and keeps what is to be said of it. -1: memory is short. */
int recap_note(struct recap *recap, enum status status, const char *host,
               const char *text, const char *detail);
int recap_note_result(struct recap *recap, const struct result *result);

/* Prints one host's object, which it takes; NULL fails. 0 or -1. */
int recap_json_host(struct recap *recap, cJSON *object);
int recap_json_end(struct recap *recap, const char *stopped);

int recap_human_end(struct recap *recap, const char *stopped);
/* The commands to go on with. */
void recap_way_on(const struct recap *recap, const char *stopped);

/* A status as a person reads it. */
static inline const char *recap_status_word(enum status status)
{
    return status == STATUS_NOT_TRIED ? "not tried" : status_word(status);
}

/* Whatever stands at the end of the terminal makes room. */
static inline void recap_clear(const struct recap *recap)
{
    if (recap->config.before != NULL)
        recap->config.before(recap->config.context);
}

#endif
