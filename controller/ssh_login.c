/* SPDX-License-Identifier: MIT */
/*
 * Theory of operation. A login is a list of attempts, cheapest for the user
 * first: the key file, the agent's keys, the password, the same password to
 * a keyboard-interactive prompt. Each step makes one libssh2 call until it
 * says something else than EAGAIN, then names the step after it. What was
 * tried and why something was not is collected on the way, because "refused"
 * alone helps nobody.
 *
 * libssh2 calls sign() once the server takes an agent's key. It may answer
 * EAGAIN, and libssh2 asks again at the next call: the agent's own socket is
 * what the login waits for then.
 */
#include "controller/ssh_transport.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "controller/key_file.h"
#include "controller/wire.h"

#define LIBSSH2_WITH_RSA_SHA2 0x010b00

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
    bool answered; /* the password was given to a prompt */
};

static const char rsa_sentence[] =
    "is an RSA key: use an ed25519 or ECDSA key, or libssh2 >= 1.11";

static bool rsa_works(void)
{
    return libssh2_version(LIBSSH2_WITH_RSA_SHA2) != NULL;
}

void ssh_login_free(struct transport *t)
{
    struct ssh_login *login = t->login;
    if (login == NULL)
        return;
    key_file_release(&login->file);
    agent_close(login->agent);
    if (login->password != NULL)
        explicit_bzero(login->password, strlen(login->password));
    free(login->password);
    free(login->offered);
    buf_release(&login->tried);
    buf_release(&login->notes);
    free(login);
    t->login = NULL;
}

static struct ssh_login *login_new(const struct transport *t)
{
    struct ssh_login *login = calloc(1, sizeof *login);
    if (login == NULL)
        return NULL;
    login->user =
        t->target->user != NULL ? t->target->user : t->context->default_user;
    buf_init(&login->tried, 512);
    buf_init(&login->notes, 512);
    return login;
}

bool ssh_login_wait(struct transport *t, struct transport_wait *wait)
{
    if (t->login == NULL || t->login->agent == NULL)
        return false;
    struct transport_wait pending = agent_wait(t->login->agent);
    if (pending.fd < 0)
        return false;
    *wait = pending;
    return true;
}

static bool offers(const struct ssh_login *login, const char *method)
{
    size_t len = strlen(method);
    const char *at = login->offered;
    while (at != NULL) {
        if (strncmp(at, method, len) == 0 &&
            (at[len] == ',' || at[len] == '\0'))
            return true;
        at = strchr(at, ',');
        if (at != NULL)
            at++;
    }
    return false;
}

static void note_tried(struct ssh_login *login, const char *kind,
                       const char *what)
{
    buf_addf(&login->tried, "%s%s%s%s", login->tried.len > 0 ? ", " : "", kind,
             what[0] != '\0' ? " " : "", what);
}

static void note(const struct transport *t, const char *object,
                 const char *text)
{
    log_line(t->context->log, LOG_INFO, "%s: %s %s", t->target->name, object,
             text);
    buf_addf(&t->login->notes, "; %s %s", object, text);
}

/* IO_DONE: go on with the step that is set now. */
static enum io attempt(struct transport *t, int code, enum login_step next,
                       struct err *err)
{
    struct ssh_login *login = t->login;
    if (code == LIBSSH2_ERROR_EAGAIN)
        return IO_AGAIN;
    if (code == 0) {
        login->step = LOGIN_IN;
        return IO_DONE;
    }
    if (ssh_is_broken(t, code)) {
        err_set(err, FAULT_AUTH,
                "%s: the connection ended while logging in as %s: %s%s%s%s",
                t->label, login->user, ssh_reason(t),
                login->tried.len > 0 ? "; tried: " : "", login->tried.data,
                login->notes.data);
        return IO_FAIL;
    }
    login->step = next;
    return IO_DONE;
}

/* Asks what the server takes; some take nobody's word at all. */
static enum io step_list(struct transport *t, struct err *err)
{
    struct ssh_login *login = t->login;
    const char *list = libssh2_userauth_list(t->session, login->user,
                                             (unsigned)strlen(login->user));
    if (list == NULL && libssh2_userauth_authenticated(t->session)) {
        log_line(t->context->log, LOG_WARNING,
                 "%s: it lets %s in without a key or password", t->target->name,
                 login->user);
        login->step = LOGIN_IN;
        return IO_DONE;
    }
    if (list == NULL) {
        int code = libssh2_session_last_errno(t->session);
        if (code == LIBSSH2_ERROR_EAGAIN)
            return IO_AGAIN;
        if (ssh_is_broken(t, code))
            return attempt(t, code, LOGIN_REFUSED, err);
    }
    login->offered = strdup(list == NULL ? "" : list);
    if (login->offered == NULL)
        return ssh_fail(t, FAULT_AUTH, err, "out of memory");
    login->step = offers(login, "publickey") ? LOGIN_FILE : LOGIN_PASSWORD;
    return IO_DONE;
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
static enum io step_file(struct transport *t, struct err *err)
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
            note(t, why.text, "");
    } else if (login->file.kind == KEY_ENCRYPTED) {
        note(t, login->path, "has a passphrase: add it to ssh-agent");
    } else if (login->file.kind == KEY_RSA && !rsa_works()) {
        note(t, login->path, rsa_sentence);
    } else {
        note_tried(login, "key", login->path);
        login->step = LOGIN_FILE_KEY;
    }
    return IO_DONE;
}

static enum io step_file_key(struct transport *t, struct err *err)
{
    struct ssh_login *login = t->login;
    int code = libssh2_userauth_publickey_frommemory(
        t->session, login->user, strlen(login->user), NULL, 0, login->file.text,
        login->file.len, NULL);
    enum io io = attempt(t, code, LOGIN_FILE, err);
    if (io == IO_DONE && login->step == LOGIN_FILE &&
        code != LIBSSH2_ERROR_AUTHENTICATION_FAILED)
        note(t, login->path, "cannot be used by libssh2");
    return io;
}

static void give_up_agent(struct transport *t, const struct err *why)
{
    note(t, why->text, "");
    agent_close(t->login->agent);
    t->login->agent = NULL;
    t->login->step = LOGIN_PASSWORD;
}

/* Asks the agent for its keys. */
static enum io step_agent(struct transport *t, struct err *err)
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

/* The flags that make the agent sign with the hash that libssh2 promised. */
static uint32_t rsa_flags(const unsigned char *data, size_t len)
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
        return AGENT_RSA_SHA2_512;
    return wire_is(algorithm, "rsa-sha2-256") ? AGENT_RSA_SHA2_256 : 0;
}

static int sign(LIBSSH2_SESSION *session, unsigned char **signature,
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
                            rsa_flags(data, data_len), &bytes, &len, &why);
    if (io == IO_AGAIN)
        return LIBSSH2_ERROR_EAGAIN;
    if (io == IO_FAIL) {
        give_up_agent(t, &why);
        return LIBSSH2_ERROR_AGENT_PROTOCOL;
    }
    *signature = ssh_memory_take(&t->memory, len);
    if (*signature == NULL)
        return LIBSSH2_ERROR_ALLOC;
    memcpy(*signature, bytes, len);
    *signature_len = len;
    return 0;
}

static bool is_usable(const struct agent_identity *identity)
{
    static const char *const types[] = {"ssh-ed25519", "ecdsa-sha2-nistp256",
                                        "ecdsa-sha2-nistp384",
                                        "ecdsa-sha2-nistp521"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(identity->type, types[i]) == 0)
            return true;
    return strcmp(identity->type, "ssh-rsa") == 0 && rsa_works();
}

/* Called again with the same identity until it is answered. */
static enum io step_agent_key(struct transport *t, struct err *err)
{
    struct ssh_login *login = t->login;
    if (login->identity >= agent_count(login->agent)) {
        login->step = LOGIN_PASSWORD;
        return IO_DONE;
    }
    const struct agent_identity *identity =
        agent_identity(login->agent, login->identity);
    if (!is_usable(identity)) {
        if (strcmp(identity->type, "ssh-rsa") == 0)
            note(t, identity->comment, rsa_sentence);
        login->identity++;
        return IO_DONE;
    }
    char name[sizeof identity->comment];
    memcpy(name, identity->comment, sizeof name);
    void *self = t;
    int code = libssh2_userauth_publickey(
        t->session, login->user, identity->blob, identity->len, sign, &self);
    if (code == LIBSSH2_ERROR_EAGAIN)
        return IO_AGAIN;
    note_tried(login, "agent key", name);
    login->identity++;
    return attempt(t, code, login->step, err);
}

static int fetch_password(struct transport *t)
{
    struct ssh_login *login = t->login;
    if (t->context->password == NULL)
        return -1;
    struct err why = {0};
    const char *password =
        t->context->password(t->context->password_context, t->target, &why);
    if (password != NULL)
        login->password = strdup(password);
    else if (why.text[0] != '\0')
        note(t, why.text, "");
    return login->password == NULL ? -1 : 0;
}

/* Decides whether there is a password to try, and asks for it once. */
static bool has_password(struct transport *t)
{
    struct ssh_login *login = t->login;
    if (login->password != NULL)
        return true;
    if (!offers(login, "password") && !offers(login, "keyboard-interactive"))
        return false;
    bool might = t->target->password.source != SECRET_NONE ||
                 t->context->password != NULL;
    if (might && !t->key_was_known && !t->context->password_to_new_hosts) {
        note(t, "no password",
             "was sent, because the host's key was not known before this run "
             "(wmifleet trust, or --password-to-new-hosts)");
        return false;
    }
    return fetch_password(t) == 0;
}

static enum io step_password(struct transport *t, struct err *err)
{
    struct ssh_login *login = t->login;
    if (!has_password(t)) {
        login->step = LOGIN_REFUSED;
        return IO_DONE;
    }
    if (!offers(login, "password")) {
        login->step = LOGIN_INTERACTIVE;
        return IO_DONE;
    }
    int code = libssh2_userauth_password_ex(
        t->session, login->user, (unsigned)strlen(login->user), login->password,
        (unsigned)strlen(login->password), NULL);
    if (code == LIBSSH2_ERROR_EAGAIN)
        return IO_AGAIN;
    note_tried(login, "password", "");
    if (code == LIBSSH2_ERROR_PASSWORD_EXPIRED)
        note(t, "the password", "has expired and must be changed there");
    return attempt(t, code, LOGIN_INTERACTIVE, err);
}

/*
 * One hidden prompt gets the password, once: a second one may be "New
 * password:". Everything else is left empty.
 */
static void respond(const char *name, int name_len, const char *instruction,
                    int instruction_len, int prompt_count,
                    const LIBSSH2_USERAUTH_KBDINT_PROMPT *prompts,
                    LIBSSH2_USERAUTH_KBDINT_RESPONSE *responses,
                    void **abstract)
{
    (void)name;
    (void)name_len;
    (void)instruction;
    (void)instruction_len;
    struct transport *t = *abstract;
    struct ssh_login *login = t->login;
    if (login == NULL || prompt_count != 1 || prompts[0].echo ||
        login->answered)
        return;
    size_t len = strlen(login->password);
    responses[0].text = ssh_memory_take(&t->memory, len + 1);
    if (responses[0].text == NULL)
        return;
    memcpy(responses[0].text, login->password, len + 1);
    responses[0].length = (unsigned)len;
    login->answered = true;
}

static enum io step_interactive(struct transport *t, struct err *err)
{
    struct ssh_login *login = t->login;
    if (!offers(login, "keyboard-interactive")) {
        login->step = LOGIN_REFUSED;
        return IO_DONE;
    }
    int code = libssh2_userauth_keyboard_interactive_ex(
        t->session, login->user, (unsigned)strlen(login->user), respond);
    if (code == LIBSSH2_ERROR_EAGAIN)
        return IO_AGAIN;
    note_tried(login, "keyboard-interactive", "");
    return attempt(t, code, LOGIN_REFUSED, err);
}

static enum io step_refused(struct transport *t, struct err *err)
{
    const struct ssh_login *login = t->login;
    err_set(err, FAULT_AUTH,
            "%s: login as %s refused; tried: %s; the server takes: %s%s",
            t->label, login->user,
            login->tried.len > 0 ? login->tried.data : "nothing",
            login->offered[0] != '\0' ? login->offered : "nothing",
            login->notes.data);
    return IO_FAIL;
}

static enum io step(struct transport *t, struct err *err)
{
    switch (t->login->step) {
    case LOGIN_LIST:
        return step_list(t, err);
    case LOGIN_FILE:
        return step_file(t, err);
    case LOGIN_FILE_KEY:
        return step_file_key(t, err);
    case LOGIN_AGENT:
        return step_agent(t, err);
    case LOGIN_AGENT_KEY:
        return step_agent_key(t, err);
    case LOGIN_PASSWORD:
        return step_password(t, err);
    case LOGIN_INTERACTIVE:
        return step_interactive(t, err);
    case LOGIN_REFUSED:
    case LOGIN_IN:
        break;
    }
    return step_refused(t, err);
}

enum io ssh_log_in(struct transport *t, struct err *err)
{
    if (!t->host_key_good)
        return ssh_fail(t, FAULT_AUTH, err, "the host key was not checked");
    ssh_begin(t);
    if (t->login == NULL && (t->login = login_new(t)) == NULL)
        return ssh_fail(t, FAULT_AUTH, err, "out of memory");
    enum io io = IO_DONE;
    while (io == IO_DONE && t->login->step != LOGIN_IN)
        io = step(t, err);
    if (io != IO_AGAIN)
        ssh_login_free(t);
    return io;
}
