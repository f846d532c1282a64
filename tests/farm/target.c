/* SPDX-License-Identifier: MIT */
#include "tests/farm/target.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The protocol bounds a result; the frame around it comes on top. */
#define SAVED_MAX (PROTOCOL_RESULT_MAX + 16u)

void target_init(struct target *target, unsigned index)
{
    *target = (struct target){.index = index};
    buf_init(&target->saved, SAVED_MAX);
}

void target_release(struct target *target)
{
    for (size_t i = 0; target->files != NULL && i < TARGET_FILES_MAX; i++)
        free(target->files[i].bytes);
    free(target->files);
    free(target->request);
    free(target->saved_key);
    buf_release(&target->saved);
    cJSON_Delete(target->state);
    cJSON_Delete(target->snapshot);
}

void target_name(const struct target *target, char *name)
{
    snprintf(name, TARGET_NAME_SIZE, "f%05u", target->index + 1);
}

struct file *target_file(struct target *target, const char *name)
{
    for (size_t i = 0; target->files != NULL && i < TARGET_FILES_MAX; i++)
        if (name[0] != '\0' && strcmp(target->files[i].name, name) == 0)
            return &target->files[i];
    return NULL;
}

struct file *target_make_file(struct target *target, const char *name)
{
    if (target->files == NULL)
        target->files = calloc(TARGET_FILES_MAX, sizeof *target->files);
    if (target->files == NULL || name[0] == '\0' ||
        strlen(name) >= TARGET_NAME_SIZE)
        return NULL;
    for (size_t i = 0; i < TARGET_FILES_MAX; i++) {
        struct file *file = &target->files[i];
        if (file->name[0] != '\0')
            continue;
        snprintf(file->name, sizeof file->name, "%s", name);
        return file;
    }
    return NULL;
}

void target_remove_file(struct file *file)
{
    free(file->bytes);
    *file = (struct file){.size = 0};
}

void target_hash_text(const unsigned char digest[32],
                      char hash[PROTOCOL_HASH_LEN + 1])
{
    for (size_t i = 0; i < PROTOCOL_HASH_LEN / 2; i++)
        snprintf(hash + 2 * i, 3, "%02x", digest[i]);
}

void target_hash(const void *bytes, size_t len,
                 char hash[PROTOCOL_HASH_LEN + 1])
{
    unsigned char digest[EVP_MAX_MD_SIZE] = {0};
    EVP_Digest(bytes, len, digest, NULL, EVP_sha256(), NULL);
    target_hash_text(digest, hash);
}
