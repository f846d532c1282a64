/* SPDX-License-Identifier: MIT */
#include "payload/settings_dcom.h"

#include <stddef.h>
#include <string.h>

#include "payload/sid.h"
#include "payload/word.h"

#define ACCOUNT_MAX_LEN 100 /* characters */

/* --- accounts ------------------------------------------------------------ */

static bool looks_like_sid(const char *text)
{
    return word_lower(text[0]) == 's' && strncmp(text + 1, "-1-", 3) == 0;
}

/* NULL, or what is wrong with it as the name of an account. */
static const char *trouble_with_name(const char *text)
{
    if (*text == '\0')
        return "the name is empty";
    if (settings_text_len(text) > ACCOUNT_MAX_LEN)
        return "the name has more than 100 characters";
    for (const char *c = text; *c != '\0'; c++) {
        if ((unsigned char)*c < 0x20 || *c == 0x7F)
            return "the name holds a control character; a backslash is "
                   "written \\\\ in JSON";
    }
    if (text[strcspn(text, "\"/[]:;|=,+*?<>")] != '\0')
        return "no account's name has one of \" / [ ] : ; | = , + * ? < >";
    if (*text == ' ' || text[strlen(text) - 1] == ' ')
        return "the name begins or ends with a blank";
    return NULL;
}

void settings_read_account(struct settings_reader *reader,
                           const struct settings_path *path, const cJSON *value,
                           void *out)
{
    const char **account = out;
    const char *text = cJSON_GetStringValue(value);
    struct sid sid;
    if (text == NULL) {
        settings_expected(reader, path, value,
                          "the name of an account, a SID or a word such as "
                          "\"distributed_com_users\"");
        return;
    }
    const char *trouble = trouble_with_name(text);
    if (trouble == NULL && looks_like_sid(text) && !sid_parse(&sid, text))
        trouble = "this is no SID; one looks like S-1-5-32-562";
    if (trouble == NULL)
        *account = settings_copy(reader, text);
    else
        settings_mistake(reader, path, value, "%s", trouble);
}

/* --- members ------------------------------------------------------------- */

enum permission_state { STATE_NOT_GIVEN, STATE_PRESENT, STATE_ABSENT };

struct draft {
    const char *account;
    int state;
    unsigned launch;
    unsigned access;
    unsigned on;
};

static void read_state(struct settings_reader *reader,
                       const struct settings_path *path, const cJSON *value,
                       void *out)
{
    static const struct settings_word words[] = {{"present", STATE_PRESENT},
                                                 {"absent", STATE_ABSENT}};
    settings_read_word(reader, path, value, words, SETTINGS_COUNT(words), NULL,
                       out);
}

static void read_launch(struct settings_reader *reader,
                        const struct settings_path *path, const cJSON *value,
                        void *out)
{
    static const struct settings_word words[] = {
        {"local_launch", SETTINGS_COM_LOCAL},
        {"remote_launch", SETTINGS_COM_REMOTE},
        {"local_activation", SETTINGS_COM_ACTIVATE_LOCAL},
        {"remote_activation", SETTINGS_COM_ACTIVATE_REMOTE},
    };
    settings_read_bits(reader, path, value, words, SETTINGS_COUNT(words),
                       "rights", "none of them", out);
}

static void read_access(struct settings_reader *reader,
                        const struct settings_path *path, const cJSON *value,
                        void *out)
{
    static const struct settings_word words[] = {
        {"local_access", SETTINGS_COM_LOCAL},
        {"remote_access", SETTINGS_COM_REMOTE},
    };
    settings_read_bits(reader, path, value, words, SETTINGS_COUNT(words),
                       "rights", "none of them", out);
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
    {"state", read_state, AT(state), false},
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
                            const cJSON *value, struct permission_wish *wish)
{
    struct draft draft = {.account = NULL};
    size_t mistakes = reader->problems->error_count;
    settings_read_object(reader, path, value, &permission_shape, &draft);
    if (reader->problems->error_count > mistakes)
        return false;
    if (draft.state != STATE_ABSENT && draft.launch == 0 && draft.access == 0)
        settings_mistake(reader, path, value,
                         "it grants nothing; add \"launch\" or \"access\"");
    if (draft.access != 0 && (draft.on & SETTINGS_ON_WMI) != 0)
        settings_mistake(reader, path, value,
                         "the WMI application has no `access` of its own; "
                         "tell it in an item with \"on\": "
                         "[\"machine_limits\"]");
    *wish = (struct permission_wish){
        .account = draft.account,
        .present = draft.state != STATE_ABSENT,
        .launch = draft.launch,
        .access = draft.access,
        .on = draft.on,
    };
    return reader->problems->error_count == mistakes;
}

/* --- the list ------------------------------------------------------------ */

bool settings_same_account(const char *a, const char *b)
{
    while (*a != '\0' && word_lower(*a) == word_lower(*b)) {
        a++;
        b++;
    }
    return *a == *b;
}

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
                          const struct permission_wish *wish,
                          const struct permission_wish *earlier, size_t index)
{
    if (!settings_same_account(wish->account, earlier->account) ||
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
                               const cJSON *value,
                               struct permission_wish **permissions,
                               size_t *count)
{
    if (!settings_is_list(reader, path, value, "permissions"))
        return;
    size_t all = (size_t)cJSON_GetArraySize(value);
    struct permission_wish *list = settings_alloc(reader, all, sizeof *list);
    /* Where in the request each of them stands: wrong ones are left out. */
    size_t *indexes = settings_alloc(reader, all, sizeof *indexes);
    if (list == NULL || indexes == NULL)
        return;
    size_t index = 0;
    size_t kept = 0;
    for (const cJSON *each = value->child; each != NULL; each = each->next) {
        struct settings_path below = {.parent = path, .index = index};
        if (read_permission(reader, &below, each, &list[kept])) {
            for (size_t i = 0; i < kept; i++)
                check_against(reader, &below, each, &list[kept], &list[i],
                              indexes[i]);
            indexes[kept++] = index;
        }
        index++;
    }
    *permissions = list;
    *count = kept;
}
