/* SPDX-License-Identifier: MIT */
#include "payload/settings/settings_service.h"

#include <stddef.h>

#include "payload/settings/settings_account.h"

const struct settings_word settings_control_rights[] = {
    {"connect", SETTINGS_SC_CONNECT},
    {"enumerate", SETTINGS_SC_ENUMERATE},
    {"query_lock", SETTINGS_SC_QUERY_LOCK},
    {"read_control", SETTINGS_SC_READ_CONTROL},
};

static void read_running(struct settings_reader *reader,
                         const struct settings_path *path, const cJSON *value,
                         void *out)
{
    static const struct settings_word words[] = {{"running", 1}};
    bool *runs = out;
    int ignored;
    *runs = settings_read_word(reader, path, value, words, 1, NULL, &ignored);
}

void settings_read_services(struct settings_reader *reader,
                            const struct settings_path *path,
                            const cJSON *value, void *out)
{
    static const struct settings_key keys[] = {
        {"winmgmt", read_running, offsetof(struct settings, winmgmt_runs),
         false},
        {"rpcss", read_running, offsetof(struct settings, rpcss_runs), false},
    };
    static const struct settings_shape shape = {
        .noun = "a service that is looked at",
        .keys = keys,
        .count = SETTINGS_COUNT(keys),
    };
    settings_read_object(reader, path, value, &shape, out);
}

/* --- grants -------------------------------------------------------------- */

static void read_rights(struct settings_reader *reader,
                        const struct settings_path *path, const cJSON *value,
                        void *out)
{
    settings_read_bits(reader, path, value, settings_control_rights,
                       SETTINGS_COUNT(settings_control_rights), "rights",
                       "all of them, where they are to be absent", out);
}

static bool read_grant(struct settings_reader *reader,
                       const struct settings_path *path, const cJSON *value,
                       void *element)
{
    static const struct settings_key keys[] = {
        {"account", settings_read_account,
         offsetof(struct control_wish, account), true},
        {"state", settings_read_absent, offsetof(struct control_wish, absent),
         false},
        {"rights", read_rights, offsetof(struct control_wish, rights), false},
    };
    static const struct settings_shape shape = {
        .noun = "a property of a grant",
        .keys = keys,
        .count = SETTINGS_COUNT(keys),
    };
    const struct control_wish *wish = element;
    size_t mistakes = reader->problems->error_count;
    settings_read_object(reader, path, value, &shape, element);
    if (reader->problems->error_count == mistakes && !wish->absent &&
        wish->rights == 0)
        settings_mistake(reader, path, value,
                         "it grants nothing; add \"rights\"");
    return reader->problems->error_count == mistakes;
}

static void read_grants(struct settings_reader *reader,
                        const struct settings_path *path, const cJSON *value,
                        void *out)
{
    static const struct settings_items items = {
        .noun = "grants",
        .size = sizeof(struct control_wish),
        .read = read_grant,
        .check = settings_check_grants,
    };
    struct settings *settings = out;
    settings->controls = settings_read_list(reader, path, value, &items,
                                            &settings->control_count);
}

void settings_read_service_control(struct settings_reader *reader,
                                   const struct settings_path *path,
                                   const cJSON *value, void *out)
{
    static const struct settings_key keys[] = {
        {"grants", read_grants, 0, false},
    };
    static const struct settings_shape shape = {
        .noun = "a setting of the service manager",
        .keys = keys,
        .count = SETTINGS_COUNT(keys),
    };
    settings_read_object(reader, path, value, &shape, out);
}
