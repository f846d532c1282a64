/* SPDX-License-Identifier: MIT */
#include "payload/connection/wish.h"

#include <string.h>

#include "base/json.h"
#include "payload/protocol.h"

#define NAME_MAX_LEN 255
#define PATH_MAX_LEN 1024
#define NAMESPACES_MAX 16

/* A text with nothing in it that a path of WMI's would be cut at. */
static bool is_part(const cJSON *item, const char *forbidden, size_t max)
{
    const char *text = cJSON_GetStringValue(item);
    if (text == NULL || *text == '\0' || strlen(text) > max ||
        text[strcspn(text, forbidden)] != '\0')
        return false;
    while (*text != '\0' && (unsigned char)*text > ' ' && *text != 0x7F)
        text++;
    return *text == '\0';
}

static bool are_namespaces(const cJSON *list)
{
    const cJSON *item;
    int count = cJSON_IsArray(list) ? cJSON_GetArraySize(list) : 0;
    if (count < 1 || count > NAMESPACES_MAX)
        return false;
    cJSON_ArrayForEach (item, list) {
        if (!is_part(item, "/:\"'", PATH_MAX_LEN) ||
            item->valuestring[0] == '\\')
            return false;
    }
    return true;
}

static bool is_filled(const cJSON *object, const char *key)
{
    const char *text = json_text(object, key);
    return text != NULL && *text != '\0' && strlen(text) <= NAME_MAX_LEN;
}

static const cJSON *targets_of(const cJSON *request)
{
    return json_member(json_member(request, "verify"), "targets");
}

cJSON *wish_passwords(const cJSON *request)
{
    cJSON *list = json_member(json_member(request, "secrets"), "passwords");
    return cJSON_IsArray(list) ? list : NULL;
}

static bool are_texts(const cJSON *list)
{
    const cJSON *item;
    cJSON_ArrayForEach (item, list) {
        if (!cJSON_IsString(item))
            return false;
    }
    return true;
}

int wish_count(const cJSON *request)
{
    return cJSON_GetArraySize(targets_of(request));
}

bool wish_is_sane(const cJSON *request)
{
    const cJSON *targets = targets_of(request);
    const cJSON *passwords = wish_passwords(request);
    const cJSON *target;
    int count = wish_count(request);
    if (!cJSON_IsArray(targets) || count > PROTOCOL_VERIFY_TARGETS_MAX ||
        passwords == NULL || cJSON_GetArraySize(passwords) != count ||
        !are_texts(passwords))
        return false;
    cJSON_ArrayForEach (target, targets) {
        if (!is_filled(target, "host") || !is_filled(target, "user") ||
            !is_part(json_member(target, "address"), "\\/\"'", NAME_MAX_LEN) ||
            !are_namespaces(json_member(target, "namespaces")))
            return false;
    }
    return true;
}

struct wish wish_of(const cJSON *request, int place)
{
    const cJSON *target = cJSON_GetArrayItem(targets_of(request), place);
    const cJSON *verify = json_member(request, "verify");
    return (struct wish){
        .host = json_text(target, "host"),
        .address = json_text(target, "address"),
        .user = json_text(target, "user"),
        .password = cJSON_GetStringValue(
            cJSON_GetArrayItem(wish_passwords(request), place)),
        .namespaces = json_member(target, "namespaces"),
        .asynchronous = cJSON_IsTrue(json_member(verify, "asynchronous")),
    };
}
