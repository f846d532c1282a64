/* SPDX-License-Identifier: MIT */
#include "payload/registry/registry_io.h"

#include <windows.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "payload/win32/utf16.h"

#define ROOT HKEY_LOCAL_MACHINE
#define VALUE_MAX (1024u * 1024)
#define KEY_TEXT_MAX 256
#define NAME_MAX_UNITS 256 /* the registry would allow 16,383 */

static unsigned long open_key(const char *key, REGSAM access, HKEY *opened)
{
    wchar_t *wide = utf16_from_utf8(key);
    if (wide == NULL)
        return ERROR_NOT_ENOUGH_MEMORY;
    LSTATUS code =
        RegOpenKeyExW(ROOT, wide, 0, access | KEY_WOW64_64KEY, opened);
    free(wide);
    return (unsigned long)code;
}

/* "A\B\C" becomes "A\B"; false when there is no parent. */
static bool cut_last(char *key)
{
    char *slash = strrchr(key, '\\');
    if (slash == NULL)
        return false;
    *slash = '\0';
    return true;
}

bool registry_has_key(const char *key)
{
    HKEY opened;
    if (open_key(key, KEY_QUERY_VALUE, &opened) != ERROR_SUCCESS)
        return false;
    RegCloseKey(opened);
    return true;
}

bool registry_lacks_key(const char *key)
{
    HKEY opened;
    unsigned long code = open_key(key, KEY_QUERY_VALUE, &opened);
    if (code == ERROR_SUCCESS)
        RegCloseKey(opened);
    return code == ERROR_FILE_NOT_FOUND;
}

static unsigned missing_levels(const char *key)
{
    char text[KEY_TEXT_MAX];
    unsigned levels = 1;
    snprintf(text, sizeof text, "%s", key);
    while (cut_last(text) && registry_lacks_key(text))
        levels++;
    return levels;
}

static unsigned long read_value(HKEY key, const wchar_t *name,
                                struct registry_value *value)
{
    DWORD type = 0;
    DWORD size = 0;
    LSTATUS code = RegQueryValueExW(key, name, NULL, &type, NULL, &size);
    if (code != ERROR_SUCCESS)
        return (unsigned long)code;
    /* It may grow between the two calls: a little more is asked for. */
    size = size < VALUE_MAX ? size + 64 : VALUE_MAX;
    value->bytes = malloc(size);
    if (value->bytes == NULL)
        return ERROR_NOT_ENOUGH_MEMORY;
    code = RegQueryValueExW(key, name, NULL, &type, value->bytes, &size);
    value->type = type;
    value->len = size;
    return (unsigned long)code;
}

static cJSON *state_of(unsigned long *code, const struct registry_value *value)
{
    cJSON *state = NULL;
    if (*code == ERROR_SUCCESS)
        state = registry_state_make(value);
    else if (*code == ERROR_FILE_NOT_FOUND)
        state = registry_state_no_value();
    else
        return NULL;
    *code = state != NULL ? ERROR_SUCCESS : ERROR_NOT_ENOUGH_MEMORY;
    return state;
}

unsigned long registry_read(const char *key, const char *name, cJSON **state)
{
    HKEY opened;
    struct registry_value value = {.bytes = NULL};
    unsigned long code = open_key(key, KEY_QUERY_VALUE, &opened);
    if (code == ERROR_FILE_NOT_FOUND) {
        *state = registry_state_no_key(missing_levels(key));
        return *state != NULL ? ERROR_SUCCESS : ERROR_NOT_ENOUGH_MEMORY;
    }
    if (code != ERROR_SUCCESS)
        return code;
    wchar_t *wide = utf16_from_utf8(name);
    code = wide != NULL ? read_value(opened, wide, &value)
                        : ERROR_NOT_ENOUGH_MEMORY;
    *state = state_of(&code, &value);
    free(wide);
    registry_value_release(&value);
    RegCloseKey(opened);
    return code;
}

static unsigned long make_key(const char *key, HKEY *made)
{
    wchar_t *wide = utf16_from_utf8(key);
    if (wide == NULL)
        return ERROR_NOT_ENOUGH_MEMORY;
    LSTATUS code =
        RegCreateKeyExW(ROOT, wide, 0, NULL, REG_OPTION_NON_VOLATILE,
                        KEY_SET_VALUE | KEY_WOW64_64KEY, NULL, made, NULL);
    free(wide);
    return (unsigned long)code;
}

unsigned long registry_write(const char *key, const char *name,
                             const struct registry_value *value)
{
    HKEY made;
    unsigned long code = make_key(key, &made);
    if (code != ERROR_SUCCESS)
        return code;
    wchar_t *wide = utf16_from_utf8(name);
    code = wide == NULL
               ? ERROR_NOT_ENOUGH_MEMORY
               : (unsigned long)RegSetValueExW(made, wide, 0, value->type,
                                               value->bytes, (DWORD)value->len);
    free(wide);
    RegCloseKey(made);
    return code;
}

static unsigned long delete_value(const char *key, const char *name)
{
    HKEY opened;
    unsigned long code = open_key(key, KEY_SET_VALUE, &opened);
    if (code == ERROR_SUCCESS) {
        wchar_t *wide = utf16_from_utf8(name);
        code = wide == NULL ? ERROR_NOT_ENOUGH_MEMORY
                            : (unsigned long)RegDeleteValueW(opened, wide);
        free(wide);
        RegCloseKey(opened);
    }
    return code == ERROR_FILE_NOT_FOUND ? ERROR_SUCCESS : code;
}

/* A key that somebody has put something into since stays. */
static bool delete_empty_key(const char *key)
{
    HKEY opened;
    DWORD keys = 1;
    DWORD values = 1;
    if (open_key(key, KEY_QUERY_VALUE, &opened) != ERROR_SUCCESS)
        return false;
    RegQueryInfoKeyW(opened, NULL, NULL, NULL, &keys, NULL, NULL, &values, NULL,
                     NULL, NULL, NULL);
    RegCloseKey(opened);
    wchar_t *wide = utf16_from_utf8(key);
    bool deleted =
        keys == 0 && values == 0 && wide != NULL &&
        RegDeleteKeyExW(ROOT, wide, KEY_WOW64_64KEY, 0) == ERROR_SUCCESS;
    free(wide);
    return deleted;
}

static void delete_empty_keys(const char *key, unsigned levels)
{
    char text[KEY_TEXT_MAX];
    if (snprintf(text, sizeof text, "%s", key) >= (int)sizeof text)
        return;
    while (levels-- > 0 && delete_empty_key(text)) {
        if (!cut_last(text))
            return;
    }
}

unsigned long registry_restore(const char *key, const char *name,
                               const cJSON *state)
{
    struct registry_value value = {.bytes = NULL};
    if (registry_state_absent(state)) {
        unsigned long code = delete_value(key, name);
        if (code == ERROR_SUCCESS)
            delete_empty_keys(key, registry_state_missing_keys(state));
        return code;
    }
    if (registry_state_value(state, &value) != 0)
        return ERROR_INVALID_DATA;
    unsigned long code = registry_write(key, name, &value);
    registry_value_release(&value);
    return code;
}

/* --- all values of a key ------------------------------------------------- */

static unsigned long add_value(HKEY key, const wchar_t *name, cJSON *states)
{
    struct registry_value value = {.bytes = NULL};
    char *text = utf16_text_to_utf8(name);
    unsigned long code =
        text != NULL ? read_value(key, name, &value) : ERROR_NOT_ENOUGH_MEMORY;
    cJSON *state = state_of(&code, &value);
    if (code == ERROR_SUCCESS && !cJSON_AddItemToObject(states, text, state)) {
        cJSON_Delete(state);
        code = ERROR_NOT_ENOUGH_MEMORY;
    }
    registry_value_release(&value);
    free(text);
    return code;
}

static unsigned long add_values(HKEY key, cJSON *states)
{
    for (DWORD index = 0;; index++) {
        wchar_t name[NAME_MAX_UNITS];
        DWORD count = NAME_MAX_UNITS;
        unsigned long code = (unsigned long)RegEnumValueW(
            key, index, name, &count, NULL, NULL, NULL, NULL);
        if (code == ERROR_NO_MORE_ITEMS)
            return ERROR_SUCCESS;
        if (code == ERROR_SUCCESS)
            code = add_value(key, name, states);
        if (code != ERROR_SUCCESS)
            return code;
    }
}

unsigned long registry_read_all(const char *key, cJSON **states)
{
    HKEY opened;
    unsigned long code = open_key(key, KEY_QUERY_VALUE, &opened);
    if (code == ERROR_FILE_NOT_FOUND)
        return registry_read(key, "", states);
    if (code != ERROR_SUCCESS)
        return code;
    cJSON *found = cJSON_CreateObject();
    code = found != NULL ? add_values(opened, found) : ERROR_NOT_ENOUGH_MEMORY;
    RegCloseKey(opened);
    if (code == ERROR_SUCCESS)
        *states = found;
    else
        cJSON_Delete(found);
    return code;
}

static unsigned long delete_others(const char *key, const cJSON *states)
{
    cJSON *now = NULL;
    const cJSON *each;
    unsigned long code = registry_read_all(key, &now);
    if (code == ERROR_SUCCESS && !registry_state_absent(now)) {
        cJSON_ArrayForEach (each, now) {
            if (!cJSON_HasObjectItem(states, each->string) &&
                code == ERROR_SUCCESS)
                code = delete_value(key, each->string);
        }
    }
    cJSON_Delete(now);
    return code;
}

unsigned long registry_restore_all(const char *key, const cJSON *states)
{
    const cJSON *each;
    HKEY made;
    unsigned long code = delete_others(key, states);
    if (registry_state_absent(states))
        return code != ERROR_SUCCESS ? code : registry_restore(key, "", states);
    if (code == ERROR_SUCCESS && (code = make_key(key, &made)) == ERROR_SUCCESS)
        RegCloseKey(made);
    cJSON_ArrayForEach (each, states) {
        if (code == ERROR_SUCCESS)
            code = registry_restore(key, each->string, each);
    }
    return code;
}

bool registry_number(const char *key, const char *name, unsigned long *number)
{
    cJSON *state = NULL;
    bool found = registry_read(key, name, &state) == ERROR_SUCCESS &&
                 cJSON_IsNumber(state);
    if (found)
        *number = (unsigned long)state->valuedouble;
    cJSON_Delete(state);
    return found;
}

char *registry_text(const char *key, const char *name)
{
    cJSON *state = NULL;
    char *text = NULL;
    if (registry_read(key, name, &state) == ERROR_SUCCESS &&
        cJSON_IsString(state)) {
        size_t size = strlen(state->valuestring) + 1;
        text = malloc(size);
        if (text != NULL)
            memcpy(text, state->valuestring, size);
    }
    cJSON_Delete(state);
    return text;
}
