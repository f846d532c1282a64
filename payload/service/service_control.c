/* SPDX-License-Identifier: MIT */
/*
 * Who may ask the service manager for its list: without that, WMI shows no
 * services to a reader that is no administrator. Every grant is a setting
 * about the account's own entries; service_grants.h says how.
 *
 * The list alone is written, so owner, group and the list for audits stay.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "payload/account/token.h"
#include "payload/descriptor/account_set.h"
#include "payload/win32/errors.h"
#include "payload/descriptor/grant.h"
#include "payload/service/service.h"
#include "payload/service/service_grants.h"

#define ID_ACCOUNT_MAX 100 /* bytes */
#define RISK                                                                   \
    "the account sees the services that let it ask how they stand, over RPC "  \
    "too and not through WMI alone"

struct grant {
    struct account_set *all;
    const struct settings *settings;
    size_t number;
    struct sid sid;         /* as it was last found */
    struct descriptor list; /* as it was last read */
};

static const struct control_wish *wish_of(const struct grant *own)
{
    return &own->settings->controls[own->number];
}

static int fail_manager(const char *what, unsigned long code,
                        struct setting_reason *reason)
{
    return setting_reason_set(
        reason, code,
        code == SERVICE_CODE_DENIED
            ? "look who took the right from Administrators: sc sdshow scmanager"
            : NULL,
        "the service manager's permissions cannot be %s: %s", what,
        error_text(code));
}

static int load(struct grant *own, struct setting_reason *reason)
{
    struct err err;
    size_t len;
    unsigned char *bytes;
    descriptor_release(&own->list);
    unsigned long code = service_manager_security(&bytes, &len);
    if (code != 0)
        return fail_manager("read", code, reason);
    int status = descriptor_init(&own->list, bytes, len, &err);
    free(bytes);
    return status == 0
               ? 0
               : setting_reason_set(reason, CODE_BAD_DESCRIPTOR, NULL,
                                    "the service manager's permissions: %s",
                                    err.text);
}

/* --- the operations ------------------------------------------------------ */

static cJSON *read_grant(struct setting *setting, struct setting_reason *reason)
{
    struct grant *own = setting->data;
    struct entry_accounts accounts;
    if (account_set_find(own->all, own->number, &accounts, reason) != 0 ||
        load(own, reason) != 0)
        return NULL;
    own->sid = accounts.sids[own->number];
    cJSON *state = service_grants_state(&own->list, &accounts);
    if (state == NULL)
        (void)setting_fail_memory(reason);
    return state;
}

static struct grant_question question_of(const struct grant *own)
{
    const struct control_wish *wish = wish_of(own);
    return (struct grant_question){
        .where = "the service manager's permissions",
        .tool = "sc sdset scmanager",
        .sid = &own->sid,
        .bits = wish->rights != 0 ? wish->rights : UINT32_MAX,
        .present = !wish->absent,
    };
}

/* Without these two nobody could manage services. */
static bool is_needed(const struct sid *sid)
{
    char text[SID_TEXT_MAX];
    sid_print(sid, text);
    return strcmp(text, "S-1-5-18") == 0 || strcmp(text, "S-1-5-32-544") == 0;
}

static enum setting_verdict judge(const struct grant_question *question,
                                  const struct descriptor *list,
                                  struct setting_reason *reason)
{
    struct descriptor changed;
    struct err err;
    enum setting_verdict verdict = SETTING_DIFFERS;
    enum grant_state state = grant_look(question, list, &changed, &err);
    if (state == GRANT_AS_ASKED)
        verdict = SETTING_AGREES;
    else if (state == GRANT_FAILED)
        verdict = grant_conflict(question, CODE_BAD_DESCRIPTOR, NULL, err.text,
                                 reason);
    else if (question->present && state == GRANT_NO_USE)
        verdict = grant_denied(question, &changed, reason);
    else if (!question->present &&
             (state == GRANT_NO_USE || is_needed(question->sid)))
        verdict = grant_conflict(
            question, 0, NULL,
            state == GRANT_NO_USE
                ? "the account has its rights from an entry with flags, "
                  "which is not touched"
                : "what SYSTEM and Administrators have is not taken away: "
                  "nobody could manage services",
            reason);
    descriptor_release(&changed);
    return verdict;
}

static enum setting_verdict compare_grant(struct setting *setting,
                                          const cJSON *state,
                                          struct setting_reason *reason)
{
    const struct grant *own = setting->data;
    struct grant_question question = question_of(own);
    struct descriptor_token token;
    const char *note;
    (void)state; /* it lacks what other accounts have */
    if (account_token(own->settings->memory, question.sid, &token, &note) !=
        0) {
        (void)setting_fail_memory(reason);
        return SETTING_CONFLICT;
    }
    question.token = &token;
    enum setting_verdict verdict = judge(&question, &own->list, reason);
    if (note != NULL)
        setting_hint(setting, "%s: %s", wish_of(own)->account, note);
    account_token_release(&token);
    return verdict;
}

static int store(const struct grant *own, struct setting_reason *reason)
{
    unsigned long code =
        service_manager_set_security(own->list.bytes, own->list.len);
    return code == 0 ? 0 : fail_manager("written", code, reason);
}

static int fail_list(const struct err *err, struct setting_reason *reason)
{
    return setting_reason_set(reason, CODE_BAD_DESCRIPTOR, NULL,
                              "the service manager's permissions: %s",
                              err->text);
}

static int write_grant(struct setting *setting, const cJSON *state,
                       struct setting_reason *reason)
{
    struct grant *own = setting->data;
    const struct grant_question question = question_of(own);
    struct err err;
    (void)state;
    return grant_change(&question, &own->list, &err) == 0
               ? store(own, reason)
               : fail_list(&err, reason);
}

static int restore_grant(struct setting *setting, const cJSON *state,
                         struct setting_reason *reason)
{
    struct grant *own = setting->data;
    struct entry_accounts accounts;
    struct err err;
    if (account_set_find(own->all, own->number, &accounts, reason) != 0 ||
        load(own, reason) != 0)
        return -1;
    if (service_grants_put_back(&own->list, state, &accounts, &err) != 0)
        return fail_list(&err, reason);
    return store(own, reason);
}

static void recall_grant(struct setting *setting, const cJSON *state)
{
    const struct grant *own = setting->data;
    account_set_recall(own->all, own->number, state);
}

static void release_grant(struct setting *setting)
{
    struct grant *own = setting->data;
    if (own == NULL)
        return;
    descriptor_release(&own->list);
    account_set_release(own->all);
    free(own);
}

static const struct setting_ops grant_ops = {
    .read = read_grant,
    .compare = compare_grant,
    .write = write_grant,
    .restore = restore_grant,
    .recall = recall_grant,
    .release = release_grant,
};

/* --- planning ------------------------------------------------------------ */

static cJSON *make_desired(const struct control_wish *wish)
{
    cJSON *desired = entries_desired(wish->account, !wish->absent);
    if (entries_desired_rights(desired, "rights", &service_right_words,
                               wish->rights))
        return desired;
    cJSON_Delete(desired);
    return NULL;
}

static int plan_grant(const struct grant *like, struct setting_list *list)
{
    const struct control_wish *wish = wish_of(like);
    char id[160];
    snprintf(id, sizeof id, "service_control.grants[%.*s]",
             (int)utf8_cut(wish->account, ID_ACCOUNT_MAX), wish->account);
    struct setting *setting =
        setting_list_add(list, id, make_desired(wish), &grant_ops);
    struct grant *own = calloc(1, sizeof *own);
    if (setting == NULL || own == NULL) {
        free(own);
        return -1;
    }
    *own = *like;
    (void)account_set_share(own->all);
    setting->data = own;
    setting->risk = wish->absent ? NULL : RISK;
    return 0;
}

static int plan(const struct settings *settings, struct setting_list *list,
                struct err *err)
{
    size_t count = settings->control_count;
    if (count == 0)
        return 0;
    struct grant like = {
        .all = account_set_new(settings, &settings->controls->account,
                               sizeof *settings->controls, count, 0),
        .settings = settings,
    };
    int status = like.all != NULL ? 0 : -1;
    for (; status == 0 && like.number < count; like.number++)
        status = plan_grant(&like, list);
    account_set_release(like.all);
    return status == 0 ? 0
                       : err_set(err, 0, "service_control: memory is short");
}

const struct setting_family service_control_family = {.name = "service_control",
                                                      .plan = plan};
