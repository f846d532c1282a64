/* SPDX-License-Identifier: MIT */
#include "inventory/reader.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "inventory/address.h"
#include "inventory/range.h"

void reader_complain(const struct reader *reader, const cJSON *node,
                     const char *format, ...)
{
    char place[STATE_PLACE_SIZE];
    struct err err;
    va_list args;
    va_start(args, format);
    vsnprintf(err.text, sizeof err.text, format, args);
    va_end(args);
    problems_error(reader->problems, "%s: %s",
                   state_place(reader->inventory, node, place), err.text);
}

const char *reader_type_name(const cJSON *node)
{
    if (cJSON_IsObject(node))
        return "an object";
    if (cJSON_IsArray(node))
        return "a list";
    if (cJSON_IsString(node))
        return "a string";
    if (cJSON_IsNumber(node))
        return "a number";
    return cJSON_IsNull(node) ? "null" : "true or false";
}

int reader_use_host(const struct reader *reader, const char *name,
                    const struct host_use *use, struct err *err)
{
    struct model *model = reader->model;
    struct host *host = model_host(model, name);
    if (use->only_mentioned &&
        (host == NULL || host->source != reader->inventory->source_count))
        return 0;
    bool is_new = host == NULL;
    host = model_add_host(model, name);
    if (host == NULL)
        return err_set(err, ENOMEM, "out of memory");
    host->source = reader->inventory->source_count;
    if (is_new && use->port != NULL &&
        model_set_port(model, host, use->port) == -1)
        return err_set(err, ENOMEM, "out of memory");
    if (use->group != NULL && model_add_member(use->group, host) == -1)
        return err_set(err, ENOMEM, "out of memory");
    const cJSON *variable;
    cJSON_ArrayForEach (variable, use->vars)
        if (model_set_host_variable(model, host, variable, err) == -1)
            return -1;
    return 0;
}

bool reader_is_name(const char *name)
{
    size_t len = strlen(name);
    for (size_t at = 0; at < len;) {
        uint32_t code;
        size_t taken = utf8_decode(name + at, len - at, &code);
        if (taken == 0 || code < 0x20 || code == 0x7F || utf8_misleads(code))
            return false;
        at += taken;
    }
    return len > 0;
}

int reader_use_names(const struct reader *reader, const char *text,
                     const struct host_use *use, struct err *err)
{
    if (!reader_is_name(text))
        return err_set(err, 0,
                       "a host name is empty or holds a control "
                       "character");
    if (!range_present(text))
        return reader_use_host(reader, text, use, err);
    struct list names = {0};
    int result = range_expand(text, &names, err);
    for (size_t i = 0; i < names.count && result == 0; i++)
        result = reader_use_host(reader, names.items[i], use, err);
    list_release_all(&names, free);
    return result;
}

int reader_use_names_port(const struct reader *reader, const char *text,
                          struct host_use use, struct err *err)
{
    if (strpbrk(text, ":[") == NULL)
        return reader_use_names(reader, text, &use, err);
    char *name = address_split(text, &use.port);
    if (name == NULL)
        return err_set(err, ENOMEM, "out of memory");
    int result = reader_use_names(reader, name, &use, err);
    free(name);
    return result;
}

void reader_read_host_list(const struct reader *reader, struct group *group,
                           const cJSON *hosts)
{
    const cJSON *item;
    struct host_use use = {.group = group};
    struct err err;
    cJSON_ArrayForEach (item, hosts) {
        if (!cJSON_IsString(item))
            reader_complain(reader, item,
                            "group %s: a host name must be a string, "
                            "found %s",
                            group->name, reader_type_name(item));
        else if (reader_use_names(reader, item->valuestring, &use, &err) == -1)
            reader_complain(reader, item, "%s", err.text);
    }
}

static void read_host_map(const struct reader *reader, struct group *group,
                          const cJSON *hosts)
{
    const cJSON *item;
    struct err err;
    cJSON_ArrayForEach (item, hosts) {
        struct host_use use = {.group = group, .vars = item};
        if (!cJSON_IsObject(item) && !cJSON_IsNull(item))
            reader_complain(reader, item,
                            "host %s: its variables must be an "
                            "object, found %s",
                            item->string, reader_type_name(item));
        else if (reader_use_names_port(reader, item->string, use, &err) == -1)
            reader_complain(reader, item, "%s", err.text);
    }
}

void reader_read_hosts(const struct reader *reader, struct group *group,
                       const cJSON *hosts)
{
    struct host_use use = {.group = group};
    struct err err;
    if (cJSON_IsArray(hosts))
        reader_read_host_list(reader, group, hosts);
    else if (cJSON_IsObject(hosts))
        read_host_map(reader, group, hosts);
    else if (cJSON_IsString(hosts) && !reader->script) {
        if (reader_use_names_port(reader, hosts->valuestring, use, &err) == -1)
            reader_complain(reader, hosts, "%s", err.text);
    } else if (!cJSON_IsNull(hosts))
        reader_complain(reader, hosts,
                        "group %s: 'hosts' must be a list of names "
                        "or an object, found %s",
                        group->name, reader_type_name(hosts));
}
