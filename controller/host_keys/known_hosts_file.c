/* SPDX-License-Identifier: MIT */
#include "controller/host_keys/known_hosts_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_CHUNK ((size_t)64 * 1024)

static int read_all(int fd, struct buf *text)
{
    for (;;) {
        char *room = buf_room(text, READ_CHUNK);
        if (room == NULL) {
            errno = text->len + READ_CHUNK > text->max ? EFBIG : ENOMEM;
            return -1;
        }
        ssize_t got = read(fd, room, READ_CHUNK);
        if (got > 0)
            buf_added(text, (size_t)got);
        else if (got == 0)
            return 0;
        else if (errno != EINTR)
            return -1;
    }
}

int known_hosts_file_read(const char *path, struct buf *text, struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return 0;
    int result = fd < 0 ? -1 : read_all(fd, text);
    if (result != 0)
        err_set(err, errno, "%s: %s", path, strerror(errno));
    if (fd >= 0)
        close(fd);
    return result;
}

static void make_folder(const char *path)
{
    char folder[4096];
    const char *slash = strrchr(path, '/');
    size_t len = slash == NULL ? 0 : (size_t)(slash - path);
    if (len == 0 || len >= sizeof folder)
        return;
    memcpy(folder, path, len);
    folder[len] = '\0';
    /* Whether it is there is seen when the file is opened. */
    (void)mkdir(folder, 0700);
}

static int append_locked(int fd, const struct buf *line)
{
    struct stat found;
    if (fstat(fd, &found) != 0)
        return -1;
    char last = '\n';
    if (found.st_size > 0 && pread(fd, &last, 1, found.st_size - 1) != 1)
        return -1;
    struct buf whole;
    buf_init(&whole, line->len + 1);
    if (last != '\n')
        buf_add_char(&whole, '\n');
    buf_add(&whole, line->data, line->len);
    errno = ENOMEM;
    ssize_t written = whole.failed ? -1 : write(fd, whole.data, whole.len);
    int result = written == (ssize_t)whole.len ? 0 : -1;
    if (written >= 0 && result != 0) {
        /* Half a line would spoil the next one. */
        errno = ftruncate(fd, found.st_size) == 0 ? ENOSPC : EIO;
    }
    buf_release(&whole);
    return result;
}

/*
 * Opens the file and takes its lock, which goes with the descriptor. Who
 * waited for it may hold a file that was replaced meanwhile: that is not it.
 */
static int open_locked(const char *path, int flags)
{
    for (;;) {
        struct stat mine;
        struct stat there;
        int fd = open(path, flags | O_RDWR | O_CLOEXEC, 0600);
        if (fd < 0)
            return -1;
        if (flock(fd, LOCK_EX) != 0 || fstat(fd, &mine) != 0) {
            close(fd);
            return -1;
        }
        if (stat(path, &there) == 0 && there.st_ino == mine.st_ino &&
            there.st_dev == mine.st_dev)
            return fd;
        close(fd);
    }
}

int known_hosts_file_append(const char *path, const struct buf *line,
                            struct err *err)
{
    make_folder(path);
    int fd = open_locked(path, O_APPEND | O_CREAT);
    int result = fd < 0 ? -1 : append_locked(fd, line);
    if (result != 0)
        err_set(err, errno, "%s: cannot be added to: %s", path,
                strerror(errno));
    if (fd >= 0)
        close(fd);
    return result;
}

static int write_all(int fd, const struct buf *text)
{
    for (size_t at = 0; at < text->len;) {
        ssize_t written = write(fd, text->data + at, text->len - at);
        if (written < 0 && errno != EINTR)
            return -1;
        at += written > 0 ? (size_t)written : 0;
    }
    return fsync(fd);
}

/* `fd` is the locked file at `path`; a new one takes its name. */
static int put_in_place(int fd, const char *path, const struct buf *text)
{
    char beside[PATH_MAX + 16];
    struct stat found;
    if (fstat(fd, &found) != 0)
        return -1;
    snprintf(beside, sizeof beside, "%s.new-XXXXXX", path);
    int new_fd = mkostemp(beside, O_CLOEXEC);
    if (new_fd < 0)
        return -1;
    /* Another owner's file stays his where that is allowed. */
    if (fchown(new_fd, found.st_uid, found.st_gid) != 0)
        errno = 0;
    int failed = fchmod(new_fd, found.st_mode & 07777) ||
                 write_all(new_fd, text) || rename(beside, path);
    int number = errno;
    close(new_fd);
    if (failed)
        unlink(beside);
    errno = number;
    return failed ? -1 : 0;
}

int known_hosts_file_rewrite(const char *path, known_hosts_editor *edit,
                             void *context, struct err *err)
{
    char real[PATH_MAX];
    struct buf text;
    struct buf out;
    buf_init(&text, KNOWN_HOSTS_FILE_MAX);
    buf_init(&out, KNOWN_HOSTS_FILE_MAX);
    int fd = realpath(path, real) == NULL ? -1 : open_locked(real, 0);
    int result = fd < 0 ? -1 : read_all(fd, &text);
    if (result == 0 && edit(context, &text, &out)) {
        errno = ENOMEM;
        result = -1;
    }
    if (result == 0)
        result = put_in_place(fd, real, &out);
    if (result != 0)
        err_set(err, errno, "%s: cannot be replaced: %s", path,
                strerror(errno));
    if (fd >= 0)
        close(fd);
    buf_release(&text);
    buf_release(&out);
    return result;
}
