/* SPDX-License-Identifier: MIT */
/*
 * The firewall family. Its settings share one store of the firewall's
 * rules, which closes with the last of them.
 */
#include "payload/firewall/firewall_settings.h"

#include "payload/win32/com.h"

static int firewall_plan(const struct settings *settings,
                         struct setting_list *list, struct err *err)
{
    struct firewall_store *store = firewall_store_new();
    if (store == NULL)
        return err_set(err, 0, "firewall: memory is short");
    firewall_store_use(store);
    int status = firewall_group_plan(settings, store, list);
    if (status == 0)
        status = firewall_rules_plan(settings, store, list);
    firewall_store_drop(store);
    return status == 0 ? 0 : err_set(err, 0, "firewall: memory is short");
}

static void firewall_facts(cJSON *facts)
{
    INetFwPolicy2 *policy = NULL;
    struct firewall_policy judged;
    if (FAILED(CoCreateInstance(&CLSID_NetFwPolicy2, NULL, CLSCTX_INPROC_SERVER,
                                &IID_INetFwPolicy2, (void **)&policy)))
        return;
    firewall_read_policy(policy, &judged);
    COM_RELEASE(policy);
    cJSON *firewall = firewall_policy_to_json(&judged);
    if (!cJSON_AddItemToObject(facts, "firewall", firewall))
        cJSON_Delete(firewall);
}

const struct setting_family firewall_family = {
    .name = "firewall",
    .plan = firewall_plan,
    .facts = firewall_facts,
};
