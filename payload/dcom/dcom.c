/* SPDX-License-Identifier: MIT */
/* Whether COM may be used from other machines at all, and by whom. */
#include "payload/dcom/com_security.h"
#include "payload/registry/registry.h"

static const struct registry_row row = {
    .id = "dcom.enabled",
    .key = "SOFTWARE\\Microsoft\\Ole",
    .name = "EnableDCOM",
    .hint_on_change = "programs that run already keep what they read when "
                      "they started: a restart of the machine may be needed",
};

static int plan_enabled(const struct settings *settings,
                        struct setting_list *list)
{
    bool on = settings->dcom_enabled == FLAG_ON;
    return registry_setting_add(list, &row, cJSON_CreateBool(on),
                                cJSON_CreateString(on ? "Y" : "N")) != NULL
               ? 0
               : -1;
}

static int plan(const struct settings *settings, struct setting_list *list,
                struct err *err)
{
    if ((settings->dcom_enabled != FLAG_NOT_ASKED &&
         plan_enabled(settings, list) != 0) ||
        com_security_plan(settings, list) != 0)
        return err_set(err, 0, "dcom: memory is short");
    return 0;
}

const struct setting_family dcom_family = {.name = "dcom", .plan = plan};
