/* SPDX-License-Identifier: MIT */
#include "controller/host_keys/known_hosts_line.h"

#include <ctype.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "controller/ssh/wire.h"

#define SSH_PORT 22
#define LINE_MAX_LEN ((size_t)64 * 1024)

struct name_hasher {
    EVP_MAC *mac;
    EVP_MAC_CTX *context;
};

struct name_hasher *name_hasher_new(void)
{
    struct name_hasher *hasher = calloc(1, sizeof *hasher);
    if (hasher == NULL)
        return NULL;
    char digest[] = "SHA1";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end()};
    hasher->mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    if (hasher->mac != NULL)
        hasher->context = EVP_MAC_CTX_new(hasher->mac);
    if (hasher->context != NULL &&
        EVP_MAC_CTX_set_params(hasher->context, params) == 1)
        return hasher;
    name_hasher_free(hasher);
    return NULL;
}

void name_hasher_free(struct name_hasher *hasher)
{
    if (hasher == NULL)
        return;
    EVP_MAC_CTX_free(hasher->context);
    EVP_MAC_free(hasher->mac);
    free(hasher);
}

static bool has_hashed(const struct known_line *line, const char *name,
                       struct name_hasher *hasher)
{
    unsigned char digest[NAME_DIGEST_LEN];
    size_t len = 0;
    return EVP_MAC_init(hasher->context, line->salt, sizeof line->salt, NULL) ==
               1 &&
           EVP_MAC_update(hasher->context, (const unsigned char *)name,
                          strlen(name)) == 1 &&
           EVP_MAC_final(hasher->context, digest, &len, sizeof digest) == 1 &&
           len == sizeof digest &&
           CRYPTO_memcmp(digest, line->digest, sizeof digest) == 0;
}

char *base64_text(const unsigned char *bytes, size_t len)
{
    char *text = malloc((len + 2) / 3 * 4 + 1);
    if (text != NULL)
        EVP_EncodeBlock((unsigned char *)text, bytes, (int)len);
    return text;
}

/* The bytes of a base64 word, or -1; `bytes` holds 3/4 of its length. */
static long decode(const char *text, size_t len, unsigned char *bytes)
{
    if (len == 0 || len % 4 != 0)
        return -1;
    for (size_t i = 0; i < len; i++) {
        bool padding = text[i] == '=' && i + 2 >= len;
        if (!isalnum((unsigned char)text[i]) && text[i] != '+' &&
            text[i] != '/' && !padding)
            return -1;
    }
    int all = EVP_DecodeBlock(bytes, (const unsigned char *)text, (int)len);
    if (all < 0)
        return -1;
    long padding = (text[len - 1] == '=') + (text[len - 2] == '=');
    return all - padding;
}

/* Cuts the next word off *rest; NULL when there is none. */
static char *next_word(char **rest)
{
    char *word = *rest + strspn(*rest, " \t");
    if (*word == '\0')
        return NULL;
    char *end = word + strcspn(word, " \t");
    *rest = *end == '\0' ? end : end + 1;
    *end = '\0';
    return word;
}

static int parse_marker(struct known_line *line, const char *word)
{
    if (strcmp(word, "@revoked") == 0)
        line->marker = MARK_REVOKED;
    else if (strcmp(word, "@cert-authority") == 0)
        line->marker = MARK_AUTHORITY;
    else
        return -1;
    return 0;
}

/* "|1|salt|digest", both base64 of 20 bytes. */
static int parse_hashed(struct known_line *line)
{
    enum { WORD = 28, BYTES = 21 };
    const char *salt = line->names + 3;
    if (strncmp(line->names, "|1|", 3) != 0 || strlen(salt) != 2 * WORD + 1 ||
        salt[WORD] != '|')
        return -1;
    unsigned char bytes[BYTES];
    if (decode(salt, WORD, bytes) != NAME_DIGEST_LEN)
        return -1;
    memcpy(line->salt, bytes, sizeof line->salt);
    if (decode(salt + WORD + 1, WORD, bytes) != NAME_DIGEST_LEN)
        return -1;
    memcpy(line->digest, bytes, sizeof line->digest);
    line->kind = NAMES_HASHED;
    return 0;
}

static int parse_names(struct known_line *line)
{
    if (line->names[0] == '|')
        return parse_hashed(line);
    for (char *c = line->names; *c != '\0'; c++)
        *c = (char)tolower((unsigned char)*c);
    line->kind =
        strpbrk(line->names, "*?!") == NULL ? NAMES_PLAIN : NAMES_PATTERNS;
    return 0;
}

/* The key takes the place of its text: there are as many lines as hosts. */
static enum line_content parse_blob(struct known_line *line, char *word)
{
    size_t word_len = strlen(word);
    unsigned char *bytes = malloc(word_len + 1);
    if (bytes == NULL)
        return LINE_NO_MEMORY;
    long len = decode(word, word_len, bytes);
    if (len > 0)
        memcpy(word, bytes, (size_t)len);
    free(bytes);
    if (len < 0)
        return LINE_BROKEN;
    line->blob = (unsigned char *)word;
    line->len = (size_t)len;
    struct wire wire = {line->blob, line->len, false};
    struct wire_string type = wire_string(&wire);
    return wire.failed || !wire_is(type, line->type) ? LINE_BROKEN : LINE_KEY;
}

static enum line_content parse_words(struct known_line *line, char *rest,
                                     const char **why)
{
    char *word = next_word(&rest);
    if (word == NULL || word[0] == '#')
        return LINE_EMPTY;
    *why = "unknown marker, @revoked and @cert-authority exist";
    if (word[0] == '@') {
        if (parse_marker(line, word) != 0)
            return LINE_BROKEN;
        word = next_word(&rest);
    }
    line->names = word;
    line->type = next_word(&rest);
    char *blob = next_word(&rest);
    *why = "host names, key type and key are expected";
    if (blob == NULL)
        return LINE_BROKEN;
    *why = "the hashed host name is broken";
    if (parse_names(line) != 0)
        return LINE_BROKEN;
    *why = "the key is broken, or not of the type that is said before it";
    return parse_blob(line, blob);
}

enum line_content known_line_parse(struct known_line *line, const char *text,
                                   size_t len, const char **why)
{
    *line = (struct known_line){0};
    while (len > 0 && (text[len - 1] == '\r' || text[len - 1] == '\n'))
        len--;
    *why = "a NUL byte, or the line is too long";
    if (len > LINE_MAX_LEN || memchr(text, '\0', len) != NULL)
        return LINE_BROKEN;
    line->text = strndup(text, len);
    enum line_content content = line->text == NULL
                                    ? LINE_NO_MEMORY
                                    : parse_words(line, line->text, why);
    if (content == LINE_NO_MEMORY)
        *why = "out of memory";
    if (content != LINE_KEY)
        known_line_release(line);
    return content;
}

void known_line_release(struct known_line *line)
{
    free(line->text);
    *line = (struct known_line){0};
}

bool known_line_next_name(const char **at, const char **name, size_t *len)
{
    while (**at == ',')
        (*at)++;
    if (**at == '\0')
        return false;
    *name = *at;
    *len = strcspn(*at, ",");
    *at += *len;
    return true;
}

/* Glob with `*` and `?` only; going back to the last `*` is enough. */
static bool glob(const char *pattern, size_t pattern_len, const char *name)
{
    const char *end = pattern + pattern_len;
    const char *star = NULL;
    const char *star_name = NULL;
    while (*name != '\0') {
        if (pattern < end && *pattern == '*') {
            star = ++pattern;
            star_name = name;
        } else if (pattern < end && (*pattern == '?' || *pattern == *name)) {
            pattern++;
            name++;
        } else if (star != NULL) {
            pattern = star;
            name = ++star_name;
        } else {
            return false;
        }
    }
    while (pattern < end && *pattern == '*')
        pattern++;
    return pattern == end;
}

bool known_line_has(const struct known_line *line, const char *name,
                    struct name_hasher *hasher)
{
    if (line->kind == NAMES_HASHED)
        return has_hashed(line, name, hasher);
    bool found = false;
    const char *at = line->names;
    const char *pattern;
    for (size_t len; known_line_next_name(&at, &pattern, &len);) {
        bool negated = pattern[0] == '!';
        if (!glob(pattern + negated, len - negated, name))
            continue;
        if (negated)
            return false;
        found = true;
    }
    return found;
}

bool known_line_is_key(const struct known_line *line,
                       const struct host_key *key)
{
    return line->len == key->len &&
           memcmp(line->blob, key->blob, key->len) == 0;
}

int known_host_name(char *text, size_t size, const char *name, uint16_t port)
{
    int len = port == SSH_PORT
                  ? snprintf(text, size, "%s", name)
                  : snprintf(text, size, "[%s]:%u", name, (unsigned)port);
    if (name[0] == '\0' || len < 0 || (size_t)len >= size)
        return -1;
    if (strpbrk(name, " \t\r\n,*?!|@#") != NULL)
        return -1;
    for (char *c = text; *c != '\0'; c++)
        *c = (char)tolower((unsigned char)*c);
    return 0;
}
