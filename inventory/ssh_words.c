/* SPDX-License-Identifier: MIT */
#include "inventory/ssh_words.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "inventory/list.h"

#define WORD_MAX_LEN 8192

/* --- words, quoted as for a POSIX shell ----------------------------------- */

static const char blanks[] = " \t\r\n";

/* Reads what stands in quotes; NULL when they do not close. */
static const char *read_quoted(const char *text, struct buf *word)
{
    char quote = *text++;
    for (; *text != quote; text++) {
        if (*text == '\0')
            return NULL;
        if (quote == '"' && *text == '\\' && text[1] != '\0' &&
            strchr("\"\\$`", text[1]) != NULL)
            text++;
        buf_add_char(word, *text);
    }
    return text + 1;
}

static const char *read_word(const char *text, struct buf *word)
{
    while (*text != '\0' && strchr(blanks, *text) == NULL) {
        if (*text == '"' || *text == '\'') {
            text = read_quoted(text, word);
            if (text == NULL)
                return NULL;
            continue;
        }
        if (*text == '\\' && text[1] != '\0')
            text++;
        buf_add_char(word, *text++);
    }
    return text;
}

static int split(const char *text, struct list *words, struct err *err)
{
    for (text += strspn(text, blanks); *text != '\0';
         text += strspn(text, blanks)) {
        struct buf word;
        buf_init(&word, WORD_MAX_LEN);
        text = read_word(text, &word);
        if (text == NULL) {
            buf_release(&word);
            return err_set(err, 0, "a quotation mark is not closed");
        }
        char *taken = buf_take(&word);
        if (taken == NULL || list_add(words, taken) == -1) {
            free(taken);
            return err_set(err, ENOMEM, "out of memory");
        }
    }
    return 0;
}

/* --- options -------------------------------------------------------------- */

/* The keyword of ssh_config that a letter stands for. */
static const char *keyword(char letter)
{
    switch (letter) {
    case 'p':
        return "Port";
    case 'l':
        return "User";
    case 'i':
        return "IdentityFile";
    case 'J':
        return "ProxyJump";
    default:
        return NULL;
    }
}

/* `Port=22` or `Port 22`, after -o. */
static void visit_setting(const struct ssh_words_visitor *visitor,
                          char *setting)
{
    char *name = setting + strspn(setting, blanks);
    char *value = name + strcspn(name, " \t=");
    char *end = value;
    value += strspn(value, blanks);
    if (*value == '=')
        value++;
    value += strspn(value, blanks);
    *end = '\0';
    if (*name != '\0') /* ssh takes it for an empty line */
        visitor->option(visitor->context, name, value);
}

static void visit(const struct ssh_words_visitor *visitor, char letter,
                  char *value)
{
    const char flag[] = {'-', letter, '\0'};
    if (letter == 'o')
        visit_setting(visitor, value);
    else
        visitor->option(visitor->context,
                        keyword(letter) == NULL ? flag : keyword(letter),
                        value);
}

static bool takes_value(char letter)
{
    return strchr("BbcDEeFIiJLlmOoPpQRSWw", letter) != NULL;
}

int ssh_words_read(const char *text, const struct ssh_words_visitor *visitor,
                   struct err *err)
{
    struct list words = {0};
    char none[] = "";
    int result = split(text, &words, err);
    for (size_t i = 0; i < words.count && result == 0; i++) {
        char *word = words.items[i];
        if (word[0] != '-' || !isalnum((unsigned char)word[1])) {
            result = err_set(err, 0, "'%.100s' is no option of ssh", word);
            continue;
        }
        char *letter = word + 1;
        for (; *letter != '\0' && !takes_value(*letter); letter++)
            visit(visitor, *letter, none);
        if (*letter == '\0')
            continue;
        if (letter[1] != '\0')
            visit(visitor, *letter, letter + 1);
        else if (++i < words.count)
            visit(visitor, *letter, words.items[i]);
        else
            result = err_set(err, 0, "-%c needs a value", *letter);
    }
    list_release_all(&words, free);
    return result;
}
