/* SPDX-License-Identifier: MIT */
#include "inventory/source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "inventory/layout.h"
#include "inventory/program.h"

#define TEXT_MAX ((size_t)256 * 1024 * 1024)
#define READ_SIZE 65536
#define SCRIPT_LIMIT_S 60
#define DIRECTORY_DEPTH_MAX 16

struct reading {
    struct inventory *inventory;
    struct problems *problems;
    unsigned depth; /* of directories within directories */
};

static void read_path(const struct reading *reading, const char *path);

/* --- texts ---------------------------------------------------------------- */

static const struct json_doc *parse(const struct reading *reading,
                                    const char *name, const struct buf *text)
{
    struct err err;
    struct json_doc *doc = json_doc_parse(name, text->data, text->len, &err);
    if (doc == NULL) {
        problems_error(reading->problems, "%s", err.text);
        return NULL;
    }
    if (list_add(&reading->inventory->docs, doc) == -1) {
        json_doc_free(doc);
        problems_error(reading->problems, "%s: out of memory", name);
        return NULL;
    }
    return doc;
}

static int read_all(int fd, struct buf *text, const char *name,
                    struct problems *problems)
{
    for (;;) {
        char *room = buf_room(text, READ_SIZE);
        if (room == NULL) {
            problems_error(problems,
                           "%s: is larger than %zu MiB or than the "
                           "memory",
                           name, TEXT_MAX >> 20);
            return -1;
        }
        ssize_t got = read(fd, room, READ_SIZE);
        if (got > 0)
            buf_added(text, (size_t)got);
        else if (got == 0)
            return 0;
        else if (errno != EINTR) {
            problems_error(problems, "%s: cannot be read: %s", name,
                           strerror(errno));
            return -1;
        }
    }
}

/* "[lab]" alone on its line begins an INI file, not a list. */
static bool is_section(const char *text)
{
    size_t len = strcspn(text, "\r\n\"{},");
    return text[0] == '[' && len > 2 && text[len - 1] == ']' &&
           strchr("\r\n", text[len]) != NULL &&
           ((text[1] >= 'a' && text[1] <= 'z') ||
            (text[1] >= 'A' && text[1] <= 'Z'));
}

/* UTF-16 too: the parser tells it by name. */
static bool looks_like_json(const struct buf *text)
{
    const char *c = text->data;
    if (text->len >= 2 &&
        (strncmp(c, "\xff\xfe", 2) == 0 || strncmp(c, "\xfe\xff", 2) == 0))
        return true;
    if (strncmp(c, "\xef\xbb\xbf", 3) == 0)
        c += 3;
    c += strspn(c, " \t\r\n");
    return *c == '{' || (*c == '[' && !is_section(c));
}

static void read_text(const struct reading *reading, const char *name,
                      const struct buf *text)
{
    const struct json_doc *doc = parse(reading, name, text);
    if (doc != NULL)
        layout_read(reading->inventory, doc, false, reading->problems);
}

static void read_stdin(const struct reading *reading)
{
    struct buf text;
    buf_init(&text, TEXT_MAX);
    if (read_all(STDIN_FILENO, &text, "standard input", reading->problems) == 0)
        read_text(reading, "standard input", &text);
    buf_release(&text);
}

/* --- programs ------------------------------------------------------------- */

static bool by_everyone(const char *path)
{
    struct stat info;
    return stat(path, &info) != 0 || (info.st_mode & S_IWOTH) != 0;
}

static bool directory_by_everyone(const char *path)
{
    char *directory = strdup(path);
    bool by = directory == NULL || by_everyone(dirname(directory));
    free(directory);
    return by;
}

/*
 * Why this program must not be run; NULL when it may. Both directories count:
 * the one of a link says which program it is.
 */
static const char *objection(const char *path, const char *real)
{
    if (by_everyone(real))
        return "everyone can write it (chmod o-w)";
    if (directory_by_everyone(real) || directory_by_everyone(path))
        return "everyone can write its directory (move it, or chmod o-w)";
    return NULL;
}

/* A program as it was named, and the file that was judged and is run. */
struct script {
    const char *path;
    const char *real;
};

static const struct json_doc *ask(const struct reading *reading,
                                  const struct script *script,
                                  const char *option, const char *host)
{
    const char *const argv[] = {script->real, option, host, NULL};
    const struct program program = {.argv = argv, .limit_s = SCRIPT_LIMIT_S};
    const struct json_doc *doc = NULL;
    struct err err;
    struct buf text;
    char name[PATH_MAX];
    snprintf(name, sizeof name, "%s %s%s%s", script->path, option,
             host == NULL ? "" : " ", host == NULL ? "" : host);
    buf_init(&text, TEXT_MAX);
    if (program_run(&program, &text, &err) == -1)
        problems_error(reading->problems, "%s (%s)", err.text, name);
    else if (host != NULL && text.data[strspn(text.data, " \t\r\n")] == '\0')
        ; /* nothing to say of this host */
    else
        doc = parse(reading, name, &text);
    buf_release(&text);
    return doc;
}

static void ask_of_hosts(const struct reading *reading,
                         const struct script *script)
{
    struct inventory *inventory = reading->inventory;
    size_t errors = reading->problems->error_count;
    for (size_t i = 0; i < inventory->model.hosts.count; i++) {
        struct host *host = inventory->model.hosts.items[i];
        if (host->source != inventory->source_count)
            continue;
        const struct json_doc *doc = ask(reading, script, "--host", host->name);
        if (doc != NULL)
            layout_read_host(inventory, host, doc, reading->problems);
        if (reading->problems->error_count > errors)
            return;
    }
}

static void run_script(const struct reading *reading,
                       const struct script *script)
{
    size_t errors = reading->problems->error_count;
    const struct json_doc *doc = ask(reading, script, "--list", NULL);
    if (doc != NULL &&
        !layout_read(reading->inventory, doc, true, reading->problems) &&
        reading->problems->error_count == errors)
        ask_of_hosts(reading, script);
}

static void run_program(const struct reading *reading, const char *path)
{
    char *real = realpath(path, NULL);
    const char *why = real == NULL ? "cannot be found" : objection(path, real);
    if (reading->depth > 0)
        why = "in a directory programs are not run: name it with -i itself";
    if (why == NULL)
        run_script(reading, &(struct script){path, real});
    else
        problems_error(reading->problems,
                       "%s: is a program and was not run: %s", path, why);
    free(real);
}

/* --- files ---------------------------------------------------------------- */

static void read_file(const struct reading *reading, const char *path,
                      const struct stat *info)
{
    struct buf text;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd == -1) {
        problems_error(reading->problems, "%s: cannot be opened: %s", path,
                       strerror(errno));
        return;
    }
    buf_init(&text, TEXT_MAX);
    if (read_all(fd, &text, path, reading->problems) == -1)
        ;
    else if (looks_like_json(&text))
        read_text(reading, path, &text);
    else if (S_ISREG(info->st_mode) && access(path, X_OK) == 0)
        run_program(reading, path);
    else if (strncmp(text.data, "#!", 2) == 0)
        problems_error(reading->problems,
                       "%s: is a program that may not be executed: chmod +x, "
                       "if it is to be run",
                       path);
    else if (text.data[strspn(text.data, " \t\r\n")] == '\0')
        problems_error(reading->problems, "%s: is empty", path);
    else
        problems_error(reading->problems,
                       "%s: is not JSON: for Ansible's YAML and INI files save "
                       "what `ansible-inventory -i %s --list --export` prints "
                       "and use that",
                       path, path);
    close(fd);
    buf_release(&text);
}

/* --- directories ---------------------------------------------------------- */

static bool ends_with(const char *name, const char *end)
{
    size_t len = strlen(name);
    size_t end_len = strlen(end);
    return len >= end_len && strcmp(name + len - end_len, end) == 0;
}

/* What Ansible leaves out of a directory. */
static bool is_ignored(const char *name)
{
    static const char *const ends[] = {
        "~",    ".orig", ".ini", ".cfg", ".retry", ".pyc", ".pyo",
        ".swp", ".bak",  ".rpm", ".md",  ".txt",   ".rst"};
    if (name[0] == '.' || strcmp(name, "vars_plugins") == 0 ||
        strcmp(name, "group_vars") == 0 || strcmp(name, "host_vars") == 0)
        return true;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (ends_with(name, ends[i]))
            return true;
    return false;
}

static int wanted(const struct dirent *entry)
{
    return !is_ignored(entry->d_name);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void read_directory(const struct reading *reading, const char *path)
{
    struct dirent **entries = NULL;
    struct reading within = *reading;
    int count = -1;
    if (++within.depth > DIRECTORY_DEPTH_MAX)
        errno = ELOOP;
    else
        count = scandir(path, &entries, wanted, by_name);
    if (count == -1)
        problems_error(reading->problems, "%s: cannot be read: %s", path,
                       strerror(errno));
    else if (count == 0)
        problems_error(reading->problems, "%s: holds no inventory file", path);
    for (int i = 0; i < count; i++) {
        char *file = NULL;
        if (asprintf(&file, "%s/%s", path, entries[i]->d_name) == -1)
            problems_error(reading->problems, "%s: out of memory", path);
        else
            read_path(&within, file);
        if (file != NULL)
            free(file);
        free(entries[i]);
    }
    free(entries);
}

static void read_path(const struct reading *reading, const char *path)
{
    struct stat info;
    if (stat(path, &info) == -1) {
        bool name = errno == ENOENT && strchr(path, '/') == NULL;
        problems_error(reading->problems, "%s: %s%s%s%s", path, strerror(errno),
                       name ? "; -i names another inventory (for a host write '"
                            : "",
                       name ? path : "", name ? ",')" : "");
        return;
    }
    if (S_ISDIR(info.st_mode)) {
        read_directory(reading, path);
        return;
    }
    reading->inventory->source_count++;
    read_file(reading, path, &info);
}

/* Ansible reads these folders beside an inventory; they are YAML. */
static void warn_of_folders(const char *source, struct problems *problems)
{
    static const char *const folders[] = {"group_vars", "host_vars"};
    struct stat info;
    if (stat(source, &info) == -1)
        return;
    const char *slash = strrchr(source, '/');
    int len = slash == NULL ? 0 : (int)(slash - source) + 1;
    bool directory = S_ISDIR(info.st_mode);
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        char path[PATH_MAX];
        if (directory)
            snprintf(path, sizeof path, "%s/%s", source, folders[i]);
        else
            snprintf(path, sizeof path, "%.*s%s", len, source, folders[i]);
        if (stat(path, &info) == 0 && S_ISDIR(info.st_mode))
            problems_warning(problems,
                             "%s: is not read: `ansible-inventory -i %s "
                             "--list --export` prints an inventory that has "
                             "it inside",
                             path, source);
    }
}

void source_read(struct inventory *inventory, const char *source,
                 struct problems *problems)
{
    const struct reading reading = {.inventory = inventory,
                                    .problems = problems};
    if (strcmp(source, "-") == 0) {
        inventory->source_count++;
        read_stdin(&reading);
    } else if (strchr(source, ',') != NULL && access(source, F_OK) == -1) {
        inventory->source_count++;
        layout_read_names(inventory, source, problems);
    } else {
        read_path(&reading, source);
        warn_of_folders(source, problems);
    }
}
