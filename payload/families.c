/* SPDX-License-Identifier: MIT */
#include "payload/families.h"

#include <stddef.h>

const struct setting_family *const *families(void)
{
    /*
     * What runs comes first: the namespaces can only be read then. The door
     * is opened when the room is ready.
     */
    static const struct setting_family *const table[] = {
        &services_family,
        &account_family,
        &groups_family,
        &uac_family,
        &dcom_family,
        &namespaces_family,
        &cimom_family,
        &service_control_family,
        &fixed_port_family,
        &firewall_family,
        NULL,
    };
    return table;
}

void families_facts(cJSON *facts)
{
    for (const struct setting_family *const *f = families(); *f != NULL; f++) {
        if ((*f)->facts != NULL)
            (*f)->facts(facts);
    }
}

void families_done(void)
{
    for (const struct setting_family *const *f = families(); *f != NULL; f++) {
        if ((*f)->done != NULL)
            (*f)->done();
    }
}
