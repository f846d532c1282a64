/* SPDX-License-Identifier: MIT */
/*
 * cJSON_Compare walks each pair of members twice, so the time doubles with
 * every level of depth, and looks every key up in a list: what a target sent
 * could keep it busy for ever. Members in the same order, as a program prints
 * them, are compared as they come; others are sorted first.
 */
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

static int compare_keys(const void *a, const void *b)
{
    const cJSON *const *left = a;
    const cJSON *const *right = b;
    return strcmp((*left)->string, (*right)->string);
}

/* The members of an object by key; NULL when memory is short. */
static const cJSON **sorted_members(const cJSON *object, size_t count)
{
    const cJSON **members = calloc(count + 1, sizeof *members);
    size_t filled = 0;
    const cJSON *member;
    if (members == NULL)
        return NULL;
    cJSON_ArrayForEach (member, object)
        members[filled++] = member;
    qsort(members, count, sizeof *members, compare_keys);
    return members;
}

static bool same_key(const cJSON *a, const cJSON *b)
{
    return strcmp(a->string, b->string) == 0;
}

static bool equal_sorted(const cJSON *a, const cJSON *b, size_t count)
{
    const cJSON **left = sorted_members(a, count);
    const cJSON **right = sorted_members(b, count);
    bool equal = left != NULL && right != NULL;
    for (size_t i = 0; equal && i < count; i++)
        equal = same_key(left[i], right[i]) && json_equal(left[i], right[i]);
    free(left);
    free(right);
    return equal;
}

static bool equal_in_order(const cJSON *a, const cJSON *b)
{
    const cJSON *left = a->child;
    const cJSON *right = b->child;
    for (; left != NULL && right != NULL;
         left = left->next, right = right->next) {
        if (!json_equal(left, right))
            return false;
    }
    return left == NULL && right == NULL;
}

/* Looked at before any value: each value is compared once, in one way. */
static bool same_order(const cJSON *a, const cJSON *b)
{
    const cJSON *left = a->child;
    const cJSON *right = b->child;
    while (left != NULL && right != NULL && same_key(left, right)) {
        left = left->next;
        right = right->next;
    }
    return left == NULL && right == NULL;
}

static bool equal_objects(const cJSON *a, const cJSON *b)
{
    if (same_order(a, b))
        return equal_in_order(a, b);
    size_t count = (size_t)cJSON_GetArraySize(a);
    return count == (size_t)cJSON_GetArraySize(b) && equal_sorted(a, b, count);
}

bool json_equal(const cJSON *a, const cJSON *b)
{
    if (a == NULL || b == NULL || (a->type & 0xFF) != (b->type & 0xFF))
        return false;
    switch (a->type & 0xFF) {
    case cJSON_Number:
        return a->valuedouble == b->valuedouble;
    case cJSON_String:
        return strcmp(a->valuestring, b->valuestring) == 0;
    case cJSON_Array:
        return equal_in_order(a, b);
    case cJSON_Object:
        return equal_objects(a, b);
    default:
        return true; /* null, true and false are their types */
    }
}
