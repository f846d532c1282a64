/* SPDX-License-Identifier: MIT */
/* The one object of --json and of the store, both ways. */
#include "controller/result/result.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"

/* A text, or null. */
static bool add_text(cJSON *object, const char *key, const char *text)
{
    return text ? cJSON_AddStringToObject(object, key, text) != NULL
                : cJSON_AddNullToObject(object, key) != NULL;
}

/* A copy of the tree, or what stands for none. */
static bool add_tree(cJSON *object, const char *key, const cJSON *tree,
                     cJSON *(*none)(void))
{
    cJSON *copy = tree ? cJSON_Duplicate(tree, 1) : none();
    if (copy && cJSON_AddItemToObject(object, key, copy))
        return true;
    cJSON_Delete(copy);
    return false;
}

static bool add_error(cJSON *object, const struct result *result)
{
    if (result->fault == FAULT_NONE)
        return cJSON_AddNullToObject(object, "error") != NULL;
    cJSON *error = cJSON_AddObjectToObject(object, "error");
    return error && add_text(error, "class", fault_word(result->fault)) &&
           add_text(error, "code", result->fault_code) &&
           add_text(error, "name", result->fault_name) &&
           add_text(error, "text", result->fault_text) &&
           add_text(error, "hint", result->fault_hint);
}

cJSON *result_to_json(const struct result *result)
{
    cJSON *object = cJSON_CreateObject();
    if (object && add_text(object, "host", result->host) &&
        add_text(object, "address", result->address) &&
        add_text(object, "run", result->run) &&
        add_text(object, "verb", verb_word(result->verb)) &&
        add_text(object, "status", status_word(result->status)) &&
        add_text(object, "phase", result->phase) && add_error(object, result) &&
        add_tree(object, "identity", result->identity, cJSON_CreateNull) &&
        add_tree(object, "facts", result->facts, cJSON_CreateNull) &&
        add_tree(object, "settings", result->settings, cJSON_CreateArray) &&
        (result->verb != VERB_VERIFY ||
         add_tree(object, "layers", result->layers, cJSON_CreateArray)) &&
        add_tree(object, "hints", result->hints, cJSON_CreateArray) &&
        add_tree(object, "timing", result->timing, cJSON_CreateObject) &&
        cJSON_AddNumberToObject(object, "attempts", result->attempts) &&
        add_text(object, "noise", result->noise))
        return object;
    cJSON_Delete(object);
    return NULL;
}

/* False when memory is short. */
static bool copy_text(char **place, const cJSON *object, const char *key)
{
    const char *text = json_text(object, key);
    if (text == NULL)
        return true;
    *place = strdup(text);
    return *place != NULL;
}

static void take_tree(cJSON **place, cJSON *object, const char *key,
                      bool (*is_right)(const cJSON *node))
{
    cJSON *node = json_member(object, key);
    if (node && is_right(node))
        *place = cJSON_DetachItemViaPointer(object, node);
}

static bool is_object(const cJSON *node)
{
    return cJSON_IsObject(node);
}

static bool is_array(const cJSON *node)
{
    return cJSON_IsArray(node);
}

static bool read_error(struct result *result, const cJSON *error)
{
    const char *word = json_text(error, "class");
    if (word == NULL)
        return true;
    result->fault = fault_from_word(word);
    return result->fault != FAULT_NONE &&
           copy_text(&result->fault_code, error, "code") &&
           copy_text(&result->fault_name, error, "name") &&
           copy_text(&result->fault_text, error, "text") &&
           copy_text(&result->fault_hint, error, "hint");
}

static struct result *from_tree(cJSON *root)
{
    const char *host = json_text(root, "host");
    const char *address = json_text(root, "address");
    const char *run = json_text(root, "run");
    const char *verb_text = json_text(root, "verb");
    const char *status_text = json_text(root, "status");
    enum verb verb = VERB_CHECK;
    enum status status = STATUS_OK;
    if (!host || !address || !run || !verb_text || !status_text ||
        verb_from_word(verb_text, &verb) ||
        status_from_word(status_text, &status))
        return NULL;
    struct result *result = result_new(host, address, run, verb);
    if (result == NULL)
        return NULL;
    result->status = status;
    const cJSON *attempts = json_member(root, "attempts");
    if (cJSON_IsNumber(attempts) && attempts->valuedouble >= 0)
        result->attempts = (unsigned)attempts->valueint;
    if (!copy_text(&result->phase, root, "phase") ||
        !copy_text(&result->noise, root, "noise") ||
        !read_error(result, json_member(root, "error"))) {
        result_free(result);
        return NULL;
    }
    take_tree(&result->facts, root, "facts", is_object);
    take_tree(&result->identity, root, "identity", is_object);
    take_tree(&result->settings, root, "settings", is_array);
    take_tree(&result->layers, root, "layers", is_array);
    take_tree(&result->hints, root, "hints", is_array);
    take_tree(&result->timing, root, "timing", is_object);
    return result;
}

struct result *result_from_json(const char *text, struct err *err)
{
    cJSON *root = json_parse("stored result", text, strlen(text), err);
    if (root == NULL)
        return NULL;
    struct result *result = from_tree(root);
    cJSON_Delete(root);
    if (result == NULL)
        err_set(err, 0, "the stored result is not one of this version");
    return result;
}
