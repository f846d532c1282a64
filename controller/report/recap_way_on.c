/* SPDX-License-Identifier: MIT */
/* How a run is gone on with: commands that can be pasted. */
#include "controller/report/recap_parts.h"

#include "base/buf.h"

/* Hosts that are not as they should be, by what may be done about them. */
struct left {
    size_t pending; /* not begun, or not ended */
    size_t failed;  /* as --rerun understands it */
    size_t unreachable;
    size_t other; /* that no word of --rerun chooses */
    bool done;    /* and some are as they should be */
};

static struct left left_of(const struct recap *recap)
{
    const size_t *counts = recap->counts;
    enum verb verb = recap->config.verb;
    size_t blocked = counts[STATUS_BLOCKED];
    size_t drift = counts[STATUS_DRIFT];
    return (struct left){
        .pending = counts[STATUS_NOT_TRIED] + counts[STATUS_CANCELLED],
        .failed = counts[STATUS_FAILED] + counts[STATUS_CONFLICT] +
                  (verb_writes(verb) ? blocked : 0) - recap->only_lost,
        .unreachable = counts[STATUS_UNREACHABLE],
        .other = (verb_writes(verb) ? 0 : blocked) +
                 (verb == VERB_VERIFY ? drift : 0),
        .done = counts[STATUS_OK] + counts[STATUS_CHANGED] +
                    (verb == VERB_CHECK ? drift : 0) >
                0,
    };
}

static void print_command(const struct recap *recap, const char *label,
                          const char *words, const char *run)
{
    fprintf(recap->config.out, "%-13s wmifleet %s%s%s%s%s\n", label,
            verb_word(recap->config.verb), words,
            run != NULL ? " --resume " : "", run != NULL ? run : "",
            recap->config.again);
}

static void print_apply(const struct recap *recap, const char *label)
{
    if (recap->config.apply != NULL)
        fprintf(recap->config.out, "%-13s wmifleet apply%s\n", label,
                recap->config.apply);
}

/*
 * Hosts that are done are left out. Where the run is also to be resumed, it is
 * named: --rerun alone would then mean the run that resumed it.
 */
static void print_rerun(const struct recap *recap, const struct left *left)
{
    const char *words = "";
    bool narrow = recap->config.verb != VERB_UNDO && left->other == 0 &&
                  (left->done || left->pending > 0);
    if (narrow && left->failed > 0)
        words = left->unreachable > 0 ? " --rerun failed,unreachable"
                                      : " --rerun failed";
    else if (narrow)
        words = " --rerun unreachable";
    print_command(recap, "once mended:", words,
                  narrow && left->pending > 0 ? recap->config.run : NULL);
}

void recap_way_on(const struct recap *recap, const char *stopped)
{
    const struct recap_config *config = &recap->config;
    const struct left left = left_of(recap);
    bool undo = config->verb == VERB_UNDO;
    if (stopped != NULL)
        fprintf(config->out, "%s; what was done is recorded\n", stopped);
    if (config->again == NULL)
        return;
    /* What an undo has done it finds done when it is made again. */
    if (left.pending > 0)
        print_command(recap, "to go on:", "", undo ? NULL : config->run);
    if (config->verb == VERB_CHECK && recap->counts[STATUS_DRIFT] > 0)
        print_apply(recap, "make it so:");
    if (left.failed + left.unreachable + left.other > 0 &&
        !(undo && left.pending > 0))
        print_rerun(recap, &left);
    if (recap->lost > 0)
        print_apply(recap, "make it anew:");
}
