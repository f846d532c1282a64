/* SPDX-License-Identifier: MIT */
#include "tests/unit/alloc_door.h"

#include <cjson/cJSON.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *__real_malloc(size_t size) __attribute__((weak));
void *__real_calloc(size_t count, size_t size) __attribute__((weak));
void *__real_realloc(void *old, size_t size) __attribute__((weak));
int __real_vasprintf(char **text, const char *format, va_list args)
    __attribute__((weak));

/* Weak, since a test may have a door of its own before one function. */
void *__wrap_malloc(size_t size) __attribute__((weak));
void *__wrap_calloc(size_t count, size_t size) __attribute__((weak));
void *__wrap_realloc(void *old, size_t size) __attribute__((weak));
char *__wrap_strdup(const char *text) __attribute__((weak));
void *__wrap_reallocarray(void *old, size_t count, size_t size)
    __attribute__((weak));
char *__wrap_strndup(const char *text, size_t len) __attribute__((weak));
int __wrap_vasprintf(char **text, const char *format, va_list args)
    __attribute__((weak, format(printf, 2, 0)));
int __wrap_asprintf(char **text, const char *format, ...)
    __attribute__((weak, format(printf, 2, 3)));

/* A test program is one thread and one door. */
static struct {
    size_t left; /* allocations until one fails; 0: none does */
    bool all;
    bool refused;
} door;

static bool refuses(void)
{
    if (door.left == 0 || (door.left > 1 && --door.left > 0))
        return false;
    if (!door.all)
        door.left = 0;
    door.refused = true;
    return true;
}

void *__wrap_malloc(size_t size)
{
    return refuses() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return refuses() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return refuses() ? NULL : __real_realloc(old, size);
}

char *__wrap_strdup(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = __wrap_malloc(size);
    return copy ? memcpy(copy, text, size) : NULL;
}

void *__wrap_reallocarray(void *old, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size)
        return NULL;
    return __wrap_realloc(old, count * size);
}

char *__wrap_strndup(const char *text, size_t len)
{
    size_t kept = strnlen(text, len);
    char *copy = __wrap_calloc(kept + 1, 1);
    return copy ? memcpy(copy, text, kept) : NULL;
}

int __wrap_vasprintf(char **text, const char *format, va_list args)
{
    return refuses() ? -1 : __real_vasprintf(text, format, args);
}

int __wrap_asprintf(char **text, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int len = __wrap_vasprintf(text, format, args);
    va_end(args);
    return len;
}

void alloc_door_shut(size_t nth, bool all)
{
    cJSON_Hooks hooks = {.malloc_fn = __wrap_malloc, .free_fn = free};
    cJSON_InitHooks(&hooks);
    door.left = nth;
    door.all = all;
    door.refused = false;
}

bool alloc_door_open(void)
{
    cJSON_InitHooks(NULL);
    door.left = 0;
    return door.refused;
}
