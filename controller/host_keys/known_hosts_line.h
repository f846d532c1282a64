/* SPDX-License-Identifier: MIT */
/*
 * One line of a known_hosts file, as sshd(8) describes the format.
 *
 * Names are compared without regard to case. A hashed name is a salt and the
 * HMAC-SHA1 of the name under it: whether it is a given name can be asked,
 * what it is cannot.
 */
#ifndef CONTROLLER_KNOWN_HOSTS_LINE_H
#define CONTROLLER_KNOWN_HOSTS_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "controller/ssh/transport.h"

#define NAME_DIGEST_LEN 20
#define HOST_NAME_SIZE 300 /* "[name]:65535" and its NUL, else cut */

enum line_marker { MARK_NONE, MARK_REVOKED, MARK_AUTHORITY };
enum line_names { NAMES_PLAIN, NAMES_PATTERNS, NAMES_HASHED };

struct known_line {
    unsigned long number;
    enum line_marker marker;
    enum line_names kind;
    bool added;  /* by this process */
    char *text;  /* owned; `names`, `type` and `blob` point into it */
    char *names; /* lower case unless hashed; commas between */
    char *type;
    unsigned char *blob;
    size_t len;
    unsigned char salt[NAME_DIGEST_LEN];
    unsigned char digest[NAME_DIGEST_LEN];
};

enum line_content { LINE_KEY, LINE_EMPTY, LINE_BROKEN, LINE_NO_MEMORY };

/*
 * Judges one line without its line feed; LINE_KEY fills `line`, which is
 * then to be released. LINE_BROKEN says why in *why, and so does
 * LINE_NO_MEMORY, after which nothing is known of the line: one that revokes
 * a key is not to be passed over.
 */
enum line_content known_line_parse(struct known_line *line, const char *text,
                                   size_t len, const char **why);
void known_line_release(struct known_line *line);

/* Computes the digests of hashed names; one for many questions. */
struct name_hasher;
struct name_hasher *name_hasher_new(void);
void name_hasher_free(struct name_hasher *hasher);

/* Does the line speak of `name` (lower case)? Patterns and `!` count. */
bool known_line_has(const struct known_line *line, const char *name,
                    struct name_hasher *hasher);
bool known_line_is_key(const struct known_line *line,
                       const struct host_key *key);

/* The next of a plain line's names; *at starts at line->names. */
bool known_line_next_name(const char **at, const char **name, size_t *len);

/*
 * "name" or "[name]:port", lower case. -1 when it cannot stand on a line
 * (blanks, commas, pattern characters, ...) or is too long.
 */
int known_host_name(char *text, size_t size, const char *name, uint16_t port);

/* Base64 of `bytes` with its NUL; free(). NULL when memory is short. */
char *base64_text(const unsigned char *bytes, size_t len);

#endif
