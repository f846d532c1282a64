/* SPDX-License-Identifier: MIT */
/* Callbacks of asynchronous WMI calls: who may make them. */
#include "payload/account/domain.h"
#include "payload/win32/errors.h"
#include "payload/registry/registry.h"
#include "payload/registry/registry_io.h"
#include "payload/registry/registry_state.h"

#define CIMOM "SOFTWARE\\Microsoft\\WBEM\\CIMOM"

static enum setting_verdict look_for_key(struct setting *setting,
                                         const cJSON *wanted,
                                         enum setting_verdict verdict,
                                         struct setting_reason *reason)
{
    (void)wanted;
    (void)reason;
    /* A recipe that goes round makes a key of the name, which does nothing. */
    if (registry_has_key(CIMOM "\\AllowAnonymousCallback"))
        setting_hint(setting, "HKLM\\" CIMOM " has a key named "
                              "AllowAnonymousCallback, which WMI does not "
                              "read: what counts is the value of that name");
    return verdict;
}

static enum setting_verdict judge(struct setting *setting, const cJSON *wanted,
                                  enum setting_verdict verdict,
                                  struct setting_reason *reason)
{
    (void)look_for_key(setting, wanted, verdict, reason);
    if (verdict != SETTING_DIFFERS || !cJSON_IsNumber(wanted) ||
        wanted->valuedouble < 1 || domain_join_state(NULL) != DOMAIN_MEMBER)
        return verdict;
    setting_reason_set(reason, CODE_DOMAIN_MEMBER,
                       "leave the key out, use synchronous calls, which need "
                       "no callback, or say \"even_in_domain\": true",
                       "this computer is a member of a domain, where "
                       "anonymous callbacks are not to be allowed");
    return SETTING_BLOCKED;
}

static const struct registry_row row = {
    .id = "cimom.allow_anonymous_callback",
    .key = CIMOM,
    .name = "AllowAnonymousCallback",
    .judge = judge,
};

/* Somebody said that it is to be, beside a member's own authentication. */
static const struct registry_row even_in_domain_row = {
    .id = "cimom.allow_anonymous_callback",
    .key = CIMOM,
    .name = "AllowAnonymousCallback",
    .judge = look_for_key,
};

/* Of the client: a text, other than its neighbour. */
static const struct registry_row unsecapp_row = {
    .id = "cimom.unsecapp_access_control_default",
    .key = CIMOM,
    .name = "UnsecAppAccessControlDefault",
    .hint_on_change = "unsecapp.exe reads it when it starts: restart the "
                      "programs that receive callbacks",
};

static int plan_callback(const struct settings *settings,
                         struct setting_list *list)
{
    enum dword_wish wish = settings->anonymous_callback;
    bool anyway = settings->callback_in_domain == FLAG_ON;
    if (wish == DWORD_NOT_ASKED)
        return 0;
    struct setting *setting =
        registry_dword_add(list, anyway ? &even_in_domain_row : &row, wish);
    if (setting == NULL)
        return -1;
    setting->restart_winmgmt = true;
    if (wish == DWORD_ONE)
        setting->risk = "anybody who reaches the machine can feed results to "
                        "a waiting callback without a password";
    return 0;
}

static int plan_unsecapp(enum dword_wish wish, struct setting_list *list)
{
    if (wish == DWORD_NOT_ASKED)
        return 0;
    bool absent = wish == DWORD_ABSENT;
    bool one = wish == DWORD_ONE;
    return registry_setting_add(
               list, &unsecapp_row,
               absent ? cJSON_CreateString("absent") : cJSON_CreateNumber(one),
               absent ? registry_state_no_value()
                      : cJSON_CreateString(one ? "1" : "0")) != NULL
               ? 0
               : -1;
}

static int plan(const struct settings *settings, struct setting_list *list,
                struct err *err)
{
    if (plan_callback(settings, list) == 0 &&
        plan_unsecapp(settings->unsecapp_access, list) == 0)
        return 0;
    return err_set(err, 0, "cimom: memory is short");
}

const struct setting_family cimom_family = {.name = "cimom", .plan = plan};
