/* SPDX-License-Identifier: MIT */
#include "payload/run/settle.h"

#include <windows.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "payload/settings/own_file.h"
#include "payload/win32/digest.h"
#include "payload/win32/utf16.h"

#define IMAGE_MAX ((size_t)4 << 20)
#define DAY (24ull * 60 * 60 * 10000000)

static int own_path(char path[FILE_PATH_MAX], struct err *err)
{
    wchar_t wide[FILE_PATH_MAX];
    DWORD count = GetModuleFileNameW(NULL, wide, FILE_PATH_MAX);
    char *text = NULL;
    if (count > 0 && count < FILE_PATH_MAX)
        text = utf16_to_utf8(wide, count);
    if (text == NULL || strlen(text) >= FILE_PATH_MAX) {
        free(text);
        return err_set(err, (int)GetLastError(),
                       "the payload's own path cannot be read");
    }
    snprintf(path, FILE_PATH_MAX, "%s", text);
    free(text);
    for (char *slash = path; (slash = strchr(slash, '/')) != NULL;)
        *slash = '\\';
    return 0;
}

int image_open(struct image *image, struct err *err)
{
    *image = (struct image){.hash = ""};
    buf_init(&image->bytes, IMAGE_MAX);
    if (own_path(image->path, err) == 0 &&
        file_read(image->path, &image->bytes, err) == 0 &&
        digest_hash(image->bytes.data, image->bytes.len, image->hash, err) == 0)
        return 0;
    image->hash[0] = '\0';
    return -1;
}

void image_close(struct image *image)
{
    buf_release(&image->bytes);
}

/* What settling is about: a file whose name says what it holds. */
struct item {
    const char *prefix;
    const char *suffix;
    const char *hash;
};

static void item_path(const struct folder *folder, const struct item *item,
                      char path[FILE_PATH_MAX])
{
    char name[64];
    snprintf(name, sizeof name, "%s%s%s", item->prefix, item->hash,
             item->suffix);
    folder_path(folder, name, path);
}

/* True when the file there holds what its name says. */
static bool stands(const char *path, const char *hash, size_t len)
{
    struct buf bytes;
    char found[PROTOCOL_HASH_LEN + 1];
    buf_init(&bytes, len);
    bool same = file_read(path, &bytes, NULL) == 0 &&
                digest_hash(bytes.data, bytes.len, found, NULL) == 0 &&
                strcmp(found, hash) == 0;
    buf_release(&bytes);
    return same;
}

/* A file of that kind, whatever its hash: nothing else is touched. */
static bool is_of_kind(const char *name, const struct item *item)
{
    const char *hash = name + strlen(item->prefix);
    return strncmp(name, item->prefix, strlen(item->prefix)) == 0 &&
           strspn(hash, "0123456789abcdef") == PROTOCOL_HASH_LEN &&
           strcmp(hash + PROTOCOL_HASH_LEN, item->suffix) == 0;
}

/* One that still runs cannot be deleted; the next change removes it. */
static void remove_superseded(const struct folder *folder,
                              const struct item *item)
{
    char path[FILE_PATH_MAX];
    char pattern[32];
    struct file_entry *entries;
    size_t count;
    snprintf(pattern, sizeof pattern, "%s*%s", item->prefix, item->suffix);
    folder_path(folder, pattern, path);
    if (file_list(path, &entries, &count, NULL) != 0)
        return;
    for (size_t i = 0; i < count; i++) {
        const char *name = entries[i].name;
        if (!is_of_kind(name, item) ||
            strncmp(name + strlen(item->prefix), item->hash,
                    PROTOCOL_HASH_LEN) == 0)
            continue;
        folder_path(folder, name, path);
        (void)file_delete(path, NULL);
    }
    free(entries);
}

static bool settle(const struct folder *folder, const struct item *item,
                   const struct buf *bytes, struct err *err)
{
    char path[FILE_PATH_MAX];
    item_path(folder, item, path);
    if (stands(path, item->hash, bytes->len))
        return true;
    if (file_replace(path, bytes->data, bytes->len, err) != 0)
        return false;
    /* A virus scanner may have taken it away again. */
    if (!stands(path, item->hash, bytes->len)) {
        err_set(err, 0, "%s: it was written and is gone or changed", path);
        return false;
    }
    remove_superseded(folder, item);
    return true;
}

bool settle_payload(const struct folder *folder, const struct image *image,
                    struct err *err)
{
    const struct item item = {PROTOCOL_PAYLOAD_PREFIX, ".exe", image->hash};
    char path[FILE_PATH_MAX];
    item_path(folder, &item, path);
    /* Running from there is proof enough: its bytes gave the hash. */
    if (_stricmp(path, image->path) == 0)
        return true;
    return settle(folder, &item, &image->bytes, err);
}

bool settle_request(const struct folder *folder, const char *hash,
                    const struct buf *bytes, struct err *err)
{
    const struct item item = {PROTOCOL_REQUEST_PREFIX, ".json", hash};
    return settle(folder, &item, bytes, err);
}

bool settle_stands(const struct folder *folder, const struct image *image)
{
    const struct item item = {PROTOCOL_PAYLOAD_PREFIX, ".exe", image->hash};
    char path[FILE_PATH_MAX];
    item_path(folder, &item, path);
    return stands(path, image->hash, image->bytes.len);
}

void settle_sweep(void)
{
    struct file_entry *entries;
    size_t count;
    unsigned long long now = file_time_now();
    if (file_list(PROTOCOL_ONE_TIME_PREFIX "*", &entries, &count, NULL) != 0)
        return;
    for (size_t i = 0; i < count; i++) {
        const struct file_entry *entry = &entries[i];
        if (own_file_is_one_time(entry->name) && entry->written + DAY < now)
            (void)file_delete(entry->name, NULL);
    }
    free(entries);
}
