/* SPDX-License-Identifier: MIT */
#include "controller/chosen.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "controller/openssh_config.h"
#include "controller/requests.h"
#include "controller/typed_secret.h"

/* As many hosts without a password are told one by one. */
#define TOLD_MAX 5

#define HOST_LIST_MAX ((size_t)64 * 1024 * 1024)

bool chosen_tell(const struct problems *problems, const struct log *log)
{
    for (size_t i = 0; i < problems->count; i++)
        log_line(log, problems->items[i].warning ? LOG_WARNING : LOG_ERROR,
                 "%s", problems->items[i].text);
    size_t all = problems->error_count + problems->warning_count;
    if (all > problems->count)
        log_line(log, LOG_ERROR, "%zu more like these", all - problems->count);
    return problems->error_count > 0;
}

/* What the command line says of retries goes before everything else. */
static void take_retries(struct target_list *targets,
                         const struct options *options)
{
    for (size_t i = 0; options->retries >= 0 && i < targets->count; i++)
        targets->items[i].retries = options->retries;
}

int chosen_open(struct chosen *chosen, const struct options *options,
                enum inventory_need need, const struct log *log)
{
    *chosen = (struct chosen){0};
    struct problems problems;
    problems_init(&problems);
    const struct selection selection = {.limit = options->limit,
                                        .exclude = options->exclude,
                                        .need = need,
                                        .force_ssh = options->force_ssh};
    chosen->inventory = inventory_load(options->inventories,
                                       options->inventory_count, &problems);
    int failed = chosen->inventory == NULL ||
                 inventory_select(chosen->inventory, &selection,
                                  &chosen->targets, &problems);
    if (!failed)
        take_retries(&chosen->targets, options);
    bool told = chosen_tell(&problems, log);
    if (failed && !told)
        log_line(log, LOG_ERROR, "the inventory cannot be read");
    problems_release(&problems);
    if (!failed && options->ssh_config != NULL && need != INVENTORY_NAMES)
        failed = openssh_config_read(options->ssh_config, chosen->inventory,
                                     &chosen->targets, log);
    return failed ? -1 : 0;
}

/*
 * Leaves of the selection the hosts of the plan; `as_kept` reaches them as
 * that run did.
 */
static void keep_planned(struct target_list *targets,
                         const struct undo_plan *plan, bool as_kept)
{
    size_t kept = 0;
    for (size_t i = 0; i < targets->count; i++) {
        const struct undo_host *host =
            undo_plan_host(plan, targets->items[i].name);
        if (host == NULL)
            continue;
        targets->items[kept] = as_kept ? host->kept.target : targets->items[i];
        targets->items[kept++].wmi = host->kept.target.wmi;
    }
    targets->count = kept;
}

/* "a,b,": the plan's hosts as an inventory, so that patterns work on them. */
static char *list_of_hosts(const struct undo_plan *plan)
{
    struct buf list;
    buf_init(&list, HOST_LIST_MAX);
    for (size_t i = 0; i < plan->count; i++)
        buf_addf(&list, "%s,", plan->hosts[i]->kept.target.name);
    return buf_take(&list);
}

int chosen_open_undo(struct chosen *chosen, const struct options *options,
                     const struct undo_plan *plan, const struct log *log)
{
    struct options with_hosts = *options;
    bool as_kept = options->inventory_by_default;
    char *list = as_kept ? list_of_hosts(plan) : NULL;
    *chosen = (struct chosen){0};
    if (as_kept && list == NULL) {
        log_line(log, LOG_ERROR, "undo: out of memory");
        return -1;
    }
    if (as_kept) {
        with_hosts.inventories[0] = list;
        with_hosts.inventory_count = 1;
    }
    int failed =
        chosen_open(chosen, &with_hosts,
                    as_kept ? INVENTORY_NAMES : INVENTORY_CONNECT, log);
    free(list);
    if (failed)
        return -1;
    keep_planned(&chosen->targets, plan, as_kept);
    take_retries(&chosen->targets, options);
    if (as_kept && options->limit == NULL && options->exclude == NULL &&
        chosen->targets.count < plan->count) {
        log_line(log, LOG_ERROR,
                 "run %s: names of %zu of its hosts mean something else in a "
                 "list of hosts (a port, a range); give the inventory with -i",
                 plan->run, plan->count - chosen->targets.count);
        return -1;
    }
    if (chosen->targets.count > 0)
        return 0;
    log_line(log, LOG_ERROR,
             "run %s: changed nothing on the hosts chosen; wmifleet show "
             "lists its hosts",
             plan->run);
    return -1;
}

void chosen_close(struct chosen *chosen)
{
    ways_free(chosen->ways);
    proxy_commands_free(chosen->commands);
    known_hosts_close(chosen->ssh.known_hosts);
    trials_free(chosen->ssh.trials);
    secret_free(chosen->last_secret);
    secret_free(chosen->password);
    free(chosen->targets.items);
    inventory_free(chosen->inventory);
}

/* --- passwords ------------------------------------------------------------ */

/*
 * The password for a target, kept until the next call. The loop calls this
 * only for sources that chosen_connect has read before, or that do not block.
 */
static const char *chosen_password(void *context, const struct target *target,
                                   struct err *err)
{
    struct chosen *chosen = context;
    if (target->password.source == SECRET_NONE)
        return target->is_jump ? NULL : chosen->password;
    secret_free(chosen->last_secret);
    chosen->last_secret = secret_read(chosen->inventory, target, err);
    return chosen->last_secret;
}

static int common_password(struct chosen *chosen, const struct options *options,
                           const struct log *log)
{
    if (options->password_file != NULL)
        chosen->password = typed_secret_from_file(options->password_file, log);
    else if (options->ask_pass)
        chosen->password = typed_secret_ask("--ask-pass", "--password-file",
                                            "SSH password: ", log);
    else
        return 0;
    return chosen->password != NULL ? 0 : -1;
}

bool chosen_sends_password(const struct options *options,
                           const struct target *target)
{
    return options->command == COMMAND_APPLY &&
           target->account_password.source != SECRET_NONE &&
           requests_leave_family(options->only, options->skip, "account");
}

static int try_password(struct chosen *chosen, const struct target *target,
                        char *(*read)(struct inventory *, const struct target *,
                                      struct err *),
                        const struct log *log)
{
    struct err err;
    char *secret = read(chosen->inventory, target, &err);
    if (secret == NULL && log != NULL)
        log_line(log, LOG_ERROR, "%s", err.text);
    int failed = secret == NULL ? -1 : 0;
    secret_free(secret);
    return failed;
}

/*
 * Runs each command that a password comes from, before the loop starts. One
 * for an account is needed for certain, so it has to be there.
 */
static int early_passwords(struct chosen *chosen, const struct options *options,
                           const struct log *log)
{
    size_t lacking = 0;
    const struct target *seen = NULL;
    for (size_t i = 0; i < chosen->targets.count; i++) {
        const struct target *target = &chosen->targets.items[i];
        const struct log *told = lacking < TOLD_MAX ? log : NULL;
        int failed = 0;
        if (target->password.source == SECRET_COMMAND)
            failed |= try_password(chosen, target, secret_read, told);
        /* Neighbours share theirs, and the command's answer is kept. */
        for (const struct target *hop = target->jump;
             hop && target->jump != seen; hop = hop->jump)
            if (hop->password.source == SECRET_COMMAND)
                failed |= try_password(chosen, hop, secret_read, told);
        seen = target->jump;
        if (chosen_sends_password(options, target))
            failed |= try_password(chosen, target, secret_read_account, told);
        lacking += failed != 0;
    }
    if (lacking > TOLD_MAX)
        log_line(log, LOG_ERROR, "%zu more hosts lack their password",
                 lacking - TOLD_MAX);
    return lacking > 0 ? -1 : 0;
}

/* --- known hosts ---------------------------------------------------------- */

static int choose_known_hosts(struct chosen *chosen,
                              const struct options *options,
                              const struct log *log)
{
    const char *home = getenv("HOME");
    int len = 0;
    if (options->known_hosts != NULL)
        len = snprintf(chosen->known_hosts, sizeof chosen->known_hosts, "%s",
                       options->known_hosts);
    else if (home != NULL)
        len = snprintf(chosen->known_hosts, sizeof chosen->known_hosts,
                       "%s/.ssh/known_hosts", home);
    if (len <= 0 || (size_t)len >= sizeof chosen->known_hosts) {
        log_line(log, LOG_ERROR,
                 "known_hosts: HOME is not set; say --known-hosts FILE");
        return -1;
    }
    return 0;
}

/* By its address too: so OpenSSH's own lines have it. */
static int add_fleet_names(struct known_hosts *hosts,
                           const struct target *target)
{
    const char *name =
        target->host_key_alias ? target->host_key_alias : target->name;
    return known_hosts_add_fleet_name(hosts, name, target->port) ||
                   known_hosts_add_fleet_name(hosts, target->address,
                                              target->port)
               ? -1
               : 0;
}

static int open_known_hosts(struct chosen *chosen, const struct log *log)
{
    struct err err;
    chosen->ssh.known_hosts = known_hosts_open(chosen->known_hosts, log, &err);
    if (chosen->ssh.known_hosts == NULL) {
        log_line(log, LOG_ERROR, "%s", err.text);
        return -1;
    }
    const struct target *seen = NULL;
    int failed = 0;
    for (size_t i = 0; !failed && i < chosen->targets.count; i++) {
        const struct target *target = &chosen->targets.items[i];
        failed = add_fleet_names(chosen->ssh.known_hosts, target);
        for (const struct target *hop = target->jump;
             !failed && hop && target->jump != seen; hop = hop->jump)
            failed = add_fleet_names(chosen->ssh.known_hosts, hop);
        seen = target->jump;
    }
    if (failed)
        log_line(log, LOG_ERROR, "known_hosts: out of memory");
    return failed;
}

/* --- jump hosts ----------------------------------------------------------- */

static int prepare_commands(struct chosen *chosen, const struct log *log)
{
    bool any = false;
    for (size_t i = 0; i < chosen->targets.count; i++)
        for (const struct target *hop = &chosen->targets.items[i]; hop;
             hop = hop->jump)
            any |= hop->proxy_command != NULL;
    if (!any)
        return 0;
    chosen->commands = proxy_commands_new(log);
    chosen->ssh.commands = chosen->commands;
    if (chosen->commands != NULL)
        return 0;
    log_line(log, LOG_ERROR, "ProxyCommand: out of memory");
    return -1;
}

bool chosen_goes_through(const struct chosen *chosen)
{
    size_t i = 0;
    while (i < chosen->targets.count && chosen->targets.items[i].jump == NULL)
        i++;
    return i < chosen->targets.count;
}

/*
 * They are logged in to with what is their own: not with --user, which names
 * the account on the targets, and not with the targets' common password.
 */
static int prepare_links(struct chosen *chosen, const struct options *options,
                         const struct log *log)
{
    if (!chosen_goes_through(chosen))
        return 0;
    chosen->ways = ways_new();
    if (chosen->ways == NULL) {
        log_line(log, LOG_ERROR, "jump hosts: out of memory");
        return -1;
    }
    chosen->ssh.ways = chosen->ways;
    chosen->jump_ssh = chosen->ssh;
    chosen->jump_ssh.trusting = false;
    chosen->jump_ssh.trials = NULL; /* none has the targets' password */
    chosen->jump_ssh.default_user = chosen->user;
    chosen->links = (struct link_plan){.ways = chosen->ways,
                                       .transport = &ssh_transport,
                                       .tunnels = &ssh_tunnels,
                                       .transport_context = &chosen->jump_ssh,
                                       .timeouts = chosen_timeouts(options),
                                       .log = log};
    return 0;
}

struct job_timeouts chosen_timeouts(const struct options *options)
{
    struct job_timeouts timeouts = job_timeouts_default();
    if (options->connect_timeout_s > 0)
        timeouts.connect = options->connect_timeout_s * UINT64_C(1000);
    timeouts.host = options->timeout_s * UINT64_C(1000);
    return timeouts;
}

bool chosen_is_direct(const struct chosen *chosen)
{
    return chosen->ways == NULL && chosen->commands == NULL;
}

const struct link_plan *chosen_links(const struct chosen *chosen)
{
    return chosen->ways != NULL ? &chosen->links : NULL;
}

/* Set and empty means no agent, as to OpenSSH. */
static const char *agent_socket(void)
{
    const char *path = getenv("SSH_AUTH_SOCK");
    return path != NULL && *path != '\0' ? path : NULL;
}

static void default_user(struct chosen *chosen)
{
    const struct passwd *account = getpwuid(geteuid());
    snprintf(chosen->user, sizeof chosen->user, "%s",
             account != NULL ? account->pw_name : "");
}

/* Better one word now than one for each host. */
static int check_private_key(const struct options *options,
                             const struct log *log)
{
    const char *path = options->private_key;
    if (path == NULL || access(path, R_OK) == 0)
        return 0;
    log_line(log, LOG_ERROR, "--private-key %s: %s", path, strerror(errno));
    return -1;
}

int chosen_connect(struct chosen *chosen, const struct options *options,
                   const struct log *log)
{
    default_user(chosen);
    chosen->ssh = (struct ssh_context){
        .host_keys = options->host_keys,
        .trusting = options->command == COMMAND_TRUST,
        .password_to_new_hosts = options->password_to_new_hosts,
        .agent_socket = agent_socket(),
        .default_user = options->user ? options->user : chosen->user,
        .private_key = options->private_key,
        .password = chosen_password,
        .password_context = chosen,
        .trials = trials_new(),
        .log = log,
    };
    if (chosen->ssh.trials == NULL) {
        log_line(log, LOG_ERROR, "out of memory");
        return -1;
    }
    return check_private_key(options, log) ||
                   choose_known_hosts(chosen, options, log) ||
                   open_known_hosts(chosen, log) ||
                   common_password(chosen, options, log) ||
                   early_passwords(chosen, options, log) ||
                   prepare_commands(chosen, log) ||
                   prepare_links(chosen, options, log)
               ? -1
               : 0;
}
