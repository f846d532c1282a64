/* SPDX-License-Identifier: MIT */
/* What the namespaces that are asked for want of their callers. */
#include "payload/facts/facts.h"

#include "payload/namespace/wbem.h"

void facts_namespaces(cJSON *facts, const struct settings *settings)
{
    cJSON *list = settings->namespace_count > 0 ? cJSON_CreateArray() : NULL;
    for (size_t i = 0; i < settings->namespace_count && list != NULL; i++) {
        const char *path = settings->namespaces[i].path;
        int encrypted = wbem_requires_encryption(path, settings->patience);
        cJSON *item = encrypted >= 0 ? cJSON_CreateObject() : NULL;
        if (item == NULL)
            continue;
        cJSON_AddStringToObject(item, "path", path);
        cJSON_AddBoolToObject(item, "requires_encryption", encrypted);
        if (!cJSON_AddItemToArray(list, item))
            cJSON_Delete(item);
    }
    facts_put(facts, "namespaces", list);
}
