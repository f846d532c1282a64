/* SPDX-License-Identifier: MIT */
#include "verify/verdict.h"

#include <stdarg.h>
#include <stdio.h>

void verdict_say(struct verdict *verdict, enum verdict_state state,
                 const char *format, ...)
{
    va_list args;
    verdict->state = state;
    va_start(args, format);
    vsnprintf(verdict->text, sizeof verdict->text, format, args);
    va_end(args);
}

void verdict_advise(struct verdict *verdict, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(verdict->hint, sizeof verdict->hint, format, args);
    va_end(args);
}

void verdict_unavailable(struct verdict *verdict)
{
    snprintf(verdict->code, sizeof verdict->code, SERVER_UNAVAILABLE);
    verdict->name = "RPC_S_SERVER_UNAVAILABLE";
}

static const char *fault_name(uint32_t code)
{
    switch (code) {
    case 0x00000005:
        return "ERROR_ACCESS_DENIED";
    case 0x1C010002:
        return "nca_s_op_rng_error";
    case 0x1C010003:
        return "nca_s_unk_if";
    case 0x1C00001D:
        return "nca_s_server_too_busy";
    default:
        return NULL;
    }
}

void verdict_code(struct verdict *verdict, uint32_t code)
{
    snprintf(verdict->code, sizeof verdict->code, "0x%08X", (unsigned)code);
    verdict->name = fault_name(code);
}

bool verdict_add_as(cJSON *layers, const char *layer,
                    const struct verdict *verdict, uint64_t took_ms)
{
    static const char *const state_words[] = {
#define X(symbol, word) word,
        VERDICT_LIST(X)
#undef X
    };
    cJSON *object = cJSON_CreateObject();
    bool added =
        cJSON_AddStringToObject(object, "layer", layer) &&
        cJSON_AddStringToObject(object, "state", state_words[verdict->state]) &&
        (verdict->code[0] == '\0' ||
         cJSON_AddStringToObject(object, "code", verdict->code)) &&
        (verdict->name == NULL ||
         cJSON_AddStringToObject(object, "name", verdict->name)) &&
        cJSON_AddStringToObject(object, "text", verdict->text) &&
        (verdict->hint[0] == '\0' ||
         cJSON_AddStringToObject(object, "hint", verdict->hint)) &&
        (verdict->state == VERDICT_SKIPPED ||
         cJSON_AddNumberToObject(object, "elapsed_ms", (double)took_ms)) &&
        cJSON_AddItemToArray(layers, object);
    if (!added)
        cJSON_Delete(object);
    return added;
}

bool verdict_add(cJSON *layers, enum layer layer, const struct verdict *verdict,
                 uint64_t took_ms)
{
    static const char *const words[] = {
#define X(symbol, word) word,
        LAYER_LIST(X)
#undef X
    };
    return verdict_add_as(layers, words[layer], verdict, took_ms);
}
