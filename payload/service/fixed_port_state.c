/* SPDX-License-Identifier: MIT */
#include "payload/service/fixed_port_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/word.h"
#include "payload/registry/registry_lines.h"
#include "payload/registry/registry_state.h"

#define TCP "ncacn_ip_tcp"
#define GROUP "winmgmt"
#define ENDPOINT_SIZE 32 /* "ncacn_ip_tcp,0,65535" */

/* --- lists of lines ------------------------------------------------------ */

static bool is_tcp(const struct registry_value *value,
                   const struct registry_line *line)
{
    return registry_line_common(value, line, TCP) == sizeof TCP - 1;
}

/* Whether `value` is a list with `word` among its lines. */
static bool holds_line(const cJSON *list, const char *word)
{
    struct registry_value value;
    struct registry_line line = {0};
    bool found = false;
    if (list == NULL || registry_state_value(list, &value) != 0)
        return false;
    while (!found && registry_next_line(&value, &line))
        found = registry_line_is(&value, &line, word);
    registry_value_release(&value);
    return found;
}

/* --- endpoints ----------------------------------------------------------- */

static void add_text(struct registry_value *out, const char *text)
{
    for (; *text != '\0'; text++) {
        out->bytes[out->len++] = (unsigned char)*text;
        out->bytes[out->len++] = 0;
    }
}

static void add_end(struct registry_value *out)
{
    out->bytes[out->len++] = 0;
    out->bytes[out->len++] = 0;
}

/* The first line for TCP gives its place to `ours`; "" takes them all. */
static void replace_tcp(const struct registry_value *from, const char *ours,
                        struct registry_value *out)
{
    struct registry_line line = {0};
    while (from->bytes != NULL && registry_next_line(from, &line)) {
        bool tcp = is_tcp(from, &line);
        if (tcp && *ours == '\0')
            continue;
        if (tcp) {
            add_text(out, ours);
            ours = "";
        } else {
            memcpy(out->bytes + out->len, from->bytes + line.at, line.len);
            out->len += line.len;
        }
        add_end(out);
    }
    if (*ours != '\0') {
        add_text(out, ours);
        add_end(out);
    }
}

static bool has_tcp(const struct registry_value *value)
{
    struct registry_line line = {0};
    while (registry_next_line(value, &line)) {
        if (is_tcp(value, &line))
            return true;
    }
    return false;
}

static cJSON *edit(const struct fixed_port_wish *wish, const cJSON *endpoints,
                   const struct registry_value *from)
{
    char ours[ENDPOINT_SIZE] = "";
    struct registry_value made = {.type = REGISTRY_TYPE_MULTI_SZ};
    if (wish->enabled == FLAG_ON)
        snprintf(ours, sizeof ours, TCP ",0,%d", wish->port);
    else if (!has_tcp(from))
        return cJSON_Duplicate(endpoints, true);
    made.bytes = malloc(from->len + 2 * sizeof ours + 4);
    if (made.bytes == NULL)
        return NULL;
    replace_tcp(from, ours, &made);
    bool empty = made.len == 0;
    add_end(&made);
    cJSON *state =
        empty ? registry_state_no_value() : registry_state_make(&made);
    free(made.bytes);
    return state;
}

cJSON *fixed_port_endpoints(const struct fixed_port_wish *wish,
                            const cJSON *endpoints)
{
    struct registry_value from = {.bytes = NULL};
    if (endpoints != NULL && registry_state_value(endpoints, &from) == 0 &&
        from.type != REGISTRY_TYPE_MULTI_SZ && from.type != REGISTRY_TYPE_SZ)
        from.len = 0; /* COM reads nothing out of another type */
    cJSON *state = edit(wish, endpoints, &from);
    registry_value_release(&from);
    return state;
}

/* --- the host process ---------------------------------------------------- */

const char *fixed_port_text(const cJSON *value)
{
    return cJSON_IsString(value) ? value->valuestring
                                 : json_text(value, "text");
}

/* "...\svchost.exe -k winmgmt -p" */
static bool starts_own_host(const char *path)
{
    const char *at = path != NULL ? strstr(path, " -k ") : NULL;
    const char *group = GROUP;
    if (at == NULL)
        return false;
    for (at += 4; *group != '\0' && word_lower(*at) == *group; at++)
        group++;
    return *group == '\0' && (*at == '\0' || *at == ' ');
}

bool fixed_port_own_host(const cJSON *state)
{
    return starts_own_host(
        json_text(json_member(state, FIXED_PORT_SERVICE), "path"));
}

int fixed_port_level(const cJSON *state)
{
    const cJSON *level = cJSON_GetObjectItem(
        json_member(state, FIXED_PORT_GROUP_KEY), "AuthenticationLevel");
    if (level == NULL)
        return 0;
    return cJSON_IsNumber(level) ? level->valueint : -1;
}

unsigned fixed_port_lacks(const struct fixed_port_wish *wish,
                          const cJSON *state)
{
    bool on = wish->enabled == FLAG_ON;
    const cJSON *now = json_member(state, FIXED_PORT_ENDPOINTS);
    unsigned lacks = 0;
    /* What the SCM has counts now, what the registry has after a start. */
    if (fixed_port_own_host(state) != on ||
        starts_own_host(
            fixed_port_text(json_member(state, FIXED_PORT_IMAGE_PATH))) != on ||
        (on && !holds_line(json_member(state, FIXED_PORT_GROUP), GROUP)))
        lacks |= FIXED_PORT_LACKS_HOST;
    cJSON *wanted = fixed_port_endpoints(wish, now);
    if (wanted == NULL || !cJSON_Compare(wanted, now, true))
        lacks |= FIXED_PORT_LACKS_ENDPOINT;
    cJSON_Delete(wanted);
    int level = fixed_port_level(state);
    if (on && level != 0 && level != wish->level)
        lacks |= FIXED_PORT_LACKS_LEVEL;
    return lacks;
}

void fixed_port_print(unsigned lacks, char *text, size_t size)
{
    static const char *const parts[] = {
        "the host process of winmgmt",
        "the Endpoints of the WMI application",
        "the authentication level of the host process",
    };
    size_t len = 0;
    text[0] = '\0';
    for (unsigned i = 0; i < 3 && len < size; i++) {
        if ((lacks & 1u << i) != 0)
            len += (size_t)snprintf(text + len, size - len, "%s%s",
                                    len > 0 ? ", " : "", parts[i]);
    }
}
