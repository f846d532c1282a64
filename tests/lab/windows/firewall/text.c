/* SPDX-License-Identifier: MIT */
#include "text.h"

#include <oleauto.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

void text_init(struct text *text)
{
    *text = (struct text){0};
}

void text_release(struct text *text)
{
    free(text->chars);
    text_init(text);
}

static bool text_reserve(struct text *text, size_t more)
{
    size_t need = text->len + more + 1;
    size_t cap = text->cap ? text->cap : 64;
    WCHAR *chars;

    if (text->failed || more > TEXT_MAX || need > TEXT_MAX) {
        text->failed = true;
        return false;
    }
    while (cap < need)
        cap *= 2;
    if (cap == text->cap)
        return true;
    chars = realloc(text->chars, cap * sizeof *chars);
    if (!chars) {
        text->failed = true;
        return false;
    }
    text->chars = chars;
    text->cap = cap;
    return true;
}

void text_add_part(struct text *text, const WCHAR *chars, size_t len)
{
    if (!text_reserve(text, len))
        return;
    memcpy(text->chars + text->len, chars, len * sizeof *chars);
    text->len += len;
    text->chars[text->len] = L'\0';
}

void text_add(struct text *text, const WCHAR *string)
{
    text_add_part(text, string, wcslen(string));
}

void text_add_item(struct text *text, const WCHAR *string)
{
    if (text->len)
        text_add(text, L",");
    text_add(text, string);
}

WCHAR *text_take(struct text *text)
{
    WCHAR *chars = NULL;

    text_add(text, L"");
    if (text->failed) {
        text_release(text);
        return NULL;
    }
    chars = text->chars;
    text_init(text);
    return chars;
}

HRESULT text_take_bstr(struct text *text, BSTR *out)
{
    WCHAR *chars = text_take(text);
    BSTR string = NULL;

    if (!chars)
        return E_OUTOFMEMORY;
    if (*chars) {
        string = SysAllocString(chars);
        if (!string) {
            free(chars);
            return E_OUTOFMEMORY;
        }
    }
    free(chars);
    *out = string;
    return S_OK;
}

WCHAR *wide_copy_part(const WCHAR *chars, size_t len)
{
    WCHAR *copy = malloc((len + 1) * sizeof *copy);

    if (copy) {
        memcpy(copy, chars, len * sizeof *copy);
        copy[len] = L'\0';
    }
    return copy;
}

WCHAR *wide_copy(const WCHAR *string)
{
    return wide_copy_part(string, wcslen(string));
}

bool wide_same(const WCHAR *left, const WCHAR *right)
{
    return CompareStringOrdinal(left, -1, right, -1, TRUE) == CSTR_EQUAL;
}

bool wide_starts(const WCHAR *string, const WCHAR *prefix)
{
    return wcsncmp(string, prefix, wcslen(prefix)) == 0;
}

HRESULT wide_next_item(const WCHAR **list, WCHAR **item)
{
    size_t len;

    if (!*list)
        return S_FALSE;
    len = wcscspn(*list, L",");
    if (len == 0)
        return E_INVALIDARG;
    *item = wide_copy_part(*list, len);
    if (!*item)
        return E_OUTOFMEMORY;
    *list = (*list)[len] ? *list + len + 1 : NULL;
    return S_OK;
}

bool wide_number(const WCHAR *string, unsigned long max, unsigned long *out)
{
    unsigned long number = 0;
    size_t digits = 0;

    for (; string[digits] >= L'0' && string[digits] <= L'9'; digits++) {
        if (digits >= 9)
            return false;
        number = number * 10 + (unsigned long)(string[digits] - L'0');
    }
    if (digits == 0 || string[digits] || number > max)
        return false;
    *out = number;
    return true;
}
