/* SPDX-License-Identifier: MIT */
#include "inventory/expansion.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/utf8.h"
#include "base/word.h"
#include "inventory/addition.h"
#include "inventory/audience_words.h"

#define NAMESPACE_DEFAULT "root\\cimv2"
#define SINK_NAME_SIZE 120 /* of what Windows takes for a rule's name */
#define SINK_FILE_SHOWN 96

/* --- reading -------------------------------------------------------------- */

bool expansion_asked(const cJSON *wmi)
{
    return json_member(wmi, "access") != NULL ||
           json_member(wmi, "collector") != NULL;
}

static void judge_names(struct settings_reader *reader,
                        const struct settings_path *parent, const char *key,
                        const struct audience_words *words,
                        const struct model *model)
{
    const struct settings_path path = {.parent = parent, .key = key};
    audience_words_judge(reader, &path, words, model);
}

struct expansion *expansion_read(const cJSON *wmi, const struct model *model,
                                 const struct settings_place *place,
                                 struct problems *problems)
{
    struct settings_reader reader = {.place = place, .problems = problems};
    const struct settings_path root = {.key = "wmi"};
    const struct settings_path access_path = {.parent = &root, .key = "access"};
    const struct settings_path collector_path = {.parent = &root,
                                                 .key = "collector"};
    const cJSON *access = json_member(wmi, "access");
    const cJSON *collector = json_member(wmi, "collector");
    size_t mistakes = problems->error_count;
    struct expansion *expansion = calloc(1, sizeof *expansion);
    if (expansion == NULL) {
        problems_error(problems, "out of memory");
        return NULL;
    }
    expansion->has_access = access != NULL;
    expansion->has_collector = collector != NULL;
    if (access != NULL)
        access_read(&reader, &access_path, access, &expansion->access);
    if (collector != NULL)
        collector_read(&reader, &collector_path, collector,
                       &expansion->collector);
    if (model != NULL) {
        judge_names(&reader, &access_path, "collectors",
                    &expansion->access.collectors, model);
        judge_names(&reader, &collector_path, "targets",
                    &expansion->collector.targets, model);
    }
    expansion->storage = reader.storage;
    if (problems->error_count == mistakes)
        return expansion;
    expansion_free(expansion);
    return NULL;
}

void expansion_free(struct expansion *expansion)
{
    if (expansion != NULL)
        settings_storage_free(expansion->storage);
    free(expansion);
}

/* --- what both are made of ------------------------------------------------ */

/* A rule by its name alone, for these addresses. */
static cJSON *make_rule(struct addition *addition, const char *name,
                        const cJSON *addresses)
{
    cJSON *rule = cJSON_CreateObject();
    addition_put(addition, rule, "name", cJSON_CreateString(name));
    addition_put(addition, rule, "remote_addresses",
                 cJSON_Duplicate(addresses, true));
    return rule;
}

static void put_true(struct addition *addition, cJSON *object, const char *key)
{
    addition_put(addition, object, key, cJSON_CreateTrue());
}

static cJSON *make_grant(struct addition *addition, const char *account,
                         const char *const *rights, int count)
{
    cJSON *grant = cJSON_CreateObject();
    addition_put(addition, grant, "account", cJSON_CreateString(account));
    addition_put(addition, grant, "rights", addition_texts(rights, count));
    return grant;
}

/* --- the accounts --------------------------------------------------------- */

static void add_namespaces(struct addition *addition,
                           const struct access_wish *access,
                           const char *account)
{
    static const char *const rights[] = {"enable_account", "remote_enable"};
    static const char *const usual[] = {NAMESPACE_DEFAULT};
    const char *const *paths =
        access->namespace_count > 0 ? access->namespaces : usual;
    size_t count = access->namespace_count > 0 ? access->namespace_count : 1;
    for (size_t i = 0; i < count; i++) {
        cJSON *grant = make_grant(addition, account, rights, 2);
        put_true(addition, grant, "subnamespaces");
        addition_grant(addition, paths[i], grant);
    }
}

static void add_readers(struct addition *addition,
                        const struct access_wish *access)
{
    static const char *const rights[] = {"connect", "enumerate", "query_lock",
                                         "read_control"};
    for (size_t i = 0; i < access->reader_count; i++) {
        const char *account = access->readers[i];
        addition_member(addition, "distributed_com_users", account);
        add_namespaces(addition, access, account);
        if (access->services == FLAG_ON)
            addition_control(addition,
                             make_grant(addition, account, rights, 4));
    }
}

/* --- the firewall --------------------------------------------------------- */

/* The port of its own that winmgmt is to have; 0: none. */
static int fixed_port(const cJSON *wmi)
{
    const cJSON *fixed = json_member(wmi, "fixed_port");
    const cJSON *port = json_member(fixed, "port");
    if (!cJSON_IsTrue(json_member(fixed, "enabled")))
        return 0;
    return cJSON_IsNumber(port) ? port->valueint : SETTINGS_FIXED_PORT;
}

static void add_wmi_rule(struct addition *addition, const cJSON *addresses)
{
    cJSON *rule = make_rule(addition, "WMI", addresses);
    int port = fixed_port(addition->asked);
    if (port != 0)
        addition_put(addition, rule, "local_ports", cJSON_CreateNumber(port));
    addition_rule(addition, rule);
}

static void add_out_rule(struct addition *addition, const cJSON *addresses)
{
    cJSON *rule = make_rule(addition, "WMI_OUT", addresses);
    put_true(addition, rule, "when_outbound_blocked");
    addition_rule(addition, rule);
}

static const char *file_of(const char *program)
{
    return strrchr(program, '\\') + 1;
}

/* Two programs may have one file name: the later ones get a number. */
static void name_sink(const struct collector_wish *collector, size_t index,
                      char name[SINK_NAME_SIZE])
{
    const char *file = file_of(collector->sinks[index]);
    size_t namesakes = 1;
    char number[24] = "";
    for (size_t i = 0; i < index; i++)
        namesakes += word_same(file, file_of(collector->sinks[i]));
    if (namesakes > 1)
        snprintf(number, sizeof number, " %zu", namesakes);
    snprintf(name, SINK_NAME_SIZE, "Sink %.*s%s",
             (int)utf8_cut(file, SINK_FILE_SHOWN - 8), file, number);
}

static void add_sinks(struct addition *addition,
                      const struct collector_wish *collector,
                      const cJSON *targets)
{
    for (size_t i = 0; i < collector->sink_count; i++) {
        char name[SINK_NAME_SIZE];
        name_sink(collector, i, name);
        cJSON *rule = make_rule(addition, name, targets);
        addition_put(addition, rule, "direction", cJSON_CreateString("in"));
        addition_put(addition, rule, "program",
                     cJSON_CreateString(collector->sinks[i]));
        addition_put(addition, rule, "protocol", cJSON_CreateString("tcp"));
        put_true(addition, rule, "require_program");
        addition_rule(addition, rule);
    }
}

/* The first where it is for both, else the one that it is for. */
static const cJSON *for_whom(const struct expansion_addresses *addresses,
                             bool collectors, bool targets)
{
    if (collectors && targets)
        return addresses->both;
    return collectors ? addresses->collectors : addresses->targets;
}

static void add_rules(struct addition *addition,
                      const struct expansion *expansion,
                      const struct expansion_addresses *addresses)
{
    bool access = expansion->has_access;
    bool collector = expansion->has_collector;
    bool calls_back = access && expansion->access.asynchronous == FLAG_ON;
    bool called_back =
        collector && expansion->collector.asynchronous == FLAG_ON;
    /* Who is called back is asked for the way at its own port 135. */
    if (access || called_back)
        addition_rule(addition,
                      make_rule(addition, "DCOM",
                                for_whom(addresses, access, called_back)));
    if (access)
        add_wmi_rule(addition, addresses->collectors);
    if (called_back) {
        addition_rule(addition,
                      make_rule(addition, "UnsecApp", addresses->targets));
        add_sinks(addition, &expansion->collector, addresses->targets);
    }
    if (calls_back || collector)
        add_out_rule(addition, for_whom(addresses, calls_back, collector));
}

/* --- the whole ------------------------------------------------------------ */

static void add_values(struct addition *addition,
                       const struct expansion *expansion)
{
    enum flag_wish check = expansion->collector.check_callbacks;
    if (expansion->access.asynchronous == FLAG_ON)
        addition_number(addition, "cimom", "allow_anonymous_callback", 1);
    if (check != FLAG_NOT_ASKED)
        addition_number(addition, "cimom", "unsecapp_access_control_default",
                        check == FLAG_ON);
}

cJSON *expansion_make(const struct expansion *expansion, const cJSON *wmi,
                      const struct expansion_addresses *addresses)
{
    struct addition addition = {.wmi = cJSON_Duplicate(wmi, true),
                                .asked = wmi};
    if (addition.wmi == NULL)
        return NULL;
    cJSON_DeleteItemFromObjectCaseSensitive(addition.wmi, "access");
    cJSON_DeleteItemFromObjectCaseSensitive(addition.wmi, "collector");
    add_readers(&addition, &expansion->access);
    add_rules(&addition, expansion, addresses);
    add_values(&addition, expansion);
    if (!addition.failed)
        return addition.wmi;
    cJSON_Delete(addition.wmi);
    return NULL;
}
