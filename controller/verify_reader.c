/* SPDX-License-Identifier: MIT */
#include "controller/verify_reader.h"

#include <string.h>

#include "base/json.h"
#include "controller/typed_secret.h"

/* As many hosts with the same trouble are told one by one. */
#define TOLD_MAX 5

static const char *account_name(const struct target *target)
{
    return json_text(json_member(target->wmi, "account"), "name");
}

const char *verify_reader_of(const struct verify_from *from,
                             const struct target *target)
{
    const cJSON *readers = json_member(target->access, "readers");
    const char *first = cJSON_GetStringValue(cJSON_GetArrayItem(readers, 0));
    if (from->options->reader != NULL)
        return from->options->reader;
    return first != NULL ? first : account_name(target);
}

/* A SID says who it is to a machine, but nobody logs in by it. */
static bool can_log_in(const char *reader)
{
    return reader[0] != '\0' && strncasecmp(reader, "S-1-", 4) != 0;
}

static char *own_password(const struct verify_from *from,
                          const struct target *target, const char *reader,
                          struct err *err)
{
    const char *account = account_name(target);
    if (account == NULL || strcasecmp(account, reader) != 0 ||
        target->account_password.source == SECRET_NONE)
        return NULL;
    return secret_read_account(from->collector.inventory, target, err);
}

/* `err` is empty where it has none, `common` is used then. */
static int find_password(struct verify_from *from, size_t place,
                         const char *common)
{
    const struct target *target = &from->targets->items[place];
    const char *reader = verify_reader_of(from, target);
    struct err err = {.text = ""};
    if (reader == NULL || !can_log_in(reader)) {
        log_line(from->log, LOG_ERROR,
                 "%s: %s%sno account to connect as; name one in "
                 "wmi.access.readers or wmi.account, or with --reader",
                 target->name, reader != NULL ? reader : "",
                 reader != NULL ? ": " : "");
        return -1;
    }
    from->passwords[place] = own_password(from, target, reader, &err);
    if (from->passwords[place] == NULL && err.text[0] == '\0' && common != NULL)
        from->passwords[place] = strdup(common);
    if (from->passwords[place] != NULL)
        return 0;
    if (err.text[0] != '\0')
        log_line(from->log, LOG_ERROR, "%s", err.text);
    else
        log_line(from->log, LOG_ERROR,
                 "%s: no password for %s: wmi.account.password, "
                 "--ask-reader-pass or --reader-password-file",
                 target->name, reader);
    return -1;
}

int verify_reader_passwords(struct verify_from *from)
{
    const struct options *options = from->options;
    char *common = NULL;
    size_t lacking = 0;
    if (options->reader_password_file != NULL)
        common =
            typed_secret_from_file(options->reader_password_file, from->log);
    else if (options->ask_reader_pass)
        common = typed_secret_ask("--ask-reader-pass", "--reader-password-file",
                                  "Password of the reader: ", from->log);
    if (common == NULL &&
        (options->reader_password_file != NULL || options->ask_reader_pass))
        return -1;
    for (size_t i = 0; i < from->targets->count && lacking < TOLD_MAX; i++)
        lacking += find_password(from, i, common) != 0;
    secret_free(common);
    return lacking > 0 ? -1 : 0;
}
