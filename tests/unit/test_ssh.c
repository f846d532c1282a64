/* SPDX-License-Identifier: MIT */
/* The real transport against a real sshd on loopback. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "controller/result/fault.h"
#include "tests/unit/ssh_rig.h"

struct bench {
    struct rig rig;
    struct ssh_context context;
    struct target target;
};

static const char *password(void *context, const struct target *target,
                            struct err *err)
{
    (void)target;
    (void)err;
    return context;
}

/* A context that knows the host under its inventory name, and a target. */
static void reset(struct bench *bench)
{
    struct rig *rig = &bench->rig;
    char line[2500];
    snprintf(line, sizeof line, "[lab-17]:%u %s\n", rig->port,
             rig_line(rig, "host_ed25519.pub"));
    rig_write(rig, "known_hosts", line);
    known_hosts_close(bench->context.known_hosts);
    struct err err;
    bench->context =
        (struct ssh_context){.known_hosts = known_hosts_open(
                                 rig_path(rig, "known_hosts"), NULL, &err),
                             .default_user = RIG_USER,
                             .password = password};
    assert_non_null(bench->context.known_hosts);
    static char key[600];
    snprintf(key, sizeof key, "%s", rig_path(rig, "id_ed25519"));
    bench->target = (struct target){.name = "lab-17",
                                    .address = "127.0.0.1",
                                    .port = rig->port,
                                    .private_key_file = key,
                                    .retries = -1};
}

static void use_known_hosts(struct bench *bench, const char *text)
{
    rig_write(&bench->rig, "known_hosts", text);
    known_hosts_close(bench->context.known_hosts);
    struct err err;
    bench->context.known_hosts =
        known_hosts_open(rig_path(&bench->rig, "known_hosts"), NULL, &err);
    assert_non_null(bench->context.known_hosts);
}

static struct drive go(struct bench *bench, enum stage last)
{
    struct drive drive = {.last = last};
    rig_drive(&drive, &bench->context, &bench->target);
    if (drive.io == IO_FAIL)
        print_message("  %s: %s\n", fault_word((enum fault)drive.err.code),
                      drive.err.text);
    return drive;
}

static void expect_fault(const struct drive *drive, enum stage stage,
                         enum fault fault, const char *piece)
{
    assert_int_equal(drive->io, IO_FAIL);
    assert_int_equal(drive->stage, stage);
    assert_int_equal(drive->err.code, fault);
    if (strstr(drive->err.text, piece) == NULL)
        fail_msg("\"%s\" is not in \"%s\"", piece, drive->err.text);
}

static void expect_login(struct bench *bench)
{
    struct drive drive = go(bench, STAGE_LOGIN);
    assert_int_equal(drive.io, IO_DONE);
    drive_release(&drive);
}

static void expect_refused(struct bench *bench, const char *piece)
{
    struct drive drive = go(bench, STAGE_LOGIN);
    expect_fault(&drive, STAGE_LOGIN, FAULT_AUTH, piece);
    drive_release(&drive);
}

static void test_whole_way(void **state)
{
    struct bench *bench = *state;
    reset(bench);
    size_t len = 1024 * 1024 + 17;
    char *bytes = malloc(len);
    assert_non_null(bytes);
    for (size_t i = 0; i < len; i++)
        bytes[i] = (char)(i * 31 + i / 255);
    struct drive drive = {.last = STAGE_DISCONNECT,
                          .upload = bytes,
                          .upload_len = len,
                          .command = "cat upload.bin; echo err >&2"};
    rig_drive(&drive, &bench->context, &bench->target);
    assert_string_equal(drive.err.text, "");
    assert_int_equal(drive.io, IO_DONE);
    assert_int_equal(drive.stage, STAGE_DISCONNECT);
    assert_int_equal(strncmp(drive.banner, "SSH-2.0-OpenSSH", 15), 0);
    assert_int_equal(drive.out.len, len);
    assert_memory_equal(drive.out.data, bytes, len);
    assert_string_equal(drive.errors.data, "err\n");
    assert_true(drive.removed);
    assert_int_equal(access(rig_path(&bench->rig, "home/upload.bin"), F_OK),
                     -1);
    drive_release(&drive);
    free(bytes);
}

static void note_keepalive(void *context, int fd)
{
    int *found = context;
    socklen_t len = sizeof found[0];
    getsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &found[0], &len);
    getsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &found[1], &len);
    getsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &found[2], &len);
}

/* Else a machine without power looks like one that works, for minutes. */
static void test_silent_machine_is_noticed_by_tcp(void **state)
{
    struct bench *bench = *state;
    int found[3] = {0};
    reset(bench);
    struct drive drive = {
        .last = STAGE_READ, .before_read = note_keepalive, .context = found};
    rig_drive(&drive, &bench->context, &bench->target);
    assert_int_equal(drive.io, IO_DONE);
    assert_int_equal(found[0], 1);
    assert_in_range(found[1], 1, 30);
    assert_in_range(found[2], 10000, 60000);
    drive_release(&drive);
}

static void test_ecdsa(void **state)
{
    struct bench *bench = *state;
    reset(bench);
    bench->target.private_key_file = NULL;
    bench->context.private_key = rig_path(&bench->rig, "id_ecdsa");
    expect_login(bench);
}

static void test_default_keys(void **state)
{
    struct bench *bench = *state;
    reset(bench);
    struct rig *rig = &bench->rig;
    bench->target.private_key_file = NULL;
    assert_int_equal(mkdir(rig_path(rig, "user"), 0700), 0);
    assert_int_equal(mkdir(rig_path(rig, "user/.ssh"), 0700), 0);
    char *home = strdup(getenv("HOME"));
    setenv("HOME", rig_path(rig, "user"), 1);
    expect_refused(bench, "tried: nothing (no key, no "
                          "password); the server takes: publickey");
    assert_int_equal(
        link(rig_path(rig, "id_rsa"), rig_path(rig, "user/.ssh/id_rsa")), 0);
    expect_refused(bench, "id_rsa is an RSA key: use an ed25519 or ECDSA key, "
                          "or libssh2 >= 1.11");
    assert_int_equal(
        link(rig_path(rig, "id_ecdsa"), rig_path(rig, "user/.ssh/id_ecdsa")),
        0);
    expect_login(bench);
    setenv("HOME", home, 1);
    free(home);
}

static void test_bad_keys(void **state)
{
    struct bench *bench = *state;
    reset(bench);
    static const struct {
        const char *name;
        const char *text;
    } cases[] = {
        {"id_stranger", "id_stranger; the server takes: publickey"},
        {"id_rsa", "or libssh2 >= 1.11"},
        {"id_locked", "id_locked has a passphrase: add it to ssh-agent"},
        {"id_missing", "id_missing: No such file or directory"},
        {"id_ed25519.pub", "is not a private key that can be read"},
        {"home", "is not a file"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bench->target.private_key_file = rig_path(&bench->rig, cases[i].name);
        expect_refused(bench, cases[i].text);
    }
}

static void test_agent(void **state)
{
    struct bench *bench = *state;
    reset(bench);
    struct rig *rig = &bench->rig;
    bench->target.private_key_file = rig_path(rig, "id_stranger");
    bench->context.agent_socket = rig_path(rig, "no-agent");
    expect_refused(bench, "no-agent): No such file or directory");
    rig_start_agent(rig, (const char *const[]){"id_rsa", NULL});
    bench->context.agent_socket = rig->agent_socket;
    expect_refused(bench, "id_rsa is an RSA key");
    rig_start_agent(rig, (const char *const[]){"id_rsa", "id_stranger",
                                               "id_ed25519", NULL});
    expect_login(bench);
    rig_start_agent(rig, (const char *const[]){"id_ecdsa", NULL});
    expect_login(bench);
}

/* Writes <name> in the form that ssh-keygen -m `form` makes of `from`. */
static void convert_key(const struct rig *rig, const char *from,
                        const char *name, const char *form,
                        const char *passphrase)
{
    const char *copy[] = {"/bin/cp", rig_path(rig, from), rig_path(rig, name),
                          NULL};
    assert_true(rig_run(copy));
    const char *convert[] = {"/usr/bin/ssh-keygen",
                             "-q",
                             "-p",
                             "-m",
                             form,
                             "-P",
                             "",
                             "-N",
                             passphrase,
                             "-f",
                             rig_path(rig, name),
                             NULL};
    assert_true(rig_run(convert));
}

static void test_key_formats(void **state)
{
    struct bench *bench = *state;
    reset(bench);
    static const struct {
        const char *from;
        const char *form;
        const char *passphrase;
        const char *refusal; /* NULL: it logs in */
    } cases[] = {
        {"id_ecdsa", "PEM", "", NULL},
        {"id_ecdsa", "PKCS8", "", NULL},
        {"id_ecdsa", "PEM", "passphrase", "has a passphrase"},
        {"id_ecdsa", "PKCS8", "passphrase", "has a passphrase"},
        {"id_rsa", "PEM", "", "is an RSA key"},
        {"id_rsa", "PKCS8", "", "is an RSA key"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char name[40];
        snprintf(name, sizeof name, "format-%zu", i);
        convert_key(&bench->rig, cases[i].from, name, cases[i].form,
                    cases[i].passphrase);
        bench->target.private_key_file = rig_path(&bench->rig, name);
        if (cases[i].refusal == NULL)
            expect_login(bench);
        else
            expect_refused(bench, cases[i].refusal);
    }
    const char *command[] = {"/usr/bin/openssl",
                             "genpkey",
                             "-algorithm",
                             "ed25519",
                             "-out",
                             rig_path(&bench->rig, "format-ed25519"),
                             NULL};
    assert_true(rig_run(command));
    bench->target.private_key_file = rig_path(&bench->rig, "format-ed25519");
    expect_refused(bench, "tried: key");
}

/* An agent that never answers costs its host the deadline, nobody else. */
static void test_silent_agent(void **state)
{
    struct bench *bench = *state;
    reset(bench);
    struct sockaddr_un path = {.sun_family = AF_UNIX};
    strncpy(path.sun_path, rig_path(&bench->rig, "silent"),
            sizeof path.sun_path - 1);
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&path, sizeof path), 0);
    assert_int_equal(listen(listener, 0), 0);
    bench->context.agent_socket = path.sun_path;
    bench->target.private_key_file = rig_path(&bench->rig, "id_stranger");
    /* The second time its queue is full, and a timer is waited for. */
    for (int crowded = 0; crowded < 2; crowded++) {
        struct drive drive = {.last = STAGE_LOGIN, .stop_at_agent = true};
        rig_drive(&drive, &bench->context, &bench->target);
        assert_int_equal(drive.io, IO_AGAIN);
        assert_int_equal(drive.stage, STAGE_LOGIN);
        drive_release(&drive);
    }
    close(listener);
}

static void test_password(void **state)
{
    struct bench *bench = *state;
    reset(bench);
    static char right[] = RIG_PASSWORD;
    static char wrong[] = "wrong";
    bench->target.private_key_file = rig_path(&bench->rig, "id_stranger");
    bench->context.password_context = wrong;
    expect_refused(bench, "password; the server takes: publickey,password");
    bench->context.password_context = right;
    expect_login(bench);
}

static void test_password_to_new_host(void **state)
{
    struct bench *bench = *state;
    reset(bench);
    static char right[] = RIG_PASSWORD;
    bench->target.private_key_file = rig_path(&bench->rig, "id_stranger");
    bench->context.password_context = right;
    bench->context.host_keys = HOST_KEYS_ACCEPT_NEW;
    use_known_hosts(bench, "");
    expect_refused(bench, "no password was sent");
    /* The line that this run appended makes nobody older. */
    expect_refused(bench, "no password was sent");
    bench->context.password_to_new_hosts = true;
    expect_login(bench);
}

static void test_no_password_is_not_held_back(void **state)
{
    struct bench *bench = *state;
    reset(bench);
    bench->target.private_key_file = rig_path(&bench->rig, "id_stranger");
    bench->context.host_keys = HOST_KEYS_ACCEPT_NEW;
    use_known_hosts(bench, "");
    struct drive drive = go(bench, STAGE_LOGIN);
    expect_fault(&drive, STAGE_LOGIN, FAULT_AUTH, "refused");
    assert_null(strstr(drive.err.text, "no password was sent"));
    drive_release(&drive);
}

static void expect_key_fault(struct bench *bench, enum fault fault,
                             const char *text)
{
    struct drive drive = go(bench, STAGE_LOGIN);
    expect_fault(&drive, STAGE_HOST_KEY, fault, text);
    drive_release(&drive);
}

static void test_host_keys(void **state)
{
    struct bench *bench = *state;
    reset(bench);
    struct rig *rig = &bench->rig;
    char text[2600];
    const char *stranger = rig_line(rig, "id_stranger.pub");
    const char *own = rig_line(rig, "host_ed25519.pub");

    use_known_hosts(bench, "");
    expect_key_fault(bench, FAULT_HOSTKEY_UNKNOWN, "the key of 127.0.0.1 port");
    snprintf(text, sizeof text, "\n[lab-17]:%u %s\n", rig->port, stranger);
    use_known_hosts(bench, text);
    expect_key_fault(bench, FAULT_HOSTKEY_CHANGED,
                     "known_hosts:2 knows it by another key");
    bench->target.host_keys = HOST_KEYS_ACCEPT_NEW;
    expect_key_fault(bench, FAULT_HOSTKEY_CHANGED, "SHA256:");
    bench->target.host_keys = HOST_KEYS_OFF;
    expect_login(bench);
    /* what is said on the command line wins over the inventory */
    bench->context.host_keys = HOST_KEYS_STRICT;
    expect_key_fault(bench, FAULT_HOSTKEY_CHANGED, "SHA256:");
    bench->context.host_keys = HOST_KEYS_DEFAULT;
    snprintf(text, sizeof text, "@revoked * %s\n[lab-17]:%u %s\n", own,
             rig->port, own);
    use_known_hosts(bench, text);
    expect_key_fault(bench, FAULT_HOSTKEY_CHANGED,
                     "known_hosts:1 has as "
                     "@revoked");
    bench->target.host_keys = HOST_KEYS_DEFAULT;
    snprintf(text, sizeof text, "[lab-22]:%u %s\n", rig->port, own);
    use_known_hosts(bench, text);
    expect_key_fault(bench, FAULT_HOSTKEY_OTHER_HOST,
                     "now answers with the key of [lab-22]:");
    snprintf(text, sizeof text, "@cert-authority * %s\n", stranger);
    use_known_hosts(bench, text);
    expect_key_fault(bench, FAULT_HOSTKEY_UNKNOWN,
                     "certificates are not supported");
}

/* The type that is known is asked for, so that the server shows that key. */
static void test_known_type_is_preferred(void **state)
{
    struct bench *bench = *state;
    reset(bench);
    static const char *const files[] = {"host_ecdsa.pub", "host_ed25519.pub"};
    for (size_t i = 0; i < 2; i++) {
        char text[2600];
        snprintf(text, sizeof text, "[127.0.0.1]:%u %s\n", bench->rig.port,
                 rig_line(&bench->rig, files[i]));
        use_known_hosts(bench, text);
        expect_login(bench);
    }
}

static void test_accept_new(void **state)
{
    struct bench *bench = *state;
    reset(bench);
    use_known_hosts(bench, "# no line feed");
    bench->context.host_keys = HOST_KEYS_ACCEPT_NEW;
    expect_login(bench);
    expect_login(bench);
    bench->context.host_keys = HOST_KEYS_STRICT;
    expect_login(bench);
    FILE *file = fopen(rig_path(&bench->rig, "known_hosts"), "r");
    assert_non_null(file);
    char line[2000];
    size_t lines = 0;
    while (fgets(line, sizeof line, file) != NULL)
        lines++;
    fclose(file);
    assert_int_equal(lines, 2);
    assert_int_equal(strncmp(line, "[lab-17]:", 9), 0);
}

static void test_trusting_adds_nothing(void **state)
{
    struct bench *bench = *state;
    reset(bench);
    use_known_hosts(bench, "");
    bench->context.trusting = true;
    struct drive drive = go(bench, STAGE_HOST_KEY);
    assert_int_equal(drive.io, IO_DONE);
    drive_release(&drive);
    assert_string_equal(rig_line(&bench->rig, "known_hosts"), "");
}

static void test_nobody_listens(void **state)
{
    struct bench *bench = *state;
    reset(bench);
    bench->target.port = 1;
    struct drive drive = go(bench, STAGE_LOGIN);
    expect_fault(&drive, STAGE_CONNECT, FAULT_REFUSED, "Connection refused");
    drive_release(&drive);
}

static void test_upload_refused(void **state)
{
    struct bench *bench = *state;
    reset(bench);
    rig_write(&bench->rig, "home/upload.bin", "there already");
    struct drive drive = {.last = STAGE_EXEC, .upload = "x", .upload_len = 1};
    rig_drive(&drive, &bench->context, &bench->target);
    expect_fault(&drive, STAGE_UPLOAD, FAULT_UPLOAD, "upload.bin: cannot be");
    drive_release(&drive);
    assert_int_equal(unlink(rig_path(&bench->rig, "home/upload.bin")), 0);
}

static void test_output_too_long(void **state)
{
    struct bench *bench = *state;
    reset(bench);
    struct drive drive = {.last = STAGE_READ, .command = "yes"};
    rig_drive(&drive, &bench->context, &bench->target);
    expect_fault(&drive, STAGE_READ, FAULT_BAD_RESULT, "the output is over");
    drive_release(&drive);
}

static int bytes_waiting(int fd)
{
    int count = 0;
    assert_int_equal(ioctl(fd, FIONREAD, &count), 0);
    return count;
}

/*
 * Has the command speak and waits until that is here and unread. The command
 * waits for `begin`, since its output could else come in with the answer to
 * exec. The server's end is killed behind it.
 */
static void await_output(struct rig *rig, int fd)
{
    int before = bytes_waiting(fd);
    rig_write(rig, "home/begin", "");
    for (int i = 0; bytes_waiting(fd) == before; i++) {
        assert_true(i < 20000);
        poll(NULL, 0, 1);
    }
}

static void kill_after_output(void *context, int fd)
{
    struct rig *rig = context;
    struct pollfd end = {.fd = fd, .events = POLLRDHUP};
    await_output(rig, fd);
    rig_write(rig, "home/go", "");
    assert_int_equal(poll(&end, 1, 20000), 1);
}

#define AWAIT(file) "until [ -e " file " ]; do [ -d \"$PWD\" ] || exit; done; "

/* The commands of the tests that are to come wait again. */
static void forget_signs(const struct rig *rig)
{
    unlink(rig_path(rig, "home/begin"));
    unlink(rig_path(rig, "home/go"));
}

static void test_dropped_after_output(void **state)
{
    struct bench *bench = *state;
    reset(bench);
    forget_signs(&bench->rig);
    struct drive drive = {
        .last = STAGE_DISCONNECT,
        .before_read = kill_after_output,
        .context = &bench->rig,
        .command = AWAIT("begin") "echo out; " AWAIT("go") "kill -9 $PPID"};
    rig_drive(&drive, &bench->context, &bench->target);
    expect_fault(&drive, STAGE_READ, FAULT_LOST, "closed the connection");
    assert_string_equal(drive.out.data, "out\n");
    drive_release(&drive);
}

/* How many reads of a socket come a moment before its bytes do. */
static int early_reads;

ssize_t __real_recv(int fd, void *bytes, size_t len, int flags);
ssize_t __wrap_recv(int fd, void *bytes, size_t len, int flags);

ssize_t __wrap_recv(int fd, void *bytes, size_t len, int flags)
{
    if (early_reads == 0)
        return __real_recv(fd, bytes, len, flags);
    early_reads--;
    errno = EAGAIN;
    return -1;
}

struct one_read {
    struct rig *rig;
    struct drive *drive;
};

/* The first read is too early, and the last call. */
static void read_too_early(void *context, int fd)
{
    struct one_read *read = context;
    await_output(read->rig, fd);
    early_reads = 1;
    read->drive->steps_max = read->drive->steps;
}

/*
 * Between the reads of one stream and of the other: the second took it in for
 * the first, and no descriptor ever told of it again.
 */
static void test_output_between_two_reads_is_not_left(void **state)
{
    struct bench *bench = *state;
    reset(bench);
    forget_signs(&bench->rig);
    struct drive drive = {.last = STAGE_READ,
                          .before_read = read_too_early,
                          .command =
                              AWAIT("begin") "echo out; " AWAIT("go") "exit"};
    struct one_read read = {&bench->rig, &drive};
    drive.context = &read;
    rig_drive(&drive, &bench->context, &bench->target);
    rig_write(&bench->rig, "home/go", "");
    assert_int_equal(early_reads, 0);
    assert_int_equal(drive.io, IO_AGAIN);
    assert_string_equal(drive.out.data, "out\n");
    drive_release(&drive);
}

static void test_no_sftp(void **state)
{
    struct bench *bench = *state;
    rig_restart_subsystem(&bench->rig, "other /bin/false");
    reset(bench);
    struct drive drive = {.last = STAGE_EXEC, .upload = "x", .upload_len = 1};
    rig_drive(&drive, &bench->context, &bench->target);
    expect_fault(&drive, STAGE_UPLOAD, FAULT_SFTP, "SFTP does not start");
    drive_release(&drive);
    rig_restart_subsystem(&bench->rig, "sftp /bin/echo not a server");
    reset(bench);
    drive = (struct drive){.last = STAGE_EXEC, .upload = "x", .upload_len = 1};
    rig_drive(&drive, &bench->context, &bench->target);
    expect_fault(&drive, STAGE_UPLOAD, FAULT_SFTP, "SFTP does not start");
    drive_release(&drive);
    rig_restart(&bench->rig, "");
}

static void test_too_many_tries(void **state)
{
    struct bench *bench = *state;
    rig_restart(&bench->rig, "MaxAuthTries 1");
    reset(bench);
    bench->target.private_key_file = rig_path(&bench->rig, "id_stranger");
    expect_refused(bench, "Too many authentication failures; tried: key");
    rig_restart(&bench->rig, "");
}

/* sshd hangs up instead of refusing the last try that it allows. */
static void test_a_password_that_ends_the_tries_counts_as_refused(void **state)
{
    struct bench *bench = *state;
    static char wrong[] = "wrong";
    rig_restart(&bench->rig, "MaxAuthTries 1");
    reset(bench);
    bench->target.private_key_file = rig_path(&bench->rig, "no-such-key");
    bench->context.password_context = wrong;
    bench->context.trials = trials_new();
    assert_non_null(bench->context.trials);
    for (int i = 0; i < TRIALS_MAX; i++) {
        assert_false(trials_stopped(bench->context.trials));
        expect_refused(bench, "Too many authentication failures");
    }
    assert_true(trials_stopped(bench->context.trials));
    trials_free(bench->context.trials);
    bench->context.trials = NULL;
    rig_restart(&bench->rig, "");
}

/*
 * Leak checking is LeakSanitizer's: every possible moment is freed once.
 * libssh2 1.10 frees the server's public key only once the exchange is done,
 * so a session that ends before that loses it.
 */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:EVP_PKEY_new_raw_public_key\n";
}

/* The suppression needs whole stacks. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "fast_unwind_on_malloc=0";
}

static void free_at_every_step(struct bench *bench, const char *prefix,
                               enum stage last)
{
    static char bytes[300000];
    bool whole = false;
    for (unsigned steps = 1; !whole; steps++) {
        char name[40];
        snprintf(name, sizeof name, "%s-%u.bin", prefix, steps);
        struct drive drive = {.last = last,
                              .steps_max = steps,
                              .upload = bytes,
                              .upload_len = sizeof bytes,
                              .upload_name = name};
        rig_drive(&drive, &bench->context, &bench->target);
        assert_string_equal(drive.err.text, "");
        whole = drive.io == IO_DONE && drive.stage == last;
        if (whole)
            print_message("  freed after each of %u steps\n", steps);
        drive_release(&drive);
        assert_true(steps < 1000);
    }
}

static void test_free_at_every_step(void **state)
{
    struct bench *bench = *state;
    reset(bench);
    rig_start_agent(&bench->rig, (const char *const[]){"id_ed25519", NULL});
    bench->context.agent_socket = bench->rig.agent_socket;
    bench->target.private_key_file = rig_path(&bench->rig, "id_stranger");
    free_at_every_step(bench, "whole", STAGE_DISCONNECT);
}

static void test_free_in_pieces(void **state)
{
    struct bench *bench = *state;
    reset(bench);
    uint16_t port = rig_start_relay(&bench->rig, 100);
    bench->target.host_keys = HOST_KEYS_OFF;
    bench->target.port = port;
    free_at_every_step(bench, "pieces", STAGE_LOGIN);
    rig_stop_relay(&bench->rig);
}

static int start_all(void **state)
{
    static struct bench bench;
    struct err err;
    if (ssh_global_init(&err) != 0)
        return -1;
    rig_start(&bench.rig);
    *state = &bench;
    return 0;
}

static int stop_all(void **state)
{
    struct bench *bench = *state;
    known_hosts_close(bench->context.known_hosts);
    rig_stop(&bench->rig);
    ssh_global_exit();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_way),
        cmocka_unit_test(test_silent_machine_is_noticed_by_tcp),
        cmocka_unit_test(test_ecdsa),
        cmocka_unit_test(test_default_keys),
        cmocka_unit_test(test_bad_keys),
        cmocka_unit_test(test_agent),
        cmocka_unit_test(test_key_formats),
        cmocka_unit_test(test_silent_agent),
        cmocka_unit_test(test_password),
        cmocka_unit_test(test_password_to_new_host),
        cmocka_unit_test(test_no_password_is_not_held_back),
        cmocka_unit_test(test_host_keys),
        cmocka_unit_test(test_known_type_is_preferred),
        cmocka_unit_test(test_accept_new),
        cmocka_unit_test(test_trusting_adds_nothing),
        cmocka_unit_test(test_nobody_listens),
        cmocka_unit_test(test_upload_refused),
        cmocka_unit_test(test_output_too_long),
        cmocka_unit_test(test_dropped_after_output),
        cmocka_unit_test(test_output_between_two_reads_is_not_left),
        cmocka_unit_test(test_no_sftp),
        cmocka_unit_test(test_too_many_tries),
        cmocka_unit_test(test_a_password_that_ends_the_tries_counts_as_refused),
        cmocka_unit_test(test_free_at_every_step),
        cmocka_unit_test(test_free_in_pieces),
    };
    return cmocka_run_group_tests(tests, start_all, stop_all);
}
