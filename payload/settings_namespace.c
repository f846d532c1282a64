/* SPDX-License-Identifier: MIT */
#include "payload/settings_namespace.h"

#include <string.h>

#include "payload/settings_dcom.h"
#include "payload/word.h"

#define PATH_MAX_LEN 80

const struct settings_word
    settings_namespace_rights[SETTINGS_NAMESPACE_RIGHT_COUNT] = {
        {"enable_account", SETTINGS_WBEM_ENABLE},
        {"execute_methods", SETTINGS_WBEM_METHODS},
        {"full_write", SETTINGS_WBEM_FULL_WRITE},
        {"partial_write", SETTINGS_WBEM_PARTIAL_WRITE},
        {"provider_write", SETTINGS_WBEM_PROVIDER_WRITE},
        {"remote_enable", SETTINGS_WBEM_REMOTE},
        {"read_security", SETTINGS_WBEM_READ_SECURITY},
        {"edit_security", SETTINGS_WBEM_EDIT_SECURITY},
};

/* --- paths --------------------------------------------------------------- */

static bool is_path(const char *path)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
    size_t len = strspn(path, letters);
    if (len != 4 || word_lower(path[0]) != 'r' || word_lower(path[1]) != 'o' ||
        word_lower(path[2]) != 'o' || word_lower(path[3]) != 't')
        return false;
    for (path += len; *path == '\\'; path += len) {
        path++;
        len = strspn(path, letters);
        if (len == 0)
            return false;
    }
    return *path == '\0';
}

static void read_path(struct settings_reader *reader,
                      const struct settings_path *path, const cJSON *value,
                      void *out)
{
    const char **found = out;
    const char *text = cJSON_GetStringValue(value);
    if (text == NULL || !is_path(text))
        settings_expected(reader, path, value,
                          "a namespace such as \"root\\\\cimv2\"");
    else if (strlen(text) > PATH_MAX_LEN)
        settings_mistake(reader, path, value,
                         "the path is longer than %d characters", PATH_MAX_LEN);
    else
        *found = settings_copy(reader, text);
}

/* --- one grant ----------------------------------------------------------- */

enum grant_state { STATE_NOT_GIVEN, STATE_PRESENT, STATE_ABSENT };

struct draft {
    const char *account;
    int state;
    unsigned rights;
    enum flag_wish subnamespaces;
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

static void read_rights(struct settings_reader *reader,
                        const struct settings_path *path, const cJSON *value,
                        void *out)
{
    settings_read_bits(reader, path, value, settings_namespace_rights,
                       SETTINGS_NAMESPACE_RIGHT_COUNT, "rights",
                       "all of them, where they are to be absent", out);
}

#define AT(member) offsetof(struct draft, member)

static const struct settings_key grant_keys[] = {
    {"account", settings_read_account, AT(account), true},
    {"state", read_state, AT(state), false},
    {"rights", read_rights, AT(rights), false},
    {"subnamespaces", settings_read_flag, AT(subnamespaces), false},
};
static const struct settings_shape grant_shape = {
    .noun = "a property of a grant",
    .keys = grant_keys,
    .count = SETTINGS_COUNT(grant_keys),
};

static void check_grant(struct settings_reader *reader,
                        const struct settings_path *path, const cJSON *value,
                        const struct draft *draft)
{
    const unsigned parts =
        SETTINGS_WBEM_PARTIAL_WRITE | SETTINGS_WBEM_PROVIDER_WRITE;
    bool absent = draft->state == STATE_ABSENT;
    if (absent && draft->subnamespaces != FLAG_NOT_ASKED)
        settings_mistake(reader, path, value,
                         "an absent grant is taken out of every entry of the "
                         "account; leave `subnamespaces` out");
    if (!absent && draft->rights == 0)
        settings_mistake(reader, path, value,
                         "it grants nothing; add \"rights\"");
    if (!absent && (draft->rights & SETTINGS_WBEM_FULL_WRITE) != 0 &&
        (draft->rights & parts) != parts)
        settings_mistake(reader, path, value,
                         "WMI takes \"full_write\" only together with "
                         "\"partial_write\" and \"provider_write\"");
}

static bool read_grant(struct settings_reader *reader,
                       const struct settings_path *path, const cJSON *value,
                       struct grant_wish *wish)
{
    struct draft draft = {.account = NULL};
    size_t mistakes = reader->problems->error_count;
    settings_read_object(reader, path, value, &grant_shape, &draft);
    if (reader->problems->error_count > mistakes)
        return false;
    check_grant(reader, path, value, &draft);
    *wish = (struct grant_wish){
        .account = draft.account,
        .present = draft.state != STATE_ABSENT,
        .rights = draft.rights,
        .subnamespaces = draft.subnamespaces == FLAG_ON,
    };
    return reader->problems->error_count == mistakes;
}

static void read_grants(struct settings_reader *reader,
                        const struct settings_path *path, const cJSON *value,
                        void *out)
{
    struct namespace_wish *wish = out;
    if (!settings_is_list(reader, path, value, "grants"))
        return;
    size_t all = (size_t)cJSON_GetArraySize(value);
    struct grant_wish *list = settings_alloc(reader, all, sizeof *list);
    size_t index = 0;
    size_t kept = 0;
    if (list == NULL)
        return;
    for (const cJSON *each = value->child; each != NULL; each = each->next) {
        struct settings_path below = {.parent = path, .index = index};
        index++;
        if (!read_grant(reader, &below, each, &list[kept]))
            continue;
        for (size_t i = 0; i < kept; i++) {
            if (settings_same_account(list[i].account, list[kept].account))
                settings_mistake(reader, &below, each,
                                 "the account `%s` is already told in this "
                                 "namespace",
                                 list[kept].account);
        }
        kept++;
    }
    if (all == 0)
        settings_mistake(reader, path, value, "the list is empty");
    wish->grants = list;
    wish->grant_count = kept;
}

/* --- the list ------------------------------------------------------------ */

static const struct settings_key namespace_keys[] = {
    {"path", read_path, offsetof(struct namespace_wish, path), true},
    {"grants", read_grants, 0, true},
};
static const struct settings_shape namespace_shape = {
    .noun = "a property of a namespace",
    .keys = namespace_keys,
    .count = SETTINGS_COUNT(namespace_keys),
};

void settings_read_namespaces(struct settings_reader *reader,
                              const struct settings_path *path,
                              const cJSON *value, void *out)
{
    struct settings *settings = out;
    if (!settings_is_list(reader, path, value, "namespaces"))
        return;
    size_t all = (size_t)cJSON_GetArraySize(value);
    struct namespace_wish *list = settings_alloc(reader, all, sizeof *list);
    size_t index = 0;
    size_t kept = 0;
    if (list == NULL)
        return;
    for (const cJSON *each = value->child; each != NULL; each = each->next) {
        struct settings_path below = {.parent = path, .index = index};
        index++;
        settings_read_object(reader, &below, each, &namespace_shape,
                             &list[kept]);
        if (list[kept].path == NULL)
            continue;
        for (size_t i = 0; i < kept; i++) {
            if (settings_same_account(list[i].path, list[kept].path))
                settings_mistake(reader, &below, each,
                                 "the namespace `%s` is already told",
                                 list[kept].path);
        }
        kept++;
    }
    settings->namespaces = list;
    settings->namespace_count = kept;
}
