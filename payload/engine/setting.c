/* SPDX-License-Identifier: MIT */
#include "payload/engine/setting.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

#define CODE_NO_MEMORY 8ul /* ERROR_NOT_ENOUGH_MEMORY */

struct setting *setting_list_add(struct setting_list *list, const char *id,
                                 cJSON *desired, const struct setting_ops *ops)
{
    size_t size = (list->count + 1) * sizeof *list->items;
    struct setting *items = realloc(list->items, size);
    if (items == NULL || desired == NULL) {
        if (items != NULL)
            list->items = items;
        cJSON_Delete(desired);
        return NULL;
    }
    list->items = items;
    struct setting *setting = &items[list->count++];
    *setting = (struct setting){.desired = desired, .ops = ops};
    snprintf(setting->id, sizeof setting->id, "%s", id);
    return setting;
}

void setting_list_release(struct setting_list *list)
{
    for (size_t i = list->count; i-- > 0;) {
        struct setting *setting = &list->items[i];
        if (setting->ops != NULL && setting->ops->release != NULL)
            setting->ops->release(setting);
        cJSON_Delete(setting->desired);
        cJSON_Delete(setting->hints);
    }
    free(list->items);
    *list = (struct setting_list){NULL, 0};
}

/* A text cut in the middle of a character ends before it. */
static void print_whole(char *out, size_t size, const char *format,
                        va_list args)
{
    int len = vsnprintf(out, size, format, args);
    if (len < 0)
        out[0] = '\0';
    if (len < 0 || (size_t)len < size)
        return;
    size_t at = 0;
    for (size_t step = 1; step > 0 && at < size - 1; at += step) {
        uint32_t character;
        step = utf8_decode(out + at, size - 1 - at, &character);
    }
    out[at] = '\0';
}

int setting_reason_set(struct setting_reason *reason, unsigned long code,
                       const char *hint, const char *format, ...)
{
    reason->code = code;
    reason->name = NULL;
    reason->text[0] = '\0';
    if (format != NULL) {
        va_list args;
        va_start(args, format);
        print_whole(reason->text, sizeof reason->text, format, args);
        va_end(args);
    }
    snprintf(reason->hint, sizeof reason->hint, "%s", hint != NULL ? hint : "");
    return -1;
}

static bool holds_text(const cJSON *array, const char *text)
{
    const cJSON *item;
    cJSON_ArrayForEach (item, array) {
        if (strcmp(item->valuestring, text) == 0)
            return true;
    }
    return false;
}

int setting_fail_memory(struct setting_reason *reason)
{
    return setting_reason_set(reason, CODE_NO_MEMORY, NULL, "memory is short");
}

void setting_hint(struct setting *setting, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    print_whole(text, sizeof text, format, args);
    va_end(args);
    if (setting->hints == NULL)
        setting->hints = cJSON_CreateArray();
    /* A state is read and compared several times; a hint is told once. */
    if (setting->hints == NULL || holds_text(setting->hints, text))
        return;
    cJSON *item = cJSON_CreateString(text);
    if (item != NULL && !cJSON_AddItemToArray(setting->hints, item))
        cJSON_Delete(item);
}
