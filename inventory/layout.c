/* SPDX-License-Identifier: MIT */
#include "inventory/layout.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "inventory/reader.h"

static const char *const group_keys[] = {"hosts", "vars", "children", NULL};

/* --- groups --------------------------------------------------------------- */

static struct group *read_group(const struct reader *reader, const char *name,
                                const cJSON *value);

static void read_vars(const struct reader *reader, struct group *group,
                      const cJSON *vars)
{
    const cJSON *variable;
    struct err err;
    if (cJSON_IsNull(vars))
        return;
    if (!cJSON_IsObject(vars)) {
        reader_complain(reader, vars,
                        "group %s: 'vars' must be an object, found %s",
                        group->name, reader_type_name(vars));
        return;
    }
    cJSON_ArrayForEach (variable, vars)
        if (model_set_group_variable(group, variable, &err) == -1)
            reader_complain(reader, variable, "%s", err.text);
}

/* The group of that name, new or not; NULL after a complaint. */
static struct group *use_group(const struct reader *reader, const char *name,
                               const cJSON *place)
{
    struct group *group =
        reader_is_name(name) ? model_add_group(reader->model, name) : NULL;
    if (!reader_is_name(name))
        reader_complain(
            reader, place,
            "the name of a group is empty or holds a control character");
    else if (group == NULL)
        reader_complain(reader, place, "out of memory");
    return group;
}

static void link_child(const struct reader *reader, struct group *group,
                       struct group *child, const cJSON *place)
{
    struct err err = {0};
    if (child != NULL &&
        model_add_child(reader->model, group, child, &err) == -1)
        reader_complain(reader, place, "%s", err.text);
}

static void read_children(const struct reader *reader, struct group *group,
                          const cJSON *children)
{
    const cJSON *item;
    if (cJSON_IsNull(children))
        return;
    if (cJSON_IsString(children) && !reader->script) {
        link_child(reader, group,
                   use_group(reader, children->valuestring, children),
                   children);
        return;
    }
    if (!cJSON_IsArray(children) && !cJSON_IsObject(children)) {
        reader_complain(reader, children,
                        "group %s: 'children' must be a list of "
                        "group names or an object, found %s",
                        group->name, reader_type_name(children));
        return;
    }
    cJSON_ArrayForEach (item, children) {
        if (cJSON_IsObject(children))
            link_child(reader, group, read_group(reader, item->string, item),
                       item);
        else if (cJSON_IsString(item))
            link_child(reader, group,
                       use_group(reader, item->valuestring, item), item);
        else
            reader_complain(reader, item,
                            "group %s: the name of a child must be a "
                            "string, found %s",
                            group->name, reader_type_name(item));
    }
}

static bool has_group_keys(const cJSON *value)
{
    return json_member(value, "hosts") != NULL ||
           json_member(value, "vars") != NULL ||
           json_member(value, "children") != NULL;
}

/* Script layout: an object without any of the three keys is one host. */
static void read_lone_host(const struct reader *reader, struct group *group,
                           const cJSON *value)
{
    struct host_use use = {.group = group, .vars = value};
    struct err err;
    if (reader_use_names(reader, group->name, &use, &err) == -1)
        reader_complain(reader, value, "%s", err.text);
}

static void read_members(const struct reader *reader, struct group *group,
                         const cJSON *value)
{
    const cJSON *item;
    char place[STATE_PLACE_SIZE];
    cJSON_ArrayForEach (item, value) {
        if (strcmp(item->string, "hosts") == 0)
            reader_read_hosts(reader, group, item);
        else if (strcmp(item->string, "vars") == 0)
            read_vars(reader, group, item);
        else if (strcmp(item->string, "children") == 0)
            read_children(reader, group, item);
        else {
            const char *near = problems_nearest(item->string, group_keys);
            problems_warning(
                reader->problems,
                "%s: group %s: '%s' is ignored: a group has 'hosts', 'vars' "
                "and 'children'%s%s%s",
                state_place(reader->inventory, item, place), group->name,
                item->string, near == NULL ? "" : "; did you mean '",
                near == NULL ? "" : near, near == NULL ? "" : "'?");
        }
    }
}

static struct group *read_group(const struct reader *reader, const char *name,
                                const cJSON *value)
{
    struct group *group = use_group(reader, name, value);
    if (group == NULL)
        return NULL;
    if (cJSON_IsArray(value) && reader->script)
        reader_read_host_list(reader, group, value);
    else if (cJSON_IsObject(value) && reader->script && !has_group_keys(value))
        read_lone_host(reader, group, value);
    else if (cJSON_IsObject(value))
        read_members(reader, group, value);
    else if (!cJSON_IsNull(value) || reader->script)
        reader_complain(reader, value, "group %s must be an object%s, found %s",
                        name, reader->script ? " or a list of hosts" : "",
                        reader_type_name(value));
    return group;
}

/* --- the whole ------------------------------------------------------------ */

static bool tells_script(const cJSON *group)
{
    return cJSON_IsArray(group) || cJSON_IsArray(json_member(group, "hosts")) ||
           cJSON_IsArray(json_member(group, "children"));
}

static bool tells_static(const cJSON *group)
{
    return cJSON_IsNull(group) || cJSON_IsObject(json_member(group, "hosts")) ||
           cJSON_IsObject(json_member(group, "children"));
}

/*
 * Of a text that shows neither arrays nor objects, an object of variables
 * can only be meant as a host; an empty one is a group.
 */
static bool is_script(const cJSON *root, bool program)
{
    const cJSON *group;
    bool lone_host = false;
    cJSON_ArrayForEach (group, root) {
        if (strcmp(group->string, "_meta") == 0 || tells_script(group))
            return true;
        if (tells_static(group))
            return false;
        lone_host =
            lone_host || (group->child != NULL && !has_group_keys(group));
    }
    return program || lone_host;
}

static void read_hostvars(const struct reader *reader, const cJSON *hostvars)
{
    const cJSON *item;
    struct err err;
    cJSON_ArrayForEach (item, hostvars) {
        struct host_use use = {.vars = item, .only_mentioned = true};
        if (!cJSON_IsObject(item))
            reader_complain(reader, item,
                            "host %s: its variables must be an "
                            "object, found %s",
                            item->string, reader_type_name(item));
        else if (reader_use_names(reader, item->string, &use, &err) == -1)
            reader_complain(reader, item, "%s", err.text);
    }
}

static bool read_meta(const struct reader *reader, const cJSON *meta)
{
    const cJSON *hostvars = json_member(meta, "hostvars");
    if (!cJSON_IsObject(meta))
        reader_complain(reader, meta, "'_meta' must be an object, found %s",
                        reader_type_name(meta));
    else if (hostvars != NULL && !cJSON_IsObject(hostvars))
        reader_complain(reader, hostvars,
                        "'hostvars' must be an object, found %s",
                        reader_type_name(hostvars));
    else if (hostvars != NULL)
        read_hostvars(reader, hostvars);
    return hostvars != NULL;
}

bool layout_read(struct inventory *inventory, const struct json_doc *doc,
                 bool program, struct problems *problems)
{
    struct reader reader = {.inventory = inventory,
                            .model = &inventory->model,
                            .problems = problems};
    const cJSON *root = json_doc_root(doc);
    const cJSON *meta = json_member(root, "_meta");
    const cJSON *item;
    if (!cJSON_IsObject(root)) {
        reader_complain(&reader, root,
                        "an inventory must be an object, found %s",
                        reader_type_name(root));
        return true;
    }
    if (cJSON_IsString(json_member(root, "plugin"))) {
        reader_complain(
            &reader, json_member(root, "plugin"),
            "this is the configuration of an Ansible plugin: save what "
            "`ansible-inventory -i %s --list` prints and use that",
            json_doc_name(doc));
        return true;
    }
    reader.script = is_script(root, program);
    cJSON_ArrayForEach (item, root)
        if (item != meta)
            (void)read_group(&reader, item->string, item);
    return meta != NULL && read_meta(&reader, meta);
}

void layout_read_host(struct inventory *inventory, struct host *host,
                      const struct json_doc *doc, struct problems *problems)
{
    struct reader reader = {.inventory = inventory,
                            .model = &inventory->model,
                            .problems = problems};
    const cJSON *root = json_doc_root(doc);
    struct host_use use = {.vars = root};
    struct err err;
    if (!cJSON_IsObject(root))
        reader_complain(&reader, root,
                        "the variables of host %s must be an object, found %s",
                        host->name, reader_type_name(root));
    else if (reader_use_host(&reader, host->name, &use, &err) == -1)
        reader_complain(&reader, root, "%s", err.text);
}

/* The comma that ends the first name: not one within brackets. */
static size_t name_len(const char *text)
{
    bool inside = false;
    size_t len = 0;
    for (; text[len] != '\0' && (inside || text[len] != ','); len++)
        inside = text[len] == '[' || (inside && text[len] != ']');
    return len;
}

static int read_name(const struct reader *reader, const char *text, size_t len,
                     struct err *err)
{
    while (len > 0 && isspace((unsigned char)*text)) {
        text++;
        len--;
    }
    while (len > 0 && isspace((unsigned char)text[len - 1]))
        len--;
    if (len == 0)
        return 0;
    char *name = strndup(text, len);
    if (name == NULL)
        return err_set(err, ENOMEM, "out of memory");
    struct host_use use = {.group = reader->model->groups.items[1]};
    int result = reader_use_names_port(reader, name, use, err);
    free(name);
    return result;
}

void layout_read_names(struct inventory *inventory, const char *names,
                       struct problems *problems)
{
    struct reader reader = {.inventory = inventory,
                            .model = &inventory->model,
                            .problems = problems};
    struct err err;
    for (;;) {
        size_t len = name_len(names);
        if (read_name(&reader, names, len, &err) == -1)
            problems_error(problems, "the host list: %s", err.text);
        if (names[len] == '\0')
            return;
        names += len + 1;
    }
}
