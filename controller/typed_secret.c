/* SPDX-License-Identifier: MIT */
#include "controller/typed_secret.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* One line without its end, wiped buffer left behind. NULL on end of file. */
static char *read_line(FILE *file)
{
    char line[1024];
    char *password = NULL;
    if (fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\r\n")] = '\0';
        password = strdup(line);
    }
    explicit_bzero(line, sizeof line);
    return password;
}

char *typed_secret_ask(const char *option, const char *instead,
                       const char *prompt, const struct log *log)
{
    FILE *terminal = fopen("/dev/tty", "r+e");
    struct termios before;
    if (terminal == NULL || tcgetattr(fileno(terminal), &before) != 0) {
        log_line(log, LOG_ERROR, "%s: no terminal to ask at; use %s", option,
                 instead);
        if (terminal != NULL)
            fclose(terminal);
        return NULL;
    }
    struct termios silent = before;
    silent.c_lflag &= ~(tcflag_t)ECHO;
    fputs(prompt, terminal);
    fflush(terminal);
    tcsetattr(fileno(terminal), TCSAFLUSH, &silent);
    char *password = read_line(terminal);
    tcsetattr(fileno(terminal), TCSAFLUSH, &before);
    fputs("\n", terminal);
    fclose(terminal);
    if (password == NULL)
        log_line(log, LOG_ERROR, "%s: no password was given", option);
    return password;
}

char *typed_secret_from_file(const char *path, const struct log *log)
{
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        log_line(log, LOG_ERROR, "%s: %s", path, strerror(errno));
        return NULL;
    }
    setvbuf(file, NULL, _IONBF, 0); /* no copy of it stays behind */
    char *password = read_line(file);
    fclose(file);
    if (password == NULL)
        log_line(log, LOG_ERROR, "%s: holds no password", path);
    return password;
}
