/* SPDX-License-Identifier: MIT */
#include "payload/registry/registry_state.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "payload/win32/hex.h"
#include "payload/win32/utf16.h"

static const char *const type_names[] = {
    "REG_NONE",
    "REG_SZ",
    "REG_EXPAND_SZ",
    "REG_BINARY",
    "REG_DWORD",
    "REG_DWORD_BIG_ENDIAN",
    "REG_LINK",
    "REG_MULTI_SZ",
    "REG_RESOURCE_LIST",
    "REG_FULL_RESOURCE_DESCRIPTOR",
    "REG_RESOURCE_REQUIREMENTS_LIST",
    "REG_QWORD",
};
#define TYPE_COUNT (sizeof type_names / sizeof *type_names)

void registry_value_release(struct registry_value *value)
{
    free(value->bytes);
    *value = (struct registry_value){.bytes = NULL};
}

/* The text of a well-formed string value, or NULL. */
static char *text_of(const struct registry_value *value)
{
    size_t count = value->len / 2;
    if (value->len % 2 != 0 || count == 0)
        return NULL;
    uint16_t *units = malloc(value->len);
    if (units == NULL)
        return NULL;
    for (size_t i = 0; i < count; i++)
        units[i] =
            (uint16_t)(value->bytes[2 * i] | value->bytes[2 * i + 1] << 8);
    char *text = NULL;
    if (units[count - 1] == 0 && utf16_len(units) == count - 1 &&
        utf16_valid(units, count - 1))
        text = utf16_to_utf8(units, count - 1);
    free(units);
    return text;
}

/* {"type", key: text}; takes the text, which may be NULL. */
static cJSON *typed(unsigned long type, const char *key, char *text)
{
    char number[24];
    const char *name = number;
    if (type < TYPE_COUNT)
        name = type_names[type];
    else
        snprintf(number, sizeof number, "%lu", type);
    cJSON *state = text != NULL ? cJSON_CreateObject() : NULL;
    if (state != NULL &&
        (cJSON_AddStringToObject(state, "type", name) == NULL ||
         cJSON_AddStringToObject(state, key, text) == NULL)) {
        cJSON_Delete(state);
        state = NULL;
    }
    free(text);
    return state;
}

cJSON *registry_state_make(const struct registry_value *value)
{
    const unsigned char *b = value->bytes;
    if (value->type == REGISTRY_TYPE_DWORD && value->len == 4)
        return cJSON_CreateNumber(
            (double)((uint32_t)b[0] | (uint32_t)b[1] << 8 |
                     (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24));
    char *text = NULL;
    if (value->type == REGISTRY_TYPE_SZ ||
        value->type == REGISTRY_TYPE_EXPAND_SZ)
        text = text_of(value);
    if (text != NULL && value->type == REGISTRY_TYPE_EXPAND_SZ)
        return typed(value->type, "text", text);
    if (text == NULL)
        return typed(value->type, "hex", hex_text(value->bytes, value->len));
    cJSON *state = cJSON_CreateString(text);
    free(text);
    return state;
}

cJSON *registry_state_no_value(void)
{
    cJSON *state = cJSON_CreateObject();
    if (state != NULL &&
        cJSON_AddStringToObject(state, "absent", "value") != NULL)
        return state;
    cJSON_Delete(state);
    return NULL;
}

cJSON *registry_state_no_key(unsigned levels)
{
    cJSON *state = cJSON_CreateObject();
    if (state != NULL &&
        cJSON_AddStringToObject(state, "absent", "key") != NULL &&
        cJSON_AddNumberToObject(state, "levels", levels) != NULL)
        return state;
    cJSON_Delete(state);
    return NULL;
}

bool registry_state_absent(const cJSON *state)
{
    return cJSON_IsObject(state) && json_text(state, "absent") != NULL;
}

unsigned registry_state_missing_keys(const cJSON *state)
{
    const cJSON *levels =
        registry_state_absent(state) ? json_member(state, "levels") : NULL;
    if (levels == NULL || !cJSON_IsNumber(levels) || levels->valuedouble < 1 ||
        levels->valuedouble > 64)
        return 0;
    return (unsigned)levels->valuedouble;
}

static int take_bytes(struct registry_value *value, unsigned long type,
                      size_t len)
{
    value->bytes = malloc(len > 0 ? len : 1);
    if (value->bytes == NULL)
        return -1;
    value->type = type;
    value->len = len;
    return 0;
}

static int take_text(struct registry_value *value, unsigned long type,
                     const char *text)
{
    uint16_t *units = utf16_from_utf8(text);
    size_t count = units != NULL ? utf16_len(units) + 1 : 0;
    int status = count > 0 ? take_bytes(value, type, count * 2) : -1;
    for (size_t i = 0; status == 0 && i < count; i++) {
        value->bytes[2 * i] = (unsigned char)(units[i] & 0xFF);
        value->bytes[2 * i + 1] = (unsigned char)(units[i] >> 8);
    }
    free(units);
    return status;
}

static int take_number(struct registry_value *value, double number)
{
    if (!(number >= 0 && number <= (double)UINT32_MAX) ||
        take_bytes(value, REGISTRY_TYPE_DWORD, 4) != 0)
        return -1;
    uint32_t bits = (uint32_t)number;
    for (size_t i = 0; i < 4; i++)
        value->bytes[i] = (unsigned char)(bits >> (8 * i) & 0xFF);
    return 0;
}

static int take_hex(struct registry_value *value, unsigned long type,
                    const char *hex)
{
    value->bytes = hex_read(hex, &value->len);
    value->type = type;
    return value->bytes != NULL ? 0 : -1;
}

static int type_of(const char *name, unsigned long *type)
{
    for (size_t i = 0; i < TYPE_COUNT; i++) {
        if (strcmp(name, type_names[i]) == 0) {
            *type = (unsigned long)i;
            return 0;
        }
    }
    char *end;
    *type = strtoul(name, &end, 10);
    return *name >= '0' && *name <= '9' && *end == '\0' ? 0 : -1;
}

int registry_state_value(const cJSON *state, struct registry_value *value)
{
    unsigned long type;
    if (cJSON_IsNumber(state))
        return take_number(value, state->valuedouble);
    if (cJSON_IsString(state))
        return take_text(value, REGISTRY_TYPE_SZ, state->valuestring);
    const char *name = cJSON_IsObject(state) ? json_text(state, "type") : NULL;
    if (name == NULL || type_of(name, &type) != 0)
        return -1;
    const char *text = json_text(state, "text");
    const char *hex = json_text(state, "hex");
    if (text != NULL)
        return take_text(value, type, text);
    return hex != NULL ? take_hex(value, type, hex) : -1;
}
