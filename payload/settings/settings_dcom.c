/* SPDX-License-Identifier: MIT */
#include "payload/settings/settings_dcom.h"

#include <stddef.h>

#include "base/word.h"
#include "payload/settings/settings_account.h"

/* --- members ------------------------------------------------------------- */

struct draft {
    const char *account;
    bool absent;
    unsigned launch;
    unsigned access;
    unsigned on;
};

const struct settings_word settings_launch_rights[] = {
    {"local_launch", SETTINGS_COM_LOCAL},
    {"remote_launch", SETTINGS_COM_REMOTE},
    {"local_activation", SETTINGS_COM_ACTIVATE_LOCAL},
    {"remote_activation", SETTINGS_COM_ACTIVATE_REMOTE},
};
const struct settings_word settings_access_rights[] = {
    {"local_access", SETTINGS_COM_LOCAL},
    {"remote_access", SETTINGS_COM_REMOTE},
};

static void read_launch(struct settings_reader *reader,
                        const struct settings_path *path, const cJSON *value,
                        void *out)
{
    settings_read_bits(reader, path, value, settings_launch_rights,
                       SETTINGS_COUNT(settings_launch_rights), "rights",
                       "none of them", out);
}

static void read_access(struct settings_reader *reader,
                        const struct settings_path *path, const cJSON *value,
                        void *out)
{
    settings_read_bits(reader, path, value, settings_access_rights,
                       SETTINGS_COUNT(settings_access_rights), "rights",
                       "none of them", out);
}

static void read_on(struct settings_reader *reader,
                    const struct settings_path *path, const cJSON *value,
                    void *out)
{
    static const struct settings_word words[] = {
        {"machine_limits", SETTINGS_ON_LIMITS},
        {"wmi_application", SETTINGS_ON_WMI},
    };
    settings_read_bits(reader, path, value, words, SETTINGS_COUNT(words),
                       "places", "wherever something is lacking", out);
}

#define AT(member) offsetof(struct draft, member)

static const struct settings_key permission_keys[] = {
    {"account", settings_read_account, AT(account), true},
    {"state", settings_read_absent, AT(absent), false},
    {"launch", read_launch, AT(launch), false},
    {"access", read_access, AT(access), false},
    {"on", read_on, AT(on), false},
};
static const struct settings_shape permission_shape = {
    .noun = "a property of a permission",
    .keys = permission_keys,
    .count = SETTINGS_COUNT(permission_keys),
};

static bool read_permission(struct settings_reader *reader,
                            const struct settings_path *path,
                            const cJSON *value, void *element)
{
    struct permission_wish *wish = element;
    struct draft draft = {.account = NULL};
    size_t mistakes = reader->problems->error_count;
    settings_read_object(reader, path, value, &permission_shape, &draft);
    if (reader->problems->error_count > mistakes)
        return false;
    if (!draft.absent && draft.launch == 0 && draft.access == 0)
        settings_mistake(reader, path, value,
                         "it grants nothing; add \"launch\" or \"access\"");
    if (draft.access != 0 && (draft.on & SETTINGS_ON_WMI) != 0)
        settings_mistake(reader, path, value,
                         "the WMI application has no `access` of its own; "
                         "tell it in an item with \"on\": "
                         "[\"machine_limits\"]");
    *wish = (struct permission_wish){
        .account = draft.account,
        .present = !draft.absent,
        .launch = draft.launch,
        .access = draft.access,
        .on = draft.on,
    };
    return reader->problems->error_count == mistakes;
}

/* --- the list ------------------------------------------------------------ */

static bool bits_meet(unsigned a, unsigned b)
{
    return a == 0 || b == 0 || (a & b) != 0;
}

/* Whether an absent item takes what a present one gives. */
static bool undoes(const struct permission_wish *a,
                   const struct permission_wish *b)
{
    const struct permission_wish *absent = a->present ? b : a;
    const struct permission_wish *present = a->present ? a : b;
    bool all = absent->launch == 0 && absent->access == 0;
    return all || (absent->launch & present->launch) != 0 ||
           (absent->access & present->access) != 0;
}

static void check_against(struct settings_reader *reader,
                          const struct settings_path *path, const cJSON *value,
                          const void *element, const void *other, size_t index)
{
    const struct permission_wish *wish = element;
    const struct permission_wish *earlier = other;
    if (!word_same(wish->account, earlier->account) ||
        !bits_meet(wish->on, earlier->on))
        return;
    if (wish->present == earlier->present)
        settings_mistake(reader, path, value,
                         "the account `%s` is already told in "
                         "permissions[%lu], with this state and place",
                         wish->account, (unsigned long)index);
    else if (undoes(wish, earlier))
        settings_mistake(reader, path, value,
                         "a right of `%s` is wanted both present and absent; "
                         "see permissions[%lu]",
                         wish->account, (unsigned long)index);
}

void settings_read_permissions(struct settings_reader *reader,
                               const struct settings_path *path,
                               const cJSON *value, void *out)
{
    static const struct settings_items items = {
        .noun = "permissions",
        .size = sizeof(struct permission_wish),
        .read = read_permission,
        .check = check_against,
    };
    struct settings *settings = out;
    settings->permissions = settings_read_list(reader, path, value, &items,
                                               &settings->permission_count);
}
