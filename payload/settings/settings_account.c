/* SPDX-License-Identifier: MIT */
#include "payload/settings/settings_account.h"

#include <stddef.h>
#include <string.h>

#include "base/word.h"
#include "payload/descriptor/sid.h"

#define ACCOUNT_MAX_LEN 100 /* characters */

static bool looks_like_sid(const char *text)
{
    return word_lower(text[0]) == 's' && strncmp(text + 1, "-1-", 3) == 0;
}

/* NULL, or what is wrong with it as the name of an account. */
static const char *trouble_with_name(const char *text)
{
    if (*text == '\0')
        return "the name is empty";
    if (settings_text_len(text) > ACCOUNT_MAX_LEN)
        return "the name has more than 100 characters";
    for (const char *c = text; *c != '\0'; c++) {
        if ((unsigned char)*c < 0x20 || *c == 0x7F)
            return "the name holds a control character; a backslash is "
                   "written \\\\ in JSON";
    }
    if (text[strcspn(text, "\"/[]:;|=,+*?<>")] != '\0')
        return "no account's name has one of \" / [ ] : ; | = , + * ? < >";
    if (*text == ' ' || text[strlen(text) - 1] == ' ')
        return "the name begins or ends with a blank";
    return NULL;
}

void settings_read_account(struct settings_reader *reader,
                           const struct settings_path *path, const cJSON *value,
                           void *out)
{
    const char **account = out;
    const char *text = cJSON_GetStringValue(value);
    struct sid sid;
    if (text == NULL) {
        settings_expected(reader, path, value,
                          "the name of an account, a SID or a word such as "
                          "\"distributed_com_users\"");
        return;
    }
    const char *trouble = trouble_with_name(text);
    if (trouble == NULL && looks_like_sid(text) && !sid_parse(&sid, text))
        trouble = "this is no SID; one looks like S-1-5-32-562";
    if (trouble == NULL)
        *account = settings_copy(reader, text);
    else
        settings_mistake(reader, path, value, "%s", trouble);
}

void settings_check_grants(struct settings_reader *reader,
                           const struct settings_path *path, const cJSON *value,
                           const void *element, const void *other, size_t index)
{
    const char *const *account = element;
    const char *const *earlier = other;
    if (word_same(*account, *earlier))
        settings_mistake(reader, path, value,
                         "the account `%s` is already told in grants[%lu]",
                         *account, (unsigned long)index);
}
