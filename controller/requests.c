/* SPDX-License-Identifier: MIT */
#include "controller/requests.h"

#include <errno.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/problems.h"
#include "base/utf8.h"
#include "controller/job/payload_image.h"
#include "payload/settings/settings.h"

#define SALT_LEN 16

struct requests {
    cJSON *options; /* the member that all requests share */
    char salt[2 * SALT_LEN + 1];
    void *tree; /* tsearch: struct request by text */
};

struct request {
    char *text;
    struct blob blob;
};

static int compare(const void *left, const void *right)
{
    const struct request *a = left;
    const struct request *b = right;
    return strcmp(a->text, b->text);
}

static void wipe(char *text)
{
    if (text != NULL)
        explicit_bzero(text, strlen(text));
    free(text);
}

static void request_free(void *node)
{
    struct request *request = node;
    wipe(request->text);
    free(request);
}

static int add_family(cJSON *list, const char *option, const char *word,
                      struct err *err)
{
    const char *const *families = settings_families();
    for (size_t i = 0; families[i] != NULL; i++) {
        if (strcmp(families[i], word) == 0)
            return cJSON_AddItemToArray(list, cJSON_CreateString(word))
                       ? 0
                       : err_set(err, 0, "out of memory");
    }
    const char *nearest = problems_nearest(word, families);
    return err_set(err, 0, "--%s %s: not a family of settings%s%s%s", option,
                   word, nearest ? "; did you mean " : "",
                   nearest ? nearest : "", nearest ? "?" : "");
}

/* "firewall,uac" as a list under `option`; nothing when not asked. */
static int add_families(cJSON *options, const char *option, const char *words,
                        struct err *err)
{
    if (words == NULL)
        return 0;
    cJSON *list = cJSON_AddArrayToObject(options, option);
    char *copy = strdup(words);
    char *rest = copy;
    int failed =
        list == NULL || copy == NULL ? err_set(err, 0, "out of memory") : 0;
    for (char *word; !failed && (word = strsep(&rest, ",")) != NULL;)
        failed = add_family(list, option, word, err);
    free(copy);
    return failed;
}

/* The hash in a request's name must tell nothing of a password in it. */
static int make_salt(char salt[2 * SALT_LEN + 1], struct err *err)
{
    unsigned char random[SALT_LEN];
    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
        return err_set(err, errno, "no random bytes: %s", strerror(errno));
    for (size_t i = 0; i < SALT_LEN; i++)
        snprintf(salt + 2 * i, 3, "%02x", random[i]);
    return 0;
}

static bool names_family(const char *words, const char *family)
{
    size_t len = strlen(family);
    for (; words != NULL; words = strchr(words, ',')) {
        words += *words == ',';
        if (strncmp(words, family, len) == 0 &&
            (words[len] == ',' || words[len] == '\0'))
            return true;
    }
    return false;
}

bool requests_leave_family(const char *only, const char *skip,
                           const char *family)
{
    return (only == NULL || names_family(only, family)) &&
           !names_family(skip, family);
}

static int add_options(cJSON *object, const struct request_options *options,
                       struct err *err)
{
    if (add_families(object, "only", options->only, err) ||
        add_families(object, "skip", options->skip, err))
        return -1;
    if ((options->restart_never &&
         cJSON_AddStringToObject(object, "restart", "never") == NULL) ||
        (options->allow_irreversible &&
         cJSON_AddTrueToObject(object, "allow_irreversible") == NULL) ||
        (options->forget_undo &&
         cJSON_AddTrueToObject(object, "forget_undo") == NULL) ||
        (options->dry_run && cJSON_AddTrueToObject(object, "dry_run") == NULL))
        return err_set(err, 0, "out of memory");
    return 0;
}

struct requests *requests_new(const struct request_options *options,
                              struct err *err)
{
    struct requests *requests = calloc(1, sizeof *requests);
    if (requests != NULL)
        requests->options = cJSON_CreateObject();
    if (requests == NULL || requests->options == NULL) {
        err_set(err, 0, "out of memory");
        requests_free(requests);
        return NULL;
    }
    if (make_salt(requests->salt, err) ||
        add_options(requests->options, options, err)) {
        requests_free(requests);
        return NULL;
    }
    return requests;
}

void requests_free(struct requests *requests)
{
    if (requests == NULL)
        return;
    cJSON_Delete(requests->options);
    tdestroy(requests->tree, request_free);
    free(requests);
}

int requests_set_again(struct requests *requests, const char *text,
                       struct err *err)
{
    cJSON_DeleteItemFromObjectCaseSensitive(requests->options, "again");
    if (text != NULL &&
        cJSON_AddStringToObject(requests->options, "again", text) == NULL)
        return err_set(err, 0, "out of memory");
    return 0;
}

/* A copy of `item` as a member; an absent item is no member. */
static bool add_copy(cJSON *object, const char *key, const cJSON *item)
{
    if (item == NULL)
        return true;
    cJSON *copy = cJSON_Duplicate(item, 1);
    if (copy != NULL && cJSON_AddItemToObject(object, key, copy))
        return true;
    cJSON_Delete(copy);
    return false;
}

/* `item` is the member `key`, which not every request has. */
static char *print_request(const struct requests *requests, const cJSON *wmi,
                           const char *key, const cJSON *item)
{
    cJSON *object = cJSON_CreateObject();
    char *text = NULL;
    if (cJSON_AddNumberToObject(object, "protocol", PROTOCOL_VERSION) != NULL &&
        add_copy(object, "wmi", wmi) &&
        add_copy(object, "options", requests->options) &&
        add_copy(object, key, item))
        text = json_print_ascii(object);
    cJSON_Delete(object);
    return text;
}

static struct request *request_new(char *text, struct err *err)
{
    struct request *request = calloc(1, sizeof *request);
    if (request == NULL) {
        err_set(err, 0, "out of memory");
        return NULL;
    }
    request->text = text;
    request->blob.data = text;
    request->blob.len = strlen(text);
    if (request->blob.len > PROTOCOL_REQUEST_MAX)
        err_set(err, 0, "wmi: larger than %u bytes", PROTOCOL_REQUEST_MAX);
    else if (payload_hash(text, request->blob.len, request->blob.hash, err) ==
             0)
        return request;
    free(request);
    return NULL;
}

/* Takes `text`. */
static int get_request(struct requests *requests, char *text,
                       struct blob *request, struct err *err)
{
    if (text == NULL)
        return err_set(err, 0, "out of memory");
    const struct request key = {.text = text};
    void *found = tfind(&key, &requests->tree, compare);
    if (found != NULL) {
        *request = (*(struct request **)found)->blob;
        wipe(text);
        return 0;
    }
    struct request *made = request_new(text, err);
    if (made == NULL) {
        wipe(text);
        return -1;
    }
    if (tsearch(made, &requests->tree, compare) == NULL) {
        request_free(made);
        return err_set(err, 0, "out of memory");
    }
    *request = made->blob;
    return 0;
}

int requests_get_bare(struct requests *requests, struct blob *request,
                      struct err *err)
{
    cJSON *nothing = cJSON_CreateObject();
    char *text =
        nothing != NULL ? print_request(requests, nothing, "undo", NULL) : NULL;
    cJSON_Delete(nothing);
    return get_request(requests, text, request, err);
}

int requests_get(struct requests *requests, const cJSON *wmi, const cJSON *undo,
                 struct blob *request, struct err *err)
{
    return get_request(requests, print_request(requests, wmi, "undo", undo),
                       request, err);
}

/* --- with a password ------------------------------------------------------ */

#define SECRETS_ROOM 256
#define SECRET_ROOM 8  /* quotes and comma */
#define ESCAPED_MAX 12 /* bytes that one character can become */

/* -1 when it is not UTF-8. */
static int add_escaped(struct buf *out, const char *text)
{
    size_t len = strlen(text);
    for (size_t at = 0; at < len;) {
        uint32_t code;
        size_t taken = utf8_decode(text + at, len - at, &code);
        if (taken == 0)
            return -1;
        at += taken;
        if (code >= 0x10000) {
            buf_addf(out, "\\u%04x",
                     (unsigned)(0xD800 + ((code - 0x10000) >> 10)));
            code = 0xDC00 + ((code - 0x10000) & 0x3FF);
        }
        buf_addf(out, "\\u%04x", (unsigned)code);
    }
    return 0;
}

struct secrets {
    const char *key;
    const char *const *passwords;
    size_t count;
    bool is_list;
};

static size_t secrets_room(const struct secrets *secrets)
{
    size_t room = SECRETS_ROOM;
    for (size_t i = 0; i < secrets->count; i++)
        room += SECRET_ROOM + ESCAPED_MAX * strlen(secrets->passwords[i]);
    return room;
}

static int add_passwords(struct buf *out, const struct secrets *secrets,
                         struct err *err)
{
    buf_addf(out, "\"%s\":%s", secrets->key, secrets->is_list ? "[" : "");
    for (size_t i = 0; i < secrets->count; i++) {
        buf_add_text(out, i > 0 ? ",\"" : "\"");
        if (add_escaped(out, secrets->passwords[i]) != 0)
            return err_set(err, 0, "%s: it is not UTF-8",
                           secrets->is_list ? "the reader's password"
                                            : "wmi.account.password");
        buf_add_text(out, "\"");
    }
    buf_add_text(out, secrets->is_list ? "]" : "");
    return 0;
}

/* A buffer that never grows: no copy of a password stays behind. */
static int add_secrets(const struct requests *requests, const char *plain,
                       const struct secrets *secrets, struct buf *out,
                       struct err *err)
{
    size_t room = strlen(plain) + secrets_room(secrets);
    buf_init(out, room + 1);
    if (buf_room(out, room) == NULL)
        return err_set(err, 0, "out of memory");
    buf_add(out, plain, strlen(plain) - 1); /* without the last brace */
    buf_addf(out, ",\"secrets\":{\"salt\":\"%s\",", requests->salt);
    if (add_passwords(out, secrets, err))
        return -1;
    buf_add_text(out, "}}");
    return out->failed ? err_set(err, 0, "out of memory") : 0;
}

/* Takes `plain`, the request without them. */
static int get_secret(struct requests *requests, char *plain,
                      const struct secrets *secrets, struct blob *request,
                      struct err *err)
{
    struct buf out;
    if (plain == NULL)
        return err_set(err, 0, "out of memory");
    int failed = add_secrets(requests, plain, secrets, &out, err);
    free(plain);
    if (failed) {
        if (out.capacity > 0)
            explicit_bzero(out.data, out.len);
        buf_release(&out);
        return -1;
    }
    if (get_request(requests, buf_take(&out), request, err))
        return -1;
    request->secret = true;
    return 0;
}

/* With "secret" among its options. */
static char *print_secret(struct requests *requests, const cJSON *wmi,
                          const char *key, const cJSON *item)
{
    cJSON *options = requests->options;
    char *plain = NULL;
    if (cJSON_AddTrueToObject(options, "secret") != NULL)
        plain = print_request(requests, wmi, key, item);
    cJSON_DeleteItemFromObjectCaseSensitive(options, "secret");
    return plain;
}

int requests_get_secret(struct requests *requests, const cJSON *wmi,
                        const char *password, struct blob *request,
                        struct err *err)
{
    const struct secrets secrets = {
        .key = "account_password", .passwords = &password, .count = 1};
    return get_secret(requests, print_secret(requests, wmi, "undo", NULL),
                      &secrets, request, err);
}

int requests_get_verify(struct requests *requests, const cJSON *verify,
                        const char *const *passwords, size_t count,
                        struct blob *request, struct err *err)
{
    const struct secrets secrets = {.key = "passwords",
                                    .passwords = passwords,
                                    .count = count,
                                    .is_list = true};
    cJSON *nothing = cJSON_CreateObject();
    char *plain = nothing != NULL
                      ? print_secret(requests, nothing, "verify", verify)
                      : NULL;
    cJSON_Delete(nothing);
    return get_secret(requests, plain, &secrets, request, err);
}
