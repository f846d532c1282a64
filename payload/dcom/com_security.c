/* SPDX-License-Identifier: MIT */
/*
 * Every item of the list is a setting whose state has one part for each of
 * the lists of com_layer.h that it is about. Several items work on the same
 * registry values, so each sees the values without the entries of the
 * others; com_state.h says how.
 */
#include "payload/dcom/com_security.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "base/word.h"
#include "payload/account/token.h"
#include "payload/descriptor/account_set.h"
#include "payload/dcom/com_list.h"
#include "payload/dcom/com_policy.h"
#include "payload/dcom/com_state.h"
#include "payload/registry/registry_io.h"

#define ID_ACCOUNT_MAX 100 /* bytes */
#define LIMIT_RISK                                                             \
    "the limits of the machine are for every COM server on it, not for WMI "   \
    "alone: the account reaches those that do not ask for more themselves"
#define ANONYMOUS_RISK                                                         \
    "anybody who reaches the machine may call COM servers that do not ask "    \
    "for more themselves, without a password"

struct permission {
    struct account_set *all; /* of the list's items */
    const struct settings *settings;
    size_t number;
    struct sid sid; /* as it was last found */
};

static const struct permission_wish *wish_of(const struct permission *own)
{
    return &own->settings->permissions[own->number];
}

/* --- reading ------------------------------------------------------------- */

static int add_layer(cJSON *state, enum com_layer layer,
                     const struct entry_accounts *accounts,
                     struct setting_reason *reason)
{
    const struct com_layer_row *row = com_layer_row(layer);
    struct descriptor basis = {.bytes = NULL};
    cJSON *value = com_list_read(row, reason);
    if (value == NULL)
        return -1;
    cJSON *part = NULL;
    if (com_list_basis(layer, &basis, reason) == 0)
        part = com_layer_state(row, value, &basis, accounts);
    cJSON_Delete(value);
    descriptor_release(&basis);
    if (part != NULL && cJSON_AddItemToObject(state, row->title, part))
        return 0;
    cJSON_Delete(part);
    return setting_fail_memory(reason);
}

static cJSON *read_permission(struct setting *setting,
                              struct setting_reason *reason)
{
    struct permission *own = setting->data;
    struct entry_accounts accounts;
    char sid[SID_TEXT_MAX];
    if (account_set_find(own->all, own->number, &accounts, reason) != 0)
        return NULL;
    own->sid = accounts.sids[accounts.own];
    sid_print(&own->sid, sid);
    cJSON *state = cJSON_CreateObject();
    int status = 0;
    if (cJSON_AddStringToObject(state, "sid", sid) == NULL)
        status = setting_fail_memory(reason);
    for (unsigned i = 0; status == 0 && i < COM_LAYER_COUNT; i++) {
        if (com_layer_bits(wish_of(own), (enum com_layer)i) != 0)
            status = add_layer(state, (enum com_layer)i, &accounts, reason);
    }
    if (status == 0)
        return state;
    cJSON_Delete(state);
    return NULL;
}

/* --- judging ------------------------------------------------------------- */

static enum setting_verdict judge_policy(struct setting *setting,
                                         const struct com_question *question,
                                         const struct descriptor *list,
                                         struct setting_reason *reason)
{
    bool granted = (descriptor_granted(list, question->sid) & question->bits);
    bool allowed = descriptor_allowed(list, question->token, question->bits) ==
                   question->bits;
    if (question->wish->present ? allowed : !granted) {
        setting_hint(setting,
                     "HKLM\\" COM_POLICY_KEY ", %s: this policy decides, and "
                     "it does what is asked",
                     question->row->name);
        return SETTING_AGREES;
    }
    return com_policy_blocks(question->row->name, reason);
}

/* Windows has groups in it, by its version, that no page names. */
static void hint_built_in(struct setting *setting,
                          const struct com_layer_row *row)
{
    setting_hint(setting,
                 "HKLM\\%s, %s is not set: COM's built-in list counts; that "
                 "Distributed COM Users and Performance Log Users are in it is "
                 "assumed, since older versions of Windows may lack them",
                 row->key, row->name);
}

static enum setting_verdict judge_layer(struct setting *setting,
                                        enum com_layer layer,
                                        const struct sid *sid,
                                        const struct descriptor_token *token,
                                        struct setting_reason *reason)
{
    const struct permission *own = setting->data;
    const struct com_question question = {
        .row = com_layer_row(layer),
        .wish = wish_of(own),
        .bits = com_layer_bits(wish_of(own), layer),
        .sid = sid,
        .token = token,
    };
    struct descriptor list = {.bytes = NULL};
    enum com_list_source source;
    if (question.bits == 0)
        return SETTING_AGREES;
    if (layer == COM_WMI_LAUNCH && registry_lacks_key(question.row->key)) {
        setting_reason_set(reason, 2, "repair WMI on this machine",
                           "HKLM\\%s does not exist: WMI is not registered "
                           "with COM here",
                           question.row->key);
        return SETTING_BLOCKED;
    }
    if (com_list_load(layer, &list, &source, reason) != 0)
        return source == COM_LIST_POLICY ? SETTING_BLOCKED : SETTING_CONFLICT;
    if (source == COM_LIST_BUILT_IN && question.row->limit)
        hint_built_in(setting, question.row);
    enum setting_verdict verdict =
        source == COM_LIST_POLICY
            ? judge_policy(setting, &question, &list, reason)
            : com_layer_judge(&question, &list, reason);
    descriptor_release(&list);
    return verdict;
}

/* What the account may do in the end, whatever the wish is about. */
static void tell_effective(struct setting *setting,
                           const struct descriptor_token *token,
                           const char *when)
{
    uint32_t may[COM_LAYER_COUNT] = {0};
    char launch[RIGHT_WORDS_MAX];
    char access[RIGHT_WORDS_MAX];
    for (unsigned i = 0; i < COM_LAYER_COUNT; i++) {
        struct descriptor list = {.bytes = NULL};
        struct setting_reason ignored;
        enum com_list_source source;
        if (com_list_load((enum com_layer)i, &list, &source, &ignored) != 0)
            return;
        may[i] = descriptor_allowed(&list, token, 0x1F);
        descriptor_release(&list);
    }
    const struct permission *own = setting->data;
    right_words_text(com_layer_row(COM_WMI_LAUNCH)->words,
                     may[COM_LAUNCH_LIMIT] & may[COM_WMI_LAUNCH], launch);
    right_words_text(com_layer_row(COM_ACCESS_LIMIT)->words,
                     may[COM_ACCESS_LIMIT], access);
    setting_hint(setting,
                 "effective%s, with its groups and both layers: %s may launch "
                 "WMI: %s; call: %s",
                 when, wish_of(own)->account, launch, access);
}

static int rank(enum setting_verdict verdict)
{
    return verdict == SETTING_CONFLICT  ? 3
           : verdict == SETTING_BLOCKED ? 2
           : verdict == SETTING_DIFFERS ? 1
                                        : 0;
}

static enum setting_verdict compare_permission(struct setting *setting,
                                               const cJSON *state,
                                               struct setting_reason *reason)
{
    const struct permission *own = setting->data;
    const struct sid *sid = &own->sid;
    enum setting_verdict worst = SETTING_AGREES;
    bool restart = false;
    struct descriptor_token token;
    const char *note;
    (void)state; /* it lacks what other items have put there */
    if (account_token(own->settings->memory, sid, &token, &note) != 0) {
        (void)setting_fail_memory(reason);
        return SETTING_CONFLICT;
    }
    for (unsigned i = 0; i < COM_LAYER_COUNT; i++) {
        struct setting_reason found = {.code = 0};
        enum setting_verdict verdict =
            judge_layer(setting, (enum com_layer)i, sid, &token, &found);
        restart |= i == COM_ACCESS_LIMIT && verdict == SETTING_DIFFERS;
        if (rank(verdict) <= rank(worst))
            continue;
        worst = verdict;
        *reason = found;
    }
    if (worst == SETTING_DIFFERS)
        setting->restart_winmgmt = restart;
    if (note != NULL)
        setting_hint(setting, "%s: %s", wish_of(own)->account, note);
    tell_effective(setting, &token,
                   worst == SETTING_DIFFERS ? " before the change" : "");
    account_token_release(&token);
    return worst;
}

/* --- writing ------------------------------------------------------------- */

static int write_layer(enum com_layer layer,
                       const struct com_question *question,
                       struct setting_reason *reason)
{
    const struct com_layer_row *row = question->row;
    struct descriptor list = {.bytes = NULL};
    struct err err;
    enum com_list_source source;
    if (com_list_load(layer, &list, &source, reason) != 0)
        return -1;
    struct setting_reason ignored;
    if (source == COM_LIST_POLICY ||
        com_layer_judge(question, &list, &ignored) != SETTING_DIFFERS) {
        descriptor_release(&list);
        return 0;
    }
    cJSON *value = NULL;
    if (com_layer_change(question, &list, &err) == 0)
        value = com_value_of(&list);
    int status = value != NULL ? com_list_write(row, value, "written", reason)
                               : setting_fail_memory(reason);
    cJSON_Delete(value);
    descriptor_release(&list);
    return status;
}

static int write_permission(struct setting *setting, const cJSON *state,
                            struct setting_reason *reason)
{
    const struct permission *own = setting->data;
    const struct sid *sid = &own->sid;
    struct descriptor_token token;
    const char *note;
    int status = 0;
    (void)state;
    if (account_token(own->settings->memory, sid, &token, &note) != 0)
        return setting_fail_memory(reason);
    for (unsigned i = 0; status == 0 && i < COM_LAYER_COUNT; i++) {
        const enum com_layer layer = (enum com_layer)i;
        const struct com_question question = {
            .row = com_layer_row(layer),
            .wish = wish_of(own),
            .bits = com_layer_bits(wish_of(own), layer),
            .sid = sid,
            .token = &token,
        };
        if (question.bits != 0)
            status = write_layer(layer, &question, reason);
    }
    account_token_release(&token);
    return status;
}

static int restore_layer(enum com_layer layer, const cJSON *part,
                         const struct entry_accounts *accounts,
                         struct setting_reason *reason)
{
    const struct com_layer_row *row = com_layer_row(layer);
    struct descriptor basis = {.bytes = NULL};
    cJSON *now = com_list_read(row, reason);
    cJSON *value = NULL;
    if (now != NULL && com_list_basis(layer, &basis, reason) == 0)
        value = com_layer_put_back(row, part, now, &basis, accounts, reason);
    int status = -1;
    if (value != NULL)
        status = cJSON_Compare(value, now, true)
                     ? 0
                     : com_list_write(row, value, "put back", reason);
    cJSON_Delete(value);
    cJSON_Delete(now);
    descriptor_release(&basis);
    return status;
}

static int restore_permission(struct setting *setting, const cJSON *state,
                              struct setting_reason *reason)
{
    const struct permission *own = setting->data;
    struct entry_accounts accounts;
    int status = account_set_find(own->all, own->number, &accounts, reason);
    for (unsigned i = 0; status == 0 && i < COM_LAYER_COUNT; i++) {
        const enum com_layer layer = (enum com_layer)i;
        const cJSON *part = cJSON_GetObjectItemCaseSensitive(
            state, com_layer_row(layer)->title);
        if (part != NULL)
            status = restore_layer(layer, part, &accounts, reason);
    }
    return status;
}

static void recall_permission(struct setting *setting, const cJSON *state)
{
    const struct permission *own = setting->data;
    account_set_recall(own->all, own->number, state);
}

static void release_permission(struct setting *setting)
{
    struct permission *own = setting->data;
    if (own == NULL)
        return;
    account_set_release(own->all);
    free(own);
}

static const struct setting_ops permission_ops = {
    .read = read_permission,
    .compare = compare_permission,
    .write = write_permission,
    .restore = restore_permission,
    .recall = recall_permission,
    .release = release_permission,
};

/* --- planning ------------------------------------------------------------ */

static const char *place_word(const struct permission_wish *wish)
{
    switch (wish->on) {
    case SETTINGS_ON_LIMITS:
        return "@machine_limits";
    case SETTINGS_ON_WMI:
        return "@wmi_application";
    default:
        return "@both";
    }
}

/* The account alone, unless another item has it too. */
static void make_id(const struct settings *settings, size_t number, char *id,
                    size_t size)
{
    const struct permission_wish *wish = &settings->permissions[number];
    bool again = false;
    for (size_t i = 0; i < settings->permission_count; i++)
        again |= i != number &&
                 word_same(settings->permissions[i].account, wish->account);
    snprintf(id, size, "dcom.permissions[%.*s%s%s]",
             (int)utf8_cut(wish->account, ID_ACCOUNT_MAX), wish->account,
             again ? place_word(wish) : "",
             again && !wish->present ? ",absent" : "");
}

static cJSON *make_desired(const struct permission_wish *wish)
{
    cJSON *desired = entries_desired(wish->account, wish->present);
    bool built = desired != NULL &&
                 entries_desired_rights(desired, "launch",
                                        com_layer_row(COM_LAUNCH_LIMIT)->words,
                                        wish->launch) &&
                 entries_desired_rights(desired, "access",
                                        com_layer_row(COM_ACCESS_LIMIT)->words,
                                        wish->access);
    cJSON *on =
        built && wish->on != 0 ? cJSON_AddArrayToObject(desired, "on") : NULL;
    if (on != NULL && (wish->on & SETTINGS_ON_LIMITS) != 0)
        cJSON_AddItemToArray(on, cJSON_CreateString("machine_limits"));
    if (on != NULL && (wish->on & SETTINGS_ON_WMI) != 0)
        cJSON_AddItemToArray(on, cJSON_CreateString("wmi_application"));
    if (built)
        return desired;
    cJSON_Delete(desired);
    return NULL;
}

static const char *risk_of(const struct permission_wish *wish)
{
    if (!wish->present || wish->on == SETTINGS_ON_WMI)
        return NULL;
    bool anonymous = strcmp(wish->account, "anonymous_logon") == 0 ||
                     strcmp(wish->account, "everyone") == 0 ||
                     strcmp(wish->account, "S-1-5-7") == 0 ||
                     strcmp(wish->account, "S-1-1-0") == 0;
    return anonymous ? ANONYMOUS_RISK : LIMIT_RISK;
}

static int plan_one(struct account_set *all, const struct settings *settings,
                    size_t number, struct setting_list *list)
{
    const struct permission_wish *wish = &settings->permissions[number];
    char id[160];
    make_id(settings, number, id, sizeof id);
    struct setting *setting =
        setting_list_add(list, id, make_desired(wish), &permission_ops);
    struct permission *own = calloc(1, sizeof *own);
    if (setting == NULL || own == NULL) {
        free(own);
        return -1;
    }
    *own = (struct permission){
        .all = account_set_share(all), .settings = settings, .number = number};
    setting->data = own;
    setting->risk = risk_of(wish);
    /* Limits on calls are read by a process as it starts. */
    setting->restart_winmgmt = com_layer_bits(wish, COM_ACCESS_LIMIT) != 0;
    setting->restart_part = com_layer_row(COM_ACCESS_LIMIT)->title;
    return 0;
}

int com_security_plan(const struct settings *settings,
                      struct setting_list *list)
{
    size_t count = settings->permission_count;
    if (count == 0)
        return 0;
    struct account_set *all =
        account_set_new(settings, &settings->permissions->account,
                        sizeof *settings->permissions, count, 0);
    int status = all != NULL ? 0 : -1;
    for (size_t i = 0; status == 0 && i < count; i++)
        status = plan_one(all, settings, i, list);
    account_set_release(all);
    return status;
}
