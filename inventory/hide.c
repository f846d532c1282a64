/* SPDX-License-Identifier: MIT */
#include "inventory/hide.h"

#include <string.h>
#include <strings.h>

bool hide_is_secret(const char *name)
{
    static const char *const words[] = {
        "pass",  "passwd", "password",    "passphrase", "secret",
        "token", "pw",     "credentials", "passwords",  "secrets"};
    if (strcmp(name, "ansible_private_key") == 0 ||
        strcmp(name, "ansible_ssh_private_key") == 0)
        return true;
    for (;;) {
        size_t len = strcspn(name, "_-.");
        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
            if (strlen(words[i]) == len &&
                strncasecmp(name, words[i], len) == 0)
                return true;
        if (name[len] == '\0')
            return false;
        name += len + 1;
    }
}

bool hide_is_reference(const cJSON *object)
{
    const cJSON *member = object->child;
    return member != NULL && member->next == NULL &&
           (strcmp(member->string, "env") == 0 ||
            strcmp(member->string, "file") == 0 ||
            strcmp(member->string, "command") == 0);
}
