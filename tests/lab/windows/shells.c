/* SPDX-License-Identifier: MIT */
#include "shells.h"

#include <stdbool.h>
#include <stdio.h>
#include <wchar.h>

/* A text that grows up to SHELL_TEXT_MAX and is always terminated. */
struct text {
    WCHAR *at;
    size_t len;
};

static void text_add(struct text *text, WCHAR c)
{
    if (text->len + 1 >= SHELL_TEXT_MAX)
        return;
    text->at[text->len++] = c;
    text->at[text->len] = 0;
}

static void text_add_all(struct text *text, const WCHAR *from)
{
    while (*from != 0)
        text_add(text, *from++);
}

static bool is_blank(WCHAR c)
{
    return c == L' ' || c == L'\t';
}

static bool is_name(WCHAR c)
{
    return (c >= L'0' && c <= L'9') || (c >= L'A' && c <= L'Z') ||
           (c >= L'a' && c <= L'z') || c == L'_';
}

static void add_variable(struct text *text, const WCHAR *name)
{
    WCHAR value[1024];

    if (GetEnvironmentVariableW(name, value, ARRAYSIZE(value)) != 0)
        text_add_all(text, value);
}

/* `at` stands behind the dollar; returns where the variable's name ends. */
static const WCHAR *expand(enum shell shell, const WCHAR *at, struct text *text)
{
    WCHAR name[128];
    size_t len = 0;

    if (shell == SHELL_POSIX && *at == L'0') {
        text_add_all(text, L"bash");
        return at + 1;
    }
    if (shell == SHELL_POWERSHELL && _wcsnicmp(at, L"env:", 4) == 0)
        at += 4;
    else if (shell == SHELL_POWERSHELL) /* no variable is set: empty */
        shell = SHELL_CMD;
    while (is_name(*at)) {
        if (len + 1 < ARRAYSIZE(name))
            name[len++] = *at;
        at++;
    }
    name[len] = 0;
    if (shell != SHELL_CMD)
        add_variable(text, name);
    return at;
}

/* The inside of a quoted part; returns where the closing quote stands. */
static const WCHAR *quoted_part(enum shell shell, WCHAR quote, const WCHAR *at,
                                struct text *word)
{
    WCHAR escape = shell == SHELL_POSIX ? L'\\' : L'`';

    while (*at != 0 && *at != quote) {
        if (quote == L'"' && *at == escape && at[1] != 0 &&
            (shell == SHELL_POWERSHELL || wcschr(L"\"\\$`", at[1]) != NULL)) {
            text_add(word, at[1]);
            at += 2;
        } else if (quote == L'"' && *at == L'$') {
            at = expand(shell, at + 1, word);
        } else {
            text_add(word, *at++);
        }
    }
    return at;
}

/* Takes one word off `*command`; false at the end. */
static bool next_word(enum shell shell, const WCHAR **command, WCHAR *buffer,
                      bool *was_quoted)
{
    struct text word = {buffer, 0};
    WCHAR escape = shell == SHELL_POSIX ? L'\\' : L'`';
    const WCHAR *at = *command;

    while (is_blank(*at))
        at++;
    buffer[0] = 0;
    *was_quoted = *at == L'"' || *at == L'\'';
    if (*at == 0)
        return false;
    while (*at != 0 && !is_blank(*at)) {
        if (*at == L'"' || *at == L'\'') {
            WCHAR quote = *at;

            at = quoted_part(shell, quote, at + 1, &word);
            at += *at == quote;
        } else if (*at == escape && at[1] != 0) {
            text_add(&word, at[1]);
            at += 2;
        } else if (*at == L'$') {
            at = expand(shell, at + 1, &word);
        } else {
            text_add(&word, *at++);
        }
    }
    *command = at;
    return true;
}

/* One argument in the form that the C runtime of the program takes apart. */
static void add_argument(struct text *line, const WCHAR *argument)
{
    size_t backslashes = 0;

    if (line->len != 0)
        text_add(line, L' ');
    if (*argument != 0 && wcspbrk(argument, L" \t\"") == NULL) {
        text_add_all(line, argument);
        return;
    }
    text_add(line, L'"');
    for (; *argument != 0; argument++) {
        if (*argument == L'"')
            for (backslashes++; backslashes > 0; backslashes--)
                text_add(line, L'\\');
        backslashes = *argument == L'\\' ? backslashes + 1 : 0;
        text_add(line, *argument);
    }
    for (; backslashes > 0; backslashes--)
        text_add(line, L'\\');
    text_add(line, L'"');
}

/* Finds the program of a command as both shells do: never a bare name in
 * the working directory. */
static bool find_program(const WCHAR *word, WCHAR *program)
{
    WCHAR path[4096];
    WCHAR *c;

    if (wcspbrk(word, L"\\/:") == NULL) {
        DWORD len = GetEnvironmentVariableW(L"PATH", path, ARRAYSIZE(path));

        return len != 0 && len < ARRAYSIZE(path) &&
               SearchPathW(path, word, L".exe", MAX_PATH, program, NULL) != 0;
    }
    if (wcslen(word) >= MAX_PATH)
        return false;
    wcscpy(program, word);
    for (c = program; *c != 0; c++)
        if (*c == L'/')
            *c = L'\\';
    return GetFileAttributesW(program) != INVALID_FILE_ATTRIBUTES;
}

static void plan_echo(enum shell shell, const WCHAR *command, WCHAR *word,
                      struct text *output)
{
    bool quoted;

    while (next_word(shell, &command, word, &quoted)) {
        if (output->len != 0)
            text_add_all(output, shell == SHELL_POSIX ? L" " : L"\r\n");
        text_add_all(output, word);
    }
    text_add_all(output, shell == SHELL_POSIX ? L"\n" : L"\r\n");
}

static void plan_not_found(enum shell shell, const WCHAR *word,
                           struct shell_plan *plan)
{
    const WCHAR *format = L"bash: line 1: %ls: command not found\n";

    if (shell == SHELL_POWERSHELL)
        format = L"%ls : The term '%ls' is not recognized as the name of a "
                 L"cmdlet, function, script file, or operable program.\r\n";
    swprintf(plan->error, SHELL_TEXT_MAX, format, word, word);
    plan->status = shell == SHELL_POSIX ? 127 : 1;
}

static void plan_program(enum shell shell, const WCHAR *command, WCHAR *word,
                         struct shell_plan *plan)
{
    struct text line = {plan->line, 0};
    bool quoted;

    if (!find_program(word, plan->program)) {
        plan->program[0] = 0;
        plan_not_found(shell, word, plan);
        return;
    }
    do {
        add_argument(&line, word);
    } while (next_word(shell, &command, word, &quoted));
}

static void plan_simple_command(enum shell shell, const WCHAR *command,
                                struct shell_plan *plan)
{
    struct text output = {plan->output, 0};
    static WCHAR word[SHELL_TEXT_MAX];
    bool quoted;

    if (!next_word(shell, &command, word, &quoted))
        return;
    /* PowerShell: a quoted first word is an expression, not a command; the
     * call operator makes it one. */
    if (shell == SHELL_POWERSHELL && quoted) {
        text_add_all(&output, word);
        text_add_all(&output, L"\r\n");
        return;
    }
    if (shell == SHELL_POWERSHELL && wcscmp(word, L"&") == 0 &&
        !next_word(shell, &command, word, &quoted))
        return;
    if (_wcsicmp(word, L"echo") == 0)
        plan_echo(shell, command, word, &output);
    else
        plan_program(shell, command, word, plan);
}

static void cmd_knows_not(const WCHAR *name, size_t len,
                          struct shell_plan *plan)
{
    swprintf(plan->error, SHELL_TEXT_MAX,
             L"'%.*ls' is not recognized as an internal or external "
             L"command,\r\noperable program or batch file.\r\n",
             (int)len, name);
    plan->status = 1;
}

/* Windows' cmd takes what follows a slash for an option, so `./p.exe` is the
 * command `.`; Wine's would run it. */
static bool cmd_refuses(const WCHAR *command, struct shell_plan *plan)
{
    size_t word;
    size_t slash;

    while (is_blank(*command))
        command++;
    word = wcscspn(command, L" \t\"&|<>");
    slash = wcscspn(command, L"/");
    if (slash >= word)
        return false;
    cmd_knows_not(command, slash, plan);
    return true;
}

/* A simple command that names a program by its path: whether that is there.
 * Wine's cmd has another message and status for one that is not. */
static bool cmd_misses(const WCHAR *command, struct shell_plan *plan)
{
    WCHAR path[MAX_PATH];
    WCHAR found[MAX_PATH];
    size_t len;

    while (is_blank(*command))
        command++;
    len = wcscspn(command, L" \t");
    if (len >= MAX_PATH || wcspbrk(command, L"\"&|<>^%()") != NULL)
        return false;
    wcsncpy(path, command, len);
    path[len] = 0;
    if (wcschr(path, L'\\') == NULL ||
        SearchPathW(L".", path, L".exe", MAX_PATH, found, NULL) != 0)
        return false;
    cmd_knows_not(path, len, plan);
    return true;
}

static void plan_cmd(const WCHAR *command, struct shell_plan *plan)
{
    struct text line = {plan->line, 0};

    if (cmd_refuses(command, plan) || cmd_misses(command, plan))
        return;
    GetSystemDirectoryW(plan->program, MAX_PATH - 16);
    wcscat(plan->program, L"\\cmd.exe");
    text_add(&line, L'"');
    text_add_all(&line, plan->program);
    text_add_all(&line, L"\" /c \"");
    text_add_all(&line, command);
    text_add(&line, L'"');
}

void shell_plan(enum shell shell, const WCHAR *command, struct shell_plan *plan)
{
    plan->program[0] = 0;
    plan->line[0] = 0;
    plan->output[0] = 0;
    plan->error[0] = 0;
    plan->status = 0;
    if (shell == SHELL_CMD)
        plan_cmd(command, plan);
    else
        plan_simple_command(shell, command, plan);
}

DWORD shell_status(enum shell shell, DWORD status)
{
    if (shell == SHELL_POWERSHELL)
        return status != 0;
    return shell == SHELL_POSIX ? status & 0xff : status;
}
