/* SPDX-License-Identifier: MIT */
#include "inventory/draft.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "inventory/secret.h"

#define TIMEOUT_MAX_S 86400

bool draft_look_up(struct draft *draft, const char *const *names)
{
    draft->value = NULL;
    for (; *names != NULL; names++) {
        const cJSON *value = merge_variable(draft->view, *names);
        if (value == NULL || cJSON_IsNull(value))
            continue;
        draft->key = *names;
        draft->value = value;
    }
    return draft->value != NULL;
}

static bool is_password(const char *key)
{
    return strstr(key, "_pass") != NULL;
}

const char *draft_text(const struct draft *draft)
{
    const cJSON *value = draft->value;
    const cJSON *unsafe = json_member(value, "__ansible_unsafe");
    const char *remedy;
    if (cJSON_IsString(unsafe))
        return unsafe->valuestring;
    if (connection_unresolved(value, &remedy))
        DRAFT_COMPLAIN(draft, "%s %s", draft->key, remedy);
    else if (cJSON_IsString(value) ||
             (cJSON_IsNumber(value) && value->valuestring != NULL))
        return value->valuestring;
    else
        DRAFT_COMPLAIN(draft, "%s must be a string%s", draft->key,
                       is_password(draft->key)
                           ? "; where it comes from goes into wmifleet_password"
                           : "");
    return NULL;
}

bool draft_number(const char *text, unsigned long max, unsigned long *number)
{
    char *end;
    text += strspn(text, " ");
    if (!isdigit((unsigned char)*text))
        return false;
    unsigned long value = strtoul(text, &end, 10);
    if (strncmp(end, ".0", 2) == 0) /* 22.0, as a float came out of YAML */
        end += 2;
    end += strspn(end, " ");
    if (*end != '\0' || value > max)
        return false;
    *number = value;
    return true;
}

void draft_set_port(struct draft *draft, const char *text)
{
    unsigned long port;
    if (draft->has_port)
        return;
    if (!draft_number(text, 65535, &port) || port == 0) {
        DRAFT_COMPLAIN(draft, "%s: '%.40s' is no port: 1 to 65535", draft->key,
                       text);
        return;
    }
    if (port == 5985 || port == 5986) {
        if (!draft->rules->force_ssh)
            DRAFT_COMPLAIN(
                draft,
                "%s: %lu is WinRM's port, and wmifleet connects by SSH: "
                "remove it or write SSH's port (--ssh overlooks it)",
                draft->key, port);
        return;
    }
    draft->target->port = (uint16_t)port;
    draft->has_port = true;
}

void draft_set_text(struct draft *draft, const char **place, const char *text)
{
    if (*place != NULL)
        return;
    if (*text == '\0') {
        DRAFT_COMPLAIN(draft, "%s is empty", draft->key);
        return;
    }
    for (const char *c = text; *c != '\0'; c++)
        if (iscntrl((unsigned char)*c)) {
            DRAFT_COMPLAIN(draft, "%s holds a control character", draft->key);
            return;
        }
    *place = text;
}

void draft_set_copy(struct draft *draft, const char **place, const char *text)
{
    if (*place != NULL)
        return;
    const char *copy = state_keep(draft->rules->inventory, strdup(text));
    if (copy == NULL)
        DRAFT_COMPLAIN(draft, "%s: out of memory", draft->key);
    else
        draft_set_text(draft, place, copy);
}

void draft_set_key_file(struct draft *draft, const char *text)
{
    const char *path = NULL;
    if (draft->target->private_key_file != NULL)
        return;
    draft_set_text(draft, &path, text);
    if (path == NULL)
        return;
    path = secret_expand_home(draft->rules->inventory, path);
    if (path == NULL)
        DRAFT_COMPLAIN(draft, "%s: out of memory", draft->key);
    draft->target->private_key_file = path;
}

void draft_set_timeout(struct draft *draft, const char *text)
{
    unsigned long seconds;
    if (draft->has_timeout)
        return;
    if (!draft_number(text, TIMEOUT_MAX_S, &seconds) || seconds == 0) {
        DRAFT_COMPLAIN(draft, "%s: '%.40s' is no number of seconds", draft->key,
                       text);
        return;
    }
    draft->target->connect_timeout_s = (unsigned)seconds;
    draft->has_timeout = true;
}
