/* SPDX-License-Identifier: MIT */
#include "inventory/collector.h"

#include <stddef.h>
#include <string.h>

#include "base/json.h"
#include "base/word.h"
#include "inventory/audience_words.h"
#include "payload/settings/settings_rule.h"

static bool read_sink(struct settings_reader *reader,
                      const struct settings_path *path, const cJSON *value,
                      void *element)
{
    const char **program = element;
    settings_read_program(reader, path, value, element);
    if (*program == NULL)
        return false;
    const char *last = strrchr(*program, '\\');
    char end = (*program)[strlen(*program) - 1];
    if (last != NULL && end != '\\' && end != ' ')
        return true;
    settings_expected(reader, path, value,
                      "the full path of an executable, such as "
                      "\"%ProgramFiles%\\\\Mon\\\\mon.exe\"");
    return false;
}

static void check_sink(struct settings_reader *reader,
                       const struct settings_path *path, const cJSON *value,
                       const void *element, const void *earlier, size_t index)
{
    const char *const *program = element;
    const char *const *other = earlier;
    if (word_same(*program, *other))
        settings_mistake(reader, path, value,
                         "`%.200s` stands there already, as number %lu",
                         *program, (unsigned long)index);
}

static void read_sinks(struct settings_reader *reader,
                       const struct settings_path *path, const cJSON *value,
                       void *out)
{
    static const struct settings_items items = {
        .noun = "programs",
        .size = sizeof(const char *),
        .read = read_sink,
        .check = check_sink,
    };
    struct collector_wish *wish = out;
    wish->sinks =
        settings_read_list(reader, path, value, &items, &wish->sink_count);
    if (cJSON_IsArray(value) && value->child == NULL)
        settings_mistake(reader, path, value,
                         "the list is empty; leave the key out to mean none");
}

#define AT(member) offsetof(struct collector_wish, member)

/* Members that are about callbacks, without which they would do nothing. */
static void check_callbacks(struct settings_reader *reader,
                            const struct settings_path *path,
                            const cJSON *value,
                            const struct collector_wish *wish)
{
    static const char *const keys[] = {"sinks", "check_callbacks"};
    for (size_t i = 0; i < SETTINGS_COUNT(keys); i++) {
        const cJSON *member = json_member(value, keys[i]);
        struct settings_path below = {.parent = path, .key = keys[i]};
        if (member != NULL && wish->asynchronous != FLAG_ON)
            settings_mistake(reader, &below, member,
                             "only asynchronous queries are called back; add "
                             "\"asynchronous\": true, or leave this key out");
    }
}

void collector_read(struct settings_reader *reader,
                    const struct settings_path *path, const cJSON *value,
                    void *out)
{
    static const struct settings_key keys[] = {
        {"targets", audience_words_read, AT(targets), true},
        {"asynchronous", settings_read_flag, AT(asynchronous), false},
        {"sinks", read_sinks, 0, false},
        {"check_callbacks", settings_read_flag, AT(check_callbacks), false},
    };
    static const struct settings_shape shape = {
        .noun = "a property of the collector",
        .keys = keys,
        .count = SETTINGS_COUNT(keys),
    };
    struct collector_wish *wish = out;
    wish->targets.what = "wmi.collector.targets";
    settings_read_object(reader, path, value, &shape, out);
    check_callbacks(reader, path, value, wish);
}
