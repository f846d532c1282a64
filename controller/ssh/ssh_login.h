/* SPDX-License-Identifier: MIT */
/*
 * A login's parts, shared by ssh_login.c (the order of attempts, passwords)
 * and ssh_login_keys.c (key files and the agent). Nobody else includes this.
 */
#ifndef CONTROLLER_SSH_LOGIN_H
#define CONTROLLER_SSH_LOGIN_H

#include "controller/ssh/key_file.h"
#include "controller/ssh/ssh_transport.h"

enum login_step {
    LOGIN_LIST,
    LOGIN_FILE,
    LOGIN_FILE_KEY,
    LOGIN_AGENT,
    LOGIN_AGENT_KEY,
    LOGIN_PASSWORD,
    LOGIN_INTERACTIVE,
    LOGIN_REFUSED,
    LOGIN_IN,
};

struct ssh_login {
    enum login_step step;
    const char *user;
    char *offered; /* the server's list; NULL until it came */
    struct buf tried;
    struct buf notes;
    size_t file_index;
    char path[4096];
    struct key_file file;
    struct agent *agent;
    size_t identity;
    char *password;
    bool answered;       /* the password was given to a prompt */
    bool signature_sent; /* or may have been */
    struct trial *trial; /* it is out, and what became of it is not told */
    bool waits;          /* for what other hosts say to the password */
};

/*
 * Judges a libssh2 call of the login: IO_DONE, and goes on with `next`
 * unless the login is done.
 */
enum io ssh_login_attempt(struct transport *t, int code, enum login_step next,
                          struct err *err);

/* What the fault's text will say: "key /home/x" was tried, ... */
void ssh_login_tried(struct ssh_login *login, const char *kind,
                     const char *what);
/* ... and why something was not. */
void ssh_login_note(const struct transport *t, const char *object,
                    const char *text);

/* The steps of those names. */
enum io ssh_login_file(struct transport *t, struct err *err);
enum io ssh_login_file_key(struct transport *t, struct err *err);
enum io ssh_login_agent(struct transport *t, struct err *err);
enum io ssh_login_agent_key(struct transport *t, struct err *err);

#endif
