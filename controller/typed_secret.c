/* SPDX-License-Identifier: MIT */
#include "controller/typed_secret.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "inventory/inventory.h"

#define CTRL_C '\003'

/*
 * One line without its end, wiped buffer left behind; Ctrl-C ends it too. NULL
 * on end of file, and for a line that is longer than any password: half of one
 * would lock accounts.
 */
static char *read_line(int fd)
{
    char line[1024];
    size_t len = 0;
    ssize_t got;
    while ((got = read(fd, line + len, 1)) == 1 && line[len] != '\n' &&
           line[len] != CTRL_C && len < sizeof line - 1)
        len++;
    bool ended = got == 0 ? len > 0 : got == 1 && len < sizeof line - 1;
    bool interrupted = ended && got == 1 && line[len] == CTRL_C;
    line[interrupted ? len + 1 : len] = '\0';
    line[strcspn(line, "\r")] = '\0';
    char *password = ended ? strdup(line) : NULL;
    explicit_bzero(line, sizeof line);
    return password;
}

/*
 * What is typed is not shown, and Ctrl-C ends the line instead of the program,
 * which would leave the terminal silent.
 */
static struct termios without_echo(struct termios terminal)
{
    terminal.c_lflag &= ~(tcflag_t)(ECHO | ISIG);
    terminal.c_cc[VEOL] = CTRL_C;
    return terminal;
}

char *typed_secret_ask(const char *option, const char *instead,
                       const char *prompt, const struct log *log)
{
    int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC);
    struct termios before;
    if (terminal < 0 || tcgetattr(terminal, &before) != 0) {
        log_line(log, LOG_ERROR, "%s: no terminal to ask at; use %s", option,
                 instead);
        if (terminal >= 0)
            close(terminal);
        return NULL;
    }
    const struct termios silent = without_echo(before);
    tcsetattr(terminal, TCSAFLUSH, &silent);
    dprintf(terminal, "%s", prompt);
    char *password = read_line(terminal);
    tcsetattr(terminal, TCSAFLUSH, &before);
    dprintf(terminal, "\n");
    close(terminal);
    if (password != NULL && strchr(password, CTRL_C) != NULL) {
        secret_free(password);
        raise(SIGINT);
        log_line(log, LOG_ERROR, "%s: interrupted", option);
        return NULL;
    }
    if (password == NULL)
        log_line(log, LOG_ERROR, "%s: no password was given", option);
    return password;
}

char *typed_secret_from_file(const char *path, const struct log *log)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        log_line(log, LOG_ERROR, "%s: %s", path, strerror(errno));
        return NULL;
    }
    char *password = read_line(file);
    close(file);
    if (password == NULL)
        log_line(log, LOG_ERROR,
                 "%s: its first line is no password: nothing, or too long",
                 path);
    return password;
}
