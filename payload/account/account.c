/* SPDX-License-Identifier: MIT */
#include "payload/account/account.h"

#include <windows.h>
#include <stdlib.h>

#include "base/word.h"
#include "payload/settings/account_words.h"
#include "payload/win32/errors.h"
#include "payload/win32/utf16.h"

#define NAME_COUNT ACCOUNT_NAME_COUNT

#define NAMES_HINT                                                             \
    "accounts are names (\"wmi-reader\", \"LAB-07\\wmi-reader\"), SIDs or "    \
    "words such as \"distributed_com_users\""

/* --- who ----------------------------------------------------------------- */

static unsigned long look_up(const wchar_t *name, struct sid *sid,
                             SID_NAME_USE *use)
{
    wchar_t domain[NAME_COUNT];
    DWORD domain_count = NAME_COUNT;
    BYTE bytes[SID_LEN_MAX];
    DWORD len = sizeof bytes;
    if (!LookupAccountNameW(NULL, name, bytes, &len, domain, &domain_count,
                            use))
        return GetLastError();
    return sid_read(sid, bytes, sizeof bytes) ? 0 : ERROR_INVALID_DATA;
}

unsigned long account_look_up(const wchar_t *name, struct sid *sid)
{
    SID_NAME_USE use;
    return look_up(name, sid, &use);
}

static int fail(const char *text, unsigned long code,
                struct setting_reason *reason)
{
    const char *meant = account_word_near(text);
    setting_reason_set(reason, code, NAMES_HINT, "the account `%s`: %s%s%s%s",
                       text, error_text(code),
                       meant != NULL ? "; did you mean the word `" : "",
                       meant != NULL ? meant : "", meant != NULL ? "`?" : "");
    return -1;
}

static unsigned long find_name(const wchar_t *name, struct sid *sid)
{
    SID_NAME_USE use = SidTypeUnknown;
    unsigned long code =
        name != NULL ? look_up(name, sid, &use) : ERROR_NOT_ENOUGH_MEMORY;
    /* The name of the machine itself gives the SID of all its accounts. */
    if (code == 0 && (use == SidTypeDomain || use == SidTypeComputer))
        code = ERROR_NONE_MAPPED;
    return code;
}

/* By the whole of Windows' ways, which may lead to a domain. */
static unsigned long find_far(struct account_memory *memory, const char *text,
                              struct sid *sid)
{
    unsigned long code;
    if (account_memory_recall(memory, text, &code, sid, sizeof *sid))
        return code;
    ULONGLONG begun = GetTickCount64();
    if (account_memory_is_late(memory, begun))
        return ERROR_TIMEOUT;
    wchar_t *name = utf16_from_utf8(text);
    struct sid found;
    code = find_name(name, &found);
    free(name);
    account_memory_keep(memory, text, code, &found, sizeof found,
                        GetTickCount64() - begun);
    if (code == 0)
        *sid = found;
    return code;
}

int account_find(struct account_memory *memory, const char *text,
                 struct sid *sid, struct setting_reason *reason)
{
    const char *word = account_word_sid(text);
    if (word != NULL)
        text = word;
    if (sid_parse(sid, text))
        return 0;
    unsigned long code = find_far(memory, text, sid);
    return code == 0 ? 0 : fail(text, code, reason);
}

static int find_local(const char *text, struct sid *sid,
                      struct setting_reason *reason)
{
    wchar_t full[NAME_COUNT * 2];
    DWORD count = NAME_COUNT;
    wchar_t *name = utf16_from_utf8(text);
    const wchar_t *asked = name;
    if (name != NULL && utf16_len(name) < NAME_COUNT &&
        GetComputerNameW(full, &count)) {
        lstrcatW(full, L"\\");
        lstrcatW(full, name);
        asked = full;
    }
    unsigned long code = find_name(asked, sid);
    free(name);
    return code == 0 ? 0 : fail(text, code, reason);
}

int account_find_asked(const struct settings *settings, const char *text,
                       struct sid *sid, struct setting_reason *reason)
{
    bool own = word_same(settings->account.name, text);
    if ((own ? find_local(text, sid, reason)
             : account_find(settings->memory, text, sid, reason)) == 0)
        return 0;
    if (reason->code == ERROR_NONE_MAPPED && settings->account.present && own)
        setting_reason_set(reason, CODE_ACCOUNT_TO_COME,
                           "look at what the setting `account` says",
                           "the account `%s` does not exist yet: the setting "
                           "`account` makes it",
                           text);
    return -1;
}

static unsigned long describe(const struct sid *sid, struct account_who *who)
{
    wchar_t name[NAME_COUNT];
    wchar_t domain[NAME_COUNT];
    wchar_t computer[NAME_COUNT];
    DWORD name_count = NAME_COUNT;
    DWORD domain_count = NAME_COUNT;
    DWORD computer_count = NAME_COUNT;
    SID_NAME_USE use;
    if (!LookupAccountSidW(NULL, (PSID)sid->bytes, name, &name_count, domain,
                           &domain_count, &use))
        return GetLastError();
    who->user = use == SidTypeUser;
    who->local = GetComputerNameW(computer, &computer_count) &&
                 lstrcmpiW(domain, computer) == 0;
    who->name[0] = L'\0';
    if (domain[0] != L'\0') {
        lstrcpyW(who->name, domain);
        lstrcatW(who->name, L"\\");
    }
    lstrcatW(who->name, name);
    return 0;
}

bool account_describe(struct account_memory *memory, const struct sid *sid,
                      struct account_who *who)
{
    char key[SID_TEXT_MAX];
    unsigned long code;
    sid_print(sid, key);
    if (account_memory_recall(memory, key, &code, who, sizeof *who))
        return code == 0;
    ULONGLONG begun = GetTickCount64();
    if (account_memory_is_late(memory, begun))
        return false;
    struct account_who found = {.user = false};
    code = describe(sid, &found);
    account_memory_keep(memory, key, code, &found, sizeof found,
                        GetTickCount64() - begun);
    if (code == 0)
        *who = found;
    return code == 0;
}
