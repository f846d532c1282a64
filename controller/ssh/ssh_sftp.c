/* SPDX-License-Identifier: MIT */
/*
 * Files in the login's start directory. One SFTP channel a connection,
 * opened when first needed and kept, because opening it costs three round
 * trips and the clean-up after the result needs it again. A server whose
 * sftp-server ends at once is only found out by the deadline: until SFTP is
 * up, libssh2 shows nobody that channel's end.
 *
 * A round trip is what a cold host costs most. So the answer to a close is
 * read only when that of the next request has come too: the server answers in
 * order, and libssh2 keeps an answer until it is asked for by its number.
 * This holds once the close is out as a whole; until then nothing else may be
 * sent. No command is given before.
 */
#include "controller/ssh/ssh_transport.h"

#include <stdio.h>
#include <string.h>

#define PAYLOAD_MODE 0700

static const struct {
    unsigned long status;
    const char *text;
} status_texts[] = {
    {LIBSSH2_FX_EOF, "unexpected end of file"},
    {LIBSSH2_FX_NO_SUCH_FILE, "no such file or folder"},
    {LIBSSH2_FX_PERMISSION_DENIED, "permission denied"},
    {LIBSSH2_FX_FAILURE,
     "the server gives no reason (the disk is full, or the file is in use)"},
    {LIBSSH2_FX_BAD_MESSAGE, "the server did not understand the request"},
    {LIBSSH2_FX_NO_CONNECTION, "the server has no connection"},
    {LIBSSH2_FX_CONNECTION_LOST, "the server lost its connection"},
    {LIBSSH2_FX_OP_UNSUPPORTED, "the server cannot do that"},
    {LIBSSH2_FX_NO_SUCH_PATH, "no such folder"},
    {LIBSSH2_FX_FILE_ALREADY_EXISTS, "the file exists already"},
    {LIBSSH2_FX_WRITE_PROTECT, "the disk is write-protected"},
    {LIBSSH2_FX_NO_MEDIA, "there is no disk in the drive"},
    {LIBSSH2_FX_NO_SPACE_ON_FILESYSTEM, "the disk is full"},
    {LIBSSH2_FX_QUOTA_EXCEEDED, "the disk quota is used up"},
    {LIBSSH2_FX_LOCK_CONFLICT, "the file is in use"},
};

static const char *status_text(unsigned long status)
{
    for (size_t i = 0; i < sizeof status_texts / sizeof *status_texts; i++)
        if (status_texts[i].status == status)
            return status_texts[i].text;
    return "a status that this program does not know";
}

static enum io request_failed(struct transport *t, int code, enum fault fault,
                              const char *name, const char *what,
                              struct err *err)
{
    if (code == LIBSSH2_ERROR_SFTP_PROTOCOL && !t->broken) {
        unsigned long status = libssh2_sftp_last_error(t->sftp);
        err_set(err, (int)fault, "%s: %s: %s (SFTP status %lu)", name, what,
                status_text(status), status);
        return IO_FAIL;
    }
    err_set(err, (int)fault, "%s: %s: %s", name, what, ssh_reason(t));
    return IO_FAIL;
}

static enum io open_sftp(struct transport *t, struct err *err)
{
    if (t->sftp != NULL)
        return IO_DONE;
    t->sftp = libssh2_sftp_init(t->session);
    if (t->sftp != NULL)
        return IO_DONE;
    if (libssh2_session_last_errno(t->session) == LIBSSH2_ERROR_EAGAIN)
        return IO_AGAIN;
    return ssh_fail(t, FAULT_SFTP, err, "SFTP does not start");
}

static enum io upload_open(struct transport *t, const char *name,
                           struct err *err)
{
    t->uploaded = 0;
    t->file = libssh2_sftp_open_ex(t->sftp, name, (unsigned)strlen(name),
                                   LIBSSH2_FXF_WRITE | LIBSSH2_FXF_CREAT |
                                       LIBSSH2_FXF_EXCL,
                                   PAYLOAD_MODE, LIBSSH2_SFTP_OPENFILE);
    if (t->file != NULL)
        return IO_DONE;
    int code = libssh2_session_last_errno(t->session);
    if (code == LIBSSH2_ERROR_EAGAIN)
        return IO_AGAIN;
    return request_failed(t, code, FAULT_UPLOAD, name,
                          "cannot be made on the target", err);
}

static enum io upload_write(struct transport *t, const char *name,
                            const char *data, size_t len, struct err *err)
{
    while (t->uploaded < len) {
        t->dry_reads = 0;
        ssize_t written =
            libssh2_sftp_write(t->file, data + t->uploaded, len - t->uploaded);
        if (written == LIBSSH2_ERROR_EAGAIN)
            return IO_AGAIN;
        if (written < 0)
            return request_failed(t, (int)written, FAULT_UPLOAD, name,
                                  "writing it failed", err);
        t->uploaded += (size_t)written;
    }
    return IO_DONE;
}

static const char closing_failed[] = "closing it failed";

static enum io upload_close(struct transport *t, const char *name,
                            struct err *err)
{
    int code = libssh2_sftp_close_handle(t->file);
    if (code == LIBSSH2_ERROR_EAGAIN &&
        (libssh2_session_block_directions(t->session) &
         LIBSSH2_SESSION_BLOCK_OUTBOUND))
        return IO_AGAIN;
    if (code == LIBSSH2_ERROR_EAGAIN) {
        t->closing_file = t->file;
        snprintf(t->closing_name, sizeof t->closing_name, "%s", name);
    }
    t->file = NULL;
    if (code != 0 && code != LIBSSH2_ERROR_EAGAIN)
        return request_failed(t, code, FAULT_UPLOAD, name, closing_failed, err);
    return IO_DONE;
}

enum io ssh_finish_upload(struct transport *t, enum fault lost, struct err *err)
{
    if (t->closing_file == NULL)
        return IO_DONE;
    int code = libssh2_sftp_close_handle(t->closing_file);
    if (code == LIBSSH2_ERROR_EAGAIN)
        return IO_AGAIN;
    t->closing_file = NULL;
    if (code == 0)
        return IO_DONE;
    enum fault fault = ssh_is_broken(t, code) ? lost : FAULT_UPLOAD;
    return request_failed(t, code, fault, t->closing_name, closing_failed, err);
}

static enum io upload_step(struct transport *t, const char *name,
                           const void *data, size_t len, struct err *err)
{
    switch (t->upload_step) {
    case UPLOAD_OPEN:
        return upload_open(t, name, err);
    case UPLOAD_FINISH:
        return ssh_finish_upload(t, FAULT_UPLOAD, err);
    case UPLOAD_WRITE:
        return upload_write(t, name, data, len, err);
    case UPLOAD_CLOSE:
        break;
    }
    return upload_close(t, name, err);
}

enum io ssh_upload(struct transport *t, const char *name, const void *data,
                   size_t len, struct err *err)
{
    ssh_begin(t);
    enum io io = open_sftp(t, err);
    while (io == IO_DONE) {
        io = upload_step(t, name, data, len, err);
        if (io != IO_DONE)
            return io;
        if (t->upload_step == UPLOAD_CLOSE) {
            t->upload_step = UPLOAD_OPEN;
            return IO_DONE;
        }
        t->upload_step++;
    }
    return io;
}

/*
 * Answers that say "not there" are answers; others mean that the question
 * stays open, and only a lost connection is a failure.
 */
static enum io judge(struct transport *t, int code, const char *name,
                     bool *missing, struct err *err)
{
    *missing = false;
    if (code == LIBSSH2_ERROR_EAGAIN)
        return IO_AGAIN;
    if (code == 0)
        return IO_DONE;
    if (code != LIBSSH2_ERROR_SFTP_PROTOCOL || t->broken)
        return request_failed(t, code, FAULT_LOST, name,
                              "the connection was lost", err);
    unsigned long status = libssh2_sftp_last_error(t->sftp);
    *missing =
        status == LIBSSH2_FX_NO_SUCH_FILE || status == LIBSSH2_FX_NO_SUCH_PATH;
    return IO_DONE;
}

enum io ssh_stat(struct transport *t, const char *name,
                 struct found_file *found, struct err *err)
{
    ssh_begin(t);
    enum io io = open_sftp(t, err);
    if (io != IO_DONE)
        return io;
    LIBSSH2_SFTP_ATTRIBUTES attributes = {0};
    bool missing;
    int code = libssh2_sftp_stat_ex(t->sftp, name, (unsigned)strlen(name),
                                    LIBSSH2_SFTP_STAT, &attributes);
    io = judge(t, code, name, &missing, err);
    if (io == IO_DONE)
        *found = (struct found_file){
            .exists = !missing,
            .sized = code == 0 && (attributes.flags & LIBSSH2_SFTP_ATTR_SIZE),
            .len = attributes.filesize};
    return io;
}

enum io ssh_unlink(struct transport *t, const char *name, bool *removed,
                   struct err *err)
{
    ssh_begin(t);
    enum io io = open_sftp(t, err);
    if (io != IO_DONE)
        return io;
    bool missing;
    int code = libssh2_sftp_unlink_ex(t->sftp, name, (unsigned)strlen(name));
    io = judge(t, code, name, &missing, err);
    if (io == IO_DONE)
        *removed = code == 0 || missing;
    return io;
}
