/* SPDX-License-Identifier: MIT */
/*
 * ssh takes the first of several words for one thing, and Ansible calls it
 * with ansible_ssh_args, then what the variables say, then the common and
 * the extra arguments. The draft is filled in that order.
 */
#include "inventory/connection.h"

#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "inventory/address.h"
#include "inventory/draft.h"
#include "inventory/jump.h"
#include "inventory/secret.h"
#include "inventory/ssh_words.h"

#define PORT_DEFAULT 22
#define RETRIES_MAX 1000

bool connection_unresolved(const cJSON *value, const char **remedy)
{
    if (json_member(value, "__ansible_vault") != NULL) {
        *remedy = "is encrypted by Ansible Vault, which is not read here: "
                  "decrypt it, or use wmifleet_password with env, file or "
                  "command";
        return true;
    }
    if (cJSON_IsString(value) && (strstr(value->valuestring, "{{") != NULL ||
                                  strstr(value->valuestring, "{%") != NULL)) {
        *remedy = "is a Jinja template, which is not evaluated here: write "
                  "the value itself";
        return true;
    }
    return false;
}

/* --- ssh's words ---------------------------------------------------------- */

static void set_policy(struct draft *draft, const char *text)
{
    static const struct {
        const char *word;
        enum host_key_policy policy;
    } words[] = {
        {"yes", HOST_KEYS_STRICT},
        {"ask", HOST_KEYS_STRICT},
        {"no", HOST_KEYS_OFF},
        {"off", HOST_KEYS_OFF},
        {"accept-new", HOST_KEYS_ACCEPT_NEW},
    };
    if (draft->target->host_keys != HOST_KEYS_DEFAULT)
        return;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcasecmp(text, words[i].word) == 0)
            draft->target->host_keys = words[i].policy;
    if (draft->target->host_keys == HOST_KEYS_DEFAULT)
        DRAFT_COMPLAIN(
            draft,
            "%s: StrictHostKeyChecking '%.40s' is not known: yes, no or "
            "accept-new",
            draft->key, text);
}

/* Of the two ways that come from elsewhere the first counts, as with ssh. */
static bool takes_route(struct draft *draft, const char *text)
{
    if (draft->target->given.route)
        return false;
    draft->target->given.route = true;
    return strcasecmp(text, "none") != 0;
}

static void set_jump(struct draft *draft, const char *text)
{
    struct target *target = draft->target;
    struct err err;
    if (!takes_route(draft, text))
        return;
    if (jump_read(draft->rules, target->name, text, &target->jump, &err))
        DRAFT_COMPLAIN(draft, "%s: %s", draft->key, err.text);
    else if (target->jump == NULL) /* its own name, said of all */
        target->given.route = false;
}

static void set_proxy_command(struct draft *draft, const char *text)
{
    if (takes_route(draft, text))
        draft_set_copy(draft, &draft->target->proxy_command, text);
}

/* Of no meaning without the OpenSSH program. */
static bool is_harmless(const char *name)
{
    static const char *const names[] = {
        "ControlMaster", "ControlPersist", "ControlPath", "-C",       "-q",
        "Compression",   "LogLevel",       "-T",          "BatchMode"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcasecmp(name, names[i]) == 0)
            return true;
    return false;
}

static void on_option(void *context, const char *name, const char *value)
{
    struct draft *draft = context;
    if (strcasecmp(name, "Port") == 0)
        draft_set_port(draft, value);
    else if (strcasecmp(name, "User") == 0)
        draft_set_copy(draft, &draft->target->user, value);
    else if (strcasecmp(name, "IdentityFile") == 0)
        draft_set_key_file(draft, value);
    else if (strcasecmp(name, "ConnectTimeout") == 0)
        draft_set_timeout(draft, value);
    else if (strcasecmp(name, "StrictHostKeyChecking") == 0)
        set_policy(draft, value);
    else if (strcasecmp(name, "ProxyJump") == 0)
        set_jump(draft, value);
    else if (strcasecmp(name, "ProxyCommand") == 0)
        set_proxy_command(draft, value);
    else if (strcasecmp(name, "UserKnownHostsFile") == 0)
        DRAFT_WARN(draft,
                   "%s: UserKnownHostsFile has no effect: use --known-hosts",
                   draft->key);
    else if (!is_harmless(name))
        DRAFT_WARN(draft, "%s: %.100s has no effect here", draft->key, name);
}

static void read_ssh_words(struct draft *draft, const char *name)
{
    const char *const names[] = {name, NULL};
    const struct ssh_words_visitor visitor = {.option = on_option,
                                              .context = draft};
    struct err err;
    if (!draft_look_up(draft, names))
        return;
    const char *text = draft_text(draft);
    if (text != NULL && ssh_words_read(text, &visitor, &err) == -1)
        DRAFT_COMPLAIN(draft, "%s: %s", draft->key, err.text);
}

/* --- variables ------------------------------------------------------------ */

static const char *const connection_names[] = {"ansible_connection", NULL};
static const char *const host_names[] = {"ansible_host", "ansible_ssh_host",
                                         NULL};
static const char *const port_names[] = {"ansible_port", "ansible_ssh_port",
                                         NULL};
static const char *const user_names[] = {"ansible_user", "ansible_ssh_user",
                                         NULL};
static const char *const key_file_names[] = {
    "ansible_private_key_file", "ansible_ssh_private_key_file", NULL};
static const char *const key_names[] = {"ansible_private_key",
                                        "ansible_ssh_private_key", NULL};
static const char *const password_names[] = {
    "ansible_password", "ansible_ssh_pass", "ansible_ssh_password", NULL};
static const char *const secret_names[] = {"wmifleet_password", NULL};
static const char *const checking_names[] = {
    "ansible_host_key_checking", "ansible_ssh_host_key_checking", NULL};
static const char *const timeout_names[] = {"ansible_timeout",
                                            "ansible_ssh_timeout", NULL};
static const char *const retries_names[] = {"ansible_ssh_retries", NULL};
static const char *const alias_names[] = {"wmifleet_host_key_alias", NULL};
static const char *const jump_names[] = {"wmifleet_proxy_jump", NULL};

/* False when the host is meant for something else than SSH. */
static bool is_ssh(struct draft *draft)
{
    static const char *const good[] = {"ssh", "smart", "paramiko",
                                       "paramiko_ssh", "libssh"};
    if (draft->rules->force_ssh || !draft_look_up(draft, connection_names))
        return true;
    const char *text = draft_text(draft);
    if (text == NULL)
        return false;
    const char *dot = strrchr(text, '.'); /* ansible.builtin.ssh */
    const char *last = dot == NULL ? text : dot + 1;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (strcmp(last, good[i]) == 0)
            return true;
    DRAFT_COMPLAIN(
        draft,
        "%s is '%.60s', and wmifleet connects by SSH: set it to ssh and "
        "enable OpenSSH there, or leave the host out with --limit "
        "(--ssh overlooks it)",
        draft->key, text);
    return false;
}

static void read_address(struct draft *draft)
{
    struct target *target = draft->target;
    const char *text = target->name;
    target->given.address = draft_look_up(draft, host_names);
    if (target->given.address)
        text = draft_text(draft);
    else
        draft->key = "the name";
    if (text != NULL && !address_is_good(text))
        DRAFT_COMPLAIN(draft, "%s: '%.100s' is no address to connect to",
                       draft->key, text);
    target->address = text;
}

static void read_text(struct draft *draft, const char *const *names,
                      void (*set)(struct draft *, const char *))
{
    const char *text = draft_look_up(draft, names) ? draft_text(draft) : NULL;
    if (text != NULL)
        set(draft, text);
}

static void set_user(struct draft *draft, const char *text)
{
    draft_set_text(draft, &draft->target->user, text);
}

static void set_alias(struct draft *draft, const char *text)
{
    draft_set_text(draft, &draft->target->host_key_alias, text);
}

static void set_retries(struct draft *draft, const char *text)
{
    unsigned long retries;
    if (draft_number(text, RETRIES_MAX, &retries))
        draft->target->retries = (int)retries;
    else
        DRAFT_COMPLAIN(draft, "%s: '%.40s' is no number of retries", draft->key,
                       text);
}

static bool read_flag(const cJSON *value, const char *text, bool *flag)
{
    static const char *const words[][2] = {{"no", "yes"}, {"false", "true"},
                                           {"off", "on"}, {"n", "y"},
                                           {"f", "t"},    {"0", "1"}};
    if (cJSON_IsBool(value)) {
        *flag = cJSON_IsTrue(value);
        return true;
    }
    for (size_t i = 0; text != NULL && i < sizeof words / sizeof *words; i++)
        for (int answer = 0; answer < 2; answer++)
            if (strcasecmp(text, words[i][answer]) == 0) {
                *flag = answer == 1;
                return true;
            }
    return false;
}

static void read_host_key_checking(struct draft *draft)
{
    bool checked;
    if (draft->target->host_keys != HOST_KEYS_DEFAULT ||
        !draft_look_up(draft, checking_names))
        return;
    const char *text = cJSON_IsBool(draft->value) ? NULL : draft_text(draft);
    if (read_flag(draft->value, text, &checked))
        draft->target->host_keys = checked ? HOST_KEYS_STRICT : HOST_KEYS_OFF;
    else if (text != NULL)
        DRAFT_COMPLAIN(draft, "%s: '%.40s' is neither true nor false",
                       draft->key, text);
}

static void read_password(struct draft *draft)
{
    struct target *target = draft->target;
    struct err err;
    if (draft_look_up(draft, secret_names)) {
        const char *remedy;
        if (connection_unresolved(draft->value, &remedy))
            DRAFT_COMPLAIN(draft, "%s %s", draft->key, remedy);
        else if (secret_describe(draft->rules->inventory, draft->value,
                                 target->name, &target->password, &err) == -1)
            DRAFT_COMPLAIN(draft, "%s: %s", draft->key, err.text);
        return;
    }
    const char *text =
        draft_look_up(draft, password_names) ? draft_text(draft) : NULL;
    if (text != NULL && *text != '\0')
        target->password = (struct secret){.source = SECRET_TEXT, .text = text};
}

static void refuse_unsupported(struct draft *draft)
{
    if (draft_look_up(draft, key_names))
        DRAFT_COMPLAIN(
            draft,
            "%s holds a key itself, which is not read: save it as a file "
            "and name that in ansible_private_key_file",
            draft->key);
}

void connection_read(const struct connection_rules *rules,
                     const struct view *view, struct target *target)
{
    struct draft draft = {.rules = rules, .view = view, .target = target};
    *target = (struct target){.name = target->name, .retries = -1};
    if (!is_ssh(&draft))
        return;
    read_address(&draft);
    read_ssh_words(&draft, "ansible_ssh_args");
    read_text(&draft, port_names, draft_set_port);
    read_text(&draft, user_names, set_user);
    read_text(&draft, key_file_names, draft_set_key_file);
    read_text(&draft, timeout_names, draft_set_timeout);
    read_text(&draft, retries_names, set_retries);
    read_text(&draft, alias_names, set_alias);
    read_host_key_checking(&draft);
    read_password(&draft);
    read_text(&draft, jump_names, set_jump);
    refuse_unsupported(&draft);
    read_ssh_words(&draft, "ansible_ssh_common_args");
    read_ssh_words(&draft, "ansible_ssh_extra_args");
    target->given.port = target->port != 0;
    if (target->port == 0)
        target->port = PORT_DEFAULT;
}

const char *connection_address(const struct connection_rules *rules,
                               const struct view *view, const char *host)
{
    struct target target = {.name = host};
    struct draft draft = {.rules = rules, .view = view, .target = &target};
    read_address(&draft);
    return target.address != NULL && address_is_good(target.address)
               ? target.address
               : NULL;
}
