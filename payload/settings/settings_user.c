/* SPDX-License-Identifier: MIT */
#include "payload/settings/settings_user.h"

#include <stddef.h>
#include <string.h>

#include "payload/settings/account_words.h"
#include "payload/settings/settings_account.h"
#include "payload/descriptor/sid.h"

#define USER_MAX_LEN 20 /* characters: lmcons.h, LM20_UNLEN */
#define SECRET_WORDS_MAX 64

struct draft {
    const char *name;
    bool absent;
    bool has_password;
    enum flag_wish never_expires;
    enum flag_wish network_only;
    enum flag_wish update;
};

static const char *trouble_with_name(const char *name)
{
    struct sid sid;
    if (account_word_sid(name) != NULL || sid_parse(&sid, name))
        return "this is a SID or a word for an account that every Windows "
               "has; `account` needs a name of its own";
    if (strchr(name, '\\') != NULL)
        return "the account is one of the machine itself: no domain belongs "
               "before its name";
    if (settings_text_len(name) > USER_MAX_LEN)
        return "the name of an account has 20 characters at most";
    if (name[strlen(name) - 1] == '.')
        return "the name of an account does not end with a period";
    return NULL;
}

static void read_name(struct settings_reader *reader,
                      const struct settings_path *path, const cJSON *value,
                      void *out)
{
    const char **name = out;
    settings_read_account(reader, path, value, name);
    const char *trouble = *name != NULL ? trouble_with_name(*name) : NULL;
    if (trouble != NULL)
        settings_mistake(reader, path, value, "%s", trouble);
}

static bool is_text(const cJSON *item)
{
    return cJSON_IsString(item) && *item->valuestring != '\0';
}

static bool is_command(const cJSON *list)
{
    if (!cJSON_IsArray(list) || !is_text(list->child) ||
        cJSON_GetArraySize(list) > SECRET_WORDS_MAX)
        return false;
    for (const cJSON *word = list->child; word != NULL; word = word->next) {
        if (!cJSON_IsString(word))
            return false;
    }
    return true;
}

/* What stands there is never repeated: it may be the password. */
static void read_password(struct settings_reader *reader,
                          const struct settings_path *path, const cJSON *value,
                          void *out)
{
    bool *has_password = out;
    const cJSON *item = cJSON_IsObject(value) ? value->child : NULL;
    const char *source = item != NULL ? item->string : "";
    *has_password =
        item != NULL && item->next == NULL &&
        (strcmp(source, "command") == 0
             ? is_command(item)
             : (strcmp(source, "env") == 0 || strcmp(source, "file") == 0) &&
                   is_text(item));
    if (!*has_password)
        settings_mistake(
            reader, path, value,
            "%swhere it is: {\"env\": \"NAME\"}, {\"file\": "
            "\"PATH\"} or {\"command\": [\"PROGRAM\", ...]}",
            cJSON_IsObject(value)
                ? "expected one of the ways to say "
                : "the password itself does not belong here; say ");
}

#define AT(member) offsetof(struct draft, member)

void settings_read_user(struct settings_reader *reader,
                        const struct settings_path *path, const cJSON *value,
                        void *out)
{
    static const struct settings_key keys[] = {
        {"name", read_name, AT(name), true},
        {"password", read_password, AT(has_password), false},
        {"password_never_expires", settings_read_flag, AT(never_expires),
         false},
        {"network_logon_only", settings_read_flag, AT(network_only), false},
        {"state", settings_read_absent, AT(absent), false},
        {"update_password", settings_read_flag, AT(update), false},
    };
    static const struct settings_shape shape = {
        .noun = "a property of the account",
        .keys = keys,
        .count = SETTINGS_COUNT(keys),
    };
    struct settings *settings = out;
    struct draft draft = {.name = NULL};
    settings_read_object(reader, path, value, &shape, &draft);
    if (draft.update == FLAG_ON && !draft.has_password && draft.name != NULL)
        settings_mistake(reader, path, value,
                         "`update_password` needs a `password`");
    settings->account = (struct account_wish){
        .name = draft.name,
        .present = !draft.absent,
        .password_given = draft.has_password,
        .password_never_expires = draft.never_expires != FLAG_OFF,
        .network_logon_only = draft.network_only != FLAG_OFF,
        .network_logon_said = draft.network_only != FLAG_NOT_ASKED,
        .update_password = draft.update == FLAG_ON,
    };
}
