/* SPDX-License-Identifier: MIT */
#include "payload/descriptor/grant.h"

#include <stdio.h>

#include "payload/win32/errors.h"

int grant_change(const struct grant_question *question, struct descriptor *list,
                 struct err *err)
{
    if (question->present)
        return descriptor_allow(list, question->sid, question->bits,
                                question->flags, err);
    descriptor_withdraw(list, question->sid, question->bits, question->base,
                        question->own_flags);
    return 0;
}

static bool is_allowed(const struct grant_question *question,
                       const struct descriptor *list, bool below)
{
    struct descriptor_token token = *question->token;
    token.below = below;
    return descriptor_allowed(list, &token, question->bits) == question->bits;
}

static bool has_bits(const struct grant_question *question,
                     const struct descriptor *list)
{
    uint32_t bits = question->bits;
    uint32_t granted = descriptor_granted(list, question->sid);
    if (!question->present)
        return (granted & bits) != 0;
    if (!is_allowed(question, list, false) ||
        (question->flags != 0 && !is_allowed(question, list, true)))
        return false;
    /* Without a list everybody may everything, and no entry can be added. */
    return !question->own || !descriptor_has_list(list) ||
           (granted & bits) == bits;
}

enum grant_state grant_look(const struct grant_question *question,
                            const struct descriptor *list,
                            struct descriptor *changed, struct err *err)
{
    bool present = question->present;
    *changed = (struct descriptor){.bytes = NULL};
    if (has_bits(question, list) == present)
        return GRANT_AS_ASKED;
    if (descriptor_init(changed, list->bytes, list->len, err) != 0 ||
        grant_change(question, changed, err) != 0)
        return GRANT_FAILED;
    return has_bits(question, changed) == present ? GRANT_TO_CHANGE
                                                  : GRANT_NO_USE;
}

enum setting_verdict grant_conflict(const struct grant_question *question,
                                    unsigned long code, const char *hint,
                                    const char *what,
                                    struct setting_reason *reason)
{
    setting_reason_set(reason, code, hint, "%s: %s", question->where, what);
    return SETTING_CONFLICT;
}

enum setting_verdict grant_denied(const struct grant_question *question,
                                  const struct descriptor *changed,
                                  struct setting_reason *reason)
{
    char text[SID_TEXT_MAX + 96];
    char hint[128];
    char sid[SID_TEXT_MAX] = "?";
    struct descriptor_token token = *question->token;
    struct sid who;
    token.below = !is_allowed(question, changed, true) &&
                  is_allowed(question, changed, false);
    if (descriptor_denied(changed, &token, question->bits, &who))
        sid_print(&who, sid);
    snprintf(text, sizeof text,
             "an entry denies it to %s, and a denial wins over what is added",
             sid);
    snprintf(hint, sizeof hint,
             "take the denial out in %s, or the account out of that group",
             question->tool);
    return grant_conflict(question, CODE_DENIED_BY_ENTRY, hint, text, reason);
}
