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
#include "controller/options_table.h"
#include "controller/rerun.h"

#define LONG_BASE 1000
#define LONG_HELP 900

static const char *const command_words[] = {
#define X(symbol, word, help) word,
    COMMAND_LIST(X)
#undef X
};

const char *options_command_word(enum command command)
{
    return command_words[command];
}

/* --- parsing -------------------------------------------------------------- */

static enum options_outcome wrong_command(const char *word)
{
    const char *words[COMMAND_COUNT + 1];
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        words[i] = command_words[i];
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
        if (strcmp(command_words[i], word) == 0) {
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

static int set_number(const struct option_row *row, unsigned least,
                      unsigned *number)
{
    char *end = NULL;
    unsigned long value = strtoul(optarg, &end, 10);
    if (optarg[0] < '0' || optarg[0] > '9' || *end != '\0' || value < least ||
        value > 1000000)
        return wrong_value(row, least > 0
                                    ? "a whole number from 1 to 1000000 is "
                                      "wanted"
                                    : "a whole number from 0 to 1000000 is "
                                      "wanted");
    *number = (unsigned)value;
    return 0;
}

/* Seconds from "90s", "30m", "8h" or "2d"; a year at most. */
static int set_time(const struct option_row *row, unsigned *seconds)
{
    static const struct {
        char letter;
        unsigned seconds;
    } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
    char *end = NULL;
    unsigned long value = strtoul(optarg, &end, 10);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (optarg[0] < '0' || optarg[0] > '9' || end[0] != units[i].letter ||
            end[1] != '\0' || value < 1 ||
            value > 365ul * 86400 / units[i].seconds)
            continue;
        *seconds = (unsigned)value * units[i].seconds;
        return 0;
    }
    return wrong_value(row, "a time is wanted, as in 90s, 30m, 8h or 2d");
}

static int tell(int failed, const struct err *err)
{
    if (failed)
        fprintf(stderr, "wmifleet: %s\n", err->text);
    return failed;
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
    struct err err;
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
        return set_number(row, 1, place);
    case KIND_NUMBER_OR_0:
        return set_number(row, 0, place);
    case KIND_WORD:
        return set_word(row, place);
    case KIND_SOURCE:
        return add_source(&parsed->options);
    case KIND_SET:
        *(int *)place = row->value;
        return 0;
    case KIND_SERIAL:
        parsed->options.serial = optarg;
        return tell(
            schedule_read_batches(&parsed->options.schedule, optarg, &err),
            &err);
    case KIND_SHARE:
        parsed->options.max_fail = optarg;
        return tell(
            schedule_read_max_fail(&parsed->options.schedule, optarg, &err),
            &err);
    case KIND_TIME:
        return set_time(row, place);
    }
    return -1;
}

struct getopt_tables {
    struct option longs[OPTIONS_ROWS_MAX + 2];
    char shorts[2 * OPTIONS_ROWS_MAX + 5];
};

static void fill_tables(struct getopt_tables *tables)
{
    struct option *longs = tables->longs;
    size_t len = 0;
    tables->shorts[len++] = ':'; /* getopt tells a missing argument apart */
    tables->shorts[len++] = 'h';
    for (const struct option_row *row = options_rows; row->name != NULL;
         row++) {
        *longs++ = (struct option){
            row->name, row->argument ? required_argument : no_argument, NULL,
            LONG_BASE + (int)(row - options_rows)};
        if (!row->letter)
            continue;
        tables->shorts[len++] = row->letter;
        if (row->argument)
            tables->shorts[len++] = ':';
    }
    tables->shorts[len] = '\0';
    *longs++ = (struct option){"help", no_argument, NULL, LONG_HELP};
    *longs = (struct option){NULL, 0, NULL, 0};
}

static bool is_called(const struct option_row *row, int code)
{
    return code >= LONG_BASE
               ? strcmp(row->name, options_rows[code - LONG_BASE].name) == 0
               : row->letter != 0 && row->letter == code;
}

/* The verb's own, where others have an option of that name too. */
static const struct option_row *row_of(enum command command, int code)
{
    const struct option_row *found = NULL;
    for (const struct option_row *row = options_rows; row->name != NULL;
         row++) {
        bool own = (row->verbs & (1u << command)) != 0;
        if (is_called(row, code) && (found == NULL || own))
            found = row;
    }
    return found;
}

/* The nearest option of this verb, for one that there is not. */
static const char *nearest_option(enum command command, const char *word)
{
    const char *names[OPTIONS_ROWS_MAX + 1];
    size_t count = 0;
    for (const struct option_row *row = options_rows; row->name != NULL; row++)
        if (row->verbs & (1u << command))
            names[count++] = row->name;
    names[count] = NULL;
    return problems_nearest(word, names);
}

/* getopt took `word` for no option, or for one without its argument. */
static enum options_outcome wrong_option(enum command command, int code,
                                         const char *word)
{
    const char *verb = command_words[command];
    const struct option_row *row = row_of(command, optopt);
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
        options_print_command_help(command);
        return OPTIONS_SHOWN;
    }
    if (code == '?' || code == ':')
        return wrong_option(command, code, word);
    const struct option_row *row = row_of(command, code);
    if (row == NULL)
        return OPTIONS_WRONG;
    if (!(row->verbs & (1u << command))) {
        fprintf(stderr,
                "wmifleet: --%s means nothing to %s; wmifleet %s "
                "--help lists the options\n",
                row->name, command_words[command], command_words[command]);
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
    if (optind < argc && options_takes_run(parsed->options.command))
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
                options_takes_run(parsed->options.command) ||
                        parsed->options.command == COMMAND_EXPLAIN
                    ? ""
                    : "; hosts are chosen with -l PATTERN");
        return OPTIONS_WRONG;
    }
    return OPTIONS_RUN;
}

/* Whether two options cannot both hold; says which. */
static bool options_disagree(const struct options *options)
{
    if (!options->from_target ||
        (options->rerun == NULL && options->resume == NULL))
        return false;
    fprintf(stderr, "wmifleet: --from-target asks the machines, not the store: "
                    "--rerun and --resume mean nothing with it; choose hosts "
                    "with -l PATTERN\n");
    return true;
}

enum options_outcome options_parse(struct options *options, int argc,
                                   char **argv)
{
    if (argc < 2 || strcmp(argv[1], "--help") == 0 ||
        strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
        if (argc >= 2) {
            options_print_help();
            return OPTIONS_SHOWN;
        }
        fprintf(stderr, "wmifleet: a verb is missing; wmifleet --help lists "
                        "them\n");
        return OPTIONS_WRONG;
    }
    struct parsed parsed = {.options = {.forks = OPTIONS_DEFAULT_FORKS,
                                        .for_s = OPTIONS_DEFAULT_FOR_S,
                                        .retries = -1},
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
        (family_words_wrong(parsed.options.only, parsed.options.skip) ||
         rerun_words_wrong(parsed.options.rerun) ||
         options_disagree(&parsed.options)))
        outcome = OPTIONS_WRONG;
    if (outcome == OPTIONS_RUN)
        finish(&parsed, options);
    return outcome;
}
