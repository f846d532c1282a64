/* SPDX-License-Identifier: MIT */
#include "payload/engine/families.h"

#include <stddef.h>

const struct setting_family *const *families(void)
{
#define X(family) &family##_family,
    static const struct setting_family *const table[] = {SETTINGS_FAMILY_LIST(X)
                                                             NULL};
#undef X
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
