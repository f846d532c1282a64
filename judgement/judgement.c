/* SPDX-License-Identifier: MIT */
#include "judgement/judgement.h"

#include "judgement/bench.h"
#include "judgement/rows.h"
#include "payload/settings/settings.h"

typedef void judgement_fn(struct bench *bench);

/* What stops every connection comes before what stops an account. */
static judgement_fn *const table[] = {
    row_home_edition,
    row_other_firewall,
    row_remote_clients,
    row_dcom_off,
    row_dcom_protocols,
    row_winmgmt_disabled,
    row_network_profile,
    row_group_and_rules,
    row_fixed_port,
    row_forceguest,
    row_disabled_account,
    row_denied_logon,
    row_missing_logon_right,
    row_ntlm,
    row_blank_password,
    row_filtered_administrator,
    row_filter_policy,
    row_callback_in_domain,
    row_callback_in_workgroup,
    row_checked_callbacks,
    row_outbound,
    row_unsecapp,
    row_encryption,
    row_old_clients,
};

static void judge_all(struct bench *bench)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        table[i](bench);
}

bool judgement_of_host(const struct judgement_host *host, cJSON *settings,
                       cJSON **hints)
{
    struct settings wish;
    struct problems problems;
    struct bench bench = {
        .host = host,
        .wish = &wish,
        .settings = settings,
        .hints = hints,
    };
    if (host->facts == NULL || host->wmi == NULL)
        return false;
    problems_init(&problems);
    if (settings_read(&wish, host->wmi, NULL, &problems) == 0) {
        judge_all(&bench);
        settings_release(&wish);
    }
    problems_release(&problems);
    return bench.turned;
}
