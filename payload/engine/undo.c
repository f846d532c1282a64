/* SPDX-License-Identifier: MIT */
#include "payload/engine/undo.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"

struct wrapped {
    struct setting inner; /* `ops` NULL: it was not planned */
    const cJSON *before;  /* of the apply: what is wanted now */
    const cJSON *after;
    bool force;
    bool open; /* it does not stand as `before` says, as far as is known */
    const char *id;
    const struct wrapped *ahead; /* what is put back before it; or NULL */
};

bool undo_is_sane(const cJSON *undo)
{
    const cJSON *settings = json_member(undo, "settings");
    const cJSON *setting;
    if (!cJSON_IsArray(settings))
        return false;
    cJSON_ArrayForEach (setting, settings) {
        if (json_text(setting, "id") == NULL ||
            json_member(setting, "before") == NULL ||
            json_member(setting, "after") == NULL)
            return false;
    }
    const cJSON *earlier = json_member(undo, "earlier_wmi");
    return earlier == NULL || cJSON_IsArray(earlier);
}

/* Both know it, and not alike; what could not be read is null. */
static bool tells_apart(const cJSON *undo, const cJSON *identity,
                        const char *member)
{
    const cJSON *then = json_member(json_member(undo, "identity"), member);
    const cJSON *now = json_member(identity, member);
    return then != NULL && now != NULL && !cJSON_IsNull(then) &&
           !cJSON_IsNull(now) && !cJSON_Compare(then, now, true);
}

bool undo_same_installation(const cJSON *undo, const cJSON *identity)
{
    return !tells_apart(undo, identity, "machine_guid") &&
           !tells_apart(undo, identity, "machine_sid");
}

bool undo_upgraded_since(const cJSON *undo, const cJSON *identity)
{
    return tells_apart(undo, identity, "install_date");
}

/* What the family says through the inner setting is said of the outer one. */
static void pass_hints(struct setting *outer, struct wrapped *wrapped)
{
    if (wrapped->inner.hints == NULL)
        return;
    const cJSON *hint;
    cJSON_ArrayForEach (hint, wrapped->inner.hints) {
        setting_hint(outer, "%s", hint->valuestring);
    }
    cJSON_Delete(wrapped->inner.hints);
    wrapped->inner.hints = NULL;
}

static cJSON *read_wrapped(struct setting *setting,
                           struct setting_reason *reason)
{
    struct wrapped *wrapped = setting->data;
    if (wrapped->inner.ops != NULL)
        return wrapped->inner.ops->read(&wrapped->inner, reason);
    setting_reason_set(reason, 0, "put it back by hand, from `desired`",
                       "%s: this version does not know the setting",
                       setting->id);
    return NULL;
}

static enum setting_verdict compare_wrapped(struct setting *setting,
                                            const cJSON *state,
                                            struct setting_reason *reason)
{
    struct wrapped *wrapped = setting->data;
    wrapped->open = !cJSON_Compare(state, wrapped->before, true);
    if (!wrapped->open)
        return SETTING_AGREES;
    if (wrapped->force || cJSON_IsNull(wrapped->after) ||
        cJSON_Compare(state, wrapped->after, true))
        return SETTING_DIFFERS;
    setting_reason_set(reason, 0,
                       "look who changed it; undo --force puts the earlier "
                       "state back all the same",
                       "%s: somebody changed it since: it is neither as it "
                       "was before the apply nor as that apply left it",
                       setting->id);
    return SETTING_CONFLICT;
}

static bool mentions(const cJSON *tree, const char *text)
{
    if (cJSON_IsString(tree))
        return strcmp(tree->valuestring, text) == 0;
    for (const cJSON *item = tree != NULL ? tree->child : NULL; item != NULL;
         item = item->next) {
        if (mentions(item, text))
            return true;
    }
    return false;
}

/*
 * An account that goes while a list still has it leaves an entry of nobody
 * there, which no name leads to any more.
 */
static const struct wrapped *still_has(const struct wrapped *wrapped,
                                       const cJSON *state)
{
    const char *absent = json_text(wrapped->before, "absent");
    const char *sid = json_text(state, "sid");
    const struct wrapped *ahead = wrapped->ahead;
    if (absent == NULL || strcmp(absent, "account") != 0 || sid == NULL)
        return NULL;
    while (ahead != NULL && (!ahead->open || !(mentions(ahead->after, sid) ||
                                               mentions(ahead->before, sid))))
        ahead = ahead->ahead;
    return ahead;
}

static int write_wrapped(struct setting *setting, const cJSON *state,
                         struct setting_reason *reason)
{
    struct wrapped *wrapped = setting->data;
    const struct wrapped *other = still_has(wrapped, state);
    if (other != NULL)
        return setting_reason_set(
            reason, 0, "see to that one, then undo again",
            "%s: not deleted as long as %s is not put back: what that gives "
            "the account would be left there, of nobody",
            setting->id, other->id);
    wrapped->inner.deadline_ms = setting->deadline_ms;
    int status =
        wrapped->inner.ops->restore(&wrapped->inner, wrapped->before, reason);
    pass_hints(setting, wrapped);
    return status;
}

/* What was put back can be put forth again. */
static int restore_wrapped(struct setting *setting, const cJSON *state,
                           struct setting_reason *reason)
{
    struct wrapped *wrapped = setting->data;
    wrapped->inner.deadline_ms = setting->deadline_ms;
    return wrapped->inner.ops->restore(&wrapped->inner, state, reason);
}

static void release_wrapped(struct setting *setting)
{
    struct wrapped *wrapped = setting->data;
    if (wrapped->inner.ops != NULL && wrapped->inner.ops->release != NULL)
        wrapped->inner.ops->release(&wrapped->inner);
    cJSON_Delete(wrapped->inner.desired);
    cJSON_Delete(wrapped->inner.hints);
    free(wrapped);
}

static const struct setting_ops undo_ops = {
    .read = read_wrapped,
    .compare = compare_wrapped,
    .write = write_wrapped,
    .restore = restore_wrapped,
    .release = release_wrapped,
};

static bool needs_restart(const struct wrapped *wrapped)
{
    const char *part = wrapped->inner.restart_part;
    return wrapped->inner.restart_winmgmt &&
           (part == NULL || wrapped->force ||
            !cJSON_Compare(json_member(wrapped->before, part),
                           json_member(wrapped->after, part), true));
}

static void recall(struct wrapped *wrapped)
{
    const struct setting_ops *ops = wrapped->inner.ops;
    if (ops == NULL || ops->recall == NULL)
        return;
    ops->recall(&wrapped->inner, wrapped->before);
    ops->recall(&wrapped->inner, wrapped->after);
}

static int wrap_one(struct setting_list *out, struct setting *planned,
                    const cJSON *entry, bool force)
{
    struct wrapped *wrapped = calloc(1, sizeof *wrapped);
    cJSON *desired = cJSON_Duplicate(json_member(entry, "before"), true);
    if (wrapped == NULL || desired == NULL) {
        cJSON_Delete(desired);
        free(wrapped);
        return -1;
    }
    struct setting *setting =
        setting_list_add(out, json_text(entry, "id"), desired, &undo_ops);
    if (setting == NULL) {
        free(wrapped);
        return -1;
    }
    if (planned != NULL) {
        wrapped->inner = *planned;
        /* Left behind, an empty one that release has nothing to do with. */
        *planned = (struct setting){.id = ""};
    }
    wrapped->before = json_member(entry, "before");
    wrapped->after = json_member(entry, "after");
    wrapped->force = force;
    wrapped->open = true;
    wrapped->id = json_text(entry, "id");
    if (out->count > 1)
        wrapped->ahead = out->items[out->count - 2].data;
    recall(wrapped);
    setting->restart_winmgmt = needs_restart(wrapped);
    setting->data = wrapped;
    return 0;
}

static size_t place_of(const struct setting_list *planned, const char *id)
{
    size_t i = 0;
    while (i < planned->count && strcmp(planned->items[i].id, id) != 0)
        i++;
    return i;
}

/* Entries by the reverse order of application; unplanned ones come first. */
static int wrap_all(struct setting_list *out, struct setting_list *planned,
                    const cJSON *entries, bool force)
{
    size_t count = planned->count;
    size_t *places =
        calloc((size_t)cJSON_GetArraySize(entries) + 1, sizeof *places);
    int status = places != NULL ? 0 : -1;
    const cJSON *entry;
    size_t i = 0;
    for (size_t place = count + 1; status == 0 && place-- > 0; i = 0) {
        cJSON_ArrayForEach (entry, entries) {
            if (place == count)
                places[i] = place_of(planned, json_text(entry, "id"));
            if (places[i++] != place || status != 0)
                continue;
            status =
                wrap_one(out, place < count ? &planned->items[place] : NULL,
                         entry, force);
            if (place < count)
                break;
        }
    }
    free(places);
    return status;
}

int undo_wrap(struct setting_list *list, const cJSON *undo, struct err *err)
{
    struct setting_list wrapped = {.items = NULL};
    bool force = cJSON_IsTrue(json_member(undo, "force"));
    int status = wrap_all(&wrapped, list, json_member(undo, "settings"), force);
    setting_list_release(list);
    *list = wrapped;
    return status == 0 ? 0 : err_set(err, 0, "undo: memory is short");
}
