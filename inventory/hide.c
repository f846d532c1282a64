/* SPDX-License-Identifier: MIT */
#include "inventory/hide.h"

#include <string.h>
#include <strings.h>

bool hide_is_secret(const char *name)
{
    static const char *const words[] = {
        "pass",  "passwd", "password",    "passwords", "passphrase",
        "token", "tokens", "credentials", "secret",    "secrets"};
    if (strcmp(name, "ansible_private_key") == 0 ||
        strcmp(name, "ansible_ssh_private_key") == 0)
        return true;
    const char *last = name + strlen(name);
    while (last > name && strchr("_-.", last[-1]) == NULL)
        last--;
    if (strchr("ptcsPTCS", *last) == NULL)
        return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcasecmp(last, words[i]) == 0)
            return true;
    return false;
}

bool hide_is_reference(const cJSON *object)
{
    const cJSON *member = object->child;
    return member != NULL && member->next == NULL &&
           (strcmp(member->string, "env") == 0 ||
            strcmp(member->string, "file") == 0 ||
            strcmp(member->string, "command") == 0);
}
