/* SPDX-License-Identifier: MIT */
#include "controller/requests.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/problems.h"
#include "controller/payload_image.h"
#include "payload/settings.h"

struct requests {
    cJSON *options; /* the member that all requests share */
    void *tree;     /* tsearch: struct request by text */
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

static void request_free(void *node)
{
    struct request *request = node;
    free(request->text);
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

static int add_restart(cJSON *options, bool never, struct err *err)
{
    return !never || cJSON_AddStringToObject(options, "restart", "never")
               ? 0
               : err_set(err, 0, "out of memory");
}

struct requests *requests_new(const char *only, const char *skip,
                              bool restart_never, struct err *err)
{
    struct requests *requests = calloc(1, sizeof *requests);
    if (requests != NULL)
        requests->options = cJSON_CreateObject();
    if (requests == NULL || requests->options == NULL) {
        err_set(err, 0, "out of memory");
        requests_free(requests);
        return NULL;
    }
    if (add_families(requests->options, "only", only, err) ||
        add_families(requests->options, "skip", skip, err) ||
        add_restart(requests->options, restart_never, err)) {
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

static char *print_request(const struct requests *requests, const cJSON *wmi,
                           const cJSON *undo)
{
    cJSON *object = cJSON_CreateObject();
    char *text = NULL;
    if (cJSON_AddNumberToObject(object, "protocol", PROTOCOL_VERSION) != NULL &&
        add_copy(object, "wmi", wmi) &&
        add_copy(object, "options", requests->options) &&
        add_copy(object, "undo", undo))
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

int requests_get(struct requests *requests, const cJSON *wmi, const cJSON *undo,
                 struct blob *request, struct err *err)
{
    char *text = print_request(requests, wmi, undo);
    if (text == NULL)
        return err_set(err, 0, "out of memory");
    const struct request key = {.text = text};
    void *found = tfind(&key, &requests->tree, compare);
    if (found != NULL) {
        *request = (*(struct request **)found)->blob;
        free(text);
        return 0;
    }
    struct request *made = request_new(text, err);
    if (made == NULL) {
        free(text);
        return -1;
    }
    if (tsearch(made, &requests->tree, compare) == NULL) {
        request_free(made);
        return err_set(err, 0, "out of memory");
    }
    *request = made->blob;
    return 0;
}
