/* SPDX-License-Identifier: MIT */
#include "controller/job/kept_target.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"

static const char *const source_keys[] = {
    [SECRET_NONE] = NULL,
    [SECRET_TEXT] = NULL,
    [SECRET_ENV] = "password_env",
    [SECRET_FILE] = "password_file",
    [SECRET_COMMAND] = "password_command",
};

static bool add_text(cJSON *object, const char *key, const char *text)
{
    return text == NULL || cJSON_AddStringToObject(object, key, text) != NULL;
}

static bool add_number(cJSON *object, const char *key, double number)
{
    return cJSON_AddNumberToObject(object, key, number) != NULL;
}

static bool add_password(cJSON *object, const struct secret *secret)
{
    const char *key = source_keys[secret->source];
    if (key == NULL)
        return true;
    if (secret->source != SECRET_COMMAND)
        return add_text(object, key, secret->text);
    cJSON *words = cJSON_AddArrayToObject(object, key);
    for (size_t i = 0; words != NULL && secret->command[i] != NULL; i++)
        if (!cJSON_AddItemToArray(words,
                                  cJSON_CreateString(secret->command[i])))
            return false;
    return words != NULL;
}

static bool add_wmi(cJSON *object, const cJSON *wmi)
{
    if (wmi == NULL)
        return true;
    cJSON *copy = cJSON_Duplicate(wmi, 1);
    if (copy != NULL && cJSON_AddItemToObject(object, "wmi", copy))
        return true;
    cJSON_Delete(copy);
    return false;
}

static bool add_target(cJSON *object, const struct target *target)
{
    return add_text(object, "address", target->address) &&
           add_number(object, "port", target->port) &&
           add_text(object, "user", target->user) &&
           add_text(object, "private_key_file", target->private_key_file) &&
           add_text(object, "host_key_alias", target->host_key_alias) &&
           add_number(object, "host_keys", target->host_keys) &&
           add_number(object, "connect_timeout_s", target->connect_timeout_s) &&
           add_number(object, "retries", target->retries) &&
           add_password(object, &target->password) &&
           add_text(object, "proxy_command", target->proxy_command);
}

/* Each jump host within the one behind it, by its name. */
static bool add_jumps(cJSON *object, const struct target *hop)
{
    for (; hop != NULL; hop = hop->jump) {
        object = cJSON_AddObjectToObject(object, "jump");
        if (object == NULL || !add_text(object, "name", hop->name) ||
            !add_target(object, hop))
            return false;
    }
    return true;
}

char *kept_target_print(const struct target *target)
{
    cJSON *object = cJSON_CreateObject();
    char *text = NULL;
    if (object != NULL && add_target(object, target) &&
        add_jumps(object, target->jump) && add_wmi(object, target->wmi))
        text = json_print(object, -1);
    cJSON_Delete(object);
    return text;
}

static int number_of(const cJSON *tree, const char *key, int otherwise)
{
    const cJSON *number = json_member(tree, key);
    return cJSON_IsNumber(number) ? number->valueint : otherwise;
}

static int parse_command(struct kept_target *kept, const cJSON *words)
{
    size_t count = (size_t)cJSON_GetArraySize(words);
    kept->command = calloc(count + 1, sizeof *kept->command);
    if (kept->command == NULL)
        return -1;
    size_t i = 0;
    const cJSON *word;
    cJSON_ArrayForEach (word, words) {
        kept->command[i++] = cJSON_IsString(word) ? word->valuestring : "";
    }
    kept->target.password.command = kept->command;
    return 0;
}

static int parse_password(struct kept_target *kept)
{
    struct secret *secret = &kept->target.password;
    for (int i = SECRET_ENV; i <= SECRET_COMMAND; i++) {
        const cJSON *value = json_member(kept->tree, source_keys[i]);
        if (value == NULL)
            continue;
        secret->source = (enum secret_source)i;
        secret->text = cJSON_IsString(value) ? value->valuestring : "";
        return i == SECRET_COMMAND ? parse_command(kept, value) : 0;
    }
    return 0;
}

static void fill_target(struct target *target, const char *name,
                        const cJSON *tree)
{
    *target = (struct target){
        .name = name,
        .address = json_text(tree, "address"),
        .port = (uint16_t)number_of(tree, "port", 22),
        .user = json_text(tree, "user"),
        .private_key_file = json_text(tree, "private_key_file"),
        .host_key_alias = json_text(tree, "host_key_alias"),
        .host_keys = (enum host_key_policy)number_of(tree, "host_keys",
                                                     HOST_KEYS_DEFAULT),
        .connect_timeout_s = (unsigned)number_of(tree, "connect_timeout_s", 0),
        .retries = number_of(tree, "retries", -1),
        .proxy_command = json_text(tree, "proxy_command"),
        .wmi = json_member(tree, "wmi"),
    };
}

static void release_jumps(struct kept_target *jump)
{
    while (jump != NULL) {
        struct kept_target *before = jump->jump;
        free(jump->command);
        free(jump);
        jump = before;
    }
}

/* The tree is that of the target, which owns it. */
static int parse_jumps(struct kept_target *kept)
{
    const cJSON *tree = kept->tree;
    while ((tree = json_member(tree, "jump")) != NULL) {
        struct kept_target *jump = calloc(1, sizeof *jump);
        if (jump == NULL)
            return -1;
        kept->jump = jump;
        jump->tree = (cJSON *)tree;
        fill_target(&jump->target, json_text(tree, "name"), tree);
        jump->target.is_jump = true;
        kept->target.jump = &jump->target;
        if (jump->target.name == NULL || jump->target.address == NULL ||
            parse_password(jump))
            return -1;
        kept = jump;
    }
    return 0;
}

int kept_target_parse(struct kept_target *kept, const char *name,
                      const char *text, struct err *err)
{
    *kept = (struct kept_target){0};
    kept->tree = json_parse(name, text, strlen(text), err);
    if (kept->tree == NULL)
        return -1;
    char *copy = strdup(name);
    if (copy == NULL) {
        kept_target_release(kept);
        return err_set(err, 0, "out of memory");
    }
    fill_target(&kept->target, copy, kept->tree);
    if (kept->target.address != NULL && parse_password(kept) == 0 &&
        parse_jumps(kept) == 0)
        return 0;
    kept_target_release(kept);
    return err_set(err, 0, "%s: the store has no address of it", name);
}

void kept_target_release(struct kept_target *kept)
{
    release_jumps(kept->jump);
    free((char *)kept->target.name);
    free(kept->command);
    cJSON_Delete(kept->tree);
    *kept = (struct kept_target){0};
}
