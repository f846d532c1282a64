/* SPDX-License-Identifier: MIT */
#include "inventory/access.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/word.h"
#include "inventory/audience_words.h"
#include "payload/descriptor/sid.h"
#include "payload/settings/account_words.h"
#include "payload/settings/settings_account.h"
#include "payload/settings/settings_namespace.h"

#define RID_GUEST 501
#define NAME_SIZE 128

/* --- readers -------------------------------------------------------------- */

/* "NT AUTHORITY\Authenticated Users" as "authenticated_users". */
static void as_word(const char *text, char word[NAME_SIZE])
{
    const char *name = strrchr(text, '\\');
    size_t len = 0;
    bool of_windows = name == NULL || strncmp(text, "BUILTIN\\", 8) == 0 ||
                      strncmp(text, "NT AUTHORITY\\", 13) == 0;
    for (text = name == NULL ? text : name + 1;
         of_windows && *text != '\0' && len < NAME_SIZE - 1; text++)
        word[len++] = (char)(*text == ' ' ? '_' : word_lower(*text));
    word[len] = '\0';
}

/* Every SID with a word is S-1-... of Windows' own, below no machine's. */
static bool is_of_windows(const char *text)
{
    char word[NAME_SIZE];
    struct sid sid;
    if (sid_parse(&sid, text))
        return !sid_is_below(&sid, 21) || sid_last_part(&sid) == RID_GUEST;
    as_word(text, word);
    return account_word_sid(word) != NULL || strcmp(word, "guest") == 0;
}

static bool read_reader(struct settings_reader *reader,
                        const struct settings_path *path, const cJSON *value,
                        void *element)
{
    const char **account = element;
    settings_read_account(reader, path, value, element);
    if (*account == NULL)
        return false;
    if (!is_of_windows(*account))
        return true;
    settings_mistake(reader, path, value,
                     "`%s` is a group or an account of Windows' own, whose "
                     "rights would reach others too; a reader is an account "
                     "such as \"wmi-reader\"",
                     *account);
    return false;
}

static void check_text(struct settings_reader *reader,
                       const struct settings_path *path, const cJSON *value,
                       const void *element, const void *earlier, size_t index)
{
    const char *const *text = element;
    const char *const *other = earlier;
    if (word_same(*text, *other))
        settings_mistake(reader, path, value,
                         "`%s` stands there already, as number %lu", *text,
                         (unsigned long)index);
}

static void read_readers(struct settings_reader *reader,
                         const struct settings_path *path, const cJSON *value,
                         void *out)
{
    static const struct settings_items items = {
        .noun = "accounts",
        .size = sizeof(const char *),
        .read = read_reader,
        .check = check_text,
    };
    struct access_wish *wish = out;
    wish->readers =
        settings_read_list(reader, path, value, &items, &wish->reader_count);
    if (cJSON_IsArray(value) && value->child == NULL)
        settings_mistake(reader, path, value,
                         "the list is empty: nobody could read");
}

/* --- namespaces ----------------------------------------------------------- */

static bool read_namespace(struct settings_reader *reader,
                           const struct settings_path *path, const cJSON *value,
                           void *element)
{
    const char **text = element;
    settings_read_namespace(reader, path, value, element);
    return *text != NULL;
}

static void read_namespaces(struct settings_reader *reader,
                            const struct settings_path *path,
                            const cJSON *value, void *out)
{
    static const struct settings_items items = {
        .noun = "namespaces",
        .size = sizeof(const char *),
        .read = read_namespace,
        .check = check_text,
    };
    struct access_wish *wish = out;
    wish->namespaces =
        settings_read_list(reader, path, value, &items, &wish->namespace_count);
    if (cJSON_IsArray(value) && value->child == NULL)
        settings_mistake(reader, path, value,
                         "the list is empty; leave the key out to mean "
                         "root\\cimv2");
}

/* --- the whole ------------------------------------------------------------ */

#define AT(member) offsetof(struct access_wish, member)

void access_read(struct settings_reader *reader,
                 const struct settings_path *path, const cJSON *value,
                 void *out)
{
    static const struct settings_key keys[] = {
        {"readers", read_readers, 0, true},
        {"collectors", audience_words_read, AT(collectors), true},
        {"namespaces", read_namespaces, 0, false},
        {"services", settings_read_flag, AT(services), false},
        {"asynchronous", settings_read_flag, AT(asynchronous), false},
    };
    static const struct settings_shape shape = {
        .noun = "a property of the access",
        .keys = keys,
        .count = SETTINGS_COUNT(keys),
    };
    struct access_wish *wish = out;
    wish->collectors.what = "wmi.access.collectors";
    settings_read_object(reader, path, value, &shape, out);
}
