/* SPDX-License-Identifier: MIT */
/*
 * The lab's account, without making one: preloaded into the lab's sshd (and
 * into nothing else), this library answers look-ups of the login name with
 * an account whose shell is the lab's session program and whose user id is
 * the one that sshd already has. When root starts the lab, sshd is told that
 * it is an ordinary user, so it wants neither the account nor the directory
 * that its privilege separation needs: nothing outside the lab is touched.
 *
 *   LAB_ACCOUNT        the login name
 *   LAB_ACCOUNT_HOME   its home directory
 *   LAB_ACCOUNT_SHELL  the session program
 *   LAB_ACCOUNT_HASH   crypt(3) hash of its password
 */
#include <errno.h>
#include <pwd.h>
#include <shadow.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { STAND_IN_UID = 20122 };

static uid_t not_root(long uid)
{
    return uid == 0 ? STAND_IN_UID : (uid_t)uid;
}

uid_t getuid(void)
{
    return not_root(syscall(SYS_getuid));
}

uid_t geteuid(void)
{
    return not_root(syscall(SYS_geteuid));
}

static char *setting(const char *name)
{
    char *value = getenv(name);

    return value != NULL ? value : (char *)"";
}

/* sshd copies what it gets, so one answer per process is enough. */
static struct passwd *account(void)
{
    static struct passwd answer;

    answer = (struct passwd){
        .pw_name = setting("LAB_ACCOUNT"),
        .pw_passwd = setting("LAB_ACCOUNT_HASH"),
        .pw_uid = getuid(),
        .pw_gid = getgid(),
        .pw_gecos = (char *)"wmifleet lab",
        .pw_dir = setting("LAB_ACCOUNT_HOME"),
        .pw_shell = setting("LAB_ACCOUNT_SHELL"),
    };
    return &answer;
}

struct passwd *getpwnam(const char *name)
{
    /* Windows' account names know no case. */
    if (strcasecmp(name, setting("LAB_ACCOUNT")) == 0)
        return account();
    errno = 0;
    return NULL;
}

struct passwd *getpwuid(uid_t uid)
{
    if (uid == getuid())
        return account();
    errno = 0;
    return NULL;
}

struct spwd *getspnam(const char *name)
{
    (void)name;
    errno = 0;
    return NULL;
}
