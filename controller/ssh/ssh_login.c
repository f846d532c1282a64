/* SPDX-License-Identifier: MIT */
/*
 * Theory of operation. A login is a list of attempts, cheapest for the user
 * first: the key file, the agent's keys, the password, or where the server has
 * no such method the password at a keyboard-interactive prompt: never both, for
 * each refusal counts towards the lock of an account. Each step makes one
 * libssh2 call until it says something else than EAGAIN, then names the step
 * after it. What was tried and why something was not is collected on the way,
 * because "refused" alone helps nobody.
 */
#include "controller/ssh/ssh_login.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

static void tell_trial(struct ssh_login *login, enum trial_outcome outcome)
{
    if (login->trial != NULL)
        trial_tell(login->trial, outcome);
    login->trial = NULL;
}

void ssh_login_free(struct transport *t)
{
    struct ssh_login *login = t->login;
    if (login == NULL)
        return;
    tell_trial(login, TRIAL_UNKNOWN);
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
    if (t->login == NULL)
        return false;
    if (t->login->waits) {
        *wait = (struct transport_wait){.fd = -1, .again_ms = TRIALS_ASK_MS};
        return true;
    }
    if (t->login->agent == NULL)
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

void ssh_login_tried(struct ssh_login *login, const char *kind,
                     const char *what)
{
    buf_addf(&login->tried, "%s%s%s%s", login->tried.len > 0 ? ", " : "", kind,
             what[0] != '\0' ? " " : "", what);
}

void ssh_login_note(const struct transport *t, const char *object,
                    const char *text)
{
    const char *blank = text[0] != '\0' ? " " : "";
    log_line(t->context->log, LOG_INFO, "%s: %s%s%s", t->target->name, object,
             blank, text);
    buf_addf(&t->login->notes, "; %s%s%s", object, blank, text);
}

/*
 * A break is a fault of the connection, which may be tried again, only while
 * the server had nothing to count: no signature and no password. With its word
 * of goodbye it refuses.
 */
static enum io login_broke(struct transport *t, struct err *err)
{
    struct ssh_login *login = t->login;
    bool refused = login->signature_sent || t->password_sent || t->stuck ||
                   t->goodbye[0] != '\0';
    err_set(err, refused ? FAULT_AUTH : FAULT_KEX,
            "%s: the connection ended while logging in as %s%s: %s%s%s%s",
            t->label, login->user,
            refused ? "" : ", before a key or password was used", ssh_reason(t),
            login->tried.len > 0 ? "; tried: " : "", login->tried.data,
            login->notes.data);
    /* The last try that sshd allows it answers with goodbye. */
    if (t->goodbye[0] != '\0')
        tell_trial(login, TRIAL_REFUSED);
    return IO_FAIL;
}

/* IO_DONE: go on with the step that is set now. */
enum io ssh_login_attempt(struct transport *t, int code, enum login_step next,
                          struct err *err)
{
    struct ssh_login *login = t->login;
    if (code == LIBSSH2_ERROR_EAGAIN)
        return IO_AGAIN;
    if (code == 0) {
        login->step = LOGIN_IN;
        return IO_DONE;
    }
    if (ssh_is_broken(t, code))
        return login_broke(t, err);
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
            return login_broke(t, err);
    }
    login->offered = strdup(list == NULL ? "" : list);
    if (login->offered == NULL)
        return ssh_fail(t, FAULT_AUTH, err, "out of memory");
    login->step = offers(login, "publickey") ? LOGIN_FILE : LOGIN_PASSWORD;
    return IO_DONE;
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
        ssh_login_note(t, why.text, "");
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
    if (fetch_password(t) != 0)
        return false;
    if (ssh_trusts(t))
        return true;
    ssh_login_note(
        t, "no password",
        "was sent, because the host's key was not known before this run "
        "(wmifleet trust, or --password-to-new-hosts)");
    return false;
}

/* IO_FAIL: it is not to be sent. */
static enum io may_send(struct transport *t)
{
    struct ssh_login *login = t->login;
    struct trials *trials = t->context->trials;
    if (login->trial != NULL || trials == NULL)
        return IO_DONE;
    struct trial *trial = trials_of(trials, login->user, login->password);
    enum trial_answer answer = trial == NULL ? TRIAL_STOPPED : trial_ask(trial);
    login->waits = answer == TRIAL_WAIT;
    if (answer == TRIAL_SEND)
        login->trial = trial;
    if (answer != TRIAL_STOPPED)
        return answer == TRIAL_SEND ? IO_DONE : IO_AGAIN;
    char text[96];
    snprintf(text, sizeof text,
             "was not sent: the first %d hosts refused it, and Windows locks "
             "accounts",
             TRIALS_MAX);
    ssh_login_note(t, "the password", text);
    return IO_FAIL;
}

static enum io step_password(struct transport *t, struct err *err)
{
    struct ssh_login *login = t->login;
    enum io allowed = has_password(t) ? may_send(t) : IO_FAIL;
    if (allowed == IO_AGAIN)
        return IO_AGAIN;
    if (allowed == IO_FAIL) {
        login->step = LOGIN_REFUSED;
        return IO_DONE;
    }
    if (!offers(login, "password")) {
        login->step = LOGIN_INTERACTIVE;
        return IO_DONE;
    }
    t->password_sent = true;
    int code = libssh2_userauth_password_ex(
        t->session, login->user, (unsigned)strlen(login->user), login->password,
        (unsigned)strlen(login->password), NULL);
    if (code == LIBSSH2_ERROR_EAGAIN)
        return IO_AGAIN;
    ssh_login_tried(login, "password", "");
    if (code == LIBSSH2_ERROR_PASSWORD_EXPIRED)
        ssh_login_note(t, "the password",
                       "has expired and must be changed there");
    return ssh_login_attempt(t, code, LOGIN_REFUSED, err);
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
    t->password_sent = true;
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
    ssh_login_tried(login, "keyboard-interactive", "");
    return ssh_login_attempt(t, code, LOGIN_REFUSED, err);
}

static enum io step_refused(struct transport *t, struct err *err)
{
    struct ssh_login *login = t->login;
    tell_trial(login, TRIAL_REFUSED);
    err_set(err, FAULT_AUTH,
            "%s: login as %s refused; tried: %s; the server takes: %s%s",
            t->label, login->user,
            login->tried.len > 0 ? login->tried.data
                                 : "nothing (no key, no password)",
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
        return ssh_login_file(t, err);
    case LOGIN_FILE_KEY:
        return ssh_login_file_key(t, err);
    case LOGIN_AGENT:
        return ssh_login_agent(t, err);
    case LOGIN_AGENT_KEY:
        return ssh_login_agent_key(t, err);
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
    if (io == IO_DONE)
        tell_trial(t->login, TRIAL_TAKEN);
    if (io != IO_AGAIN)
        ssh_login_free(t);
    return io;
}
