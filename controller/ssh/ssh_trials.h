/* SPDX-License-Identifier: MIT */
/*
 * Passwords that hosts share, tried on a few hosts first.
 *
 * A password that is wrong would be wrong everywhere at once, and Windows
 * locks accounts. So until one host has taken it, a password of one user is
 * with no more than TRIALS_MAX hosts, refusals counted; the others wait. When
 * that many have refused it, it is sent to nobody any more.
 *
 * Only digests are kept.
 */
#ifndef CONTROLLER_SSH_TRIALS_H
#define CONTROLLER_SSH_TRIALS_H

#include <stdbool.h>

#define TRIALS_MAX 5
/* How often a host that waits asks again. */
#define TRIALS_ASK_MS 100

struct trials;
struct trial; /* of one password; lives as long as the trials */

/* NULL when memory is short. */
struct trials *trials_new(void);
void trials_free(struct trials *trials);

/* NULL when memory is short: then it is not sent. */
struct trial *trials_of(struct trials *trials, const char *user,
                        const char *password);

enum trial_answer { TRIAL_SEND, TRIAL_WAIT, TRIAL_STOPPED };
enum trial_outcome { TRIAL_TAKEN, TRIAL_REFUSED, TRIAL_UNKNOWN };

/* After TRIAL_SEND what became of it is told, once. */
enum trial_answer trial_ask(struct trial *trial);
void trial_tell(struct trial *trial, enum trial_outcome outcome);

/* Whether some password was stopped. */
bool trials_stopped(const struct trials *trials);

#endif
