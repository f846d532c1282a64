/* SPDX-License-Identifier: MIT */
#include "tests/unit/ssh_rig.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_MS 20000

static _Noreturn void give_up(const char *what)
{
    fprintf(stderr, "ssh_rig: %s: %s\n", what, strerror(errno));
    exit(1);
}

static long now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void pause_ms(long ms)
{
    struct timespec pause = {.tv_nsec = ms * 1000000};
    nanosleep(&pause, NULL);
}

const char *rig_path(const struct rig *rig, const char *name)
{
    static char paths[4][600];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", rig->folder, name);
    return path;
}

void rig_write(const struct rig *rig, const char *name, const char *text)
{
    FILE *file = fopen(rig_path(rig, name), "w");
    if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0)
        give_up(name);
}

const char *rig_line(const struct rig *rig, const char *name)
{
    static char lines[4][2048];
    static unsigned next;
    char *line = lines[next++ % 4];
    line[0] = '\0';
    FILE *file = fopen(rig_path(rig, name), "r");
    if (file != NULL) {
        if (fgets(line, sizeof lines[0], file) == NULL)
            line[0] = '\0';
        fclose(file);
    }
    line[strcspn(line, "\n")] = '\0';
    return line;
}

static pid_t start(const char *const *command, const char *const *environment)
{
    extern char **environ;
    pid_t child = fork();
    if (child < 0)
        give_up("fork");
    if (child > 0)
        return child;
    /* Nothing may outlive a test that crashes. */
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    int nothing = open("/dev/null", O_RDWR);
    dup2(nothing, 0);
    dup2(nothing, 1);
    dup2(nothing, 2);
    execve(command[0], (char *const *)(uintptr_t)command,
           environment == NULL ? environ
                               : (char *const *)(uintptr_t)environment);
    _exit(127);
}

bool rig_run(const char *const *command)
{
    int status;
    pid_t child = start(command, NULL);
    return waitpid(child, &status, 0) == child && WIFEXITED(status) &&
           WEXITSTATUS(status) == 0;
}

static void make_key(const struct rig *rig, const char *name, const char *type,
                     const char *passphrase)
{
    const char *command[] = {"/usr/bin/ssh-keygen",
                             "-q",
                             "-t",
                             type,
                             "-N",
                             passphrase,
                             "-C",
                             name,
                             "-f",
                             rig_path(rig, name),
                             NULL};
    if (!rig_run(command))
        give_up("ssh-keygen");
}

static void find_sshd(struct rig *rig)
{
    const char *lab = getenv("WMIFLEET_TEST_LAB");
    char command[600];
    snprintf(command, sizeof command, "tests/lab/fetch-sshd '%s'",
             lab != NULL ? lab : "build/lab");
    FILE *lines = popen(command, "r");
    if (lines == NULL)
        give_up("fetch-sshd");
    for (size_t i = 0; i < 4; i++) {
        if (fgets(rig->sshd[i], sizeof rig->sshd[i], lines) == NULL)
            give_up("tests/lab/fetch-sshd");
        rig->sshd[i][strcspn(rig->sshd[i], "\n")] = '\0';
    }
    pclose(lines);
}

static uint16_t free_port(void)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t len = sizeof address;
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, len) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &len) != 0)
        give_up("free port");
    close(fd);
    return ntohs(address.sin_port);
}

static void write_config(const struct rig *rig, const char *options,
                         const char *subsystem)
{
    FILE *file = fopen(rig_path(rig, "sshd_config"), "w");
    if (file == NULL)
        give_up("sshd_config");
    fprintf(file,
            "%s\n"
            "ListenAddress 127.0.0.1:%u\n"
            "HostKey %s/host_ed25519\n"
            "HostKey %s/host_ecdsa\n"
            "AuthorizedKeysFile %s/authorized\n"
            "PidFile %s/sshd.pid\n"
            "StrictModes no\nUsePAM no\nUseDNS no\nMaxAuthTries 20\n"
            "PrintMotd no\nPrintLastLog no\nMaxStartups 1000\n"
            "KbdInteractiveAuthentication no\n"
            "Subsystem %s\n",
            options, rig->port, rig->folder, rig->folder, rig->folder,
            rig->folder, subsystem);
    fclose(file);
}

static void stop_process(pid_t *process)
{
    if (*process <= 0)
        return;
    kill(*process, SIGTERM);
    waitpid(*process, NULL, 0);
    *process = 0;
}

/* The crypt(3) hash of RIG_PASSWORD, made once with openssl passwd -6. */
static const char password_hash[] =
    "$6$wmifleetrig$PGyEDuOdRRV0940qUIwCD.gQFY7P.35IzadBnqITkXzDm"
    "Jm4086RYVnex5vPSWa1FLb4EouoAUn79lV..D7Gv1";

static void start_sshd(struct rig *rig)
{
    char variables[6][700];
    snprintf(variables[0], sizeof variables[0], "LD_PRELOAD=%s", rig->sshd[2]);
    snprintf(variables[1], sizeof variables[1], "LD_LIBRARY_PATH=%s",
             rig->sshd[1]);
    snprintf(variables[2], sizeof variables[2], "LAB_ACCOUNT=%s", RIG_USER);
    snprintf(variables[3], sizeof variables[3], "LAB_ACCOUNT_HOME=%s/home",
             rig->folder);
    snprintf(variables[4], sizeof variables[4], "LAB_ACCOUNT_SHELL=/bin/sh");
    snprintf(variables[5], sizeof variables[5], "LAB_ACCOUNT_HASH=%s",
             password_hash);
    const char *environment[] = {variables[0], variables[1], variables[2],
                                 variables[3], variables[4], variables[5],
                                 NULL};
    const char *config = rig_path(rig, "sshd_config");
    const char *log = rig_path(rig, "sshd.log");
    const char *command[] = {rig->sshd[0], "-D", "-f", config, "-E", log, NULL};
    const char *pid_file = rig_path(rig, "sshd.pid");
    unlink(pid_file);
    rig->server = start(command, environment);
    long end = now_ms() + PATIENCE_MS;
    while (access(pid_file, F_OK) != 0) {
        if (now_ms() > end || waitpid(rig->server, NULL, WNOHANG) != 0)
            give_up("sshd does not start");
        pause_ms(5);
    }
}

void rig_restart(struct rig *rig, const char *options)
{
    stop_process(&rig->server);
    rig->port = free_port();
    char sftp[600];
    snprintf(sftp, sizeof sftp, "sftp %s", rig->sshd[3]);
    write_config(rig, options, sftp);
    start_sshd(rig);
}

void rig_restart_subsystem(struct rig *rig, const char *subsystem)
{
    stop_process(&rig->server);
    rig->port = free_port();
    write_config(rig, "", subsystem);
    start_sshd(rig);
}

void rig_start(struct rig *rig)
{
    *rig = (struct rig){.folder = "/tmp/wmifleet-ssh-XXXXXX"};
    find_sshd(rig);
    if (mkdtemp(rig->folder) == NULL || mkdir(rig_path(rig, "home"), 0700) != 0)
        give_up(rig->folder);
    make_key(rig, "host_ed25519", "ed25519", "");
    make_key(rig, "host_ecdsa", "ecdsa", "");
    make_key(rig, "id_ed25519", "ed25519", "");
    make_key(rig, "id_ecdsa", "ecdsa", "");
    make_key(rig, "id_rsa", "rsa", "");
    make_key(rig, "id_locked", "ed25519", "passphrase");
    make_key(rig, "id_stranger", "ed25519", "");
    char keys[6000];
    snprintf(keys, sizeof keys, "%s\n%s\n%s\n%s\n",
             rig_line(rig, "id_ed25519.pub"), rig_line(rig, "id_ecdsa.pub"),
             rig_line(rig, "id_rsa.pub"), rig_line(rig, "id_locked.pub"));
    rig_write(rig, "authorized", keys);
    rig_restart(rig, "");
}

static int listen_on(uint16_t port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(fd, 16) != 0)
        give_up("relay");
    return fd;
}

/* False at the end of either side. */
static bool pass_on(int from, int to, size_t chunk)
{
    char bytes[4096];
    ssize_t len = recv(from, bytes, chunk, 0);
    if (len <= 0 || send(to, bytes, (size_t)len, MSG_NOSIGNAL) != len)
        return false;
    struct timespec pause = {.tv_nsec = 200000};
    nanosleep(&pause, NULL);
    return true;
}

static _Noreturn void relay(int listener, uint16_t to, size_t chunk)
{
    for (;;) {
        int client = accept(listener, NULL, NULL);
        int server = socket(AF_INET, SOCK_STREAM, 0);
        struct sockaddr_in address = {.sin_family = AF_INET,
                                      .sin_port = htons(to)};
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        int on = 1;
        setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        bool open =
            connect(server, (struct sockaddr *)&address, sizeof address) == 0;
        while (open) {
            struct pollfd fds[2] = {{.fd = client, .events = POLLIN},
                                    {.fd = server, .events = POLLIN}};
            poll(fds, 2, -1);
            if (fds[0].revents != 0)
                open = pass_on(client, server, chunk);
            if (open && fds[1].revents != 0)
                open = pass_on(server, client, chunk);
        }
        close(server);
        close(client);
    }
}

uint16_t rig_start_relay(struct rig *rig, size_t chunk)
{
    uint16_t port = free_port();
    int listener = listen_on(port);
    rig->relay = fork();
    if (rig->relay == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        relay(listener, rig->port, chunk);
    }
    close(listener);
    return port;
}

void rig_stop_relay(struct rig *rig)
{
    stop_process(&rig->relay);
}

void rig_start_agent(struct rig *rig, const char *const *names)
{
    stop_process(&rig->agent);
    snprintf(rig->agent_socket, sizeof rig->agent_socket, "%s/agent",
             rig->folder);
    unlink(rig->agent_socket);
    const char *command[] = {"/usr/bin/ssh-agent", "-D", "-a",
                             rig->agent_socket, NULL};
    rig->agent = start(command, NULL);
    long end = now_ms() + PATIENCE_MS;
    while (access(rig->agent_socket, F_OK) != 0) {
        if (now_ms() > end)
            give_up("ssh-agent does not start");
        pause_ms(5);
    }
    setenv("SSH_AUTH_SOCK", rig->agent_socket, 1);
    for (; *names != NULL; names++) {
        const char *add[] = {"/usr/bin/ssh-add", "-q", rig_path(rig, *names),
                             NULL};
        if (!rig_run(add))
            give_up("ssh-add");
    }
}

static int remove_one(const char *path, const struct stat *found, int type,
                      struct FTW *where)
{
    (void)found;
    (void)type;
    (void)where;
    return remove(path);
}

void rig_stop(struct rig *rig)
{
    stop_process(&rig->server);
    stop_process(&rig->agent);
    stop_process(&rig->relay);
    nftw(rig->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void wait_for(struct transport *t)
{
    struct transport_wait wait = ssh_transport.wait(t);
    struct pollfd fd = {.fd = wait.fd};
    if (wait.events & TRANSPORT_READABLE)
        fd.events |= POLLIN;
    if (wait.events & TRANSPORT_WRITABLE)
        fd.events |= POLLOUT;
    if (poll(&fd, 1, PATIENCE_MS) <= 0)
        give_up("nothing happens");
}

static const char *upload_name(const struct drive *drive)
{
    return drive->upload_name != NULL ? drive->upload_name : "upload.bin";
}

static enum io one_call(struct drive *drive, struct transport *t,
                        const struct sockaddr_in *address)
{
    const struct transport_ops *ssh = &ssh_transport;
    const char *command =
        drive->command != NULL ? drive->command : "echo out; echo err >&2";
    struct host_key key;
    switch (drive->stage) {
    case STAGE_CONNECT:
        return ssh->connect(t, (const struct sockaddr *)address,
                            sizeof *address, &drive->err);
    case STAGE_HANDSHAKE:
        return ssh->handshake(t, &drive->err);
    case STAGE_HOST_KEY:
        snprintf(drive->banner, sizeof drive->banner, "%s", ssh->banner(t));
        return ssh->check_host_key(t, &key, &drive->err);
    case STAGE_LOGIN:
        return ssh->login(t, &drive->err);
    case STAGE_UPLOAD:
        return drive->upload == NULL
                   ? IO_DONE
                   : ssh->upload(t, upload_name(drive), drive->upload,
                                 drive->upload_len, &drive->err);
    case STAGE_EXEC:
        return ssh->exec(t, command, &drive->err);
    case STAGE_READ:
        if (drive->before_read != NULL)
            drive->before_read(drive->context, ssh->wait(t).fd);
        drive->before_read = NULL;
        return ssh->read(t, &drive->out, &drive->errors, &drive->err);
    case STAGE_CLOSE_CHANNEL:
        return ssh->close_channel(t, &drive->err);
    case STAGE_UNLINK:
        return drive->upload == NULL
                   ? IO_DONE
                   : ssh->unlink(t, upload_name(drive), &drive->removed,
                                 &drive->err);
    case STAGE_DISCONNECT:
        break;
    }
    return ssh->disconnect(t, &drive->err);
}

/* The server is met over TCP, the agent over a local socket or a timer. */
static bool waits_for_server(struct transport *t)
{
    struct sockaddr_storage address = {0};
    socklen_t len = sizeof address;
    return getsockname(ssh_transport.wait(t).fd, (struct sockaddr *)&address,
                       &len) == 0 &&
           address.ss_family == AF_INET;
}

void rig_drive(struct drive *drive, struct ssh_context *context,
               const struct target *target)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(target->port)};
    inet_pton(AF_INET, drive->address != NULL ? drive->address : "127.0.0.1",
              &address.sin_addr);
    buf_init(&drive->out, (size_t)4 * 1024 * 1024);
    buf_init(&drive->errors, (size_t)64 * 1024);
    struct transport *t = ssh_transport.create(context, target);
    drive->stage = STAGE_CONNECT;
    long end = now_ms() + PATIENCE_MS;
    for (;;) {
        if (drive->steps_max > 0 && drive->steps == drive->steps_max)
            break;
        drive->steps++;
        drive->io = one_call(drive, t, &address);
        if (drive->io == IO_FAIL)
            break;
        if (drive->io == IO_AGAIN) {
            if (now_ms() > end)
                give_up("too slow");
            if (drive->stop_at_agent && !waits_for_server(t))
                break;
            if (drive->steps != drive->steps_max)
                wait_for(t);
            continue;
        }
        if (drive->stage == drive->last)
            break;
        drive->stage++;
    }
    ssh_transport.free(t);
}

void drive_release(struct drive *drive)
{
    buf_release(&drive->out);
    buf_release(&drive->errors);
}
