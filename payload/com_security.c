/* SPDX-License-Identifier: MIT */
/*
 * Every item of the list is a setting whose state has one part for each of
 * the lists of com_layer.h that it is about. Several items work on the same
 * registry values, so each sees the values without the entries of the
 * others; com_state.h says how.
 */
#include "payload/com_security.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "payload/account.h"
#include "payload/com_policy.h"
#include "payload/com_state.h"
#include "payload/errors.h"
#include "payload/registry_backup.h"
#include "payload/registry_io.h"
#include "payload/settings_read.h"

#define CODE_ACCESS_DENIED 5ul
#define ID_ACCOUNT_MAX 100 /* bytes */
#define LIMIT_RISK                                                             \
    "the limits of the machine are for every COM server on it, not for WMI "   \
    "alone: the account reaches those that do not ask for more themselves"
#define ANONYMOUS_RISK                                                         \
    "anybody who reaches the machine may call COM servers that do not ask "    \
    "for more themselves, without a password"

/* What the settings of one list share; the last one frees it. */
struct permissions {
    const struct settings *settings;
    size_t users;
    bool looked_up;
    struct sid sids[]; /* of each item's account */
};

struct permission {
    struct permissions *all;
    size_t number;
};

static const struct permission_wish *wish_of(const struct permission *own)
{
    return &own->all->settings->permissions[own->number];
}

static int fail_memory(struct setting_reason *reason)
{
    return setting_reason_set(reason, 0, NULL, "memory is short");
}

/* Those of the others matter only where they are known. */
static int find_accounts(const struct permission *own,
                         struct entry_accounts *accounts,
                         struct setting_reason *reason)
{
    struct permissions *all = own->all;
    const struct settings *settings = all->settings;
    struct setting_reason ignored;
    for (size_t i = 0; !all->looked_up && i < settings->permission_count; i++) {
        if (account_find(settings->permissions[i].account, &all->sids[i],
                         &ignored) != 0)
            all->sids[i].len = 0;
    }
    all->looked_up = true;
    *accounts = (struct entry_accounts){.sids = all->sids,
                                        .count = settings->permission_count,
                                        .own = own->number};
    if (all->sids[own->number].len != 0)
        return 0;
    return account_find_asked(settings, wish_of(own)->account,
                              &all->sids[own->number], reason);
}

/* --- values -------------------------------------------------------------- */

static int fail_registry(const struct com_layer_row *row, const char *what,
                         unsigned long code, struct setting_reason *reason)
{
    return setting_reason_set(
        reason, code,
        code == CODE_ACCESS_DENIED
            ? "not even the right to restore files was enough: look at what "
              "guards the key (a security product)"
            : NULL,
        "HKLM\\%s, %s: it cannot be %s: %s", row->key, row->name, what,
        error_text(code));
}

static cJSON *read_value(const struct com_layer_row *row,
                         struct setting_reason *reason)
{
    cJSON *value = NULL;
    unsigned long code = registry_read(row->key, row->name, &value);
    if (code == CODE_ACCESS_DENIED)
        code = registry_backup_read(row->key, row->name, &value);
    if (code == 0)
        return value;
    (void)fail_registry(row, "read", code, reason);
    return NULL;
}

static int write_value(const struct com_layer_row *row, const cJSON *value,
                       const char *what, struct setting_reason *reason)
{
    unsigned long code = registry_restore(row->key, row->name, value);
    if (code == CODE_ACCESS_DENIED)
        code = registry_backup_restore(row->key, row->name, value);
    return code == 0 ? 0 : fail_registry(row, what, code, reason);
}

/* What the WMI application means without a list of its own. */
static int default_launch(struct descriptor *basis, struct err *err)
{
    static const struct com_layer_row row = {.key = COM_OLE_KEY,
                                             .name = "DefaultLaunchPermission"};
    struct setting_reason ignored;
    struct descriptor built = {.bytes = NULL};
    struct descriptor found = {.bytes = NULL};
    if (com_layer_default(COM_WMI_LAUNCH, &built, err) != 0)
        return -1;
    cJSON *value = read_value(&row, &ignored);
    int status = -1;
    if (value != NULL &&
        com_value_descriptor(&row, value, &built, &found, &ignored) == 0)
        status = descriptor_arrange(basis, &found, err);
    cJSON_Delete(value);
    descriptor_release(&found);
    if (status == 0) {
        descriptor_release(&built);
        return 0;
    }
    *basis = built;
    return 0;
}

static int find_basis(enum com_layer layer, struct descriptor *basis,
                      struct setting_reason *reason)
{
    struct err err;
    int status = layer == COM_WMI_LAUNCH
                     ? default_launch(basis, &err)
                     : com_layer_default(layer, basis, &err);
    return status == 0 ? 0 : fail_memory(reason);
}

/* --- reading ------------------------------------------------------------- */

static int add_layer(cJSON *state, enum com_layer layer,
                     const struct entry_accounts *accounts,
                     struct setting_reason *reason)
{
    const struct com_layer_row *row = com_layer_row(layer);
    struct descriptor basis = {.bytes = NULL};
    cJSON *value = read_value(row, reason);
    if (value == NULL)
        return -1;
    cJSON *part = NULL;
    if (find_basis(layer, &basis, reason) == 0)
        part = com_layer_state(row, value, &basis, accounts);
    cJSON_Delete(value);
    descriptor_release(&basis);
    if (part != NULL && cJSON_AddItemToObject(state, row->title, part))
        return 0;
    cJSON_Delete(part);
    return fail_memory(reason);
}

static cJSON *read_permission(struct setting *setting,
                              struct setting_reason *reason)
{
    const struct permission *own = setting->data;
    struct entry_accounts accounts;
    char sid[SID_TEXT_MAX];
    if (find_accounts(own, &accounts, reason) != 0)
        return NULL;
    sid_print(&accounts.sids[accounts.own], sid);
    cJSON *state = cJSON_CreateObject();
    int status = 0;
    if (cJSON_AddStringToObject(state, "sid", sid) == NULL)
        status = fail_memory(reason);
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

/*
 * The list that counts in this layer, whole: the policy's where there is
 * one. -1 with `reason` when it cannot be read.
 */
static int load(enum com_layer layer, struct descriptor *list, bool *policy,
                struct setting_reason *reason)
{
    const struct com_layer_row *row = com_layer_row(layer);
    struct descriptor basis = {.bytes = NULL};
    *policy = false;
    if (row->limit && com_policy_read(row->name, list, policy, reason) != 0)
        return -1;
    if (*policy)
        return 0;
    cJSON *value = read_value(row, reason);
    if (value == NULL)
        return -1;
    int status = find_basis(layer, &basis, reason);
    if (status == 0)
        status = com_value_descriptor(row, value, &basis, list, reason);
    cJSON_Delete(value);
    descriptor_release(&basis);
    return status;
}

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
    bool policy;
    if (question.bits == 0)
        return SETTING_AGREES;
    if (layer == COM_WMI_LAUNCH && !registry_has_key(question.row->key)) {
        setting_reason_set(reason, 2, "repair WMI on this machine",
                           "HKLM\\%s does not exist: WMI is not registered "
                           "with COM here",
                           question.row->key);
        return SETTING_BLOCKED;
    }
    if (load(layer, &list, &policy, reason) != 0)
        return policy ? SETTING_BLOCKED : SETTING_CONFLICT;
    enum setting_verdict verdict =
        policy ? judge_policy(setting, &question, &list, reason)
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
        bool policy;
        if (load((enum com_layer)i, &list, &policy, &ignored) != 0)
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
    const struct sid *sid = &own->all->sids[own->number];
    enum setting_verdict worst = SETTING_AGREES;
    bool restart = false;
    struct descriptor_token token;
    const char *note;
    (void)state; /* it lacks what other items have put there */
    if (account_token(sid, &token, &note) != 0) {
        (void)fail_memory(reason);
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
    bool policy;
    if (load(layer, &list, &policy, reason) != 0)
        return -1;
    struct setting_reason ignored;
    if (policy ||
        com_layer_judge(question, &list, &ignored) != SETTING_DIFFERS) {
        descriptor_release(&list);
        return 0;
    }
    cJSON *value = NULL;
    if (com_layer_change(question, &list, &err) == 0)
        value = com_value_of(&list);
    int status = value != NULL ? write_value(row, value, "written", reason)
                               : fail_memory(reason);
    cJSON_Delete(value);
    descriptor_release(&list);
    return status;
}

static int write_permission(struct setting *setting, const cJSON *state,
                            struct setting_reason *reason)
{
    const struct permission *own = setting->data;
    const struct sid *sid = &own->all->sids[own->number];
    struct descriptor_token token;
    const char *note;
    int status = 0;
    (void)state;
    if (account_token(sid, &token, &note) != 0)
        return fail_memory(reason);
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
    cJSON *now = read_value(row, reason);
    cJSON *value = NULL;
    if (now != NULL && find_basis(layer, &basis, reason) == 0)
        value = com_layer_put_back(row, part, now, &basis, accounts, reason);
    int status = -1;
    if (value != NULL)
        status = cJSON_Compare(value, now, true)
                     ? 0
                     : write_value(row, value, "put back", reason);
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
    int status = find_accounts(own, &accounts, reason);
    for (unsigned i = 0; status == 0 && i < COM_LAYER_COUNT; i++) {
        const enum com_layer layer = (enum com_layer)i;
        const cJSON *part = cJSON_GetObjectItemCaseSensitive(
            state, com_layer_row(layer)->title);
        if (part != NULL)
            status = restore_layer(layer, part, &accounts, reason);
    }
    return status;
}

static void release_permission(struct setting *setting)
{
    struct permission *own = setting->data;
    if (own == NULL)
        return;
    if (--own->all->users == 0)
        free(own->all);
    free(own);
}

static const struct setting_ops permission_ops = {
    .read = read_permission,
    .compare = compare_permission,
    .write = write_permission,
    .restore = restore_permission,
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
        again |=
            i != number &&
            settings_same_text(settings->permissions[i].account, wish->account);
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

static int plan_one(struct permissions *all, size_t number,
                    struct setting_list *list)
{
    const struct permission_wish *wish = &all->settings->permissions[number];
    char id[160];
    make_id(all->settings, number, id, sizeof id);
    struct setting *setting =
        setting_list_add(list, id, make_desired(wish), &permission_ops);
    struct permission *own = calloc(1, sizeof *own);
    if (setting == NULL || own == NULL) {
        free(own);
        return -1;
    }
    *own = (struct permission){.all = all, .number = number};
    all->users++;
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
    struct permissions *all =
        calloc(1, sizeof *all + count * sizeof all->sids[0]);
    if (all == NULL)
        return -1;
    all->settings = settings;
    for (size_t i = 0; i < count; i++) {
        if (plan_one(all, i, list) != 0) {
            if (all->users == 0)
                free(all);
            return -1;
        }
    }
    return 0;
}
