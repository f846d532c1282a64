/* SPDX-License-Identifier: MIT */
/*
 * Theory of operation. libssh2 asks the server whether it would take a
 * public key, and calls back for a signature only then. sign_with_agent may
 * answer EAGAIN: libssh2 then asks again at the next call, and the agent's
 * own socket is what the login waits for. A key file is read when its turn
 * comes and forgotten with the login.
 */
#include "controller/ssh/ssh_login.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIBSSH2_WITH_RSA_SHA2 0x010b00
#define SIGNATURE_MAX ((size_t)16 * 1024)

static const char rsa_sentence[] =
    "is an RSA key: use an ed25519 or ECDSA key, or libssh2 >= 1.11";

/* False for ssh-rsa too, unless libssh2 can sign with it as servers ask. */
static bool is_usable(const char *type)
{
    static const char *const types[] = {"ssh-ed25519", "ecdsa-sha2-nistp256",
                                        "ecdsa-sha2-nistp384",
                                        "ecdsa-sha2-nistp521"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(type, types[i]) == 0)
            return true;
    return strcmp(type, "ssh-rsa") == 0 &&
           libssh2_version(LIBSSH2_WITH_RSA_SHA2) != NULL;
}

static const char *given_key_file(const struct transport *t)
{
    return t->target->private_key_file != NULL ? t->target->private_key_file
                                               : t->context->private_key;
}

/* The path of the next key file to try; false when there is none left. */
static bool next_path(const struct transport *t, struct ssh_login *login)
{
    static const char *const defaults[] = {"id_ed25519", "id_ecdsa", "id_rsa"};
    const char *given = given_key_file(t);
    size_t index = login->file_index++;
    if (given != NULL) {
        snprintf(login->path, sizeof login->path, "%s", given);
        return index == 0;
    }
    const char *home = getenv("HOME");
    if (home == NULL || index >= sizeof defaults / sizeof *defaults)
        return false;
    snprintf(login->path, sizeof login->path, "%s/.ssh/%s", home,
             defaults[index]);
    return true;
}

/* Finds the next key file that may be tried. */
enum io ssh_login_file(struct transport *t, struct err *err)
{
    (void)err;
    struct ssh_login *login = t->login;
    key_file_release(&login->file);
    if (!next_path(t, login)) {
        login->step = LOGIN_AGENT;
        return IO_DONE;
    }
    struct err why = {0};
    if (key_file_read(&login->file, login->path, &why) != 0) {
        if (given_key_file(t) != NULL || why.code != ENOENT)
            ssh_login_note(t, why.text, "");
    } else if (login->file.kind == KEY_ENCRYPTED) {
        ssh_login_note(t, login->path, "has a passphrase: add it to ssh-agent");
    } else if (!is_usable(private_key_type(login->file.key))) {
        ssh_login_note(t, login->path, rsa_sentence);
    } else {
        ssh_login_tried(login, "key", login->path);
        login->step = LOGIN_FILE_KEY;
    }
    return IO_DONE;
}

/* The hash that libssh2 promised: data holds the algorithm's name. */
static uint32_t rsa_hash(const unsigned char *data, size_t len)
{
    struct wire wire = {data, len, false};
    wire_string(&wire); /* session id */
    wire_byte(&wire);   /* SSH_MSG_USERAUTH_REQUEST */
    wire_string(&wire); /* user */
    wire_string(&wire); /* service */
    wire_string(&wire); /* "publickey" */
    wire_byte(&wire);   /* true */
    struct wire_string algorithm = wire_string(&wire);
    if (wire_is(algorithm, "rsa-sha2-512"))
        return SIGN_RSA_SHA2_512;
    return wire_is(algorithm, "rsa-sha2-256") ? SIGN_RSA_SHA2_256 : 0;
}

/* libssh2 frees the signature. */
static int hand_over(struct transport *t, const void *bytes, size_t len,
                     unsigned char **signature, size_t *signature_len)
{
    *signature = ssh_memory_take(&t->memory, len);
    if (*signature == NULL)
        return LIBSSH2_ERROR_ALLOC;
    memcpy(*signature, bytes, len);
    *signature_len = len;
    t->login->signature_sent = true;
    return 0;
}

static int sign_with_file(LIBSSH2_SESSION *session, unsigned char **signature,
                          size_t *signature_len, const unsigned char *data,
                          size_t data_len, void **abstract)
{
    (void)session;
    struct transport *t = *abstract;
    struct buf bytes;
    buf_init(&bytes, SIGNATURE_MAX);
    int code = LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED;
    if (private_key_sign(t->login->file.key, rsa_hash(data, data_len), data,
                         data_len, &bytes) == 0)
        code = hand_over(t, bytes.data, bytes.len, signature, signature_len);
    buf_release(&bytes);
    return code;
}

enum io ssh_login_file_key(struct transport *t, struct err *err)
{
    struct ssh_login *login = t->login;
    struct wire_string blob = private_key_public(login->file.key);
    void *self = t;
    int code = libssh2_userauth_publickey(t->session, login->user, blob.bytes,
                                          blob.len, sign_with_file, &self);
    return ssh_login_attempt(t, code, LOGIN_FILE, err);
}

static void give_up_agent(struct transport *t, const struct err *why)
{
    ssh_login_note(t, why->text, "");
    agent_close(t->login->agent);
    t->login->agent = NULL;
    t->login->step = LOGIN_PASSWORD;
}

/* Asks the agent for its keys. */
enum io ssh_login_agent(struct transport *t, struct err *err)
{
    struct ssh_login *login = t->login;
    if (t->context->agent_socket == NULL) {
        login->step = LOGIN_PASSWORD;
        return IO_DONE;
    }
    if (login->agent == NULL)
        login->agent = agent_open(t->context->agent_socket);
    if (login->agent == NULL)
        return ssh_fail(t, FAULT_AUTH, err, "out of memory");
    struct err why = {0};
    enum io io = agent_identities(login->agent, &why);
    if (io == IO_AGAIN)
        return IO_AGAIN;
    if (io == IO_FAIL)
        give_up_agent(t, &why);
    else
        login->step = LOGIN_AGENT_KEY;
    return IO_DONE;
}

static int sign_with_agent(LIBSSH2_SESSION *session, unsigned char **signature,
                           size_t *signature_len, const unsigned char *data,
                           size_t data_len, void **abstract)
{
    (void)session;
    struct transport *t = *abstract;
    struct ssh_login *login = t->login;
    const unsigned char *bytes;
    size_t len;
    struct err why = {0};
    enum io io = agent_sign(login->agent, login->identity, data, data_len,
                            rsa_hash(data, data_len), &bytes, &len, &why);
    if (io == IO_AGAIN)
        return LIBSSH2_ERROR_EAGAIN;
    if (io == IO_DONE)
        return hand_over(t, bytes, len, signature, signature_len);
    give_up_agent(t, &why);
    return LIBSSH2_ERROR_AGENT_PROTOCOL;
}

/* Called again with the same identity until it is answered. */
enum io ssh_login_agent_key(struct transport *t, struct err *err)
{
    struct ssh_login *login = t->login;
    if (login->identity >= agent_count(login->agent)) {
        login->step = LOGIN_PASSWORD;
        return IO_DONE;
    }
    /* A copy: an agent that fails while signing is gone afterwards. */
    struct agent_identity identity =
        *agent_identity(login->agent, login->identity);
    if (!is_usable(identity.type)) {
        if (strcmp(identity.type, "ssh-rsa") == 0)
            ssh_login_note(t, identity.comment, rsa_sentence);
        login->identity++;
        return IO_DONE;
    }
    void *self = t;
    int code =
        libssh2_userauth_publickey(t->session, login->user, identity.blob,
                                   identity.len, sign_with_agent, &self);
    if (code == LIBSSH2_ERROR_EAGAIN)
        return IO_AGAIN;
    ssh_login_tried(login, "agent key", identity.comment);
    login->identity++;
    return ssh_login_attempt(t, code, login->step, err);
}
