/* SPDX-License-Identifier: MIT */
#include "controller/job/payload_command.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

int one_time_names_make(struct one_time_names *names, const char *request_hash,
                        struct err *err)
{
    unsigned char bytes[PROTOCOL_NONCE_LEN / 2];
    ssize_t got = 0;
    do
        got = getrandom(bytes, sizeof bytes, 0);
    while (got < 0 && errno == EINTR);
    if (got != (ssize_t)sizeof bytes)
        return err_set(err, 0, "the system gives no random bytes: %s",
                       strerror(errno));
    char nonce[PROTOCOL_NONCE_LEN + 1];
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(nonce + 2 * i, 3, "%02x", bytes[i]);
    snprintf(names->payload, sizeof names->payload,
             PROTOCOL_ONE_TIME_PREFIX "%s.exe", nonce);
    snprintf(names->request, sizeof names->request,
             PROTOCOL_ONE_TIME_PREFIX "%s-%s.json", nonce, request_hash);
    return 0;
}

static void use_slashes(char *path)
{
    for (; *path; path++) {
        if (*path == '\\')
            *path = '/';
    }
}

int payload_command_make(char line[PAYLOAD_COMMAND_MAX],
                         const struct payload_command *command, struct err *err)
{
    const char *folder = command->folder ? command->folder : ".";
    int len =
        snprintf(line, PAYLOAD_COMMAND_MAX, "%s\\%s", folder, command->program);
    if (len < 0 || len >= PAYLOAD_COMMAND_MAX)
        return err_set(err, 0, "the path of the payload is too long");
    if (command->form == SHELL_SLASH)
        use_slashes(line);
    size_t room = PAYLOAD_COMMAND_MAX - (size_t)len;
    int more = snprintf(line + len, room, " %s %s %s", command->verb,
                        command->request, command->run);
    if (more < 0 || (size_t)more >= room)
        return err_set(err, 0, "the command line is too long");
    if (line[strspn(line, PROTOCOL_COMMAND_CHARACTERS " ")] != '\0' ||
        strchr(folder, ' ') || strchr(command->program, ' ') ||
        strchr(command->request, ' ') || strchr(command->run, ' '))
        return err_set(err, 0,
                       "the command line would hold a character that a "
                       "shell may obey");
    return 0;
}

int payload_command_cancel(char line[PAYLOAD_COMMAND_MAX], const char *command,
                           struct err *err)
{
    int program_len = (int)strcspn(command, " ");
    const char *verb =
        command + program_len + strspn(command + program_len, " ");
    int len = snprintf(line, PAYLOAD_COMMAND_MAX, "%.*s cancel%s", program_len,
                       command, verb + strcspn(verb, " "));
    return len > 0 && len < PAYLOAD_COMMAND_MAX
               ? 0
               : err_set(err, 0, "the command line is too long");
}
