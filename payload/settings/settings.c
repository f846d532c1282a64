/* SPDX-License-Identifier: MIT */
#include "payload/settings/settings.h"

#include <stddef.h>

#include "payload/settings/settings_dcom.h"
#include "payload/settings/settings_groups.h"
#include "payload/settings/settings_namespace.h"
#include "payload/settings/settings_read.h"
#include "payload/settings/settings_rule.h"
#include "payload/settings/settings_service.h"
#include "payload/settings/settings_user.h"

#define AT(member) offsetof(struct settings, member)
#define SHAPE(noun_, keys_)                                                    \
    {                                                                          \
        .noun = (noun_), .keys = (keys_), .count = SETTINGS_COUNT(keys_)       \
    }

/* --- firewall ------------------------------------------------------------ */

static void read_wmi_group(struct settings_reader *reader,
                           const struct settings_path *path, const cJSON *value,
                           void *out)
{
    static const struct settings_key keys[] = {
        {"enabled", settings_read_flag, AT(wmi_group.enabled), true},
        {"profiles", settings_read_profiles, AT(wmi_group.profiles), false},
    };
    static const struct settings_shape shape =
        SHAPE("a property of the rule group", keys);
    settings_read_object(reader, path, value, &shape, out);
}

static void read_firewall(struct settings_reader *reader,
                          const struct settings_path *path, const cJSON *value,
                          void *out)
{
    static const struct settings_key keys[] = {
        {"wmi_group", read_wmi_group, 0, false},
        {"rules", settings_read_rules, 0, false},
    };
    static const struct settings_shape shape =
        SHAPE("a setting of the firewall", keys);
    settings_read_object(reader, path, value, &shape, out);
}

/* --- registry values ----------------------------------------------------- */

static void read_uac(struct settings_reader *reader,
                     const struct settings_path *path, const cJSON *value,
                     void *out)
{
    static const struct settings_key keys[] = {
        {"local_account_token_filter_policy", settings_read_dword,
         AT(token_filter_policy), false},
    };
    static const struct settings_shape shape = SHAPE("a setting of UAC", keys);
    settings_read_object(reader, path, value, &shape, out);
}

static void read_dcom(struct settings_reader *reader,
                      const struct settings_path *path, const cJSON *value,
                      void *out)
{
    static const struct settings_key keys[] = {
        {"enabled", settings_read_flag, AT(dcom_enabled), false},
        {"permissions", settings_read_permissions, 0, false},
    };
    static const struct settings_shape shape = SHAPE("a setting of DCOM", keys);
    settings_read_object(reader, path, value, &shape, out);
}

static void read_cimom(struct settings_reader *reader,
                       const struct settings_path *path, const cJSON *value,
                       void *out)
{
    static const struct settings_key keys[] = {
        {"allow_anonymous_callback", settings_read_dword,
         AT(anonymous_callback), false},
        {"even_in_domain", settings_read_flag, AT(callback_in_domain), false},
        {"unsecapp_access_control_default", settings_read_dword,
         AT(unsecapp_access), false},
    };
    static const struct settings_shape shape =
        SHAPE("a setting of the CIMOM", keys);
    settings_read_object(reader, path, value, &shape, out);
}

/* --- fixed port ---------------------------------------------------------- */

#define LOWEST_PORT 1024 /* of those that COM takes for an endpoint */
#define HIGHEST_PORT 65535

static const struct settings_word level_words[] = {
    {"connect", 2},
    {"call", 3},
    {"packet", 4},
    {"packet_integrity", 5},
    {"packet_privacy", SETTINGS_PACKET_PRIVACY},
};

const char *settings_level_word(int level)
{
    for (size_t i = 0; i < SETTINGS_COUNT(level_words); i++) {
        if (level_words[i].value == level)
            return level_words[i].name;
    }
    return NULL;
}

static void read_port(struct settings_reader *reader,
                      const struct settings_path *path, const cJSON *value,
                      void *out)
{
    if (!settings_is_integer(value, LOWEST_PORT, HIGHEST_PORT, out))
        settings_expected(reader, path, value,
                          "a port from 1024 to 65535, without quotes");
}

static void read_level(struct settings_reader *reader,
                       const struct settings_path *path, const cJSON *value,
                       void *out)
{
    settings_read_word(reader, path, value, level_words,
                       SETTINGS_COUNT(level_words), NULL, out);
}

static void read_fixed_port(struct settings_reader *reader,
                            const struct settings_path *path,
                            const cJSON *value, void *out)
{
    static const struct settings_key keys[] = {
        {"enabled", settings_read_flag, AT(fixed_port.enabled), true},
        {"port", read_port, AT(fixed_port.port), false},
        {"authentication_level", read_level, AT(fixed_port.level), false},
    };
    static const struct settings_shape shape =
        SHAPE("a property of the fixed port", keys);
    settings_read_object(reader, path, value, &shape, out);
}

/* --- the whole ----------------------------------------------------------- */

/* Every reader of a family is given the whole struct. */
static const struct settings_key family_keys[] = {
    {"access", NULL, 0, false},
    {"collector", NULL, 0, false},
    {"account", settings_read_user, 0, false},
    {"groups", settings_read_groups, 0, false},
    {"firewall", read_firewall, 0, false},
    {"uac", read_uac, 0, false},
    {"dcom", read_dcom, 0, false},
    {"namespaces", settings_read_namespaces, 0, false},
    {"cimom", read_cimom, 0, false},
    {"services", settings_read_services, 0, false},
    {"service_control", settings_read_service_control, 0, false},
    {"fixed_port", read_fixed_port, 0, false},
};
static const struct settings_shape wmi_shape = SHAPE("a setting", family_keys);

int settings_read(struct settings *out, const cJSON *wmi,
                  const struct settings_place *place, struct problems *problems)
{
    struct settings_reader reader = {.place = place, .problems = problems};
    const struct settings_path root = {.key = "wmi"};
    size_t mistakes = problems->error_count;
    struct settings found = {
        .wmi_group = {.profiles = SETTINGS_PROFILE_ALL},
        .fixed_port = {.port = SETTINGS_FIXED_PORT,
                       .level = SETTINGS_PACKET_PRIVACY},
    };
    *out = (struct settings){0};
    settings_read_object(&reader, &root, wmi, &wmi_shape, &found);
    if (problems->error_count > mistakes) {
        settings_storage_free(reader.storage);
        return -1;
    }
    *out = found;
    out->storage = reader.storage;
    return 0;
}

void settings_release(struct settings *settings)
{
    settings_storage_free(settings->storage);
    *settings = (struct settings){0};
}

bool settings_empty(const struct settings *settings)
{
    return settings->account.name == NULL && settings->group_count == 0 &&
           settings->wmi_group.enabled == FLAG_NOT_ASKED &&
           settings->rule_count == 0 &&
           settings->token_filter_policy == DWORD_NOT_ASKED &&
           settings->dcom_enabled == FLAG_NOT_ASKED &&
           settings->permission_count == 0 && settings->namespace_count == 0 &&
           settings->anonymous_callback == DWORD_NOT_ASKED &&
           settings->unsecapp_access == DWORD_NOT_ASKED &&
           !settings->winmgmt_runs && !settings->rpcss_runs &&
           settings->control_count == 0 &&
           settings->fixed_port.enabled == FLAG_NOT_ASKED;
}

const char *const *settings_families(void)
{
#define X(family) #family,
    static const char *const families[] = {SETTINGS_FAMILY_LIST(X) NULL};
#undef X
    return families;
}
