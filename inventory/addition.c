/* SPDX-License-Identifier: MIT */
#include "inventory/addition.h"

#include <string.h>

#include "base/json.h"
#include "base/word.h"
#include "payload/settings/settings_groups.h"

void addition_put(struct addition *addition, cJSON *object, const char *key,
                  cJSON *item)
{
    if (cJSON_AddItemToObject(object, key, item))
        return;
    cJSON_Delete(item);
    addition->failed = true;
}

static void append(struct addition *addition, cJSON *array, cJSON *item)
{
    if (cJSON_AddItemToArray(array, item))
        return;
    cJSON_Delete(item);
    addition->failed = true;
}

cJSON *addition_texts(const char *const *texts, int count)
{
    return cJSON_CreateStringArray(texts, count);
}

/* The member, made when it is not there. */
static cJSON *need(struct addition *addition, cJSON *object, const char *key,
                   cJSON *(*make)(void))
{
    cJSON *member = json_member(object, key);
    if (member != NULL || object == NULL)
        return member;
    addition_put(addition, object, key, make());
    return json_member(object, key);
}

static bool says(const cJSON *object, const char *key, const char *text)
{
    const char *said = json_text(object, key);
    return said != NULL && word_same(said, text);
}

static bool is_absent(const cJSON *object)
{
    return says(object, "state", "absent");
}

/* --- rules ---------------------------------------------------------------- */

void addition_rule(struct addition *addition, cJSON *rule)
{
    const cJSON *asked =
        json_member(json_member(addition->asked, "firewall"), "rules");
    const char *name = json_text(rule, "name");
    const cJSON *each;
    cJSON_ArrayForEach (each, asked) {
        if (name != NULL && says(each, "name", name)) {
            cJSON_Delete(rule);
            return;
        }
    }
    cJSON *firewall =
        need(addition, addition->wmi, "firewall", cJSON_CreateObject);
    append(addition, need(addition, firewall, "rules", cJSON_CreateArray),
           rule);
}

/* --- groups --------------------------------------------------------------- */

static bool is_group(const cJSON *item, const char *group)
{
    const struct group_wish a = {.group = json_text(item, "group")};
    const struct group_wish b = {.group = group};
    return a.group != NULL && settings_same_group(&a, &b);
}

static bool has_member(const cJSON *item, const char *account)
{
    const cJSON *each;
    cJSON_ArrayForEach (each, json_member(item, "members")) {
        if (cJSON_IsString(each) && word_same(each->valuestring, account))
            return true;
    }
    return false;
}

void addition_member(struct addition *addition, const char *group,
                     const char *account)
{
    cJSON *groups = need(addition, addition->wmi, "groups", cJSON_CreateArray);
    cJSON *there = NULL;
    cJSON *each;
    cJSON_ArrayForEach (each, groups) {
        if (!is_group(each, group))
            continue;
        if (has_member(each, account))
            return;
        if (!is_absent(each))
            there = each;
    }
    if (there == NULL) {
        there = cJSON_CreateObject();
        addition_put(addition, there, "group", cJSON_CreateString(group));
        append(addition, groups, there);
    }
    if (!addition->failed)
        append(addition, need(addition, there, "members", cJSON_CreateArray),
               cJSON_CreateString(account));
}

/* --- grants --------------------------------------------------------------- */

/* Appends, unless its account has one among `asked`. */
static void add_grant(struct addition *addition, cJSON *holder,
                      const cJSON *asked, cJSON *grant)
{
    const char *account = json_text(grant, "account");
    const cJSON *each;
    cJSON_ArrayForEach (each, asked) {
        if (account != NULL && says(each, "account", account)) {
            cJSON_Delete(grant);
            return;
        }
    }
    append(addition, need(addition, holder, "grants", cJSON_CreateArray),
           grant);
}

static cJSON *find_namespace(const cJSON *wmi, const char *path)
{
    cJSON *each;
    cJSON_ArrayForEach (each, json_member(wmi, "namespaces")) {
        if (says(each, "path", path))
            return each;
    }
    return NULL;
}

void addition_grant(struct addition *addition, const char *path, cJSON *grant)
{
    cJSON *namespaces =
        need(addition, addition->wmi, "namespaces", cJSON_CreateArray);
    cJSON *there = find_namespace(addition->wmi, path);
    if (there == NULL) {
        there = cJSON_CreateObject();
        addition_put(addition, there, "path", cJSON_CreateString(path));
        append(addition, namespaces, there);
    }
    if (addition->failed)
        cJSON_Delete(grant);
    else
        add_grant(addition, there,
                  json_member(find_namespace(addition->asked, path), "grants"),
                  grant);
}

void addition_control(struct addition *addition, cJSON *grant)
{
    cJSON *control =
        need(addition, addition->wmi, "service_control", cJSON_CreateObject);
    add_grant(
        addition, control,
        json_member(json_member(addition->asked, "service_control"), "grants"),
        grant);
}

/* --- values --------------------------------------------------------------- */

void addition_number(struct addition *addition, const char *family,
                     const char *key, int number)
{
    cJSON *object = need(addition, addition->wmi, family, cJSON_CreateObject);
    if (json_member(object, key) == NULL)
        addition_put(addition, object, key, cJSON_CreateNumber(number));
}
