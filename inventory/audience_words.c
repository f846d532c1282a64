/* SPDX-License-Identifier: MIT */
#include "inventory/audience_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

#define TEXT_SHOWN 60

static bool has_control(const char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < 0x20 || *text == 0x7F)
            return true;
    }
    return false;
}

static bool read_item(struct settings_reader *reader,
                      const struct settings_path *path, const cJSON *value,
                      void *element)
{
    struct audience_item *item = element;
    const char *text = cJSON_GetStringValue(value);
    if (text == NULL || *text == '\0' || has_control(text)) {
        settings_expected(reader, path, value,
                          "an address, or the name of a host or group");
        return false;
    }
    if (strcmp(text, "*") == 0) {
        settings_mistake(reader, path, value,
                         "* would let everybody in; name addresses, hosts or "
                         "groups");
        return false;
    }
    *item = (struct audience_item){.text = settings_copy(reader, text),
                                   .place = value};
    return item->text != NULL;
}

static void check_item(struct settings_reader *reader,
                       const struct settings_path *path, const cJSON *value,
                       const void *element, const void *earlier, size_t index)
{
    const struct audience_item *item = element;
    const struct audience_item *other = earlier;
    if (strcmp(item->text, other->text) == 0)
        settings_mistake(reader, path, value,
                         "`%.*s` stands there already, as number %lu",
                         (int)utf8_cut(item->text, TEXT_SHOWN), item->text,
                         (unsigned long)index);
}

void audience_words_read(struct settings_reader *reader,
                         const struct settings_path *path, const cJSON *value,
                         void *out)
{
    static const struct settings_items items = {
        .noun = "addresses, hosts and groups",
        .size = sizeof(struct audience_item),
        .read = read_item,
        .check = check_item,
    };
    struct audience_words *words = out;
    words->place = value;
    words->items =
        settings_read_list(reader, path, value, &items, &words->count);
    if (cJSON_IsArray(value) && value->child == NULL)
        settings_mistake(reader, path, value,
                         "the list is empty: nobody is meant");
}

/* Every name that could have been meant, NULL-terminated; or NULL. */
static const char **all_names(const struct model *model)
{
    size_t count = 0;
    const char **names =
        calloc(model->hosts.count + model->groups.count + 3, sizeof *names);
    if (names == NULL)
        return NULL;
    names[count++] = SETTINGS_CONTROLLER;
    names[count++] = "LocalSubnet";
    for (size_t i = 0; i < model->groups.count; i++)
        names[count++] = ((const struct group *)model->groups.items[i])->name;
    for (size_t i = 0; i < model->hosts.count; i++)
        names[count++] = ((const struct host *)model->hosts.items[i])->name;
    return names;
}

static void tell_unknown(struct settings_reader *reader,
                         const struct settings_path *path,
                         const struct audience_item *item,
                         const struct model *model)
{
    const char **names = all_names(model);
    const char *text = item->text + (item->text[0] == '@');
    const char *near = names == NULL ? NULL : problems_nearest(text, names);
    settings_mistake(reader, path, item->place,
                     "`%.*s` is no host and no group of the inventory, and no "
                     "address%s%s%s",
                     (int)utf8_cut(item->text, TEXT_SHOWN), item->text,
                     near == NULL ? "" : "; did you mean `",
                     near == NULL ? "" : near, near == NULL ? "" : "`?");
    free(names);
}

void audience_words_judge(struct settings_reader *reader,
                          const struct settings_path *path,
                          const struct audience_words *words,
                          const struct model *model)
{
    for (size_t i = 0; i < words->count; i++) {
        struct settings_path below = {.parent = path, .index = i};
        const struct audience_item *item = &words->items[i];
        enum audience_kind kind = audience_read(model, item->text).kind;
        if (kind == AUDIENCE_UNKNOWN)
            tell_unknown(reader, &below, item, model);
        else if (kind == AUDIENCE_WORD &&
                 (model_host(model, item->text) != NULL ||
                  model_group(model, item->text) != NULL))
            settings_mistake(
                reader, &below, item->place,
                "`%s` is a word of wmifleet's and a name of the inventory: "
                "write its address, or @%s for a group",
                item->text, item->text);
    }
}
