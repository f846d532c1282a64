/* SPDX-License-Identifier: MIT */
#include "payload/firewall/firewall_program.h"

#include <windows.h>
#include <userenv.h>
#include <stdlib.h>

#include "payload/firewall/firewall_store.h"
#include "payload/win32/environment.h"
#include "payload/win32/system.h"
#include "payload/win32/utf16.h"

/* Folded by Windows' own rules, which know more letters than ASCII. */
static wchar_t *fold(const wchar_t *text)
{
    int count = LCMapStringEx(LOCALE_NAME_INVARIANT, LCMAP_LOWERCASE, text, -1,
                              NULL, 0, NULL, NULL, 0);
    wchar_t *folded = count > 0 ? calloc((size_t)count, sizeof *folded) : NULL;
    if (folded != NULL &&
        LCMapStringEx(LOCALE_NAME_INVARIANT, LCMAP_LOWERCASE, text, -1, folded,
                      count, NULL, NULL, 0) == 0) {
        free(folded);
        return NULL;
    }
    return folded;
}

/* NULL when memory is short. */
static wchar_t *expand(const wchar_t *text)
{
    static const wchar_t none[2] = {0};
    void *block = NULL;
    if (wcschr(text, L'%') == NULL)
        return environment_expand(none, text);
    __typeof__(&CreateEnvironmentBlock) make =
        (__typeof__(make))system_load(L"userenv.dll", "CreateEnvironmentBlock");
    __typeof__(&DestroyEnvironmentBlock) discard =
        (__typeof__(discard))system_load(L"userenv.dll",
                                         "DestroyEnvironmentBlock");
    if (make == NULL || discard == NULL || !make(&block, NULL, FALSE))
        return NULL;
    wchar_t *expanded = environment_expand(block, text);
    discard(block);
    return expanded;
}

char *firewall_program_path(const char *program)
{
    wchar_t *wide = utf16_from_utf8(program);
    wchar_t *expanded = wide != NULL ? expand(wide) : NULL;
    wchar_t *folded = expanded != NULL ? fold(expanded) : NULL;
    char *path = folded != NULL ? utf16_text_to_utf8(folded) : NULL;
    free(folded);
    free(expanded);
    free(wide);
    return path;
}

bool firewall_program_is_there(const char *program,
                               struct setting_reason *reason)
{
    wchar_t *wide = utf16_from_utf8(program);
    wchar_t *expanded = wide != NULL ? expand(wide) : NULL;
    char *path = expanded != NULL ? utf16_text_to_utf8(expanded) : NULL;
    DWORD kind = INVALID_FILE_ATTRIBUTES;
    if (path == NULL)
        setting_fail_memory(reason);
    else
        kind = GetFileAttributesW(expanded);
    bool there = kind != INVALID_FILE_ATTRIBUTES &&
                 (kind & FILE_ATTRIBUTE_DIRECTORY) == 0;
    if (path != NULL && !there)
        setting_reason_set(reason, ERROR_FILE_NOT_FOUND,
                           "install the program, or correct its path",
                           "there is no file %.300s", path);
    free(path);
    free(expanded);
    free(wide);
    return there;
}

int firewall_expand_programs(struct rule_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        struct rule *rule = &list->items[i];
        free(rule->program_path);
        rule->program_path =
            firewall_program_path(rule_text(rule, RULE_PROGRAM));
        if (rule->program_path == NULL)
            return -1;
    }
    return 0;
}
