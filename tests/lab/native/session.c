/* SPDX-License-Identifier: MIT */
/*
 * The login shell of a lab target: sshd runs `session -c COMMAND` for an
 * exec request and for the sftp subsystem alike, as Windows' sshd runs both
 * through the default shell. A command goes, untouched, to the Windows
 * program that does what Windows' sshd does with it (windows/login.c); the
 * word SFTP_COMMAND starts OpenSSH's sftp-server in the profile, behind the
 * guard of running programs (guard.c). No shell is involved, so no quoting
 * and no start-up file either.
 *
 * The target is told by its sshd_config (SetEnv):
 *   LAB_PREFIX   the Wine prefix         LAB_PROFILE  the profile folder
 *   LAB_TOOLS    the folder of the lab's programs
 *   LAB_WINE     the Wine loader         LAB_SFTP     sftp-server
 *   LAB_OVERRIDES  WINEDLLOVERRIDES of the lab
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SFTP_COMMAND "wmifleet-lab-sftp"

static const char *setting(const char *name)
{
    const char *value = getenv(name);

    if (value == NULL) {
        fprintf(stderr, "session: %s is not set\n", name);
        exit(126);
    }
    return value;
}

static void run_sftp(void)
{
    char guard[PATH_MAX];

    snprintf(guard, sizeof guard, "%s/guard.so", setting("LAB_TOOLS"));
    setenv("LD_PRELOAD", guard, 1);
    execl(setting("LAB_SFTP"), "sftp-server", (char *)NULL);
}

static void run_windows(const char *command)
{
    char login[PATH_MAX];
    const char *wine = setting("LAB_WINE");

    snprintf(login, sizeof login, "%s/login.exe", setting("LAB_TOOLS"));
    unsetenv("SHELL");
    unsetenv("MAIL");
    setenv("WINEPREFIX", setting("LAB_PREFIX"), 1);
    setenv("WINEDLLOVERRIDES", setting("LAB_OVERRIDES"), 1);
    setenv("WINEDEBUG", "-all,err+virtual", 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    setenv("SSH_ORIGINAL_COMMAND", command, 1);
    execl(wine, wine, login, (char *)NULL);
}

int main(int argc, char **argv)
{
    if (argc != 3 || strcmp(argv[1], "-c") != 0) {
        fputs("session: the lab has no interactive login\n", stderr);
        return 126;
    }
    if (chdir(setting("LAB_PROFILE")) < 0) {
        perror("session: the profile folder");
        return 126;
    }
    if (strcmp(argv[2], SFTP_COMMAND) == 0)
        run_sftp();
    else
        run_windows(argv[2]);
    perror("session: exec");
    return 126;
}
