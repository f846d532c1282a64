/* SPDX-License-Identifier: MIT */
#include "payload/settings/settings_groups.h"

#include <stddef.h>
#include <string.h>

#include "base/word.h"
#include "payload/settings/account_words.h"
#include "payload/settings/settings_account.h"
#include "payload/descriptor/sid.h"

struct draft {
    const char *group;
    struct {
        const char *const *names;
        size_t count;
    } members;
    bool absent;
    enum flag_wish create;
};

/* --- members ------------------------------------------------------------- */

static bool read_member(struct settings_reader *reader,
                        const struct settings_path *path, const cJSON *value,
                        void *element)
{
    const char **member = element;
    settings_read_account(reader, path, value, member);
    return *member != NULL;
}

static void check_member(struct settings_reader *reader,
                         const struct settings_path *path, const cJSON *value,
                         const void *element, const void *earlier, size_t index)
{
    const char *const *member = element;
    const char *const *other = earlier;
    if (word_same(*member, *other))
        settings_mistake(reader, path, value,
                         "`%s` is already told in members[%lu]", *member,
                         (unsigned long)index);
}

static void read_members(struct settings_reader *reader,
                         const struct settings_path *path, const cJSON *value,
                         void *out)
{
    static const struct settings_items items = {
        .noun = "accounts",
        .size = sizeof(const char *),
        .read = read_member,
        .check = check_member,
    };
    struct draft *draft = out;
    draft->members.names =
        settings_read_list(reader, path, value, &items, &draft->members.count);
}

/* --- items --------------------------------------------------------------- */

#define AT(member) offsetof(struct draft, member)

static const struct settings_key group_keys[] = {
    {"group", settings_read_account, AT(group), true},
    {"members", read_members, 0, false},
    {"state", settings_read_absent, AT(absent), false},
    {"create", settings_read_flag, AT(create), false},
};
static const struct settings_shape group_shape = {
    .noun = "a property of a group",
    .keys = group_keys,
    .count = SETTINGS_COUNT(group_keys),
};

/* NULL, or why the group cannot be made. */
static const char *trouble_with_creation(const struct draft *draft)
{
    struct sid sid;
    if (draft->absent)
        return "`create` does not go with \"state\": \"absent\"";
    if (account_word_sid(draft->group) != NULL ||
        sid_parse(&sid, draft->group) || strchr(draft->group, '\\') != NULL)
        return "`create` makes a group of this machine by its plain name, not "
               "by a SID, a word or a name with a domain";
    return NULL;
}

static bool read_group(struct settings_reader *reader,
                       const struct settings_path *path, const cJSON *value,
                       void *element)
{
    struct draft draft = {.group = NULL};
    struct group_wish *wish = element;
    size_t mistakes = reader->problems->error_count;
    settings_read_object(reader, path, value, &group_shape, &draft);
    if (reader->problems->error_count > mistakes)
        return false;
    bool create = draft.create == FLAG_ON;
    const char *trouble = create ? trouble_with_creation(&draft) : NULL;
    if (draft.members.count == 0 && !create)
        trouble = "it says nothing; add \"members\"";
    if (trouble != NULL)
        settings_mistake(reader, path, value, "%s", trouble);
    *wish = (struct group_wish){
        .group = draft.group,
        .members = draft.members.names,
        .member_count = draft.members.count,
        .present = !draft.absent,
        .create = create,
    };
    return trouble == NULL;
}

/* --- the list ------------------------------------------------------------ */

static const char *sid_or_name(const char *text)
{
    const char *sid = account_word_sid(text);
    return sid != NULL ? sid : text;
}

bool settings_same_group(const struct group_wish *a, const struct group_wish *b)
{
    return word_same(sid_or_name(a->group), sid_or_name(b->group));
}

static const char *common_member(const struct group_wish *a,
                                 const struct group_wish *b)
{
    for (size_t i = 0; i < a->member_count; i++) {
        for (size_t j = 0; j < b->member_count; j++) {
            if (word_same(sid_or_name(a->members[i]),
                          sid_or_name(b->members[j])))
                return a->members[i];
        }
    }
    return NULL;
}

static void check_group(struct settings_reader *reader,
                        const struct settings_path *path, const cJSON *value,
                        const void *element, const void *before, size_t index)
{
    const struct group_wish *wish = element;
    const struct group_wish *earlier = before;
    if (!settings_same_group(wish, earlier))
        return;
    const char *both = common_member(wish, earlier);
    if (wish->present == earlier->present)
        settings_mistake(reader, path, value,
                         "the group `%s` is already told in groups[%lu], with "
                         "this state",
                         wish->group, (unsigned long)index);
    else if (both != NULL)
        settings_mistake(reader, path, value,
                         "the member `%s` is wanted both present and absent; "
                         "see groups[%lu]",
                         both, (unsigned long)index);
}

void settings_read_groups(struct settings_reader *reader,
                          const struct settings_path *path, const cJSON *value,
                          void *out)
{
    static const struct settings_items items = {
        .noun = "groups",
        .size = sizeof(struct group_wish),
        .read = read_group,
        .check = check_group,
    };
    struct settings *settings = out;
    settings->groups =
        settings_read_list(reader, path, value, &items, &settings->group_count);
}
