/* SPDX-License-Identifier: MIT */
/*
 * One selected host as the rest of the program needs it: where it is, how to
 * log in, what is wanted of it. Made by inventory_select, which has judged
 * every value; nothing here is unchecked text from a file.
 */
#ifndef INVENTORY_TARGET_H
#define INVENTORY_TARGET_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum host_key_policy {
    HOST_KEYS_DEFAULT, /* what the command line says, else strict */
    HOST_KEYS_STRICT,
    HOST_KEYS_ACCEPT_NEW,
    HOST_KEYS_OFF,
};

/* Where a password comes from; it is read only when a login needs it. */
enum secret_source {
    SECRET_NONE,
    SECRET_TEXT,    /* ansible_password: the text itself */
    SECRET_ENV,     /* {"env": "NAME"} */
    SECRET_FILE,    /* {"file": "PATH"}, last line feed dropped */
    SECRET_COMMAND, /* {"command": ["pass", "show", "lab/{host}"]} */
};

struct secret {
    enum secret_source source;
    const char *text;           /* the text, the variable's name or the path */
    const char *const *command; /* NULL-terminated, {host} already replaced */
};

/* Of what --ssh-config may say as well, and does not then. */
struct target_own {
    bool address;
    bool port;
    bool route; /* a jump host, a command, or "none" */
};

struct target {
    const char *name;    /* inventory name: unique in the selection */
    const char *address; /* name or literal address to connect to */
    uint16_t port;
    const char *user;             /* NULL: the controller's own user name */
    const char *private_key_file; /* ~ expanded; NULL: default keys, agent */
    const char *host_key_alias;   /* NULL: name */
    struct secret password;
    struct secret account_password; /* of the account that `wmi` asks for */
    enum host_key_policy host_keys;
    unsigned connect_timeout_s; /* 0: the command line's or the default */
    int retries;                /* -1: the command line's or the default */
    /* The host to come through, which is a target itself; NULL: none. */
    const struct target *jump;
    /* OpenSSH's ProxyCommand, its tokens as written; NULL: none. */
    const char *proxy_command;
    bool is_jump;            /* others come through it: it has no `wmi` */
    struct target_own given; /* what the inventory itself says */
    /* Merged, access and collector worked out; NULL: nothing is asked. */
    const cJSON *wmi;
    const cJSON *access;    /* as written, merged; NULL: not asked */
    const cJSON *collector; /* the same */
};

/* False where somebody else connects, and looks its name up. */
static inline bool target_needs_address(const struct target *target)
{
    return target->jump == NULL && target->proxy_command == NULL;
}

#endif
