/* SPDX-License-Identifier: MIT */
#include "inventory/pattern.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "inventory/matcher.h"
#include "inventory/pattern_parts.h"
#include "inventory/range.h"

#define MISSING_SHOWN 3
#define MISSING_TEXT_MAX 512

struct matching {
    struct model *model;
    struct problems *problems;
    const char *option;
};

/* A part in brackets at the end: [3], [-1], [2:5], [2:]. */
struct subscript {
    size_t expression_len;
    bool single;
    long start;
    long end; /* -1: to the last */
};

static bool read_subscript(const char *pattern, struct subscript *subscript)
{
    size_t len = strlen(pattern);
    const char *open = strrchr(pattern, '[');
    char *end;
    if (pattern[0] == '~' || open == NULL || open == pattern ||
        pattern[len - 1] != ']')
        return false;
    const char *c = open + 1;
    if (!isdigit((unsigned char)c[*c == '-']))
        return false;
    *subscript = (struct subscript){.expression_len = (size_t)(open - pattern),
                                    .single = true,
                                    .start = strtol(c, &end, 10)};
    if (*end == ']')
        return true;
    if (*c == '-' || (*end != ':' && *end != '-'))
        return false;
    subscript->single = false;
    subscript->end = -1;
    if (end[1] != ']') {
        if (!isdigit((unsigned char)end[1]))
            return false;
        subscript->end = strtol(end + 1, &end, 10);
        return *end == ']';
    }
    return true;
}

/* --- matching ------------------------------------------------------------- */

/* What a word matches: hosts, perhaps more than once, as Ansible counts. */
struct matches {
    struct list hosts;
    bool known; /* a group or host bears the name, though it may be empty */
};

static int add_groups(const struct matching *matching,
                      const struct matcher *matcher, struct matches *matches)
{
    for (size_t i = 0; i < matching->model->groups.count; i++) {
        struct group *group = matching->model->groups.items[i];
        if (!matcher_matches(matcher, group->name))
            continue;
        matches->known = true;
        if (model_hosts_below(matching->model, group, &matches->hosts) == -1)
            return -1;
    }
    return 0;
}

static int add_hosts(const struct matching *matching,
                     const struct matcher *matcher, struct matches *matches)
{
    for (size_t i = 0; i < matching->model->hosts.count; i++) {
        struct host *host = matching->model->hosts.items[i];
        if (!matcher_matches(matcher, host->name))
            continue;
        matches->known = true;
        if (list_add(&matches->hosts, host) == -1)
            return -1;
    }
    return 0;
}

static int match_word(const struct matching *matching, const char *word,
                      struct matches *matches)
{
    struct matcher matcher;
    struct err err;
    if (matcher_init(&matcher, word, &err) == -1) {
        problems_error(matching->problems, "%s: %s", matching->option,
                       err.text);
        return -1;
    }
    int result = add_groups(matching, &matcher, matches);
    if (result == 0 &&
        (!matches->known || word[0] == '~' || strpbrk(word, ".?*[") != NULL))
        result = add_hosts(matching, &matcher, matches);
    matcher_release(&matcher);
    return result;
}

/* Keeps the hosts from `first` on, `count` of them. */
static void keep(struct list *hosts, size_t first, size_t count)
{
    for (size_t i = 0; i < count; i++)
        hosts->items[i] = hosts->items[first + i];
    hosts->count = count;
}

static void take_subscript(const struct matching *matching, const char *pattern,
                           const struct subscript *subscript,
                           struct list *hosts)
{
    long count = (long)hosts->count;
    long start = subscript->start;
    long end = subscript->end == -1 ? count - 1 : subscript->end;
    if (count == 0)
        return;
    /* Ansible takes [n:0] for [n]. */
    if (subscript->single || subscript->end == 0) {
        start = start < 0 ? start + count : start;
        end = start;
    } else if (end >= count) {
        end = count - 1;
    }
    if (start < 0 || start >= count) {
        problems_error(matching->problems,
                       "%s: '%s': '%.*s' has only %ld host%s", matching->option,
                       pattern, (int)subscript->expression_len, pattern, count,
                       count == 1 ? "" : "s");
        hosts->count = 0;
        return;
    }
    keep(hosts, (size_t)start, end < start ? 0 : (size_t)(end - start) + 1);
}

static int add_named(const struct matching *matching, const char *name,
                     struct matches *matches)
{
    struct host *host = model_host(matching->model, name);
    struct group *group = model_group(matching->model, name);
    if (host == NULL && group == NULL)
        return 0;
    matches->known = true;
    if (host != NULL)
        return list_add(&matches->hosts, host);
    return model_hosts_below(matching->model, group, &matches->hosts);
}

static void tell_missing(const struct matching *matching, const char *pattern,
                         const struct list *missing, size_t of)
{
    struct buf text;
    buf_init(&text, MISSING_TEXT_MAX);
    for (size_t i = 0; i < missing->count && i < MISSING_SHOWN; i++)
        buf_addf(&text, "%s%s", i == 0 ? "" : ", ",
                 (const char *)missing->items[i]);
    problems_warning(matching->problems,
                     "%s: '%s': %zu of %zu names are not in the inventory "
                     "(%s%s)",
                     matching->option, pattern, missing->count, of,
                     text.failed ? "" : text.data,
                     missing->count > MISSING_SHOWN ? ", ..." : "");
    buf_release(&text);
}

/* The names of a range; nothing when it is none or none of them is known. */
static int match_range(const struct matching *matching, const char *pattern,
                       struct matches *matches)
{
    struct list names = {0};
    struct list missing = {0};
    struct err err = {0};
    if (pattern[0] == '~' || !range_present(pattern) ||
        strpbrk(pattern, "*?") != NULL)
        return 0;
    if (range_expand(pattern, &names, &err) == -1) {
        list_release(&names);
        return err.code == ENOMEM ? -1 : 0;
    }
    int result = 0;
    for (size_t i = 0; i < names.count && result == 0; i++) {
        size_t before = matches->hosts.count;
        result = add_named(matching, names.items[i], matches);
        if (result == 0 && matches->hosts.count == before)
            result = list_add(&missing, names.items[i]);
    }
    if (result == 0 && matches->known && missing.count > 0)
        tell_missing(matching, pattern, &missing, names.count);
    list_release(&missing);
    list_release_all(&names, free);
    return result;
}

static int match_subscript(const struct matching *matching, const char *pattern,
                           struct matches *matches)
{
    struct subscript subscript;
    if (!read_subscript(pattern, &subscript))
        return 0;
    char *word = strndup(pattern, subscript.expression_len);
    if (word == NULL)
        return -1;
    size_t errors = matching->problems->error_count;
    int result = match_word(matching, word, matches);
    free(word);
    if (result == 0)
        take_subscript(matching, pattern, &subscript, &matches->hosts);
    return matching->problems->error_count > errors ? -1 : result;
}

static const char *nearest(const struct model *model, const char *word)
{
    size_t count = model->groups.count + model->hosts.count;
    const char **names = calloc(count + 1, sizeof *names);
    if (names == NULL)
        return NULL;
    for (size_t i = 0; i < model->groups.count; i++)
        names[i] = ((const struct group *)model->groups.items[i])->name;
    for (size_t i = 0; i < model->hosts.count; i++)
        names[model->groups.count + i] =
            ((const struct host *)model->hosts.items[i])->name;
    const char *name = problems_nearest(word, names);
    free(names);
    return name;
}

static void tell_unknown(const struct matching *matching, const char *pattern)
{
    const char *near = nearest(matching->model, pattern);
    problems_error(
        matching->problems, "%s: '%s' matches no host and no group%s%s%s",
        matching->option, pattern, near == NULL ? "" : "; did you mean '",
        near == NULL ? "" : near, near == NULL ? "" : "'?");
}

/* One part; `pattern` is what follows its sign. */
static int match_part(const struct matching *matching, char sign,
                      const char *pattern, struct matches *matches)
{
    struct host *host = model_host(matching->model, pattern);
    if (host != NULL && sign == ' ')
        return list_add(&matches->hosts, host);
    int result = match_subscript(matching, pattern, matches);
    if (result == 0 && !matches->known)
        result = match_range(matching, pattern, matches);
    if (result == 0 && !matches->known)
        result = match_word(matching, pattern, matches);
    if (result == 0 && !matches->known) {
        tell_unknown(matching, pattern);
        return -1;
    }
    return result;
}

/* --- combining ------------------------------------------------------------ */

static void combine(const struct model *model, char sign,
                    const struct list *hosts, bool *chosen, bool *matched)
{
    memset(matched, 0, model->hosts.count * sizeof *matched);
    for (size_t i = 0; i < hosts->count; i++)
        matched[((const struct host *)hosts->items[i])->order] = true;
    for (size_t i = 0; i < model->hosts.count; i++) {
        if (sign == '&')
            chosen[i] = chosen[i] && matched[i];
        else if (sign == '!')
            chosen[i] = chosen[i] && !matched[i];
        else
            chosen[i] = chosen[i] || matched[i];
    }
}

static char sign_of(const char *part)
{
    if (part[0] == '&')
        return '&';
    if (part[0] == '!')
        return '!';
    return ' ';
}

/* All parts of one kind; `none` tells that there was no such part. */
static int apply(const struct matching *matching, const struct list *parts,
                 char sign, bool *chosen, bool *matched, bool *none)
{
    int result = 0;
    *none = true;
    for (size_t i = 0; i < parts->count; i++) {
        const char *part = parts->items[i];
        struct matches matches = {0};
        if (sign_of(part) != sign)
            continue;
        *none = false;
        const char *word = sign == ' ' ? part : part + 1;
        if (*word == '\0') {
            problems_error(matching->problems, "%s: nothing follows '%c'",
                           matching->option, sign);
            result = -1;
        } else if (match_part(matching, sign, word, &matches) == -1) {
            result = -1;
        }
        combine(matching->model, sign, &matches.hosts, chosen, matched);
        list_release(&matches.hosts);
    }
    return result;
}

static int apply_all(const struct matching *matching, const struct list *parts,
                     bool *chosen, bool *matched)
{
    size_t count = matching->model->hosts.count;
    bool none;
    int result = apply(matching, parts, ' ', chosen, matched, &none);
    for (size_t i = 0; none && i < count; i++)
        chosen[i] = true;
    if (apply(matching, parts, '&', chosen, matched, &none) == -1)
        result = -1;
    if (apply(matching, parts, '!', chosen, matched, &none) == -1)
        result = -1;
    return result;
}

int pattern_match(struct model *model, const char *option, const char *pattern,
                  bool *chosen, struct problems *problems)
{
    const struct matching matching = {
        .model = model, .problems = problems, .option = option};
    struct list parts = {0};
    size_t errors = problems->error_count;
    bool *matched = calloc(model->hosts.count + 1, sizeof *matched);
    int result = matched == NULL ? -1 : 0;
    if (result == 0)
        result = pattern_parts(option, pattern, &parts, problems);
    if (result == 0 && parts.count == 0) {
        problems_error(problems, "%s: the pattern is empty", option);
        result = -1;
    }
    if (result == 0)
        result = apply_all(&matching, &parts, chosen, matched);
    if (result == -1 && problems->error_count == errors)
        problems_error(problems, "%s: out of memory", option);
    list_release_all(&parts, free);
    free(matched);
    return result;
}
