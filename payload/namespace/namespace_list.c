/* SPDX-License-Identifier: MIT */
#include "payload/namespace/namespace_list.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "payload/win32/errors.h"
#include "payload/descriptor/grant.h"
#include "payload/win32/hex.h"
#include "payload/settings/settings_namespace.h"

const struct right_words namespace_words = {
    .words = settings_namespace_rights,
    .count = SETTINGS_COUNT(settings_namespace_rights),
};

/* --- states -------------------------------------------------------------- */

static bool add_value(cJSON *part, const struct descriptor *list)
{
    size_t len;
    const unsigned char *bytes = descriptor_entries(list, &len);
    char *hex = hex_text(bytes, len);
    bool added =
        hex != NULL && cJSON_AddStringToObject(part, "value", hex) != NULL;
    free(hex);
    return added;
}

static bool add_part(cJSON *state, const struct descriptor *list)
{
    cJSON *part = cJSON_AddObjectToObject(state, "namespace");
    if (part == NULL || !add_value(part, list))
        return false;
    cJSON *entries = entries_json(list, &namespace_words);
    if (cJSON_AddItemToObject(part, "entries", entries))
        return true;
    cJSON_Delete(entries);
    return false;
}

cJSON *namespace_list_state(const struct descriptor *list,
                            const struct entry_accounts *accounts)
{
    char sid[SID_TEXT_MAX];
    struct descriptor own;
    if (descriptor_init(&own, list->bytes, list->len, NULL) != 0)
        return NULL;
    descriptor_take_out_inherited(&own);
    entries_leave_out_others(&own, accounts);
    sid_print(&accounts->sids[accounts->own], sid);
    cJSON *state = cJSON_CreateObject();
    if (cJSON_AddStringToObject(state, "sid", sid) == NULL ||
        !add_part(state, &own)) {
        cJSON_Delete(state);
        state = NULL;
    }
    descriptor_release(&own);
    return state;
}

static int append_all(struct descriptor *list, const unsigned char *bytes,
                      size_t len, struct err *err)
{
    struct descriptor checked;
    for (size_t at = 0; at < len;) {
        size_t left = len - at;
        size_t size =
            left >= 4 ? bytes[at + 2] | (size_t)bytes[at + 3] << 8 : 0;
        if (size < 4 || size > left)
            return err_set(err, 0, "an entry of the record is not whole");
        if (descriptor_put_in(list, descriptor_count(list), bytes + at, size,
                              err) != 0)
            return -1;
        at += size;
    }
    if (descriptor_init(&checked, list->bytes, list->len, err) != 0)
        return -1;
    descriptor_release(&checked);
    return 0;
}

static int refill(struct descriptor *list, const cJSON *state, struct err *err)
{
    const cJSON *part = json_member(state, "namespace");
    const char *hex = part != NULL ? json_text(part, "value") : NULL;
    struct descriptor_entry entry = {0};
    size_t len = 0;
    unsigned char *bytes = hex != NULL ? hex_read(hex, &len) : NULL;
    if (bytes == NULL)
        return err_set(err, 0, "the record holds no entries");
    while (descriptor_next(list, &entry))
        descriptor_take_out(list, &entry);
    int status = append_all(list, bytes, len, err);
    free(bytes);
    return status;
}

int namespace_list_put_back(struct descriptor *list, const cJSON *state,
                            const struct entry_accounts *accounts,
                            struct err *err)
{
    struct descriptor before;
    size_t brought;
    if (descriptor_init(&before, list->bytes, list->len, err) != 0)
        return -1;
    int status = refill(list, state, err);
    if (status == 0)
        status = entries_bring_others(list, &before, accounts, &brought, err);
    descriptor_release(&before);
    return status;
}

/* --- changes ------------------------------------------------------------- */

static struct grant_question grant_of(const struct namespace_question *question)
{
    const struct grant_wish *wish = question->wish;
    return (struct grant_question){
        .where = question->path,
        .tool = "wmimgmt.msc",
        .sid = question->sid,
        .token = question->token,
        .bits = wish->rights != 0 ? wish->rights : ~(uint32_t)0,
        .present = wish->present,
        .flags = wish->subnamespaces ? DESCRIPTOR_CONTAINERS : 0,
        .own_flags = NAMESPACE_OWN_FLAGS,
    };
}

int namespace_list_change(const struct namespace_question *question,
                          struct descriptor *list, struct err *err)
{
    const struct grant_question grant = grant_of(question);
    descriptor_take_out_inherited(list);
    return grant_change(&grant, list, err);
}

/* --- judgement ----------------------------------------------------------- */

/* WMI takes an entry with full write only with both parts of it. */
static bool leaves_full_write(const struct sid *sid,
                              const struct descriptor *list)
{
    const uint32_t parts =
        SETTINGS_WBEM_PARTIAL_WRITE | SETTINGS_WBEM_PROVIDER_WRITE;
    struct descriptor_entry entry = {0};
    while (descriptor_next(list, &entry)) {
        if (descriptor_is_own(&entry, sid, NAMESPACE_OWN_FLAGS) &&
            (entry.mask & SETTINGS_WBEM_FULL_WRITE) != 0 &&
            (entry.mask & parts) != parts)
            return true;
    }
    return false;
}

/* What the account has from further up stays, unless it goes there too. */
static enum setting_verdict
judge_inherited(const struct namespace_question *question,
                struct setting_reason *reason)
{
    if (question->parent_changes)
        return SETTING_DIFFERS;
    setting_reason_set(reason, 0,
                       "take them away in that namespace, here or with "
                       "wmimgmt.msc",
                       "%s: the account has the rights from a namespace "
                       "further up, for all below it",
                       question->path);
    return SETTING_BLOCKED;
}

enum setting_verdict
namespace_list_judge(const struct namespace_question *question,
                     const struct descriptor *list,
                     struct setting_reason *reason)
{
    const struct grant_question grant = grant_of(question);
    struct descriptor changed = {.bytes = NULL};
    struct err err;
    enum setting_verdict verdict = SETTING_DIFFERS;
    if (!descriptor_has_list(list) || !descriptor_has_owner_and_group(list))
        return grant_conflict(&grant, CODE_BAD_DESCRIPTOR,
                              "look at the namespace in wmimgmt.msc",
                              "its permissions lack an owner, a group or a "
                              "list: WMI would not take them back",
                              reason);
    /* Inherited entries stay in the copy: a denial may be one of them. */
    enum grant_state state = grant_look(&grant, list, &changed, &err);
    if (state == GRANT_AS_ASKED)
        verdict = SETTING_AGREES;
    else if (state == GRANT_FAILED)
        verdict =
            grant_conflict(&grant, CODE_BAD_DESCRIPTOR, NULL, err.text, reason);
    else if (state == GRANT_NO_USE)
        verdict = grant.present ? grant_denied(&grant, &changed, reason)
                                : judge_inherited(question, reason);
    else if (leaves_full_write(grant.sid, &changed))
        verdict =
            grant_conflict(&grant, 0, "add \"full_write\" to the rights",
                           "the account would keep full_write, which WMI takes "
                           "only together with partial_write and "
                           "provider_write",
                           reason);
    descriptor_release(&changed);
    return verdict;
}
