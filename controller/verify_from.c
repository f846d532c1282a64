/* SPDX-License-Identifier: MIT */
#include "controller/verify_from.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "controller/known_facts.h"
#include "controller/openssh_config.h"
#include "controller/rerun.h"
#include "controller/verify_reader.h"
#include "verify/from.h"

#define COMPUTER_NAME_MAX 15
#define USER_SIZE 320

/* What means something to a pattern of hosts, so is no host's name here. */
#define PATTERN_CHARACTERS ":,*?[]&!~@"

bool verify_from_is_asked(const struct options *options,
                          const char **lonely_option)
{
    *lonely_option = NULL;
    if (options->collector != NULL)
        return true;
    if (options->asynchronous)
        *lonely_option = "--asynchronous";
    if (options->reader != NULL)
        *lonely_option = "--reader";
    if (options->ask_reader_pass)
        *lonely_option = "--ask-reader-pass";
    if (options->reader_password_file != NULL)
        *lonely_option = "--reader-password-file";
    return false;
}

/* --- who connects, and to whom -------------------------------------------- */

/* Whether HOST is what this selection has, or a part of it. */
static bool is_selected(const struct verify_from *from,
                        const struct chosen *chosen, const char *limit,
                        const char *exclude)
{
    const struct selection selection = {
        .limit = limit, .exclude = exclude, .need = INVENTORY_NAMES};
    struct target_list list = {0};
    struct problems problems;
    bool found = false;
    problems_init(&problems);
    (void)inventory_select(chosen->inventory, &selection, &list, &problems);
    problems_release(&problems);
    for (size_t i = 0; i < list.count; i++)
        found |= strcmp(list.items[i].name, from->options->collector) == 0;
    free(list.items);
    return found;
}

static int open_collector(struct verify_from *from, struct chosen *chosen)
{
    const char *host = from->options->collector;
    const struct selection selection = {.limit = host,
                                        .need = INVENTORY_CONNECT,
                                        .force_ssh = from->options->force_ssh};
    struct problems problems;
    if (!is_selected(from, chosen, host, NULL)) {
        log_line(from->log, LOG_ERROR,
                 "--from %s: the inventory has no host of that name", host);
        return -1;
    }
    problems_init(&problems);
    from->collector.inventory = chosen->inventory;
    int failed = inventory_select(chosen->inventory, &selection,
                                  &from->collector.targets, &problems);
    bool told = chosen_tell(&problems, from->log);
    problems_release(&problems);
    if (failed && !told)
        log_line(from->log, LOG_ERROR, "%s: it cannot be chosen", host);
    if (!failed && from->options->ssh_config != NULL)
        failed =
            openssh_config_read(from->options->ssh_config, chosen->inventory,
                                &from->collector.targets, from->log);
    return failed ? -1 : 0;
}

/* HOST does not connect to itself. */
static void leave_out_collector(const struct verify_from *from,
                                struct chosen *chosen)
{
    struct target_list *list = &chosen->targets;
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i].name, from->options->collector) != 0)
            list->items[kept++] = list->items[i];
    if (kept == list->count && list->nothing_asked > 0 &&
        is_selected(from, chosen, from->options->limit, from->options->exclude))
        list->nothing_asked--;
    list->count = kept;
}

static int check_count(const struct verify_from *from, size_t count)
{
    const char *host = from->options->collector;
    if (count == 0)
        log_line(from->log, LOG_ERROR,
                 "--from %s: no other host is selected to connect to", host);
    else if (count > PROTOCOL_VERIFY_TARGETS_MAX)
        log_line(from->log, LOG_ERROR,
                 "--from %s: %zu targets; one machine takes %d at a time, -l "
                 "chooses fewer",
                 host, count, PROTOCOL_VERIFY_TARGETS_MAX);
    return count > 0 && count <= PROTOCOL_VERIFY_TARGETS_MAX ? 0 : -1;
}

int verify_from_open(struct verify_from *from, struct chosen *chosen,
                     const struct options *options, const struct log *log,
                     struct resumed *resumed)
{
    const char *host = options->collector;
    *from = (struct verify_from){
        .options = options, .log = log, .targets = &chosen->targets};
    if (host[0] == '\0' || host[strcspn(host, PATTERN_CHARACTERS)] != '\0') {
        log_line(log, LOG_ERROR, "--from %s: the name of one host is wanted",
                 host);
        return -1;
    }
    if (chosen_open(chosen, options, INVENTORY_WMI, log) ||
        open_collector(from, chosen))
        return -1;
    leave_out_collector(from, chosen);
    if (rerun_narrow(&chosen->targets, options, VERB_VERIFY, log, resumed) ||
        check_count(from, chosen->targets.count))
        return -1;
    from->passwords = calloc(chosen->targets.count + 1, sizeof(char *));
    from->known = calloc(chosen->targets.count + 1, sizeof(struct result *));
    if (from->passwords != NULL && from->known != NULL)
        return verify_reader_passwords(from);
    log_line(log, LOG_ERROR, "--from: out of memory");
    return -1;
}

void verify_from_close(struct verify_from *from)
{
    for (size_t i = 0; from->targets != NULL && i < from->targets->count; i++) {
        if (from->passwords != NULL)
            secret_free(from->passwords[i]);
        if (from->known != NULL)
            result_free(from->known[i]);
    }
    free(from->passwords);
    free(from->known);
    cJSON_Delete(from->verify);
    from->collector.inventory = NULL; /* the one who chose the targets has it */
    chosen_close(&from->collector);
    *from = (struct verify_from){.options = NULL};
}

/* --- what is known of the targets ----------------------------------------- */

/* LAB-01 of lab-01.example.org, as NetBIOS has it. */
static void put_computer(char *out, size_t size, const char *name)
{
    size_t len = strcspn(name, ".");
    if (len > COMPUTER_NAME_MAX)
        len = COMPUTER_NAME_MAX;
    snprintf(out, size, "%.*s", (int)len, name);
    for (char *c = out; *c != '\0'; c++)
        *c = (char)toupper((unsigned char)*c);
}

static bool is_literal(const char *address)
{
    struct in6_addr bytes;
    return inet_pton(AF_INET, address, &bytes) == 1 ||
           inet_pton(AF_INET6, address, &bytes) == 1;
}

static const char *known_computer(const struct verify_from *from, size_t place)
{
    const struct result *known = from->known[place];
    return known != NULL ? json_text(known->facts, "computer") : NULL;
}

/*
 * A local account is the target's COMPUTER\reader, by its computer's name. An
 * address in its place is a domain that a machine of a workgroup does not
 * know, and takes for itself.
 */
static void put_user(const struct verify_from *from, size_t place,
                     char user[USER_SIZE])
{
    const struct target *target = &from->targets->items[place];
    const char *reader = verify_reader_of(from, target);
    const char *computer = known_computer(from, place);
    char domain[64];
    if (strpbrk(reader, "\\@") != NULL) {
        snprintf(user, USER_SIZE, "%s", reader);
        return;
    }
    if (computer == NULL && is_literal(target->address))
        snprintf(domain, sizeof domain, "%s", target->address);
    else
        put_computer(domain, sizeof domain,
                     computer != NULL ? computer : target->address);
    snprintf(user, USER_SIZE, "%s\\%s", domain, reader);
}

/* Where the inventory gives somebody rights, else where most clients ask. */
static cJSON *namespaces_of(const struct target *target)
{
    cJSON *list = cJSON_CreateArray();
    const cJSON *item;
    cJSON_ArrayForEach (item, json_member(target->wmi, "namespaces")) {
        const char *path = json_text(item, "path");
        if (path != NULL && json_member(item, "grants") != NULL)
            cJSON_AddItemToArray(list, cJSON_CreateString(path));
    }
    if (cJSON_GetArraySize(list) == 0)
        cJSON_AddItemToArray(list, cJSON_CreateString("root\\cimv2"));
    return list;
}

static bool add_wish(cJSON *targets, const struct verify_from *from,
                     size_t place)
{
    const struct target *target = &from->targets->items[place];
    char user[USER_SIZE];
    cJSON *wish = cJSON_CreateObject();
    cJSON *namespaces = namespaces_of(target);
    put_user(from, place, user);
    if (!cJSON_AddItemToObject(wish, "namespaces", namespaces)) {
        cJSON_Delete(namespaces);
        cJSON_Delete(wish);
        return false;
    }
    if (cJSON_AddStringToObject(wish, "host", target->name) &&
        cJSON_AddStringToObject(wish, "address", target->address) &&
        cJSON_AddStringToObject(wish, "user", user) &&
        cJSON_AddItemToArray(targets, wish))
        return true;
    cJSON_Delete(wish);
    return false;
}

static bool is_asynchronous(const struct verify_from *from)
{
    bool asked = from->options->asynchronous;
    for (size_t i = 0; !asked && i < from->targets->count; i++)
        asked = cJSON_IsTrue(
            json_member(from->targets->items[i].access, "asynchronous"));
    return asked;
}

int verify_from_learn(struct verify_from *from, struct store *store,
                      struct err *err)
{
    from->verify = cJSON_CreateObject();
    bool made = cJSON_AddBoolToObject(from->verify, "asynchronous",
                                      is_asynchronous(from)) != NULL;
    cJSON *targets = cJSON_AddArrayToObject(from->verify, "targets");
    for (size_t i = 0; made && i < from->targets->count; i++) {
        if (known_facts(store, from->targets->items[i].name, &from->known[i],
                        err))
            return -1;
        made = add_wish(targets, from, i);
    }
    return made ? 0 : err_set(err, 0, "out of memory");
}

int verify_from_request(const struct verify_from *from,
                        struct requests *requests, struct blob *request,
                        struct err *err)
{
    return requests_get_verify(requests, from->verify,
                               (const char *const *)from->passwords,
                               from->targets->count, request, err);
}

/* --- what it answered ----------------------------------------------------- */

bool verify_from_check(const struct verify_from *from, struct result *answer)
{
    struct err err;
    if (answer->fault != FAULT_NONE)
        return false;
    if (from_check(answer->connections, from->verify, &err) == 0)
        return true;
    result_fail(answer, FAULT_BAD_RESULT, err.text);
    return false;
}

/* What the inventory says of the collector's address. */
static int read_admission(const struct verify_from *from,
                          const struct target *target, struct from_view *view)
{
    /* The inventory's address for the collector is the one that counts. */
    const struct prober prober = {.address = view->from, .seen = view->from};
    struct settings settings;
    struct problems problems;
    problems_init(&problems);
    bool judged = view->from != NULL &&
                  settings_read(&settings, target->wmi, NULL, &problems) == 0;
    int failed = admission_read(&view->admission, judged ? &settings : NULL,
                                &prober, evidence_profiles(&view->evidence), 0,
                                from->options->expectation);
    if (judged)
        settings_release(&settings);
    problems_release(&problems);
    return failed;
}

static int make_view(const struct verify_from *from, size_t place,
                     struct from_view *view)
{
    const struct target *target = &from->targets->items[place];
    const struct target *collector = &from->collector.targets.items[0];
    const struct result *known = from->known[place];
    *view = (struct from_view){
        .collector = collector->name,
        .from = is_literal(collector->address) ? collector->address : NULL,
        .asynchronous = cJSON_IsTrue(json_member(from->verify, "asynchronous")),
        .computer_guessed =
            known_computer(from, place) == NULL &&
            strpbrk(verify_reader_of(from, target), "\\@") == NULL,
    };
    if (known != NULL)
        view->evidence = (struct evidence){.facts = known->facts,
                                           .settings = known->settings};
    view->evidence.from = view->from;
    return read_admission(from, target, view);
}

static struct result *new_result(const struct target *target, const char *run)
{
    char address[300];
    bool is_ipv6 = strchr(target->address, ':') != NULL;
    snprintf(address, sizeof address, "%s%s%s:135", is_ipv6 ? "[" : "",
             target->address, is_ipv6 ? "]" : "");
    struct result *result = result_new(target->name, address, run, VERB_VERIFY);
    if (result != NULL) {
        result->phase = strdup("done");
        result->attempts = 1;
    }
    return result;
}

struct result *verify_from_result(const struct verify_from *from, size_t place,
                                  const struct result *answer, struct err *err)
{
    struct from_view view;
    const cJSON *targets = json_member(from->verify, "targets");
    struct result *result =
        new_result(&from->targets->items[place], answer->run);
    err->code = 0;
    if (result == NULL || make_view(from, place, &view)) {
        result_free(result);
        err_set(err, -1, "out of memory");
        return NULL;
    }
    if (from_judge(result, &view, cJSON_GetArrayItem(targets, (int)place),
                   cJSON_GetArrayItem(answer->connections, (int)place)))
        return result;
    result_free(result);
    return NULL;
}
