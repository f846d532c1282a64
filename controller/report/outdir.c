/* SPDX-License-Identifier: MIT */
#include "controller/report/outdir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "controller/job/payload_image.h"

#define SUFFIX ".json"
/* Of what a file may be called, 255 bytes. */
#define NAME_LEN_MAX ((size_t)240)
#define NAME_LEN_KEPT ((size_t)180)
#define ENCODED_MAX ((size_t)1024 * 1024)

struct outdir {
    int fd;
    char *path;
    char *temporary; /* the name under which a file is written */
};

static int add_encoded(struct buf *out, const char *host)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "abcdefghijklmnopqrstuvwxyz0123456789._-";
    for (const char *c = host; *c != '\0'; c++) {
        if (strchr(plain, *c) == NULL || (c == host && *c == '.'))
            buf_addf(out, "%%%02X", (unsigned)(unsigned char)*c);
        else
            buf_add_char(out, *c);
    }
    return out->failed ? -1 : 0;
}

int outdir_name(struct buf *out, const char *host, struct err *err)
{
    struct buf encoded;
    char hash[PROTOCOL_HASH_LEN + 1];
    buf_init(&encoded, ENCODED_MAX);
    int failed = add_encoded(&encoded, host);
    if (!failed && encoded.len <= NAME_LEN_MAX)
        failed =
            buf_addf(out, "%s" SUFFIX, encoded.len > 0 ? encoded.data : "");
    else if (!failed)
        failed = payload_hash(host, strlen(host), hash, err) ||
                 buf_addf(out, "%.*s~%s" SUFFIX, (int)NAME_LEN_KEPT,
                          encoded.data, hash);
    buf_release(&encoded);
    return failed ? err_set(err, 0, "%.100s: its file has no name", host) : 0;
}

static int fail(const struct outdir *outdir, const char *name, struct err *err)
{
    return err_set(err, 0, "--outdir %.200s: %.300s: cannot be written: %s",
                   outdir->path, name, strerror(errno));
}

static int write_all(int fd, const char *text, size_t len)
{
    while (len > 0) {
        ssize_t written = write(fd, text, len);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return -1;
        text += written;
        len -= (size_t)written;
    }
    return 0;
}

static int write_temporary(const struct outdir *outdir, const char *text)
{
    int fd = openat(outdir->fd, outdir->temporary,
                    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        return -1;
    int failed = write_all(fd, text, strlen(text)) || write_all(fd, "\n", 1);
    return close(fd) || failed ? -1 : 0;
}

int outdir_put(struct outdir *outdir, const char *host, const char *text,
               struct err *err)
{
    struct buf name;
    buf_init(&name, 512);
    int failed = outdir_name(&name, host, err);
    if (!failed &&
        (write_temporary(outdir, text) ||
         renameat(outdir->fd, outdir->temporary, outdir->fd, name.data)))
        failed = fail(outdir, name.data, err);
    buf_release(&name);
    return failed;
}

static int open_folder(struct outdir *outdir, struct err *err)
{
    if (mkdir(outdir->path, 0777) && errno != EEXIST)
        return err_set(err, 0, "--outdir %.300s: cannot be made: %s",
                       outdir->path, strerror(errno));
    outdir->fd = open(outdir->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (outdir->fd < 0)
        return err_set(err, 0, "--outdir %.300s: cannot be opened: %s",
                       outdir->path, strerror(errno));
    if (write_temporary(outdir, "") ||
        unlinkat(outdir->fd, outdir->temporary, 0))
        return fail(outdir, outdir->temporary, err);
    return 0;
}

int outdir_open(struct outdir **out, const char *path, const char *run,
                struct err *err)
{
    struct outdir *outdir = calloc(1, sizeof *outdir);
    if (outdir == NULL)
        return err_set(err, 0, "out of memory");
    outdir->fd = -1;
    outdir->path = strdup(path);
    if (asprintf(&outdir->temporary, ".wmifleet-%s", run) < 0)
        outdir->temporary = NULL;
    int failed = outdir->path == NULL || outdir->temporary == NULL
                     ? err_set(err, 0, "out of memory")
                     : open_folder(outdir, err);
    if (failed)
        outdir_close(outdir);
    else
        *out = outdir;
    return failed;
}

void outdir_close(struct outdir *outdir)
{
    if (outdir == NULL)
        return;
    if (outdir->fd >= 0)
        close(outdir->fd);
    free(outdir->temporary);
    free(outdir->path);
    free(outdir);
}
