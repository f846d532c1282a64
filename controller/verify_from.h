/* SPDX-License-Identifier: MIT */
/*
 * verify --from HOST: which machine connects, to whom, as whom; and what its
 * one answer means for each target.
 *
 * Life cycle: verify_from_open, chosen_connect on `collector`,
 * verify_from_learn, verify_from_request; when the collector has answered,
 * verify_from_check once and verify_from_result for each target;
 * verify_from_close. Zeroed, it is closed.
 */
#ifndef CONTROLLER_VERIFY_FROM_H
#define CONTROLLER_VERIFY_FROM_H

#include "controller/chosen.h"
#include "controller/requests.h"
#include "controller/rerun.h"
#include "controller/store/store.h"

struct verify_from {
    const struct options *options;
    const struct log *log;
    struct chosen collector;           /* its only target is HOST */
    const struct target_list *targets; /* without HOST */
    char **passwords;                  /* one for each */
    struct result **known; /* what a check found last; NULL: nothing */
    cJSON *verify;         /* the request's member of that name */
};

/* Options of --from without it: a wrong command line. */
bool verify_from_is_asked(const struct options *options,
                          const char **lonely_option);

/*
 * Chooses the targets into `chosen`, and HOST; reads the passwords. `resumed`
 * as rerun_narrow has it. 0, or -1 after telling what is wrong.
 */
int verify_from_open(struct verify_from *from, struct chosen *chosen,
                     const struct options *options, const struct log *log,
                     struct resumed *resumed);
void verify_from_close(struct verify_from *from);

/* What the store knows of the targets: computer names, facts. */
int verify_from_learn(struct verify_from *from, struct store *store,
                      struct err *err);

int verify_from_request(const struct verify_from *from,
                        struct requests *requests, struct blob *request,
                        struct err *err);

/*
 * Judges the collector's answer as a whole; where it is not believed, or has
 * failed, `answer` says so as its own result. True: ask for each target.
 */
bool verify_from_check(const struct verify_from *from, struct result *answer);

/*
 * The result of the target at that place. NULL: the collector had no time for
 * it, or memory is short; `err` says which by its code, 0 or -1.
 */
struct result *verify_from_result(const struct verify_from *from, size_t place,
                                  const struct result *answer, struct err *err);

#endif
