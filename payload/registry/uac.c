/* SPDX-License-Identifier: MIT */
/* Remote token filtering of local administrators. */
#include "payload/account/domain.h"
#include "payload/registry/registry.h"
#include "payload/registry/registry_io.h"

#define POLICIES                                                               \
    "SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Policies\\System"

static enum setting_verdict judge(struct setting *setting, const cJSON *wanted,
                                  enum setting_verdict verdict,
                                  struct setting_reason *reason)
{
    unsigned long number;
    (void)reason;
    if (registry_number(POLICIES, "EnableLUA", &number) && number == 0)
        setting_hint(setting, "User Account Control is off on this machine "
                              "(EnableLUA is 0): no token is filtered, "
                              "whatever this value says");
    if (verdict == SETTING_DIFFERS && cJSON_IsNumber(wanted) &&
        wanted->valuedouble > 0 && domain_join_state(NULL) == DOMAIN_MEMBER &&
        registry_number(POLICIES, "LocalAccountTokenFilterPolicy", &number) &&
        number == 0)
        setting_hint(setting, "the value stands at 0 on a domain member: a "
                              "group policy may have put it there and may put "
                              "it back at its next refresh");
    return verdict;
}

static const struct registry_row row = {
    .id = "uac.local_account_token_filter_policy",
    .key = POLICIES,
    .name = "LocalAccountTokenFilterPolicy",
    .judge = judge,
    .hint_on_change = "takes effect at the next logon",
};

static int plan(const struct settings *settings, struct setting_list *list,
                struct err *err)
{
    enum dword_wish wish = settings->token_filter_policy;
    if (wish == DWORD_NOT_ASKED)
        return 0;
    struct setting *setting = registry_dword_add(list, &row, wish);
    if (setting == NULL)
        return err_set(err, 0, "uac: memory is short");
    if (wish == DWORD_ONE)
        setting->risk = "every local administrator gets the full token over "
                        "the network: machines that share a local password "
                        "can be taken one from the other";
    return 0;
}

const struct setting_family uac_family = {.name = "uac", .plan = plan};
