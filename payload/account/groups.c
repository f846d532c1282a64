/* SPDX-License-Identifier: MIT */
/*
 * Every item of the list is a setting. Its state tells of each member that
 * the item names, and of no other, the SID under which it is in the group or
 * that it is not: what else is in there is nobody's business.
 *
 *   {"sid": SID of the group | "absent", "members": {NAME: SID | false, ...}}
 *
 * Several items may be about one group. Only the first of them has the
 * member "sid", so that it is one setting that tells whether a group of ours
 * exists, and takes it away again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/utf8.h"
#include "payload/account/account.h"
#include "payload/settings/account_words.h"
#include "payload/win32/errors.h"
#include "payload/account/local_group.h"
#include "payload/settings/settings_groups.h"

#define ID_GROUP_MAX 100 /* bytes */
#define GROUP_ABSENT "absent"

static const struct group_risk {
    const char *sid;
    const char *risk;
} risks[] = {
    {"S-1-5-32-562",
     "a member reaches every COM server of the machine that does not ask for "
     "more itself, not WMI alone"},
    {"S-1-5-32-544", "a member may do everything on the machine"},
};

struct membership {
    const struct settings *settings;
    const struct group_wish *wish;
    bool may_create;   /* this item or another one of the group says so */
    bool tells_group;  /* the state has "sid" */
    struct sid sids[]; /* of the members; `len` 0: not looked up */
};

static int open_group(const struct membership *own, struct local_group *group,
                      struct setting_reason *reason)
{
    return local_group_open(own->settings->memory, own->wish->group,
                            own->may_create, group, reason);
}

/* Who nobody knows is no member: that is no failure of an absent wish. */
static int find_member(struct setting *setting, size_t index, bool must,
                       struct setting_reason *reason)
{
    struct membership *own = setting->data;
    const char *name = own->wish->members[index];
    struct sid *sid = &own->sids[index];
    if (sid->len != 0 ||
        account_find_asked(own->settings, name, sid, reason) == 0)
        return 0;
    sid->len = 0;
    if (must || reason->code != ERROR_NONE_MAPPED)
        return -1;
    *reason = (struct setting_reason){.code = 0};
    setting_hint(setting, "nobody has the name `%s`: it is no member", name);
    return 0;
}

/* --- reading ------------------------------------------------------------- */

static int add_member(cJSON *members, const char *name, const struct sid *sid)
{
    char text[SID_TEXT_MAX];
    cJSON *item = NULL;
    if (sid != NULL) {
        sid_print(sid, text);
        item = cJSON_AddStringToObject(members, name, text);
    } else {
        item = cJSON_AddFalseToObject(members, name);
    }
    return item != NULL ? 0 : -1;
}

static cJSON *make_state(struct setting *setting,
                         const struct local_group *group,
                         struct setting_reason *reason)
{
    const struct membership *own = setting->data;
    const struct group_wish *wish = own->wish;
    char text[SID_TEXT_MAX] = GROUP_ABSENT;
    cJSON *state = cJSON_CreateObject();
    int status = 0;
    if (group->sid.len != 0)
        sid_print(&group->sid, text);
    if (own->tells_group && cJSON_AddStringToObject(state, "sid", text) == NULL)
        status = setting_fail_memory(reason);
    cJSON *members = cJSON_AddObjectToObject(state, "members");
    for (size_t i = 0; status == 0 && i < wish->member_count; i++) {
        const struct sid *sid = &own->sids[i];
        status = find_member(setting, i, wish->present, reason);
        if (status == 0 &&
            add_member(members, wish->members[i],
                       sid->len != 0 && local_group_holds(group, sid)
                           ? sid
                           : NULL) != 0)
            status = setting_fail_memory(reason);
    }
    if (status == 0)
        return state;
    cJSON_Delete(state);
    return NULL;
}

static cJSON *read_group(struct setting *setting, struct setting_reason *reason)
{
    struct local_group group;
    cJSON *state = NULL;
    if (open_group(setting->data, &group, reason) == 0)
        state = make_state(setting, &group, reason);
    local_group_close(&group);
    return state;
}

static enum setting_verdict compare_group(struct setting *setting,
                                          const cJSON *state,
                                          struct setting_reason *reason)
{
    const struct membership *own = setting->data;
    const char *sid = json_text(state, "sid");
    bool differs =
        own->wish->present && sid != NULL && strcmp(sid, GROUP_ABSENT) == 0;
    const cJSON *member;
    if (netapi_is_controller(reason))
        return SETTING_BLOCKED;
    cJSON_ArrayForEach (member, json_member(state, "members")) {
        differs |= cJSON_IsString(member) != own->wish->present;
    }
    return differs ? SETTING_DIFFERS : SETTING_AGREES;
}

/* --- writing ------------------------------------------------------------- */

static int write_members(struct setting *setting, struct local_group *group,
                         struct setting_reason *reason)
{
    const struct membership *own = setting->data;
    const struct group_wish *wish = own->wish;
    for (size_t i = 0; i < wish->member_count; i++) {
        if (find_member(setting, i, wish->present, reason) != 0 ||
            local_group_put(group, wish->members[i], &own->sids[i],
                            wish->present, reason) != 0)
            return -1;
    }
    return 0;
}

static int write_group(struct setting *setting, const cJSON *state,
                       struct setting_reason *reason)
{
    struct local_group group;
    (void)state;
    int status = open_group(setting->data, &group, reason);
    if (status == 0 && group.sid.len == 0)
        status = local_group_make(&group, reason);
    if (status == 0)
        status = write_members(setting, &group, reason);
    local_group_close(&group);
    setting_hint(setting, "membership counts from the member's next logon");
    return status;
}

/* --- putting back -------------------------------------------------------- */

static int restore_members(struct setting *setting, struct local_group *group,
                           const cJSON *members, struct setting_reason *reason)
{
    const struct membership *own = setting->data;
    int status = 0;
    for (size_t i = 0; status == 0 && i < own->wish->member_count; i++) {
        const char *name = own->wish->members[i];
        const cJSON *then = json_member(members, name);
        struct sid sid = {.len = 0};
        bool in = cJSON_IsString(then) && sid_parse(&sid, then->valuestring);
        if (then == NULL)
            continue;
        if (!in && find_member(setting, i, false, reason) != 0)
            return -1;
        if (!in)
            sid = own->sids[i];
        status = local_group_put(group, name, &sid, in, reason);
    }
    return status;
}

static int restore_group(struct setting *setting, const cJSON *state,
                         struct setting_reason *reason)
{
    const struct membership *own = setting->data;
    const char *sid = json_text(state, "sid");
    bool was_there = sid == NULL || strcmp(sid, GROUP_ABSENT) != 0;
    struct local_group group;
    int status = open_group(own, &group, reason);
    if (status == 0 && group.sid.len == 0)
        status = !was_there || sid == NULL
                     ? 0
                     : setting_reason_set(reason, CODE_IRREVERSIBLE,
                                          "make it by hand, or apply again",
                                          "%s: the group was deleted, and a "
                                          "new one has another SID",
                                          own->wish->group);
    else if (status == 0)
        status = restore_members(setting, &group, json_member(state, "members"),
                                 reason);
    if (status == 0 && group.sid.len != 0 && !was_there)
        status = local_group_remove(&group, reason);
    local_group_close(&group);
    return status;
}

static void recall_group(struct setting *setting, const cJSON *state)
{
    struct membership *own = setting->data;
    const cJSON *members = json_member(state, "members");
    for (size_t i = 0; i < own->wish->member_count; i++) {
        struct sid sid;
        const char *text = json_text(members, own->wish->members[i]);
        if (text != NULL && sid_parse(&sid, text))
            own->sids[i] = sid;
    }
}

static void release_group(struct setting *setting)
{
    free(setting->data);
}

static const struct setting_ops group_ops = {
    .read = read_group,
    .compare = compare_group,
    .write = write_group,
    .restore = restore_group,
    .recall = recall_group,
    .release = release_group,
};

/* --- planning ------------------------------------------------------------ */

static cJSON *make_desired(const struct group_wish *wish)
{
    cJSON *desired = cJSON_CreateObject();
    bool built =
        cJSON_AddStringToObject(desired, "group", wish->group) != NULL &&
        cJSON_AddStringToObject(desired, "state",
                                wish->present ? "present" : "absent") != NULL &&
        (!wish->create || cJSON_AddTrueToObject(desired, "create") != NULL);
    cJSON *members = cJSON_AddArrayToObject(desired, "members");
    for (size_t i = 0; built && i < wish->member_count; i++)
        built =
            cJSON_AddItemToArray(members, cJSON_CreateString(wish->members[i]));
    if (built && members != NULL)
        return desired;
    cJSON_Delete(desired);
    return NULL;
}

static const char *risk_of(const struct group_wish *wish)
{
    const char *word = account_word_sid(wish->group);
    const char *sid = word != NULL ? word : wish->group;
    for (size_t i = 0; wish->present && i < sizeof risks / sizeof *risks; i++) {
        if (strcmp(risks[i].sid, sid) == 0)
            return risks[i].risk;
    }
    return NULL;
}

/* The other items of this group decide what this one is told as. */
static bool fill_place(struct membership *own, size_t number)
{
    const struct settings *settings = own->settings;
    bool again = false;
    own->tells_group = true;
    own->may_create = own->wish->create;
    for (size_t i = 0; i < settings->group_count; i++) {
        const struct group_wish *other = &settings->groups[i];
        if (i == number || !settings_same_group(other, own->wish))
            continue;
        again = true;
        own->may_create |= other->create;
        own->tells_group &= i > number;
    }
    return again;
}

static int plan_one(const struct settings *settings, size_t number,
                    struct setting_list *list)
{
    const struct group_wish *wish = &settings->groups[number];
    struct membership *own =
        calloc(1, sizeof *own + wish->member_count * sizeof own->sids[0]);
    char id[160];
    if (own == NULL)
        return -1;
    own->settings = settings;
    own->wish = wish;
    bool again = fill_place(own, number);
    snprintf(id, sizeof id, "groups[%.*s%s]",
             (int)utf8_cut(wish->group, ID_GROUP_MAX), wish->group,
             again && !wish->present ? ",absent" : "");
    struct setting *setting =
        setting_list_add(list, id, make_desired(wish), &group_ops);
    if (setting == NULL) {
        free(own);
        return -1;
    }
    setting->data = own;
    setting->risk = risk_of(wish);
    return 0;
}

static int plan(const struct settings *settings, struct setting_list *list,
                struct err *err)
{
    for (size_t i = 0; i < settings->group_count; i++) {
        if (plan_one(settings, i, list) != 0)
            return err_set(err, 0, "groups: memory is short");
    }
    return 0;
}

const struct setting_family groups_family = {.name = "groups", .plan = plan};
