/* SPDX-License-Identifier: MIT */
#include "controller/command_again.h"

#include <string.h>

#include "base/buf.h"

/* A word as a shell takes it. */
static void add_quoted(struct buf *out, const char *word)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "abcdefghijklmnopqrstuvwxyz0123456789"
                                "._-/:@%+=,";
    if (word[0] != '\0' && word[strspn(word, plain)] == '\0') {
        buf_add_text(out, word);
        return;
    }
    buf_add_char(out, '\'');
    for (; *word != '\0'; word++) {
        if (*word == '\'')
            buf_add_text(out, "'\\''");
        else
            buf_add_char(out, *word);
    }
    buf_add_char(out, '\'');
}

static void add_option(struct buf *out, const char *option, const char *value)
{
    if (value == NULL)
        return;
    buf_addf(out, " %s ", option);
    add_quoted(out, value);
}

/* Without these the next run would be refused where this one was let in. */
static void add_login(struct buf *out, const struct options *options)
{
    static const char *const host_keys[] = {
        [HOST_KEYS_DEFAULT] = NULL,
        [HOST_KEYS_STRICT] = "strict",
        [HOST_KEYS_ACCEPT_NEW] = "accept-new",
        [HOST_KEYS_OFF] = "off",
    };
    add_option(out, "-u", options->user);
    add_option(out, "--private-key", options->private_key);
    add_option(out, "--host-keys", host_keys[options->host_keys]);
    if (options->ask_pass)
        buf_add_text(out, " -k");
    add_option(out, "--password-file", options->password_file);
    if (options->password_to_new_hosts)
        buf_add_text(out, " --password-to-new-hosts");
    if (options->force_ssh)
        buf_add_text(out, " --ssh");
}

static void add_number(struct buf *out, const char *option, unsigned number)
{
    if (number > 0)
        buf_addf(out, " %s %u", option, number);
}

/* How carefully: what is gone on with has the brakes that it began with. */
static void add_pace(struct buf *out, const struct options *options)
{
    if (options->forks != OPTIONS_DEFAULT_FORKS)
        add_number(out, "-f", options->forks);
    add_option(out, "--serial", options->serial);
    add_number(out, "--canary", options->schedule.canary);
    add_option(out, "--max-fail", options->max_fail);
    add_number(out, "--timeout", options->timeout_s);
    add_number(out, "-t", options->connect_timeout_s);
    if (options->retries >= 0)
        buf_addf(out, " --retries %d", options->retries);
}

static void add_from(struct buf *out, const struct options *options)
{
    add_option(out, "--from", options->collector);
    if (options->asynchronous)
        buf_add_text(out, " --asynchronous");
    add_option(out, "--reader", options->reader);
    if (options->ask_reader_pass)
        buf_add_text(out, " --ask-reader-pass");
    add_option(out, "--reader-password-file", options->reader_password_file);
}

static void add_inventories(struct buf *out, const struct options *options)
{
    for (size_t i = 0; i < options->inventory_count; i++)
        if (!options->inventory_by_default)
            add_option(out, "-i", options->inventories[i]);
}

static void add_selection(struct buf *out, const struct options *options)
{
    add_inventories(out, options);
    add_option(out, "-l", options->limit);
    add_option(out, "-x", options->exclude);
    add_option(out, "--only", options->only);
    add_option(out, "--skip", options->skip);
    if (options->restart_never)
        buf_add_text(out, " --restart never");
    if (options->allow_irreversible)
        buf_add_text(out, " --allow-irreversible");
    add_option(out, "--known-hosts", options->known_hosts);
    add_option(out, "--ssh-config", options->ssh_config);
    add_login(out, options);
    if (!options->store_by_default)
        add_option(out, "--store", options->store);
}

/* With --all none of the runs is meant, unless one was named. */
static void add_undone(struct buf *out, const struct options *options,
                       const char *undone)
{
    if (options->all)
        undone = options->run;
    if (undone != NULL && *undone != '\0')
        buf_addf(out, " %s", undone);
    if (options->from_target)
        buf_add_text(out, " --from-target");
    if (options->all)
        buf_add_text(out, " --all");
    if (options->force)
        buf_add_text(out, " --force");
}

char *command_again(const struct options *options, const char *undone)
{
    static const char *const expectations[] = {
        [EXPECT_INVENTORY] = NULL,
        [EXPECT_OPEN] = "open",
        [EXPECT_CLOSED] = "closed",
    };
    struct buf out;
    buf_init(&out, 65536);
    if (options->command == COMMAND_UNDO)
        add_undone(&out, options, undone);
    if (options->command == COMMAND_VERIFY)
        add_option(&out, "--expect", expectations[options->expectation]);
    if (options->forget_undo)
        buf_add_text(&out, " --forget-undo");
    if (options->command == COMMAND_CLEAN && options->dry_run)
        buf_add_text(&out, " --dry-run");
    add_from(&out, options);
    add_selection(&out, options);
    add_pace(&out, options);
    /* The rest belongs to the files that are there; an apply's do not. */
    add_option(&out, "--outdir", options->outdir);
    return buf_take(&out);
}

char *command_apply(const struct options *options, const char *limit)
{
    struct options narrowed = *options;
    struct buf out;
    buf_init(&out, 65536);
    if (limit != NULL)
        narrowed.limit = limit;
    add_selection(&out, &narrowed);
    return buf_take(&out);
}

char *command_trust_replace(const struct options *options, const char *host)
{
    struct buf out;
    buf_init(&out, 65536);
    add_option(&out, "-l", host);
    add_inventories(&out, options);
    add_option(&out, "--known-hosts", options->known_hosts);
    add_option(&out, "--ssh-config", options->ssh_config);
    if (options->force_ssh)
        buf_add_text(&out, " --ssh");
    return buf_take(&out);
}
