/* SPDX-License-Identifier: MIT */
/*
 * Windows' rule for files in use, and Windows' paths, for OpenSSH's
 * sftp-server: preloaded into it, this library refuses to open for writing,
 * to rename, to link and to remove a file that a Windows program of the
 * target runs from or holds open (permission denied, status 3), and takes
 * `/C:/folder` for what it is. Wine's server holds every such file open, the
 * image of a running program included, so its descriptors tell.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The function of the C library that has the same name. */
#define NEXT(name) ((__typeof__(&(name)))dlsym(RTLD_NEXT, #name))

/* `/C:/x`, `C:/x` and `C:\x` as paths of this machine; others as they are. */
static const char *unix_path(const char *path, char buffer[PATH_MAX])
{
    const char *at = path + (*path == '/');
    const char *prefix = getenv("LAB_PREFIX");

    if ((*at != 'C' && *at != 'c') || at[1] != ':' ||
        (at[2] != '/' && at[2] != '\\' && at[2] != 0) || prefix == NULL)
        return path;
    snprintf(buffer, PATH_MAX, "%s/drive_c%s", prefix, at + 2);
    for (char *c = buffer + strlen(prefix); *c != 0; c++)
        if (*c == '\\')
            *c = '/';
    return buffer;
}

static bool is_wine_server(const char *process)
{
    char path[PATH_MAX];
    char name[32] = "";
    FILE *file;

    snprintf(path, sizeof path, "/proc/%s/comm", process);
    file = fopen(path, "re");
    if (file == NULL)
        return false;
    if (fgets(name, sizeof name, file) == NULL)
        name[0] = 0;
    fclose(file);
    return strncmp(name, "wineserver", strlen("wineserver")) == 0;
}

static bool process_holds(const char *process, const struct stat *wanted)
{
    char path[PATH_MAX];
    struct dirent *entry;
    struct stat held;
    bool found = false;
    DIR *folder;

    snprintf(path, sizeof path, "/proc/%s/fd", process);
    folder = opendir(path);
    if (folder == NULL)
        return false;
    while (!found && (entry = readdir(folder)) != NULL)
        found = fstatat(dirfd(folder), entry->d_name, &held, 0) == 0 &&
                S_ISREG(held.st_mode) && held.st_dev == wanted->st_dev &&
                held.st_ino == wanted->st_ino;
    closedir(folder);
    return found;
}

static bool is_in_use(const char *path)
{
    struct dirent *entry;
    struct stat wanted;
    bool found = false;
    DIR *processes;

    if (NEXT(stat)(path, &wanted) != 0 || !S_ISREG(wanted.st_mode))
        return false;
    processes = NEXT(opendir)("/proc");
    if (processes == NULL)
        return false;
    while (!found && (entry = readdir(processes)) != NULL)
        found = entry->d_name[0] >= '1' && entry->d_name[0] <= '9' &&
                is_wine_server(entry->d_name) &&
                process_holds(entry->d_name, &wanted);
    closedir(processes);
    return found;
}

static int refuse(void)
{
    errno = EACCES;
    return -1;
}

int open(const char *path, int flags, ...)
{
    char buffer[PATH_MAX];
    mode_t mode = 0;
    va_list arguments;

    if ((flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE) {
        va_start(arguments, flags);
        mode = va_arg(arguments, mode_t);
        va_end(arguments);
    }
    path = unix_path(path, buffer);
    if ((flags & O_ACCMODE) != O_RDONLY && is_in_use(path))
        return refuse();
    return NEXT(open)(path, flags, mode);
}

int unlink(const char *path)
{
    char buffer[PATH_MAX];

    path = unix_path(path, buffer);
    return is_in_use(path) ? refuse() : NEXT(unlink)(path);
}

int truncate(const char *path, off_t len)
{
    char buffer[PATH_MAX];

    path = unix_path(path, buffer);
    return is_in_use(path) ? refuse() : NEXT(truncate)(path, len);
}

/* A plain rename is link and unlink, in OpenSSH on Windows too. */
int link(const char *from, const char *to)
{
    char buffers[2][PATH_MAX];

    from = unix_path(from, buffers[0]);
    to = unix_path(to, buffers[1]);
    return is_in_use(from) ? refuse() : NEXT(link)(from, to);
}

int rename(const char *from, const char *to)
{
    char buffers[2][PATH_MAX];

    from = unix_path(from, buffers[0]);
    to = unix_path(to, buffers[1]);
    if (is_in_use(from) || is_in_use(to))
        return refuse();
    return NEXT(rename)(from, to);
}

int stat(const char *path, struct stat *result)
{
    char buffer[PATH_MAX];

    return NEXT(stat)(unix_path(path, buffer), result);
}

int lstat(const char *path, struct stat *result)
{
    char buffer[PATH_MAX];

    return NEXT(lstat)(unix_path(path, buffer), result);
}

DIR *opendir(const char *path)
{
    char buffer[PATH_MAX];

    return NEXT(opendir)(unix_path(path, buffer));
}

int mkdir(const char *path, mode_t mode)
{
    char buffer[PATH_MAX];

    return NEXT(mkdir)(unix_path(path, buffer), mode);
}

int rmdir(const char *path)
{
    char buffer[PATH_MAX];

    return NEXT(rmdir)(unix_path(path, buffer));
}

/*
 * The working directory as Windows' sshd tells it, `/C:/users/...`: what
 * sftp-server makes full paths of.
 */
char *getcwd(char *result, size_t room)
{
    char cwd[PATH_MAX];
    char drive[PATH_MAX];
    char buffer[PATH_MAX];
    size_t len;
    int written;

    if (NEXT(getcwd)(cwd, sizeof cwd) == NULL ||
        realpath(unix_path("/C:", buffer), drive) == NULL)
        return NULL;
    len = strlen(drive);
    if (strncmp(cwd, drive, len) == 0 && cwd[len] == '/')
        written = snprintf(result, room, "/C:%s", cwd + len);
    else
        written = snprintf(result, room, "%s", cwd);
    if (written >= 0 && (size_t)written < room)
        return result;
    errno = ERANGE;
    return NULL;
}
