/* SPDX-License-Identifier: MIT */
/*
 * The login shell of recorded machines: many targets without Wine. sshd runs
 * `recorded -c COMMAND`; the machine is told by the address that the client
 * connected to. It speaks payload/protocol.h as the payload does: takes the
 * command as sent, believes only files whose bytes give the hash in their
 * name, prints the start mark and a result that was recorded for the machine.
 * The controller sees no difference.
 *
 *   LAB_RECORDED   the folder of the machines, one folder per address:
 *     settings     the list of settings of the result; without it: none
 *     drop         after the start mark the session is killed, and so is
 *                  every later one
 *     hold         the result is kept back until this file is gone; the verb
 *                  cancel takes it away, and the result is a cancelled one
 *     deaf         cancel does not
 *     settled/     what %ProgramData%\wmifleet is on Windows
 *     runs         one line for each time that work was done
 *   LAB_SFTP       sftp-server
 */
#include <fcntl.h>
#include <limits.h>
#include <linux/sockios.h>
#include <openssl/evp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "payload/protocol.h"

#define SFTP_COMMAND "wmifleet-lab-sftp"
#define SETTINGS_MAX 65536

struct call {
    char payload[PATH_MAX]; /* the file that is run */
    char request[PATH_MAX];
    char payload_hash[PROTOCOL_HASH_LEN + 1];
    char request_hash[PROTOCOL_HASH_LEN + 1];
    const char *verb;
    const char *run;
};

static bool exists(const char *path)
{
    return access(path, F_OK) == 0;
}

static void moment(void)
{
    const struct timespec ms = {.tv_nsec = 1000000};
    nanosleep(&ms, NULL);
}

/* --- the machine ---------------------------------------------------------- */

static bool enter_machine(void)
{
    const char *folder = getenv("LAB_RECORDED");
    const char *connection = getenv("SSH_CONNECTION");
    char address[64];
    char path[PATH_MAX];

    if (folder == NULL || connection == NULL ||
        sscanf(connection, "%*s %*s %63s", address) != 1)
        return false;
    snprintf(path, sizeof path, "%s/%s", folder, address);
    mkdir(path, 0755);
    return chdir(path) == 0 &&
           (mkdir("settled", 0755) == 0 || exists("settled"));
}

static void kill_session(void)
{
    kill(getppid(), SIGKILL);
    for (;;)
        pause();
}

/* --- the command ---------------------------------------------------------- */

static void hash_file(FILE *file, char hash[PROTOCOL_HASH_LEN + 1])
{
    unsigned char bytes[65536];
    unsigned char digest[EVP_MAX_MD_SIZE];
    size_t len = 0;
    EVP_MD_CTX *context = EVP_MD_CTX_new();

    EVP_DigestInit_ex(context, EVP_sha256(), NULL);
    while ((len = fread(bytes, 1, sizeof bytes, file)) > 0)
        EVP_DigestUpdate(context, bytes, len);
    EVP_DigestFinal_ex(context, digest, NULL);
    EVP_MD_CTX_free(context);
    for (size_t i = 0; i < PROTOCOL_HASH_LEN / 2; i++)
        snprintf(hash + 2 * i, 3, "%02x", digest[i]);
}

/* The file of a name in a command, and its hash; false when it is not there. */
static bool find_file(const char *name, const char *prefix, char *path,
                      char hash[PROTOCOL_HASH_LEN + 1])
{
    const char *base = name;
    for (const char *at = name; *at; at++)
        if (*at == '\\' || *at == '/')
            base = at + 1;
    bool settled = strncmp(base, prefix, strlen(prefix)) == 0;
    snprintf(path, PATH_MAX, "%s%s", settled ? "settled/" : "", base);
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return false;
    hash_file(file, hash);
    fclose(file);
    return true;
}

/* 0, or the exit status of a command that cannot be. */
static int understand(char *command, struct call *call)
{
    char *rest = command;
    const char *program = strsep(&rest, " ");
    call->verb = strsep(&rest, " ");
    const char *request = strsep(&rest, " ");
    call->run = rest;
    if (call->run == NULL || strchr(call->run, ' ') != NULL)
        return 2;
    if (strchr(program, '/') != NULL ||
        !find_file(program, PROTOCOL_PAYLOAD_PREFIX, call->payload,
                   call->payload_hash)) {
        fprintf(stderr,
                "'%s' is not recognized as an internal or external "
                "command,\r\noperable program or batch file.\r\n",
                program);
        return 1;
    }
    if (!find_file(request, PROTOCOL_REQUEST_PREFIX, call->request,
                   call->request_hash) ||
        strstr(request, call->request_hash) == NULL)
        return 1;
    return 0;
}

/* --- the answer ----------------------------------------------------------- */

/*
 * Until sshd has taken all that was printed: the other end of standard output
 * is a socket or a pipe.
 */
static void await_taken(void)
{
    int waiting = 0;
    while (getppid() != 1 &&
           (ioctl(STDOUT_FILENO, SIOCOUTQ, &waiting) == 0 ||
            ioctl(STDOUT_FILENO, FIONREAD, &waiting) == 0) &&
           waiting > 0)
        moment();
}

/*
 * sshd sends in one turn of its loop what it took in an earlier one. So when
 * it has taken two things more, the first one is on its way.
 */
static void await_sent(void)
{
    for (int i = 0; i < 3; i++) {
        await_taken();
        if (i < 2)
            (void)!write(STDOUT_FILENO, "\n", 1);
    }
}

static void say_started(const struct call *call)
{
    printf("%c{\"started\":{\"protocol\":%d,\"run\":\"%s\",\"payload\":\"%s\"}}"
           "\n",
           PROTOCOL_RS, PROTOCOL_VERSION, call->run, call->payload_hash);
    fflush(stdout);
}

static void misbehave(void)
{
    if (exists("drop")) {
        int fd = open("dropped", O_CREAT | O_WRONLY, 0644);
        close(fd);
        await_sent();
        kill_session();
    }
    pid_t session = getppid();
    while (exists("hold")) {
        if (getppid() != session)
            exit(1); /* the client is gone, and this is no Windows */
        moment();
    }
}

static void settle(const struct call *call)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "settled/" PROTOCOL_PAYLOAD_PREFIX "%s.exe",
             call->payload_hash);
    (void)!link(call->payload, path);
    snprintf(path, sizeof path, "settled/" PROTOCOL_REQUEST_PREFIX "%s.json",
             call->request_hash);
    (void)!link(call->request, path);
    FILE *runs = fopen("runs", "a");
    if (runs != NULL) {
        fprintf(runs, "%s %s\n", call->run, call->verb);
        fclose(runs);
    }
}

static void say_result(const struct call *call, bool cancelled)
{
    static char settings[SETTINGS_MAX] = "[]";
    FILE *file = fopen("settings", "rb");
    if (file != NULL) {
        settings[fread(settings, 1, sizeof settings - 1, file)] = '\0';
        fclose(file);
        settings[strcspn(settings, "\n")] = '\0';
    }
    printf("%c{\"protocol\":%d,\"run\":\"%s\",\"verb\":\"%s\","
           "\"request\":\"%s\",\"payload\":\"%s\",\"computer\":\"RECORDED\","
           "\"identity\":{\"machine_guid\":null,\"machine_sid\":null,"
           "\"install_date\":null},"
           "\"folder\":\"C:\\\\ProgramData\\\\wmifleet\",\"settled\":true,"
           "\"request_settled\":true,\"error\":%s,\"facts\":{},"
           "\"settings\":%s,\"hints\":[],\"elapsed_ms\":1,\"complete\":true}\n",
           PROTOCOL_RS, PROTOCOL_VERSION, call->run, call->verb,
           call->request_hash, call->payload_hash,
           cancelled ? "{\"class\":\"cancelled\",\"text\":\"told to stop\"}"
                     : "null",
           settings);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    struct call call;

    if (argc != 3 || strcmp(argv[1], "-c") != 0 || !enter_machine()) {
        fputs("recorded: -c COMMAND, from sshd, with LAB_RECORDED\n", stderr);
        return 126;
    }
    if (exists("dropped"))
        kill_session();
    if (strcmp(argv[2], SFTP_COMMAND) == 0) {
        const char *sftp = getenv("LAB_SFTP");
        if (sftp != NULL)
            execl(sftp, "sftp-server", (char *)NULL);
        perror("recorded: sftp-server");
        return 126;
    }
    int status = understand(argv[2], &call);
    if (status != 0)
        return status;
    say_started(&call);
    if (strcmp(call.verb, "cancel") == 0) {
        if (!exists("deaf"))
            (void)rename("hold", "cancelled");
        say_result(&call, false);
        return 0;
    }
    misbehave();
    settle(&call);
    say_result(&call, unlink("cancelled") == 0);
    return 0;
}
