/* SPDX-License-Identifier: MIT */
#include "tests/farm/sftp.h"

#include <stdlib.h>
#include <string.h>

#define PACKET_MAX ((size_t)256 * 1024)
#define OUT_MAX ((size_t)1024 * 1024)
#define FULL_AT 65536        /* bytes of a file for which there is room */
#define HANGS_UP_AFTER 20000 /* bytes */

enum packet {
    PACKET_INIT = 1,
    PACKET_VERSION = 2,
    PACKET_OPEN = 3,
    PACKET_CLOSE = 4,
    PACKET_WRITE = 6,
    PACKET_LSTAT = 7,
    PACKET_REMOVE = 13,
    PACKET_STAT = 17,
    PACKET_STATUS = 101,
    PACKET_HANDLE = 102,
    PACKET_ATTRS = 105,
};

enum status {
    STATUS_OK = 0,
    STATUS_NO_SUCH_FILE = 2,
    STATUS_PERMISSION_DENIED = 3,
    STATUS_FAILURE = 4,
    STATUS_UNSUPPORTED = 8,
};

#define OPEN_CREATE 0x08u
#define OPEN_EXCLUSIVE 0x20u
#define ATTR_SIZE 0x01u
#define ATTR_TIMES 0x08u

/* A clock that is right, and one that is not. */
#define TIME_NOW 1795392000u
#define TIME_AHEAD 4099680000u

void sftp_init(struct sftp *sftp, struct target *target)
{
    *sftp = (struct sftp){.target = target};
    buf_init(&sftp->in, 2 * PACKET_MAX);
    buf_init(&sftp->out, OUT_MAX);
}

static void handle_close(struct sftp_handle *handle)
{
    EVP_MD_CTX_free(handle->digest);
    buf_release(&handle->bytes);
    *handle = (struct sftp_handle){.file = NULL};
}

void sftp_release(struct sftp *sftp)
{
    for (size_t i = 0; i < SFTP_HANDLES_MAX; i++)
        if (sftp->handles[i].file != NULL)
            handle_close(&sftp->handles[i]);
    buf_release(&sftp->in);
    buf_release(&sftp->out);
}

/* --- reading -------------------------------------------------------------- */

struct reader {
    const unsigned char *at;
    size_t left;
    bool failed;
};

static uint32_t read_number(struct reader *reader)
{
    if (reader->left < 4) {
        reader->failed = true;
        return 0;
    }
    const unsigned char *at = reader->at;
    reader->at += 4;
    reader->left -= 4;
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
           (uint32_t)at[2] << 8 | at[3];
}

static uint64_t read_long(struct reader *reader)
{
    uint64_t high = read_number(reader);
    return high << 32 | read_number(reader);
}

static struct reader read_string(struct reader *reader)
{
    struct reader string = {.left = read_number(reader)};
    if (string.left > reader->left) {
        reader->failed = true;
        string.left = 0;
    }
    string.at = reader->at;
    reader->at += string.left;
    reader->left -= string.left;
    return string;
}

/* The file's name, without the folder that clients may put before it. */
static void read_name(struct reader *reader, char name[TARGET_NAME_SIZE])
{
    struct reader string = read_string(reader);
    name[0] = '\0';
    if (string.left >= TARGET_NAME_SIZE ||
        memchr(string.at, '\0', string.left) != NULL)
        return;
    memcpy(name, string.at, string.left);
    name[string.left] = '\0';
}

/* --- answering ------------------------------------------------------------ */

static void add_number(struct buf *out, uint32_t number)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        buf_add_char(out, (char)(number >> shift));
}

static void begin_answer(struct sftp *sftp, enum packet packet, uint32_t id,
                         size_t len)
{
    add_number(&sftp->out, (uint32_t)(1 + 4 + len));
    buf_add_char(&sftp->out, (char)packet);
    add_number(&sftp->out, id);
}

static void answer_status(struct sftp *sftp, uint32_t id, enum status status)
{
    static const char text[] = "Failure";
    size_t len = status == STATUS_OK ? 0 : sizeof text - 1;
    begin_answer(sftp, PACKET_STATUS, id, 4 + 4 + len + 4);
    add_number(&sftp->out, status);
    add_number(&sftp->out, (uint32_t)len);
    buf_add(&sftp->out, text, len);
    add_number(&sftp->out, 0); /* of no language */
}

static void answer_init(struct sftp *sftp)
{
    if (sftp->target->script == SCRIPT_SFTP_GARBAGE) {
        buf_add_text(&sftp->out, "Welcome to the lab!\r\n");
        return;
    }
    add_number(&sftp->out, 5);
    buf_add_char(&sftp->out, PACKET_VERSION);
    add_number(&sftp->out, 3);
}

/* --- files ---------------------------------------------------------------- */

static bool is_request(const char *name)
{
    size_t len = strlen(name);
    return len > 5 && strcmp(name + len - 5, ".json") == 0;
}

static struct sftp_handle *free_handle(struct sftp *sftp)
{
    for (size_t i = 0; i < SFTP_HANDLES_MAX; i++)
        if (sftp->handles[i].file == NULL)
            return &sftp->handles[i];
    return NULL;
}

static enum status make_file(struct sftp *sftp, const char *name,
                             uint32_t flags, struct sftp_handle *handle)
{
    struct file *file = target_file(sftp->target, name);
    if (sftp->target->script == SCRIPT_SFTP_DENIED)
        return STATUS_PERMISSION_DENIED;
    if (handle == NULL || !(flags & OPEN_CREATE) ||
        (file != NULL && (flags & OPEN_EXCLUSIVE)))
        return STATUS_FAILURE;
    if (file != NULL)
        target_remove_file(file);
    file = target_make_file(sftp->target, name);
    if (file == NULL)
        return STATUS_FAILURE;
    *handle = (struct sftp_handle){.file = file};
    buf_init(&handle->bytes,
             is_request(name) ? PROTOCOL_REQUEST_MAX : KNOWN_UPLOAD_MAX);
    return STATUS_OK;
}

static void on_open(struct sftp *sftp, uint32_t id, struct reader *reader)
{
    char name[TARGET_NAME_SIZE];
    read_name(reader, name);
    uint32_t flags = read_number(reader);
    struct sftp_handle *handle = free_handle(sftp);
    enum status status = make_file(sftp, name, flags, handle);
    if (status != STATUS_OK) {
        answer_status(sftp, id, status);
        return;
    }
    begin_answer(sftp, PACKET_HANDLE, id, 4 + 4);
    add_number(&sftp->out, 4);
    add_number(&sftp->out, (uint32_t)(handle - sftp->handles));
}

static struct sftp_handle *read_handle(struct sftp *sftp, struct reader *reader)
{
    struct reader string = read_string(reader);
    uint32_t number = read_number(&string);
    if (string.failed || number >= SFTP_HANDLES_MAX ||
        sftp->handles[number].file == NULL)
        return NULL;
    return &sftp->handles[number];
}

static bool is_kept(const struct sftp *sftp, const struct file *file)
{
    return is_request(file->name) || sftp->target->known->bytes.len == 0;
}

/* These differ from the known upload: from here on they are hashed. */
static int begin_digest(const struct sftp *sftp, struct sftp_handle *handle)
{
    EVP_MD_CTX *digest = EVP_MD_CTX_new();
    if (digest == NULL || !EVP_DigestInit_ex(digest, EVP_sha256(), NULL) ||
        !EVP_DigestUpdate(digest, sftp->target->known->bytes.data,
                          handle->same)) {
        EVP_MD_CTX_free(digest);
        return -1;
    }
    handle->digest = digest;
    return 0;
}

static int hash_bytes(const struct sftp *sftp, struct sftp_handle *handle,
                      const void *bytes, size_t len)
{
    const struct buf *known = &sftp->target->known->bytes;
    if (handle->digest == NULL && len <= known->len - handle->same &&
        memcmp(known->data + handle->same, bytes, len) == 0) {
        handle->same += len;
        return 0;
    }
    if (handle->digest == NULL && begin_digest(sftp, handle) != 0)
        return -1;
    return EVP_DigestUpdate(handle->digest, bytes, len) ? 0 : -1;
}

static enum status write_file(struct sftp *sftp, struct sftp_handle *handle,
                              uint64_t offset, const struct reader *data)
{
    struct file *file = handle->file;
    if (offset != file->size)
        return STATUS_FAILURE;
    if (sftp->target->script == SCRIPT_SFTP_FULL &&
        offset + data->left > FULL_AT)
        return STATUS_FAILURE;
    if (hash_bytes(sftp, handle, data->at, data->left) != 0 ||
        (is_kept(sftp, file) &&
         buf_add(&handle->bytes, data->at, data->left) != 0))
        return STATUS_FAILURE;
    file->size += data->left;
    if (sftp->target->script == SCRIPT_DROP_UPLOAD &&
        file->size > HANGS_UP_AFTER)
        sftp->hangs_up = true;
    return STATUS_OK;
}

static void on_write(struct sftp *sftp, uint32_t id, struct reader *reader)
{
    struct sftp_handle *handle = read_handle(sftp, reader);
    uint64_t offset = read_long(reader);
    struct reader data = read_string(reader);
    enum status status = handle == NULL || reader->failed
                             ? STATUS_FAILURE
                             : write_file(sftp, handle, offset, &data);
    answer_status(sftp, id, status);
}

static int find_hash(const struct sftp *sftp, struct sftp_handle *handle)
{
    const struct known_upload *known = sftp->target->known;
    char *hash = handle->file->hash;
    if (handle->digest == NULL && handle->same == known->bytes.len &&
        handle->same > 0) {
        memcpy(hash, known->hash, sizeof known->hash);
        return 0;
    }
    unsigned char digest[EVP_MAX_MD_SIZE] = {0};
    if ((handle->digest == NULL && begin_digest(sftp, handle) != 0) ||
        !EVP_DigestFinal_ex(handle->digest, digest, NULL))
        return -1;
    target_hash_text(digest, hash);
    return 0;
}

static void remember(struct known_upload *known, struct sftp_handle *handle)
{
    if (known->bytes.len > 0 || handle->bytes.len < handle->file->size)
        return;
    memcpy(known->hash, handle->file->hash, sizeof known->hash);
    buf_add(&known->bytes, handle->bytes.data, handle->bytes.len);
}

/* What is left is no program any more. */
static void cut(struct file *file)
{
    file->hash[0] = '\0';
    if (file->size > 0)
        file->size--;
}

static void on_close(struct sftp *sftp, uint32_t id, struct reader *reader)
{
    struct sftp_handle *handle = read_handle(sftp, reader);
    if (handle == NULL || find_hash(sftp, handle) != 0) {
        answer_status(sftp, id, STATUS_FAILURE);
        return;
    }
    if (is_request(handle->file->name))
        handle->file->bytes = buf_take(&handle->bytes);
    else
        remember(sftp->target->known, handle);
    if (sftp->target->script == SCRIPT_SFTP_WRONG_SIZE)
        cut(handle->file);
    sftp->target->counts.uploads++;
    handle_close(handle);
    answer_status(sftp, id,
                  sftp->target->script == SCRIPT_SFTP_CLOSE_FAILS
                      ? STATUS_FAILURE
                      : STATUS_OK);
}

static void on_stat(struct sftp *sftp, uint32_t id, struct reader *reader)
{
    char name[TARGET_NAME_SIZE];
    read_name(reader, name);
    const struct file *file = target_file(sftp->target, name);
    if (file == NULL) {
        answer_status(sftp, id, STATUS_NO_SUCH_FILE);
        return;
    }
    uint32_t now =
        sftp->target->script == SCRIPT_CLOCK_SKEW ? TIME_AHEAD : TIME_NOW;
    begin_answer(sftp, PACKET_ATTRS, id, 4 + 8 + 8);
    add_number(&sftp->out, ATTR_SIZE | ATTR_TIMES);
    add_number(&sftp->out, (uint32_t)(file->size >> 32));
    add_number(&sftp->out, (uint32_t)file->size);
    add_number(&sftp->out, now);
    add_number(&sftp->out, now);
}

static void on_remove(struct sftp *sftp, uint32_t id, struct reader *reader)
{
    char name[TARGET_NAME_SIZE];
    read_name(reader, name);
    struct file *file = target_file(sftp->target, name);
    if (file != NULL)
        target_remove_file(file);
    answer_status(sftp, id, file != NULL ? STATUS_OK : STATUS_NO_SUCH_FILE);
}

/* --- packets -------------------------------------------------------------- */

static void on_packet(struct sftp *sftp, struct reader reader)
{
    unsigned kind = reader.at[0];
    reader.at++;
    reader.left--;
    uint32_t id = read_number(&reader); /* the version, of an INIT */
    switch (kind) {
    case PACKET_INIT:
        answer_init(sftp);
        break;
    case PACKET_OPEN:
        on_open(sftp, id, &reader);
        break;
    case PACKET_WRITE:
        on_write(sftp, id, &reader);
        break;
    case PACKET_CLOSE:
        on_close(sftp, id, &reader);
        break;
    case PACKET_STAT:
    case PACKET_LSTAT:
        on_stat(sftp, id, &reader);
        break;
    case PACKET_REMOVE:
        on_remove(sftp, id, &reader);
        break;
    default:
        answer_status(sftp, id, STATUS_UNSUPPORTED);
        break;
    }
}

/* How many of the bytes were whole packets. */
static size_t take_packets(struct sftp *sftp, const char *bytes, size_t len)
{
    size_t done = 0;
    while (!sftp->broken && len - done >= 4) {
        struct reader reader = {.at = (const unsigned char *)bytes + done,
                                .left = len - done};
        uint32_t packet_len = read_number(&reader);
        sftp->broken = packet_len < 1 || packet_len > PACKET_MAX;
        if (sftp->broken || reader.left < packet_len)
            break;
        reader.left = packet_len;
        on_packet(sftp, reader);
        done += 4 + (size_t)packet_len;
    }
    return done;
}

void sftp_feed(struct sftp *sftp, const void *bytes, size_t len)
{
    if (sftp->in.len == 0) { /* as a rule a packet comes whole */
        size_t done = take_packets(sftp, bytes, len);
        buf_add(&sftp->in, (const char *)bytes + done, len - done);
    } else {
        buf_add(&sftp->in, bytes, len);
        buf_drop_front(&sftp->in,
                       take_packets(sftp, sftp->in.data, sftp->in.len));
    }
    sftp->broken = sftp->broken || sftp->in.failed || sftp->out.failed;
}
