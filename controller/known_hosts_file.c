/* SPDX-License-Identifier: MIT */
#include "controller/known_hosts_file.h"

#include <errno.h>
#include <fcntl.h>
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
            errno = EFBIG;
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

/* The lock goes with the descriptor. */
static int append_locked(int fd, const struct buf *line)
{
    struct stat found;
    if (flock(fd, LOCK_EX) != 0 || fstat(fd, &found) != 0)
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

int known_hosts_file_append(const char *path, const struct buf *line,
                            struct err *err)
{
    make_folder(path);
    int fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    int result = fd < 0 ? -1 : append_locked(fd, line);
    if (result != 0)
        err_set(err, errno, "%s: cannot be added to: %s", path,
                strerror(errno));
    if (fd >= 0)
        close(fd);
    return result;
}
