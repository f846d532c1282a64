/* SPDX-License-Identifier: MIT */
/*
 * Every grant is a setting: namespaces[<path>].grants[<account>]. Those of
 * one namespace work on one list, so each sees it without the entries of
 * the others; namespace_list.h says how.
 *
 * A namespace comes behind those above it, whose grants it may inherit.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "base/word.h"
#include "payload/account/token.h"
#include "payload/descriptor/account_set.h"
#include "payload/namespace/namespace_list.h"
#include "payload/namespace/wbem.h"

#define ID_ACCOUNT_MAX 100 /* bytes */
#define WRITE_RIGHTS                                                           \
    (SETTINGS_WBEM_FULL_WRITE | SETTINGS_WBEM_PARTIAL_WRITE |                  \
     SETTINGS_WBEM_PROVIDER_WRITE)
#define WRITE_RISK                                                             \
    "whoever may write in a namespace may change what WMI answers and runs: "  \
    "an account that only reads needs enable_account and remote_enable"
#define SECURITY_RISK                                                          \
    "whoever has edit_security can give every right in the namespace to "      \
    "anybody"

struct grant {
    struct account_set *all; /* of the namespace's grants */
    const struct settings *settings;
    const struct namespace_wish *namespace;
    size_t number;
    struct sid sid;         /* as it was last found */
    struct descriptor list; /* as it was last read */
};

static const struct grant_wish *wish_of(const struct grant *own)
{
    return &own->namespace->grants[own->number];
}

/* --- the operations ------------------------------------------------------ */

static cJSON *read_grant(struct setting *setting, struct setting_reason *reason)
{
    struct grant *own = setting->data;
    struct entry_accounts accounts;
    if (account_set_find(own->all, own->number, &accounts, reason) != 0)
        return NULL;
    own->sid = accounts.sids[own->number];
    descriptor_release(&own->list);
    if (wbem_read_security(own->namespace->path, own->settings->patience,
                           &own->list, reason) != 0)
        return NULL;
    cJSON *state = namespace_list_state(&own->list, &accounts);
    if (state == NULL)
        (void)setting_fail_memory(reason);
    return state;
}

static bool is_above(const char *above, const char *path)
{
    char start[160];
    size_t len = strlen(above);
    snprintf(start, sizeof start, "%.*s", (int)len, path);
    return strlen(path) > len && path[len] == '\\' && word_same(above, start);
}

/* Whether a grant further up takes rights away from the account. */
static bool parent_changes(const struct grant *own)
{
    const struct settings *settings = own->settings;
    for (size_t i = 0; i < settings->namespace_count; i++) {
        const struct namespace_wish *other = &settings->namespaces[i];
        if (!is_above(other->path, own->namespace->path))
            continue;
        for (size_t j = 0; j < other->grant_count; j++) {
            if (!other->grants[j].present &&
                word_same(other->grants[j].account, wish_of(own)->account))
                return true;
        }
    }
    return false;
}

static struct namespace_question question_of(const struct grant *own)
{
    return (struct namespace_question){
        .path = own->namespace->path,
        .wish = wish_of(own),
        .sid = &own->sid,
        .parent_changes = parent_changes(own),
    };
}

/* `state` lacks what is inherited and what other grants have put there. */
static enum setting_verdict compare_grant(struct setting *setting,
                                          const cJSON *state,
                                          struct setting_reason *reason)
{
    const struct grant *own = setting->data;
    struct namespace_question question = question_of(own);
    struct descriptor_token token;
    char may[RIGHT_WORDS_MAX];
    const char *note;
    (void)state;
    if (account_token(own->settings->memory, question.sid, &token, &note) !=
        0) {
        (void)setting_fail_memory(reason);
        return SETTING_CONFLICT;
    }
    question.token = &token;
    enum setting_verdict verdict =
        namespace_list_judge(&question, &own->list, reason);
    if (note != NULL)
        setting_hint(setting, "%s: %s", question.wish->account, note);
    right_words_text(&namespace_words,
                     descriptor_allowed(&own->list, &token, ~(uint32_t)0), may);
    setting_hint(setting, "effective%s, with its groups: %s may %s",
                 verdict == SETTING_DIFFERS ? " before the change" : "",
                 question.wish->account, may);
    account_token_release(&token);
    return verdict;
}

static int fail_list(const struct grant *own, const char *what,
                     const struct err *err, struct setting_reason *reason)
{
    return setting_reason_set(reason, 0, NULL,
                              "%s: its permissions cannot be %s: %s",
                              own->namespace->path, what, err->text);
}

static int write_grant(struct setting *setting, const cJSON *state,
                       struct setting_reason *reason)
{
    struct grant *own = setting->data;
    const struct namespace_question question = question_of(own);
    struct err err;
    (void)state;
    if (namespace_list_change(&question, &own->list, &err) != 0)
        return fail_list(own, "changed", &err, reason);
    return wbem_write_security(question.path, own->settings->patience,
                               &own->list, reason);
}

static int restore_grant(struct setting *setting, const cJSON *state,
                         struct setting_reason *reason)
{
    struct grant *own = setting->data;
    const char *path = own->namespace->path;
    struct entry_accounts accounts;
    struct err err;
    if (account_set_find(own->all, own->number, &accounts, reason) != 0)
        return -1;
    descriptor_release(&own->list);
    if (wbem_read_security(path, own->settings->patience, &own->list, reason) !=
        0)
        return -1;
    if (namespace_list_put_back(&own->list, state, &accounts, &err) != 0)
        return fail_list(own, "put back", &err, reason);
    return wbem_write_security(path, own->settings->patience, &own->list,
                               reason);
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

static cJSON *make_desired(const struct grant_wish *wish)
{
    cJSON *desired = entries_desired(wish->account, wish->present);
    bool built = desired != NULL &&
                 entries_desired_rights(desired, "rights", &namespace_words,
                                        wish->rights);
    if (built && wish->present)
        built = cJSON_AddBoolToObject(desired, "subnamespaces",
                                      wish->subnamespaces) != NULL;
    if (built)
        return desired;
    cJSON_Delete(desired);
    return NULL;
}

static const char *risk_of(const struct grant_wish *wish)
{
    if (!wish->present)
        return NULL;
    if ((wish->rights & SETTINGS_WBEM_EDIT_SECURITY) != 0)
        return SECURITY_RISK;
    return (wish->rights & WRITE_RIGHTS) != 0 ? WRITE_RISK : NULL;
}

static int plan_grant(const struct grant *like, struct setting_list *list)
{
    const struct grant_wish *wish = wish_of(like);
    char id[sizeof list->items->id];
    snprintf(id, sizeof id, "namespaces[%s].grants[%.*s]",
             like->namespace->path,
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
    setting->risk = risk_of(wish);
    return 0;
}

static int plan_namespace(const struct settings *settings,
                          const struct namespace_wish *namespace,
                          struct setting_list *list)
{
    size_t count = namespace->grant_count;
    struct grant like = {
        .all = account_set_new(settings, &namespace->grants->account,
                               sizeof *namespace->grants, count,
                               NAMESPACE_OWN_FLAGS),
        .settings = settings,
        .namespace = namespace,
    };
    int status = like.all != NULL ? 0 : -1;
    for (; status == 0 && like.number < count; like.number++)
        status = plan_grant(&like, list);
    account_set_release(like.all);
    return status;
}

static size_t depth_of(const char *path)
{
    size_t depth = 0;
    for (; *path != '\0'; path++)
        depth += *path == '\\';
    return depth;
}

static int plan(const struct settings *settings, struct setting_list *list,
                struct err *err)
{
    size_t planned = 0;
    for (size_t depth = 0; planned < settings->namespace_count; depth++) {
        for (size_t i = 0; i < settings->namespace_count; i++) {
            const struct namespace_wish *wish = &settings->namespaces[i];
            if (depth_of(wish->path) != depth)
                continue;
            planned++;
            if (plan_namespace(settings, wish, list) != 0)
                return err_set(err, 0, "namespaces: memory is short");
        }
    }
    return 0;
}

const struct setting_family namespaces_family = {.name = "namespaces",
                                                 .plan = plan};
