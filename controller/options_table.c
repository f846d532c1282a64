/* SPDX-License-Identifier: MIT */
#include "controller/options_table.h"

/* Which verbs an option goes with, as bits of 1 << enum command. */
#define V(symbol) (1u << COMMAND_##symbol)
#define V_SETTINGS (V(CHECK) | V(APPLY))
#define V_LOGIN (V_SETTINGS | V(UNDO) | V(VERIFY) | V(PING) | V(CLEAN))
/* Verbs whose runs the store keeps. */
#define V_RUN V_LOGIN
#define V_HOSTS (V_LOGIN | V(TRUST))
#define V_SELECT (V_HOSTS | V(INVENTORY))
#define V_SHOWN (V(RUNS) | V(SHOW) | V(STATUS))
#define V_STORED (V_SHOWN | V(REPORT) | V(EXPLAIN))
#define V_ALL ((1u << COMMAND_COUNT) - 1)

static const char *const output_words[] = {"human", "json", "ndjson", NULL};
static const char *const host_key_words[] = {"default", "strict", "accept-new",
                                             "off", NULL};
static const char *const restart_words[] = {"needed", "never", NULL};
static const char *const expect_words[] = {"inventory", "open", "closed", NULL};
static const char *const color_words[] = {"never", "always", "auto", NULL};

#define AT(member) offsetof(struct parsed, member)
#define OPT(member) offsetof(struct parsed, options.member)

const struct option_row options_rows[] = {
    {'i', "inventory", KIND_SOURCE, 0, V_SELECT, "SOURCE",
     "file, directory, script, '-' or 'h1,h2,'; again for more\n"
     "(default: $WMIFLEET_INVENTORY, else ./inventory.json)",
     NULL, 0},
    {'l', "limit", KIND_TEXT, OPT(limit), V_SELECT, "PATTERN",
     "only these hosts, as in Ansible: group, host, a:b, :&c, :!d", NULL, 0},
    {'x', "exclude", KIND_TEXT, OPT(exclude), V_SELECT, "PATTERN",
     "not these hosts", NULL, 0},
    {'f', "forks", KIND_NUMBER, OPT(forks), V_HOSTS, "N",
     "hosts at a time (default: 256)", NULL, 0},
    {0, "fanout", KIND_NUMBER, OPT(forks), V_HOSTS, "N", "the same", NULL, 0},
    {0, "serial", KIND_SERIAL, 0, V_RUN, "SIZES",
     "in batches, one after the other: 1,10%,100%; the last repeats", NULL, 0},
    {0, "canary", KIND_NUMBER, OPT(schedule.canary), V_RUN, "N",
     "these many hosts first, then ask (--yes: go on if all went well)", NULL,
     0},
    {0, "max-fail", KIND_SHARE, 0, V_RUN, "N|N%",
     "begin no more hosts once more than these went wrong", NULL, 0},
    {0, "retries", KIND_NUMBER_OR_0, OPT(retries), V_HOSTS, "N",
     "tries more where a connection fails, with pauses\n"
     "(default: 2 where it fails at once, none after silence)",
     NULL, 0},
    {0, "until-done", KIND_FLAG, OPT(until_done), V_RUN, NULL,
     "try hosts that are off again and again", NULL, 0},
    {0, "for", KIND_TIME, OPT(for_s), V_RUN, "TIME",
     "with --until-done: how long, 90s, 30m, 8h (default) or 2d", NULL, 0},
    {0, "rerun", KIND_TEXT, OPT(rerun), V_RUN, "WHICH",
     "only hosts that the last run of this verb left so:\n"
     "failed, unreachable, pending, with commas between, or all",
     NULL, 0},
    {0, "resume", KIND_TEXT, OPT(resume), V_RUN, "RUN",
     "goes on with this run: hosts that it did not come to\n"
     "(with --rerun: a new run, of those that it left so)",
     NULL, 0},
    {0, "timeout", KIND_NUMBER, OPT(timeout_s), V_HOSTS, "S",
     "seconds for a whole host", NULL, 0},
    {'t', "connect-timeout", KIND_NUMBER, OPT(connect_timeout_s), V_HOSTS, "S",
     "seconds for a connection (default: 10)", NULL, 0},
    {'u', "user", KIND_TEXT, OPT(user), V_LOGIN, "NAME",
     "login where the inventory has none", NULL, 0},
    {0, "private-key", KIND_TEXT, OPT(private_key), V_LOGIN, "FILE",
     "key where the inventory has none", NULL, 0},
    {'k', "ask-pass", KIND_FLAG, OPT(ask_pass), V_LOGIN, NULL,
     "ask for the password", NULL, 0},
    {0, "password-file", KIND_TEXT, OPT(password_file), V_LOGIN, "FILE",
     "the password is the file's first line", NULL, 0},
    {0, "password-to-new-hosts", KIND_FLAG, OPT(password_to_new_hosts), V_LOGIN,
     NULL, "send it even where the host key is new", NULL, 0},
    {0, "host-keys", KIND_WORD, AT(host_keys), V_LOGIN, "POLICY",
     "strict (default), accept-new or off", host_key_words, 0},
    {0, "known-hosts", KIND_TEXT, OPT(known_hosts), V_HOSTS, "FILE",
     "(default: ~/.ssh/known_hosts)", NULL, 0},
    {0, "ssh-config", KIND_TEXT, OPT(ssh_config), V_HOSTS, "FILE",
     "what the inventory does not say, as ssh -F FILE has it", NULL, 0},
    {0, "ssh", KIND_FLAG, OPT(force_ssh), V_SELECT, NULL,
     "WinRM settings in the inventory do not matter", NULL, 0},
    {0, "only", KIND_TEXT, OPT(only), V_SETTINGS, "FAMILIES",
     "only these settings, with commas between:", NULL, 0},
    {0, "skip", KIND_TEXT, OPT(skip), V_SETTINGS, "FAMILIES",
     "not these settings", NULL, 0},
    {0, "restart", KIND_WORD, AT(restart), V(APPLY) | V(UNDO), "WHEN",
     "needed (default) or never, of winmgmt", restart_words, 0},
    {0, "dry-run", KIND_FLAG, OPT(dry_run), V(APPLY) | V(CLEAN), NULL,
     "say what would be done, and do nothing", NULL, 0},
    {0, "forget-undo", KIND_FLAG, OPT(forget_undo), V(CLEAN), NULL,
     "also where an apply was not put back: its snapshots go too", NULL, 0},
    {0, "allow-irreversible", KIND_FLAG, OPT(allow_irreversible), V(APPLY),
     NULL, "also what no undo brings back: a deleted account, a password", NULL,
     0},
    {0, "all", KIND_FLAG, OPT(all), V(UNDO), NULL,
     "back to before the first apply, over all runs", NULL, 0},
    {0, "force", KIND_FLAG, OPT(force), V(UNDO), NULL,
     "also where somebody changed the setting since", NULL, 0},
    {0, "from-target", KIND_FLAG, OPT(from_target), V(UNDO), NULL,
     "by the machines' own snapshots, where the store does not know;\n"
     "they are shown first",
     NULL, 0},
    {0, "expect", KIND_WORD, AT(expectation), V(VERIFY), "WHAT",
     "inventory (default), open or closed: what is right, seen from here",
     expect_words, 0},
    {0, "from", KIND_TEXT, OPT(collector), V(VERIFY), "HOST",
     "connect from that machine of the inventory, as the reader", NULL, 0},
    {0, "asynchronous", KIND_FLAG, OPT(asynchronous), V(VERIFY), NULL,
     "--from: also a query by callback", NULL, 0},
    {0, "reader", KIND_TEXT, OPT(reader), V(VERIFY), "NAME",
     "--from: the account to connect as, instead of wmi.access.readers or\n"
     "wmi.account",
     NULL, 0},
    {0, "ask-reader-pass", KIND_FLAG, OPT(ask_reader_pass), V(VERIFY), NULL,
     "--from: ask for its password where the inventory has none", NULL, 0},
    {0, "reader-password-file", KIND_TEXT, OPT(reader_password_file), V(VERIFY),
     "FILE", "--from: its password is the file's first line", NULL, 0},
    {0, "replace", KIND_FLAG, OPT(replace), V(TRUST), NULL,
     "also changed keys, in place of the old ones", NULL, 0},
    {0, "yes", KIND_FLAG, OPT(yes), V(TRUST) | V_RUN, NULL, "do not ask", NULL,
     0},
    {0, "list", KIND_FLAG, OPT(list), V(INVENTORY), NULL,
     "everything, resolved, in Ansible's layout", NULL, 0},
    {0, "host", KIND_TEXT, OPT(host), V(INVENTORY), "NAME",
     "one host's variables", NULL, 0},
    {0, "graph", KIND_FLAG, OPT(graph), V(INVENTORY), NULL,
     "groups and hosts as a tree", NULL, 0},
    {0, "check", KIND_FLAG, OPT(only_check), V(INVENTORY), NULL,
     "say what is wrong with it, print nothing else", NULL, 0},
    {0, "show-secrets", KIND_FLAG, OPT(show_secrets), V(INVENTORY), NULL,
     "passwords as they are", NULL, 0},
    {0, "store", KIND_TEXT, OPT(store), V_LOGIN | V_STORED, "FILE",
     "(default: $WMIFLEET_STORE, else ~/.local/state/wmifleet/state.db)", NULL,
     0},
    {0, "reason", KIND_TEXT, OPT(reason), V_LOGIN, "TEXT", "kept with the run",
     NULL, 0},
    {'o', "output", KIND_WORD, AT(output), V_LOGIN | V_SHOWN, "FORMAT",
     "human (default), json or ndjson", output_words, 0},
    {'o', "output", KIND_TEXT, OPT(report_file), V(REPORT), "FILE",
     "what to write; its name says how: .html, .json, or .xml (JUnit)", NULL,
     0},
    {0, "json", KIND_SET, AT(output), V_LOGIN | V_SHOWN, NULL,
     "the same as -o ndjson: an object per host, then a summary", NULL,
     OUTPUT_NDJSON},
    {0, "outdir", KIND_TEXT, OPT(outdir), V_RUN, "DIR",
     "a file for each host as it ends: its object as in --json", NULL, 0},
    {'q', "quiet", KIND_FLAG, OPT(quiet), V_ALL, NULL,
     "the closing table only: no warnings, no line while it works", NULL, 0},
    {'v', "verbose", KIND_COUNT, OPT(verbose), V_ALL, NULL,
     "a line for each host as it ends, on standard error; -vv: its phases",
     NULL, 0},
    {0, "color", KIND_WORD, AT(color), V_ALL, "WHEN",
     "auto (default), always or never", color_words, 0},
    {0, NULL, KIND_FLAG, 0, 0, NULL, NULL, NULL, 0},
};

_Static_assert(sizeof options_rows / sizeof options_rows[0] <= OPTIONS_ROWS_MAX,
               "more options than getopt's tables have room for");
