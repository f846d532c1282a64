/* SPDX-License-Identifier: MIT */
#include "controller/options.h"

#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/problems.h"
#include "controller/family_words.h"

/* Which verbs an option goes with, as bits of 1 << enum command. */
#define V(symbol) (1u << COMMAND_##symbol)
#define V_SETTINGS (V(CHECK) | V(APPLY))
#define V_LOGIN (V_SETTINGS | V(UNDO) | V(VERIFY) | V(PING))
#define V_HOSTS (V_LOGIN | V(TRUST))
#define V_SELECT (V_HOSTS | V(INVENTORY))
#define V_REPORT (V(RUNS) | V(SHOW) | V(STATUS))
#define V_STORED (V_REPORT | V(EXPLAIN))
#define V_ALL ((1u << COMMAND_COUNT) - 1)

enum kind {
    KIND_FLAG,   /* bool: set */
    KIND_COUNT,  /* unsigned: one more each time */
    KIND_TEXT,   /* const char *: the argument */
    KIND_NUMBER, /* unsigned: the argument, at least 1 */
    KIND_WORD,   /* int-sized enum: place of the argument in `words` */
    KIND_SOURCE, /* one more inventory */
    KIND_SET,    /* int-sized enum: set to `value` */
};

struct option_row {
    char letter;
    const char *name;
    enum kind kind;
    size_t offset;
    unsigned verbs;
    const char *argument; /* NULL: takes none */
    const char *help;
    const char *const *words;
    int value;
};

static const char *const output_words[] = {"human", "json", "ndjson", NULL};
static const char *const host_key_words[] = {"default", "strict", "accept-new",
                                             "off", NULL};
static const char *const restart_words[] = {"needed", "never", NULL};
static const char *const expect_words[] = {"inventory", "open", "closed", NULL};
static const char *const color_words[] = {"never", "always", "auto", NULL};
enum { COLOR_NEVER, COLOR_ALWAYS, COLOR_AUTO };

/* What is parsed before it becomes struct options. */
struct parsed {
    struct options options;
    int color;
    int output;
    int host_keys;
    int restart;
    int expectation;
};

#define AT(member) offsetof(struct parsed, member)
#define OPT(member) offsetof(struct parsed, options.member)

static const struct option_row rows[] = {
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
    {0, "ssh", KIND_FLAG, OPT(force_ssh), V_SELECT, NULL,
     "WinRM settings in the inventory do not matter", NULL, 0},
    {0, "only", KIND_TEXT, OPT(only), V_SETTINGS, "FAMILIES",
     "only these settings, with commas between:", NULL, 0},
    {0, "skip", KIND_TEXT, OPT(skip), V_SETTINGS, "FAMILIES",
     "not these settings", NULL, 0},
    {0, "restart", KIND_WORD, AT(restart), V(APPLY) | V(UNDO), "WHEN",
     "needed (default) or never, of winmgmt", restart_words, 0},
    {0, "dry-run", KIND_FLAG, OPT(dry_run), V(APPLY), NULL, "the same as check",
     NULL, 0},
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
    {0, "yes", KIND_FLAG, OPT(yes), V(TRUST) | V(UNDO), NULL, "do not ask",
     NULL, 0},
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
    {'o', "output", KIND_WORD, AT(output), V_LOGIN | V_REPORT, "FORMAT",
     "human (default), json or ndjson", output_words, 0},
    {0, "json", KIND_SET, AT(output), V_LOGIN | V_REPORT, NULL,
     "the same as -o ndjson: an object per host, then a summary", NULL,
     OUTPUT_NDJSON},
    {'q', "quiet", KIND_FLAG, OPT(quiet), V_ALL, NULL,
     "the closing table only, no warnings", NULL, 0},
    {'v', "verbose", KIND_COUNT, OPT(verbose), V_ALL, NULL,
     "more on standard error; again for more", NULL, 0},
    {0, "color", KIND_WORD, AT(color), V_ALL, "WHEN",
     "auto (default), always or never", color_words, 0},
};

#define ROW_COUNT (sizeof rows / sizeof rows[0])
#define LONG_BASE 1000
#define LONG_HELP 900

static const struct {
    const char *word;
    const char *help;
} commands[] = {
#define X(symbol, word, help) {word, help},
    COMMAND_LIST(X)
#undef X
};

const char *options_command_word(enum command command)
{
    return commands[command].word;
}

/* --- help ----------------------------------------------------------------- */

static void print_help_lines(const char *help)
{
    for (;;) {
        size_t len = strcspn(help, "\n");
        printf("%.*s\n", (int)len, help);
        if (help[len] == '\0')
            return;
        help += len + 1;
        printf("  %-30s ", "");
    }
}

static void print_row(const struct option_row *row)
{
    char left[64];
    snprintf(left, sizeof left, "%c%c%s--%s%s%s", row->letter ? '-' : ' ',
             row->letter ? row->letter : ' ', row->letter ? ", " : "  ",
             row->name, row->argument ? " " : "",
             row->argument ? row->argument : "");
    printf("  %-30s ", left);
    print_help_lines(row->help);
    if (row->offset == OPT(only)) {
        char families[256];
        family_words_list(families, sizeof families);
        printf("  %-30s ", "");
        print_help_lines(families);
    }
}

static bool takes_run(enum command command)
{
    return command == COMMAND_SHOW || command == COMMAND_UNDO;
}

static void print_command_help(enum command command)
{
    const char *words = command == COMMAND_EXPLAIN ? " CODE [HOST]"
                        : takes_run(command)       ? " [RUN]"
                                                   : "";
    printf("usage: wmifleet %s [OPTIONS]%s\n\n%s\n\n", commands[command].word,
           words, commands[command].help);
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (rows[i].verbs & (1u << command))
            print_row(&rows[i]);
}

static void print_help(void)
{
    printf("usage: wmifleet VERB [OPTIONS]\n\n"
           "Makes the Windows machines of an inventory ready for remote WMI, "
           "over SSH.\n\n");
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        printf("  %-12s %s\n", commands[i].word, commands[i].help);
    printf("\nwmifleet VERB --help lists a verb's options; man wmifleet has "
           "all.\n");
}

/* --- parsing -------------------------------------------------------------- */

static enum options_outcome wrong_command(const char *word)
{
    const char *words[COMMAND_COUNT + 1];
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        words[i] = commands[i].word;
    words[COMMAND_COUNT] = NULL;
    const char *nearest = problems_nearest(word, words);
    fprintf(stderr,
            "wmifleet: %s is not a verb%s%s%s (wmifleet --help lists "
            "them)\n",
            word, nearest ? "; did you mean " : "", nearest ? nearest : "",
            nearest ? "?" : "");
    return OPTIONS_WRONG;
}

static int find_command(const char *word, enum command *command)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(commands[i].word, word) == 0) {
            *command = (enum command)i;
            return 0;
        }
    }
    return -1;
}

static int wrong_value(const struct option_row *row, const char *allowed)
{
    fprintf(stderr, "wmifleet: --%s %s: %s\n", row->name, optarg, allowed);
    return -1;
}

static int set_number(const struct option_row *row, unsigned *number)
{
    char *end = NULL;
    unsigned long value = strtoul(optarg, &end, 10);
    if (optarg[0] < '0' || optarg[0] > '9' || *end != '\0' || value < 1 ||
        value > 1000000)
        return wrong_value(row, "a whole number from 1 to 1000000 is wanted");
    *number = (unsigned)value;
    return 0;
}

static int set_word(const struct option_row *row, int *place)
{
    for (int i = 0; row->words[i] != NULL; i++) {
        if (strcmp(row->words[i], optarg) == 0) {
            *place = i;
            return 0;
        }
    }
    return wrong_value(row, row->help);
}

static int add_source(struct options *options)
{
    if (options->inventory_count == OPTIONS_INVENTORIES_MAX) {
        fprintf(stderr,
                "wmifleet: --inventory: more than %d; put them into "
                "a directory\n",
                OPTIONS_INVENTORIES_MAX);
        return -1;
    }
    options->inventories[options->inventory_count++] = optarg;
    return 0;
}

static int set_option(struct parsed *parsed, const struct option_row *row)
{
    void *place = (char *)parsed + row->offset;
    switch (row->kind) {
    case KIND_FLAG:
        *(bool *)place = true;
        return 0;
    case KIND_COUNT:
        ++*(unsigned *)place;
        return 0;
    case KIND_TEXT:
        *(const char **)place = optarg;
        return 0;
    case KIND_NUMBER:
        return set_number(row, place);
    case KIND_WORD:
        return set_word(row, place);
    case KIND_SOURCE:
        return add_source(&parsed->options);
    case KIND_SET:
        *(int *)place = row->value;
        return 0;
    }
    return -1;
}

struct getopt_tables {
    struct option longs[ROW_COUNT + 2];
    char shorts[2 * ROW_COUNT + 5];
};

static void fill_tables(struct getopt_tables *tables)
{
    size_t len = 0;
    tables->shorts[len++] = ':'; /* getopt tells a missing argument apart */
    tables->shorts[len++] = 'h';
    for (size_t i = 0; i < ROW_COUNT; i++) {
        tables->longs[i] = (struct option){
            rows[i].name, rows[i].argument ? required_argument : no_argument,
            NULL, LONG_BASE + (int)i};
        if (!rows[i].letter)
            continue;
        tables->shorts[len++] = rows[i].letter;
        if (rows[i].argument)
            tables->shorts[len++] = ':';
    }
    tables->shorts[len] = '\0';
    tables->longs[ROW_COUNT] =
        (struct option){"help", no_argument, NULL, LONG_HELP};
    tables->longs[ROW_COUNT + 1] = (struct option){NULL, 0, NULL, 0};
}

static const struct option_row *row_of(int code)
{
    if (code >= LONG_BASE)
        return &rows[code - LONG_BASE];
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (rows[i].letter != 0 && rows[i].letter == code)
            return &rows[i];
    return NULL;
}

/* The nearest option of this verb, for one that there is not. */
static const char *nearest_option(enum command command, const char *word)
{
    const char *names[ROW_COUNT + 1];
    size_t count = 0;
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (rows[i].verbs & (1u << command))
            names[count++] = rows[i].name;
    names[count] = NULL;
    return problems_nearest(word, names);
}

/* getopt took `word` for no option, or for one without its argument. */
static enum options_outcome wrong_option(enum command command, int code,
                                         const char *word)
{
    const char *verb = commands[command].word;
    const struct option_row *row = row_of(optopt);
    if (code == ':' && row != NULL) {
        fprintf(stderr, "wmifleet: --%s: %s is missing\n", row->name,
                row->argument);
        return OPTIONS_WRONG;
    }
    if (row != NULL) {
        fprintf(stderr, "wmifleet: --%s takes no value\n", row->name);
        return OPTIONS_WRONG;
    }
    char letter[] = {'-', (char)optopt, '\0'};
    size_t len = strcspn(word, "=");
    char name[64] = "";
    if (optopt == 0 && len > 2)
        snprintf(name, sizeof name, "%.*s", (int)len - 2, word + 2);
    const char *nearest = nearest_option(command, name);
    fprintf(stderr,
            "wmifleet: %.*s is not an option of %s%s%s%s (wmifleet %s --help "
            "lists them)\n",
            optopt == 0 ? (int)len : 2, optopt == 0 ? word : letter, verb,
            nearest ? "; did you mean --" : "", nearest ? nearest : "",
            nearest ? "?" : "", verb);
    return OPTIONS_WRONG;
}

static enum options_outcome parse_one(struct parsed *parsed, int code,
                                      const char *word)
{
    enum command command = parsed->options.command;
    if (code == 'h' || code == LONG_HELP) {
        print_command_help(command);
        return OPTIONS_SHOWN;
    }
    if (code == '?' || code == ':')
        return wrong_option(command, code, word);
    const struct option_row *row = row_of(code);
    if (row == NULL)
        return OPTIONS_WRONG;
    if (!(row->verbs & (1u << command))) {
        fprintf(stderr,
                "wmifleet: --%s means nothing to %s; wmifleet %s "
                "--help lists the options\n",
                row->name, commands[command].word, commands[command].word);
        return OPTIONS_WRONG;
    }
    return set_option(parsed, row) ? OPTIONS_WRONG : OPTIONS_RUN;
}

static bool want_color(int color)
{
    if (color != COLOR_AUTO)
        return color == COLOR_ALWAYS;
    const char *no_color = getenv("NO_COLOR");
    return isatty(STDOUT_FILENO) && (no_color == NULL || no_color[0] == '\0');
}

static const char *environment(const char *name)
{
    const char *value = getenv(name);
    return value != NULL && value[0] != '\0' ? value : NULL;
}

static void finish(struct parsed *parsed, struct options *options)
{
    *options = parsed->options;
    options->output = (enum output)parsed->output;
    options->host_keys = (enum host_key_policy)parsed->host_keys;
    options->restart_never = parsed->restart != 0;
    options->expectation = (enum expectation)parsed->expectation;
    options->color = want_color(parsed->color);
    options->store_by_default = options->store == NULL;
    if (options->store == NULL)
        options->store = environment("WMIFLEET_STORE");
    options->inventory_by_default = options->inventory_count == 0;
    if (options->inventory_count == 0) {
        const char *source = environment("WMIFLEET_INVENTORY");
        options->inventories[options->inventory_count++] =
            source != NULL ? source : "inventory.json";
    }
    if (options->command == COMMAND_APPLY && options->dry_run)
        options->command = COMMAND_CHECK;
}

/*
 * Takes out of argv a code as signed programs print it, -2147023174, which
 * getopt would take for options. The new argc.
 */
static int take_negative_code(struct parsed *parsed, int argc, char **argv)
{
    for (int i = 2; i < argc; i++) {
        if (argv[i][0] != '-' || argv[i][1] < '0' || argv[i][1] > '9')
            continue;
        parsed->options.code = argv[i];
        for (; i < argc; i++)
            argv[i] = argv[i + 1];
        return argc - 1;
    }
    return argc;
}

static enum options_outcome take_words(struct parsed *parsed, int argc,
                                       char **argv)
{
    if (optind < argc && takes_run(parsed->options.command))
        parsed->options.run = argv[optind++];
    if (parsed->options.command == COMMAND_EXPLAIN) {
        if (parsed->options.code == NULL && optind == argc) {
            fprintf(stderr, "wmifleet: explain: a code is missing, for "
                            "instance 0x800706BA\n");
            return OPTIONS_WRONG;
        }
        if (parsed->options.code == NULL)
            parsed->options.code = argv[optind++];
        if (optind < argc)
            parsed->options.host = argv[optind++];
    }
    if (optind < argc) {
        fprintf(stderr, "wmifleet: %s: one word too many%s\n", argv[optind],
                takes_run(parsed->options.command) ||
                        parsed->options.command == COMMAND_EXPLAIN
                    ? ""
                    : "; hosts are chosen with -l PATTERN");
        return OPTIONS_WRONG;
    }
    return OPTIONS_RUN;
}

enum options_outcome options_parse(struct options *options, int argc,
                                   char **argv)
{
    if (argc < 2 || strcmp(argv[1], "--help") == 0 ||
        strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
        if (argc >= 2) {
            print_help();
            return OPTIONS_SHOWN;
        }
        fprintf(stderr, "wmifleet: a verb is missing; wmifleet --help lists "
                        "them\n");
        return OPTIONS_WRONG;
    }
    struct parsed parsed = {.options = {.forks = OPTIONS_DEFAULT_FORKS},
                            .color = COLOR_AUTO};
    if (find_command(argv[1], &parsed.options.command))
        return wrong_command(argv[1]);
    struct getopt_tables tables;
    fill_tables(&tables);
    if (parsed.options.command == COMMAND_EXPLAIN)
        argc = take_negative_code(&parsed, argc, argv);
    argv[1] = argv[0];
    optind = 0; /* begins afresh */
    opterr = 0;
    int code;
    while ((code = getopt_long(argc - 1, argv + 1, tables.shorts, tables.longs,
                               NULL)) != -1) {
        enum options_outcome outcome = parse_one(&parsed, code, argv[optind]);
        if (outcome != OPTIONS_RUN)
            return outcome;
    }
    enum options_outcome outcome = take_words(&parsed, argc - 1, argv + 1);
    if (outcome == OPTIONS_RUN &&
        family_words_wrong(parsed.options.only, parsed.options.skip))
        outcome = OPTIONS_WRONG;
    if (outcome == OPTIONS_RUN)
        finish(&parsed, options);
    return outcome;
}
