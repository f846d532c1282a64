/* SPDX-License-Identifier: MIT */
#include "inventory/value_print.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "inventory/hide.h"

#define INDENT 4

void value_print_line(struct value_printer *printer, unsigned level)
{
    static const char blanks[] = "                                ";
    size_t left = (size_t)level * INDENT;
    buf_add_char(printer->out, '\n');
    for (; left > sizeof blanks - 1; left -= sizeof blanks - 1)
        buf_add(printer->out, blanks, sizeof blanks - 1);
    buf_add(printer->out, blanks, left);
}

void value_print_text(struct value_printer *printer, const char *text)
{
    const cJSON node = {.type = cJSON_String, .valuestring = (char *)text};
    json_add(printer->out, &node);
}

static int by_name(const void *a, const void *b)
{
    const struct variable *left = a;
    const struct variable *right = b;
    return strcmp(left->name, right->name);
}

void value_sort(struct variable *members, size_t count)
{
    qsort(members, count, sizeof *members, by_name);
}

void value_print_members(struct value_printer *printer,
                         const struct variable *members, size_t count,
                         unsigned level, bool hidden)
{
    buf_add_char(printer->out, '{');
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            buf_add_char(printer->out, ',');
        value_print_line(printer, level + 1);
        value_print_text(printer, members[i].name);
        buf_add_text(printer->out, ": ");
        value_print(printer, members[i].value, level + 1,
                    hidden || hide_is_secret(members[i].name));
    }
    if (count > 0)
        value_print_line(printer, level);
    buf_add_char(printer->out, '}');
}

static void print_object(struct value_printer *printer, const cJSON *node,
                         unsigned level, bool hidden)
{
    size_t count = 0;
    const cJSON *member;
    cJSON_ArrayForEach (member, node)
        count++;
    struct variable *members = calloc(count + 1, sizeof *members);
    if (members == NULL) {
        printer->out_of_memory = true;
        return;
    }
    count = 0;
    cJSON_ArrayForEach (member, node)
        members[count++] =
            (struct variable){.name = member->string, .value = member};
    value_sort(members, count);
    value_print_members(printer, members, count, level, hidden);
    free(members);
}

static void print_list(struct value_printer *printer, const cJSON *node,
                       unsigned level, bool hidden)
{
    const cJSON *item;
    buf_add_char(printer->out, '[');
    cJSON_ArrayForEach (item, node) {
        if (item != node->child)
            buf_add_char(printer->out, ',');
        value_print_line(printer, level + 1);
        value_print(printer, item, level + 1, hidden);
    }
    if (node->child != NULL)
        value_print_line(printer, level);
    buf_add_char(printer->out, ']');
}

void value_print(struct value_printer *printer, const cJSON *node,
                 unsigned level, bool hidden)
{
    hidden = hidden && !printer->show_secrets;
    if (cJSON_IsObject(node))
        print_object(printer, node, level, hidden && !hide_is_reference(node));
    else if (cJSON_IsArray(node))
        print_list(printer, node, level, hidden);
    else if (hidden && (cJSON_IsString(node) || cJSON_IsNumber(node)))
        value_print_text(printer, HIDE_MASK);
    else
        json_add(printer->out, node);
}
