/* SPDX-License-Identifier: MIT */
#include "controller/job/kept_target.h"

#include <limits.h>
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

/* Leaves *number where there is none; -1: it is none in these bounds. */
static int take_number(const cJSON *tree, const char *key, int least, int most,
                       int *number)
{
    const cJSON *found = json_member(tree, key);
    if (found == NULL)
        return 0;
    if (!cJSON_IsNumber(found) || !(found->valuedouble >= least) ||
        !(found->valuedouble <= most))
        return -1;
    *number = found->valueint;
    return 0;
}

static int parse_command(struct kept_target *kept, const cJSON *words)
{
    size_t count = (size_t)cJSON_GetArraySize(words);
    kept->command = calloc(count + 1, sizeof *kept->command);
    if (kept->command == NULL || count == 0)
        return -1;
    size_t i = 0;
    const cJSON *word;
    cJSON_ArrayForEach (word, words) {
        if (!cJSON_IsString(word))
            return -1;
        kept->command[i++] = word->valuestring;
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
        if (i == SECRET_COMMAND)
            return parse_command(kept, value);
        secret->text = cJSON_GetStringValue(value);
        return secret->text != NULL ? 0 : -1;
    }
    return 0;
}

/* A damaged row is refused, not guessed at: whom would it reach, and how? */
static int fill_target(struct target *target, const char *name,
                       const cJSON *tree)
{
    int port = 22;
    int host_keys = HOST_KEYS_DEFAULT;
    int timeout_s = 0;
    int retries = -1;
    if (take_number(tree, "port", 1, UINT16_MAX, &port) ||
        take_number(tree, "host_keys", HOST_KEYS_DEFAULT, HOST_KEYS_OFF,
                    &host_keys) ||
        take_number(tree, "connect_timeout_s", 0, INT_MAX, &timeout_s) ||
        take_number(tree, "retries", -1, INT_MAX, &retries))
        return -1;
    *target = (struct target){
        .name = name,
        .address = json_text(tree, "address"),
        .port = (uint16_t)port,
        .user = json_text(tree, "user"),
        .private_key_file = json_text(tree, "private_key_file"),
        .host_key_alias = json_text(tree, "host_key_alias"),
        .host_keys = (enum host_key_policy)host_keys,
        .connect_timeout_s = (unsigned)timeout_s,
        .retries = retries,
        .proxy_command = json_text(tree, "proxy_command"),
        .wmi = json_member(tree, "wmi"),
    };
    return target->name != NULL && target->address != NULL ? 0 : -1;
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
        if (fill_target(&jump->target, json_text(tree, "name"), tree) ||
            parse_password(jump))
            return -1;
        jump->target.is_jump = true;
        kept->target.jump = &jump->target;
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
    if (fill_target(&kept->target, copy, kept->tree) == 0 &&
        parse_password(kept) == 0 && parse_jumps(kept) == 0)
        return 0;
    kept->target.name = copy;
    kept_target_release(kept);
    return err_set(err, 0,
                   "%s: what the store has of how it is reached is damaged; "
                   "say it with -i",
                   name);
}

void kept_target_release(struct kept_target *kept)
{
    release_jumps(kept->jump);
    free((char *)kept->target.name);
    free(kept->command);
    cJSON_Delete(kept->tree);
    *kept = (struct kept_target){0};
}
