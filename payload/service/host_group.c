/* SPDX-License-Identifier: MIT */
#include "payload/service/host_group.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "payload/registry/registry_lines.h"
#include "payload/win32/utf16.h"

#define END_LEN 2u /* a NUL */

/* --- reading ------------------------------------------------------------- */

static bool is_list(const cJSON *value)
{
    const char *type = cJSON_IsObject(value) ? json_text(value, "type") : NULL;
    return type != NULL && strcmp(type, "REG_MULTI_SZ") == 0;
}

static bool add_text(cJSON *entry, const char *member,
                     const struct registry_value *value,
                     const struct registry_line *line)
{
    if (line->len == 0)
        return cJSON_AddNullToObject(entry, member) != NULL;
    char *text = registry_line_text(value, line);
    bool added =
        text != NULL && cJSON_AddStringToObject(entry, member, text) != NULL;
    free(text);
    return added;
}

static bool add_entry(cJSON *state, const struct registry_value *value,
                      const struct registry_line *line,
                      const struct registry_line *before)
{
    cJSON *entry = cJSON_CreateObject();
    if (add_text(entry, "name", value, line) &&
        add_text(entry, "after", value, before) &&
        cJSON_AddItemToArray(state, entry))
        return true;
    cJSON_Delete(entry);
    return false;
}

cJSON *host_group_state(const cJSON *value, const char *service)
{
    struct registry_value list;
    struct registry_line line = {0};
    struct registry_line before = {0};
    if (!is_list(value))
        return cJSON_Duplicate(value, true);
    if (registry_state_value(value, &list) != 0)
        return NULL;
    cJSON *state = cJSON_CreateArray();
    bool added = state != NULL;
    for (; added && registry_next_line(&list, &line); before = line) {
        if (registry_line_is(&list, &line, service))
            added = add_entry(state, &list, &line, &before);
    }
    registry_value_release(&list);
    if (added)
        return state;
    cJSON_Delete(state);
    return NULL;
}

/* --- putting back -------------------------------------------------------- */

/* `list` loses the lines of `service`, and gets the end that it may lack. */
static void take_out(struct registry_value *list, const char *service)
{
    const struct registry_value from = *list;
    struct registry_line line = {0};
    size_t end = 0;
    while (registry_next_line(&from, &line)) {
        if (registry_line_is(&from, &line, service))
            continue;
        memmove(list->bytes + end, from.bytes + line.at, line.len);
        memset(list->bytes + end + line.len, 0, END_LEN);
        end += line.len + END_LEN;
    }
    size_t rest = line.at < from.len ? from.len - line.at : 0;
    memmove(list->bytes + end, from.bytes + line.at, rest);
    if (rest < END_LEN)
        memset(list->bytes + end, 0, rest = END_LEN);
    list->len = end + rest;
}

/* Where the line begins that follows the one named `after`. */
static size_t place_behind(const struct registry_value *list, const char *after)
{
    struct registry_line line = {0};
    size_t place = 0;
    bool found = after == NULL;
    while (registry_next_line(list, &line)) {
        char *text = !found ? registry_line_text(list, &line) : NULL;
        if (!found)
            place = line.at + line.len + END_LEN;
        if (text != NULL)
            found = strcmp(text, after) == 0;
        free(text);
    }
    return place;
}

static void insert(struct registry_value *list, size_t place,
                   const uint16_t *name)
{
    size_t count = utf16_len(name) + 1;
    unsigned char *at = list->bytes + place;
    memmove(at + 2 * count, at, list->len - place);
    for (size_t i = 0; i < count; i++) {
        at[2 * i] = (unsigned char)(name[i] & 0xFF);
        at[2 * i + 1] = (unsigned char)(name[i] >> 8);
    }
    list->len += 2 * count;
}

static bool put_entries(struct registry_value *list, const cJSON *state)
{
    const cJSON *entry;
    cJSON_ArrayForEach (entry, state) {
        const char *text = json_text(entry, "name");
        uint16_t *name = utf16_from_utf8(text != NULL ? text : "");
        if (name == NULL)
            return false;
        if (*name != 0)
            insert(list, place_behind(list, json_text(entry, "after")), name);
        free(name);
    }
    return true;
}

/* Bytes that no more than these come to. */
static size_t room_for(const cJSON *state)
{
    size_t room = 2 * END_LEN;
    const cJSON *entry;
    cJSON_ArrayForEach (entry, state) {
        const char *text = json_text(entry, "name");
        room += text != NULL ? 2 * strlen(text) + END_LEN : 0;
    }
    return room;
}

/* The list that `value` is, or an empty one, with room for more. */
static int make_list(const cJSON *value, size_t room,
                     struct registry_value *list)
{
    *list = (struct registry_value){.type = REGISTRY_TYPE_MULTI_SZ};
    if (is_list(value) && registry_state_value(value, list) != 0)
        return -1;
    unsigned char *bytes = realloc(list->bytes, list->len + room);
    if (bytes != NULL)
        list->bytes = bytes;
    return bytes != NULL ? 0 : -1;
}

cJSON *host_group_put(const cJSON *value, const char *service,
                      const cJSON *state)
{
    struct registry_value list;
    cJSON *put = NULL;
    /* It was no list then: it stays one for the others that are in it now. */
    bool was_list = cJSON_IsArray(state);
    if (!was_list && !is_list(value))
        return cJSON_Duplicate(state, true);
    if (make_list(value, room_for(was_list ? state : NULL), &list) == 0) {
        take_out(&list, service);
        struct registry_line first = {0};
        if (!was_list && !registry_next_line(&list, &first))
            put = cJSON_Duplicate(state, true);
        else if (put_entries(&list, was_list ? state : NULL))
            put = registry_state_make(&list);
    }
    registry_value_release(&list);
    return put;
}
