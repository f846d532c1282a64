/* SPDX-License-Identifier: MIT */
#include "payload/settings/settings_namespace.h"

#include <stddef.h>
#include <string.h>

#include "base/word.h"
#include "payload/settings/settings_account.h"

#define PATH_MAX_LEN 80

const struct settings_word settings_namespace_rights[] = {
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

void settings_read_namespace(struct settings_reader *reader,
                             const struct settings_path *path,
                             const cJSON *value, void *out)
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

struct draft {
    const char *account;
    bool absent;
    unsigned rights;
    enum flag_wish subnamespaces;
};

static void read_rights(struct settings_reader *reader,
                        const struct settings_path *path, const cJSON *value,
                        void *out)
{
    settings_read_bits(reader, path, value, settings_namespace_rights,
                       SETTINGS_COUNT(settings_namespace_rights), "rights",
                       "all of them, where they are to be absent", out);
}

#define AT(member) offsetof(struct draft, member)

static const struct settings_key grant_keys[] = {
    {"account", settings_read_account, AT(account), true},
    {"state", settings_read_absent, AT(absent), false},
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
    if (draft->absent && draft->subnamespaces != FLAG_NOT_ASKED)
        settings_mistake(reader, path, value,
                         "an absent grant is taken out of every entry of the "
                         "account; leave `subnamespaces` out");
    if (!draft->absent && draft->rights == 0)
        settings_mistake(reader, path, value,
                         "it grants nothing; add \"rights\"");
    if (!draft->absent && (draft->rights & SETTINGS_WBEM_FULL_WRITE) != 0 &&
        (draft->rights & parts) != parts)
        settings_mistake(reader, path, value,
                         "WMI takes \"full_write\" only together with "
                         "\"partial_write\" and \"provider_write\"");
}

static bool read_grant(struct settings_reader *reader,
                       const struct settings_path *path, const cJSON *value,
                       void *element)
{
    struct grant_wish *wish = element;
    struct draft draft = {.account = NULL};
    size_t mistakes = reader->problems->error_count;
    settings_read_object(reader, path, value, &grant_shape, &draft);
    if (reader->problems->error_count > mistakes)
        return false;
    check_grant(reader, path, value, &draft);
    *wish = (struct grant_wish){
        .account = draft.account,
        .present = !draft.absent,
        .rights = draft.rights,
        .subnamespaces = draft.subnamespaces == FLAG_ON,
    };
    return reader->problems->error_count == mistakes;
}

static void read_grants(struct settings_reader *reader,
                        const struct settings_path *path, const cJSON *value,
                        void *out)
{
    static const struct settings_items items = {
        .noun = "grants",
        .size = sizeof(struct grant_wish),
        .read = read_grant,
        .check = settings_check_grants,
    };
    struct namespace_wish *wish = out;
    wish->grants =
        settings_read_list(reader, path, value, &items, &wish->grant_count);
    if (cJSON_IsArray(value) && value->child == NULL)
        settings_mistake(reader, path, value, "the list is empty");
}

/* --- the list ------------------------------------------------------------ */

static bool read_namespace(struct settings_reader *reader,
                           const struct settings_path *path, const cJSON *value,
                           void *element)
{
    static const struct settings_key keys[] = {
        {"path", settings_read_namespace, offsetof(struct namespace_wish, path),
         true},
        {"grants", read_grants, 0, true},
    };
    static const struct settings_shape shape = {
        .noun = "a property of a namespace",
        .keys = keys,
        .count = SETTINGS_COUNT(keys),
    };
    size_t mistakes = reader->problems->error_count;
    settings_read_object(reader, path, value, &shape, element);
    return reader->problems->error_count == mistakes;
}

static void check_namespaces(struct settings_reader *reader,
                             const struct settings_path *path,
                             const cJSON *value, const void *element,
                             const void *other, size_t index)
{
    const struct namespace_wish *wish = element;
    const struct namespace_wish *earlier = other;
    if (word_same(wish->path, earlier->path))
        settings_mistake(reader, path, value,
                         "the namespace `%s` is already told in "
                         "namespaces[%lu]; add to its \"grants\"",
                         wish->path, (unsigned long)index);
}

void settings_read_namespaces(struct settings_reader *reader,
                              const struct settings_path *path,
                              const cJSON *value, void *out)
{
    static const struct settings_items items = {
        .noun = "namespaces",
        .size = sizeof(struct namespace_wish),
        .read = read_namespace,
        .check = check_namespaces,
    };
    struct settings *settings = out;
    settings->namespaces = settings_read_list(reader, path, value, &items,
                                              &settings->namespace_count);
}
