/* SPDX-License-Identifier: MIT */
#include "payload/account/password_record.h"

#include <windows.h>
#include <objbase.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "payload/win32/digest.h"
#include "payload/run/folder.h"

#define RECORD_MAX 1024
#define TICKS_PER_SECOND 10000000ull
#define SALT_LEN 32
/* Windows tells the age in whole seconds, and time passes between calls. */
#define SLACK_S 3

static int open_record(const struct sid *sid, struct folder *folder,
                       char path[FILE_PATH_MAX])
{
    struct failure failure;
    char text[SID_TEXT_MAX];
    char name[SID_TEXT_MAX + 8];
    if (folder_open(folder, &failure) != 0)
        return -1;
    sid_print(sid, text);
    snprintf(name, sizeof name, "a-%s.json", text);
    folder_path(folder, name, path);
    return 0;
}

static double last_set(unsigned long age)
{
    unsigned long long now = file_time_now() / TICKS_PER_SECOND;
    return (double)now - (double)age;
}

static int make_digest(const char *salt, const char *password,
                       char digest[PROTOCOL_HASH_LEN + 1])
{
    size_t len = SALT_LEN + strlen(password);
    char *text = malloc(len + 1);
    if (text == NULL)
        return -1;
    snprintf(text, len + 1, "%s%s", salt, password);
    int status = digest_hash(text, len, digest, NULL);
    SecureZeroMemory(text, len);
    free(text);
    return status;
}

static enum password_record judge(const cJSON *record, unsigned long age,
                                  const char *password)
{
    const cJSON *then = json_member(record, "last_set");
    const char *salt = json_text(record, "salt");
    const char *known = json_text(record, "digest");
    char digest[PROTOCOL_HASH_LEN + 1];
    if (!cJSON_IsNumber(then) || salt == NULL || strlen(salt) != SALT_LEN ||
        known == NULL)
        return PASSWORD_NOT_RECORDED;
    double passed = last_set(age) - then->valuedouble;
    if (passed > SLACK_S || passed < -SLACK_S)
        return PASSWORD_SET_SINCE;
    if (password == NULL)
        return PASSWORD_OURS;
    return make_digest(salt, password, digest) == 0 &&
                   strcmp(digest, known) == 0
               ? PASSWORD_OURS
               : PASSWORD_OTHER;
}

enum password_record password_record_judge(const struct sid *sid,
                                           unsigned long age,
                                           const char *password)
{
    struct folder folder;
    struct buf text;
    char path[FILE_PATH_MAX];
    cJSON *record = NULL;
    if (open_record(sid, &folder, path) != 0)
        return PASSWORD_NOT_RECORDED;
    buf_init(&text, RECORD_MAX);
    if (file_read(path, &text, NULL) == 0)
        record = json_parse(path, text.data, text.len, NULL);
    buf_release(&text);
    folder_close(&folder);
    enum password_record found = judge(record, age, password);
    cJSON_Delete(record);
    return found;
}

/* Random by Windows' own generator: a GUID of version 4. */
static bool make_salt(char salt[SALT_LEN + 1])
{
    GUID guid;
    unsigned char bytes[sizeof guid];
    if (FAILED(CoCreateGuid(&guid)))
        return false;
    memcpy(bytes, &guid, sizeof guid);
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(salt + 2 * i, 3, "%02x", bytes[i]);
    return true;
}

static char *make_record(const struct sid *sid, unsigned long age,
                         const char *password)
{
    char sid_text[SID_TEXT_MAX];
    char salt[SALT_LEN + 1];
    char digest[PROTOCOL_HASH_LEN + 1];
    char *text = NULL;
    if (!make_salt(salt) || make_digest(salt, password, digest) != 0)
        return NULL;
    sid_print(sid, sid_text);
    cJSON *record = cJSON_CreateObject();
    if (cJSON_AddStringToObject(record, "sid", sid_text) != NULL &&
        cJSON_AddNumberToObject(record, "last_set", last_set(age)) != NULL &&
        cJSON_AddStringToObject(record, "salt", salt) != NULL &&
        cJSON_AddStringToObject(record, "digest", digest) != NULL)
        text = json_print_ascii(record);
    cJSON_Delete(record);
    return text;
}

int password_record_keep(const struct sid *sid, unsigned long age,
                         const char *password, struct setting_reason *reason)
{
    struct folder folder;
    char path[FILE_PATH_MAX];
    struct err err = {.text = "memory is short"};
    char *text = make_record(sid, age, password);
    int status = text != NULL ? open_record(sid, &folder, path) : -1;
    if (status == 0) {
        status = file_replace(path, text, strlen(text), &err);
        folder_close(&folder);
    }
    free(text);
    return status == 0
               ? 0
               : setting_reason_set(reason, (unsigned long)err.code, NULL,
                                    "the password was set, but when cannot be "
                                    "recorded: %s",
                                    err.text);
}

void password_record_drop(const struct sid *sid)
{
    struct folder folder;
    char path[FILE_PATH_MAX];
    if (open_record(sid, &folder, path) != 0)
        return;
    (void)file_delete(path, NULL);
    folder_close(&folder);
}
