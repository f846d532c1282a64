/* SPDX-License-Identifier: MIT */
#include "inventory/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "inventory/program.h"

#define SECRET_MAX 4096
#define OUTPUT_MAX ((size_t)131072)
#define OUTPUT_ROOM 65536
#define COMMAND_LIMIT_S 120
#define COMMAND_WORDS_MAX 64
#define TEXT_MAX ((size_t)8192)
#define HOST_MARK "{host}"

/* What a command has said, under its words joined by the unit separator. */
struct cached_secret {
    char *words;
    char *secret;
};

/* --- describing ----------------------------------------------------------- */

static int no_memory(struct err *err)
{
    return err_set(err, ENOMEM, "out of memory");
}

/* A copy with every {host} replaced, kept by the inventory. */
static const char *with_host(struct inventory *inventory, const char *text,
                             const char *host)
{
    struct buf out;
    const char *mark;
    buf_init(&out, TEXT_MAX);
    while ((mark = strstr(text, HOST_MARK)) != NULL) {
        buf_add(&out, text, (size_t)(mark - text));
        buf_add_text(&out, host);
        text = mark + strlen(HOST_MARK);
    }
    buf_add_text(&out, text);
    return state_keep(inventory, buf_take(&out));
}

/* The text of `item` with {host} replaced; NULL on failure. */
static const char *describe_text(struct inventory *inventory, const cJSON *item,
                                 const char *host, struct err *err)
{
    if (!cJSON_IsString(item) || *item->valuestring == '\0') {
        err_set(err, 0, "'%s' must be a string that is not empty",
                item->string);
        return NULL;
    }
    const char *text = with_host(inventory, item->valuestring, host);
    if (text == NULL)
        no_memory(err);
    return text;
}

static int describe_file(struct inventory *inventory, const cJSON *item,
                         const char *host, struct secret *secret,
                         struct err *err)
{
    const char *path = describe_text(inventory, item, host, err);
    if (path == NULL)
        return -1;
    if (strchr(host, '/') != NULL &&
        strstr(item->valuestring, HOST_MARK) != NULL)
        return err_set(err, 0,
                       "the host's name holds a '/' and cannot be "
                       "part of a file's path");
    path = secret_expand_home(inventory, path);
    if (path == NULL)
        return no_memory(err);
    *secret = (struct secret){.source = SECRET_FILE, .text = path};
    return 0;
}

static int describe_command(struct inventory *inventory, const cJSON *item,
                            const char *host, struct secret *secret,
                            struct err *err)
{
    int count = cJSON_IsArray(item) ? cJSON_GetArraySize(item) : 0;
    if (count == 0 || count > COMMAND_WORDS_MAX)
        return err_set(err, 0,
                       "'command' must be a list of words, as in "
                       "[\"pass\", \"show\", \"lab/{host}\"]");
    const char **words =
        state_keep(inventory, calloc((size_t)count + 1, sizeof *words));
    if (words == NULL)
        return no_memory(err);
    const cJSON *word;
    size_t i = 0;
    cJSON_ArrayForEach (word, item) {
        if (!cJSON_IsString(word) || (i == 0 && *word->valuestring == '\0'))
            return err_set(err, 0, "the words of 'command' must be strings");
        words[i] = with_host(inventory, word->valuestring, host);
        if (words[i++] == NULL)
            return no_memory(err);
    }
    *secret = (struct secret){.source = SECRET_COMMAND, .command = words};
    return 0;
}

int secret_describe(struct inventory *inventory, const cJSON *value,
                    const char *host, struct secret *secret, struct err *err)
{
    const cJSON *item = cJSON_IsObject(value) ? value->child : NULL;
    if (item == NULL || item->next != NULL)
        return err_set(err, 0,
                       "must be one of {\"env\": \"NAME\"}, {\"file\": "
                       "\"PATH\"} and {\"command\": [\"PROGRAM\", ...]}; a "
                       "password itself goes into ansible_password");
    if (strcmp(item->string, "file") == 0)
        return describe_file(inventory, item, host, secret, err);
    if (strcmp(item->string, "command") == 0)
        return describe_command(inventory, item, host, secret, err);
    if (strcmp(item->string, "env") == 0) {
        const char *name = describe_text(inventory, item, host, err);
        if (name == NULL)
            return -1;
        *secret = (struct secret){.source = SECRET_ENV, .text = name};
        return 0;
    }
    static const char *const sources[] = {"env", "file", "command", NULL};
    const char *near = problems_nearest(item->string, sources);
    return err_set(err, 0,
                   "'%s' is no source of a password: use env, file or "
                   "command%s%s%s",
                   item->string, near == NULL ? "" : "; did you mean '",
                   near == NULL ? "" : near, near == NULL ? "" : "'?");
}

const char *secret_expand_home(struct inventory *inventory, const char *path)
{
    const char *home = NULL;
    size_t name_len = strcspn(path, "/");
    char name[64];
    if (path[0] == '~' && name_len < sizeof name) {
        memcpy(name, path, name_len);
        name[name_len] = '\0';
        home = name_len == 1 ? getenv("HOME") : NULL;
        if (home == NULL) {
            const struct passwd *user =
                name_len == 1 ? getpwuid(getuid()) : getpwnam(name + 1);
            home = user == NULL ? NULL : user->pw_dir;
        }
    }
    char *expanded = NULL;
    if (asprintf(&expanded, "%s%s", home == NULL ? "" : home,
                 home == NULL ? path : path + name_len) == -1)
        return NULL;
    return state_keep(inventory, expanded);
}

/* --- reading -------------------------------------------------------------- */

/* A copy of what was read, its last line end dropped. */
static char *take_line(const char *text, size_t len, const char *from,
                       struct err *err)
{
    if (len > 0 && text[len - 1] == '\n')
        len--;
    if (len > 0 && text[len - 1] == '\r')
        len--;
    char *secret = NULL;
    if (len == 0)
        err_set(err, 0, "%s: the password there is empty", from);
    else if (len > SECRET_MAX || memchr(text, '\0', len) != NULL)
        err_set(err, 0, "%s: what is there is no password", from);
    else if ((secret = strndup(text, len)) == NULL)
        no_memory(err);
    return secret;
}

static char *read_env(const char *name, struct err *err)
{
    const char *value = getenv(name);
    if (value == NULL) {
        err_set(err, 0, "the environment variable %s is not set", name);
        return NULL;
    }
    if (*value == '\0') {
        err_set(err, 0, "the environment variable %s is empty", name);
        return NULL;
    }
    char *secret = strdup(value);
    if (secret == NULL)
        no_memory(err);
    return secret;
}

/* Logins read passwords while all hosts wait: a FIFO must not stop them. */
static int open_regular(const char *path, struct err *err)
{
    struct stat found;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd == -1 || fstat(fd, &found) == -1)
        err_set(err, errno, "%s: %s", path, strerror(errno));
    else if (!S_ISREG(found.st_mode))
        err_set(err, 0,
                "%s: is not a file; a program that prints the "
                "password goes into 'command'",
                path);
    else
        return fd;
    if (fd != -1)
        close(fd);
    return -1;
}

static char *read_file(const char *path, struct err *err)
{
    char text[SECRET_MAX + 3];
    size_t len = 0;
    ssize_t got = 0;
    int fd = open_regular(path, err);
    if (fd == -1)
        return NULL;
    do {
        got = read(fd, text + len, sizeof text - len);
        len += got > 0 ? (size_t)got : 0;
    } while ((got > 0 && len < sizeof text) || (got == -1 && errno == EINTR));
    char *secret = NULL;
    if (got == -1)
        err_set(err, errno, "%s: %s", path, strerror(errno));
    else
        secret = take_line(text, len, path, err);
    explicit_bzero(text, sizeof text);
    close(fd);
    return secret;
}

/* Whose secret it is, and where it comes from. */
struct asked_secret {
    const struct target *target;
    const struct secret *secret;
    const char *what;
};

static char *run_command(const struct asked_secret *asked, struct err *err)
{
    const struct program program = {.argv = asked->secret->command,
                                    .env_name = "WMIFLEET_HOST",
                                    .env_value = asked->target->name,
                                    .limit_s = COMMAND_LIMIT_S};
    struct buf out;
    char *secret = NULL;
    buf_init(&out, OUTPUT_MAX);
    /* Room at once, so that growing leaves no copies behind. */
    if (buf_room(&out, OUTPUT_ROOM) == NULL)
        no_memory(err);
    else if (program_run(&program, &out, err) == 0)
        secret = take_line(out.data, out.len, program.argv[0], err);
    if (out.capacity > 0)
        explicit_bzero(out.data, out.len);
    buf_release(&out);
    return secret;
}

static char *join_words(const char *const *words)
{
    struct buf out;
    buf_init(&out, COMMAND_WORDS_MAX * TEXT_MAX);
    for (; *words != NULL; words++) {
        buf_add_text(&out, *words);
        buf_add_char(&out, '\x1f');
    }
    return buf_take(&out);
}

static void cached_free(void *item)
{
    struct cached_secret *cached = item;
    free(cached->words);
    secret_free(cached->secret);
    free(cached);
}

static const char *find_cached(const struct inventory *inventory,
                               const char *words)
{
    for (size_t i = 0; i < inventory->secrets.count; i++) {
        const struct cached_secret *cached = inventory->secrets.items[i];
        if (strcmp(cached->words, words) == 0)
            return cached->secret;
    }
    return NULL;
}

/* Takes over the words; keeps a copy of the secret. */
static int cache(struct inventory *inventory, char *words, const char *secret)
{
    struct cached_secret *cached = calloc(1, sizeof *cached);
    if (cached == NULL) {
        free(words);
        return -1;
    }
    cached->words = words;
    cached->secret = strdup(secret);
    if (cached->secret == NULL || list_add(&inventory->secrets, cached) == -1) {
        cached_free(cached);
        return -1;
    }
    return 0;
}

static char *ask_command(struct inventory *inventory,
                         const struct asked_secret *asked, struct err *err)
{
    char *words = join_words(asked->secret->command);
    if (words == NULL) {
        no_memory(err);
        return NULL;
    }
    const char *known = find_cached(inventory, words);
    char *secret = known == NULL ? run_command(asked, err) : strdup(known);
    if (known != NULL || secret == NULL) {
        free(words);
        if (known != NULL && secret == NULL)
            no_memory(err);
        return secret;
    }
    if (cache(inventory, words, secret) == -1) {
        secret_free(secret);
        no_memory(err);
        return NULL;
    }
    return secret;
}

static char *read_asked(struct inventory *inventory,
                        const struct asked_secret *asked, struct err *err)
{
    const struct secret *password = asked->secret;
    char *secret = NULL;
    switch (password->source) {
    case SECRET_NONE:
        return NULL;
    case SECRET_TEXT:
        secret = strdup(password->text);
        if (secret == NULL)
            no_memory(err);
        break;
    case SECRET_ENV:
        secret = read_env(password->text, err);
        break;
    case SECRET_FILE:
        secret = read_file(password->text, err);
        break;
    case SECRET_COMMAND:
        secret = ask_command(inventory, asked, err);
        break;
    }
    if (secret == NULL) {
        char whose[300];
        snprintf(whose, sizeof whose, "%.260s: %s", asked->target->name,
                 asked->what);
        err_prefix(err, whose);
    }
    return secret;
}

char *secret_read(struct inventory *inventory, const struct target *target,
                  struct err *err)
{
    const struct asked_secret asked = {target, &target->password, "password"};
    return read_asked(inventory, &asked, err);
}

char *secret_read_account(struct inventory *inventory,
                          const struct target *target, struct err *err)
{
    const struct asked_secret asked = {target, &target->account_password,
                                       "wmi.account.password"};
    return read_asked(inventory, &asked, err);
}

void secret_free(char *secret)
{
    if (secret != NULL)
        explicit_bzero(secret, strlen(secret));
    free(secret);
}

void secret_forget_all(struct inventory *inventory)
{
    list_release_all(&inventory->secrets, cached_free);
}
