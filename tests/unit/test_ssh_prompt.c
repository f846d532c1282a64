/* SPDX-License-Identifier: MIT */
/*
 * Logins that OpenSSH's sshd cannot offer without PAM: keyboard-interactive
 * in several forms, and "none". The server is libssh's, an implementation of
 * its own; the user's name chooses what it asks. It writes down what it was
 * answered. And servers that hang up in the middle.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <libssh/libssh.h>
#include <libssh/server.h>

#include <cmocka.h>

#include "controller/result/fault.h"
#include "tests/unit/ssh_rig.h"

struct question {
    const char *prompts[2];
    char echo[2];
    unsigned count;
};

static const struct script {
    const char *user;
    struct question rounds[3];
    unsigned count;
    bool lets_in;
    const char *answers; /* a line for each answer */
} scripts[] = {
    {"one", {{{"Password: "}, {0}, 1}}, 1, true, "secret\n"},
    {"empty-round",
     {{{"Password: "}, {0}, 1}, {{NULL}, {0}, 0}},
     2,
     true,
     "secret\n"},
    {"expired",
     {{{"Password: "}, {0}, 1}, {{"New password: "}, {0}, 1}},
     2,
     false,
     "secret\n\n"},
    {"shown", {{{"Password: "}, {1}, 1}}, 1, false, "\n"},
    {"two", {{{"Password: ", "Code: "}, {0, 0}, 2}}, 1, false, "\n\n"},
};

/* Takes a password both ways, and only at the prompt the right one. */
static const struct script both = {
    "both", {{{"Password: "}, {0}, 1}}, 1, true, ""};

static const struct script *script_of(const char *user)
{
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++)
        if (strcmp(scripts[i].user, user) == 0)
            return &scripts[i];
    return strcmp(user, both.user) == 0 ? &both : NULL;
}

static void note_answers(ssh_session session, const char *path)
{
    FILE *file = fopen(path, "a");
    int count = ssh_userauth_kbdint_getnanswers(session);
    for (int i = 0; file != NULL && i < count; i++) {
        const char *text = ssh_userauth_kbdint_getanswer(session, (unsigned)i);
        fprintf(file, "%s\n", text != NULL ? text : "");
    }
    if (file != NULL)
        fclose(file);
}

struct talk {
    ssh_session session;
    const char *path;
    const struct script *script; /* an answer does not name its user */
    unsigned round;
    const struct cut *cut;
};

/* True when the message has been answered. */
static bool prompt(struct talk *talk, ssh_message message)
{
    if (ssh_message_auth_kbdint_is_response(message))
        note_answers(talk->session, talk->path);
    else
        talk->script = script_of(ssh_message_auth_user(message));
    if (talk->script == NULL)
        return false;
    if (talk->round == talk->script->count) {
        if (talk->script->lets_in)
            ssh_message_auth_reply_success(message, 0);
        return talk->script->lets_in;
    }
    struct question question = talk->script->rounds[talk->round++];
    ssh_message_auth_interactive_request(message, "", "", question.count,
                                         question.prompts, question.echo);
    return true;
}

/* Servers that end the connection in the middle of a login. */
static const struct cut {
    const char *user; /* who asks for it */
    int method;       /* at this one's message, ... */
    bool proof;       /* that holds a signature, or a password */
    bool says_so;     /* with a word of goodbye */
    enum fault fault;
} cuts[] = {
    {"at-none", SSH_AUTH_METHOD_NONE, false, false, FAULT_KEX},
    {"at-none-told", SSH_AUTH_METHOD_NONE, false, true, FAULT_AUTH},
    {"at-key", SSH_AUTH_METHOD_PUBLICKEY, false, false, FAULT_KEX},
    {"at-key-told", SSH_AUTH_METHOD_PUBLICKEY, false, true, FAULT_AUTH},
    {"at-signature", SSH_AUTH_METHOD_PUBLICKEY, true, false, FAULT_AUTH},
    {"at-password", SSH_AUTH_METHOD_PASSWORD, true, false, FAULT_AUTH},
    {"at-prompt", SSH_AUTH_METHOD_INTERACTIVE, false, false, FAULT_KEX},
    {"at-answer", SSH_AUTH_METHOD_INTERACTIVE, true, false, FAULT_AUTH},
};

static const struct cut *cut_of(const char *user)
{
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++)
        if (strcmp(cuts[i].user, user) == 0)
            return &cuts[i];
    return NULL;
}

/* A key is asked about first, and comes with a signature when it is taken. */
static bool has_proof(struct talk *talk, ssh_message message)
{
    switch (ssh_message_subtype(message)) {
    case SSH_AUTH_METHOD_PUBLICKEY:
        return talk->round++ > 0;
    case SSH_AUTH_METHOD_INTERACTIVE:
        return ssh_message_auth_kbdint_is_response(message);
    default:
        return ssh_message_subtype(message) == SSH_AUTH_METHOD_PASSWORD;
    }
}

static bool cut_off(struct talk *talk, ssh_message message)
{
    static const char *const prompts[] = {"Password: "};
    static char hidden[] = {0};
    int method = ssh_message_subtype(message);
    bool proof = has_proof(talk, message);
    if (method == talk->cut->method && proof == talk->cut->proof) {
        if (talk->cut->says_so)
            ssh_disconnect(talk->session);
        _exit(0);
    }
    ssh_message_auth_set_methods(message, talk->cut->method);
    if (method == SSH_AUTH_METHOD_PUBLICKEY)
        return ssh_message_auth_reply_pk_ok_simple(message) == SSH_OK;
    if (method != SSH_AUTH_METHOD_INTERACTIVE)
        return false;
    ssh_message_auth_interactive_request(message, "", "", 1,
                                         (const char **)prompts, hidden);
    return true;
}

static bool answer(struct talk *talk, ssh_message message)
{
    if (ssh_message_type(message) != SSH_REQUEST_AUTH)
        return false;
    const char *user = ssh_message_auth_user(message);
    if (user != NULL)
        talk->cut = cut_of(user);
    if (talk->cut != NULL)
        return cut_off(talk, message);
    if (ssh_message_subtype(message) == SSH_AUTH_METHOD_INTERACTIVE)
        return prompt(talk, message);
    if (ssh_message_subtype(message) == SSH_AUTH_METHOD_NONE &&
        strcmp(ssh_message_auth_user(message), "anybody") == 0) {
        ssh_message_auth_reply_success(message, 0);
        return true;
    }
    bool also_password = user != NULL && script_of(user) == &both;
    ssh_message_auth_set_methods(
        message, SSH_AUTH_METHOD_INTERACTIVE |
                     (also_password ? SSH_AUTH_METHOD_PASSWORD : 0));
    return false;
}

static _Noreturn void serve(int listener, const char *host_key,
                            const char *path)
{
    ssh_bind bind = ssh_bind_new();
    ssh_session session = ssh_new();
    ssh_bind_options_set(bind, SSH_BIND_OPTIONS_HOSTKEY, host_key);
    int client = accept(listener, NULL, NULL);
    struct talk talk = {.session = session, .path = path};
    if (ssh_bind_accept_fd(bind, session, client) == SSH_OK &&
        ssh_handle_key_exchange(session) == SSH_OK) {
        ssh_message message;
        while ((message = ssh_message_get(session)) != NULL) {
            if (!answer(&talk, message))
                ssh_message_reply_default(message);
            ssh_message_free(message);
        }
    }
    _exit(0);
}

static const char *password(void *context, const struct target *target,
                            struct err *err)
{
    (void)context;
    (void)target;
    (void)err;
    return "secret";
}

static struct drive log_in(struct rig *rig, const char *user)
{
    const char *key = rig_path(rig, "id_ed25519");
    struct sockaddr_in address = {.sin_family = AF_INET};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(listener, 1), 0);
    getsockname(listener, (struct sockaddr *)&address, &size);
    rig_write(rig, "answers", "");
    pid_t server = fork();
    assert_true(server >= 0);
    if (server == 0)
        serve(listener, rig_path(rig, "host_ed25519"),
              rig_path(rig, "answers"));
    close(listener);
    struct target target = {
        .name = "odd", .address = "127.0.0.1", .port = ntohs(address.sin_port)};
    struct ssh_context context = {.default_user = user,
                                  .private_key = key,
                                  .host_keys = HOST_KEYS_OFF,
                                  .password = password,
                                  .password_to_new_hosts = true};
    struct drive drive = {.last = STAGE_LOGIN};
    rig_drive(&drive, &context, &target);
    waitpid(server, NULL, 0);
    return drive;
}

/* What the server was answered. */
static void expect_answers(struct rig *rig, const char *expected)
{
    char answers[100];
    FILE *file = fopen(rig_path(rig, "answers"), "r");
    assert_non_null(file);
    answers[fread(answers, 1, sizeof answers - 1, file)] = '\0';
    fclose(file);
    assert_string_equal(answers, expected);
}

/* Each refusal counts towards the lock of an account. */
static void test_refused_password_is_not_sent_again_at_a_prompt(void **state)
{
    struct drive drive = log_in(*state, both.user);
    print_message("  %s\n", drive.err.text);
    assert_int_equal(drive.io, IO_FAIL);
    assert_int_equal(drive.err.code, FAULT_AUTH);
    assert_non_null(strstr(drive.err.text, "tried: password;"));
    drive_release(&drive);
    expect_answers(*state, both.answers);
}

static void test_prompts(void **state)
{
    struct rig *rig = *state;
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
        struct drive drive = log_in(rig, scripts[i].user);
        print_message("  %s: %s\n", scripts[i].user, drive.err.text);
        assert_int_equal(drive.io, scripts[i].lets_in ? IO_DONE : IO_FAIL);
        if (!scripts[i].lets_in) {
            assert_int_equal(drive.err.code, FAULT_AUTH);
            assert_non_null(
                strstr(drive.err.text, "tried: keyboard-interactive"));
        }
        drive_release(&drive);
        expect_answers(rig, scripts[i].answers);
    }
}

static void test_nothing_asked(void **state)
{
    struct drive drive = log_in(*state, "anybody");
    assert_int_equal(drive.io, IO_DONE);
    drive_release(&drive);
}

/*
 * What broke before anything was proved may be tried again; where a password
 * was sent, or the server said that it is enough, an account could be locked.
 */
static void
test_broken_login_is_tried_again_only_before_a_credential(void **state)
{
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
        struct drive drive = log_in(*state, cuts[i].user);
        print_message("  %s: %s\n", cuts[i].user, drive.err.text);
        assert_int_equal(drive.io, IO_FAIL);
        assert_int_equal(drive.stage, STAGE_LOGIN);
        assert_string_equal(fault_word((enum fault)drive.err.code),
                            fault_word(cuts[i].fault));
        assert_int_equal(fault_transient((enum fault)drive.err.code),
                         cuts[i].fault == FAULT_KEX);
        drive_release(&drive);
    }
}

static int begin(void **state)
{
    static struct rig rig;
    struct err err;
    rig_start(&rig);
    *state = &rig;
    return ssh_global_init(&err);
}

static int end(void **state)
{
    rig_stop(*state);
    ssh_global_exit();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_prompts),
        cmocka_unit_test(test_refused_password_is_not_sent_again_at_a_prompt),
        cmocka_unit_test(test_nothing_asked),
        cmocka_unit_test(
            test_broken_login_is_tried_again_only_before_a_credential),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
