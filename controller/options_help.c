/* SPDX-License-Identifier: MIT */
/* --help, of the program and of each verb. */
#include "controller/options_table.h"

#include <stdio.h>
#include <string.h>

#include "controller/family_words.h"

static const char *const helps[] = {
#define X(symbol, word, help) help,
    COMMAND_LIST(X)
#undef X
};

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
    if (strcmp(row->name, "only") == 0) {
        char families[256];
        family_words_list(families, sizeof families);
        printf("  %-30s ", "");
        print_help_lines(families);
    }
}

bool options_takes_run(enum command command)
{
    return command == COMMAND_SHOW || command == COMMAND_UNDO ||
           command == COMMAND_REPORT;
}

void options_print_command_help(enum command command)
{
    const char *words = command == COMMAND_EXPLAIN   ? " CODE [HOST]"
                        : options_takes_run(command) ? " [RUN]"
                                                     : "";
    printf("usage: wmifleet %s [OPTIONS]%s\n\n%s\n\n",
           options_command_word(command), words, helps[command]);
    for (const struct option_row *row = options_rows; row->name != NULL; row++)
        if (row->verbs & (1u << command))
            print_row(row);
}

void options_print_help(void)
{
    printf("usage: wmifleet VERB [OPTIONS]\n\n"
           "Makes the Windows machines of an inventory ready for remote WMI, "
           "over SSH.\n\n");
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        printf("  %-12s %s\n", options_command_word((enum command)i), helps[i]);
    printf("\nwmifleet VERB --help lists a verb's options; man wmifleet has "
           "all.\n");
}
