/* SPDX-License-Identifier: MIT */
#include "payload/win32/file.h"

#include <windows.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "payload/win32/errors.h"
#include "payload/win32/utf16.h"

#define LIST_MAX ((size_t)4096)

/* Scanners and indexers open what is new, mostly for well under a second. */
#define PATIENCE_MS 2000
#define POLL_MS 50

/* err for a call on `path` that has just failed. */
static int fail(struct err *err, const char *path, const char *what)
{
    DWORD code = GetLastError();
    return err_set(err, (int)code, "%s: it cannot be %s: %s", path, what,
                   error_text(code));
}

static HANDLE open_file(const char *path, DWORD access, DWORD share,
                        DWORD disposition, DWORD flags)
{
    wchar_t *wide = utf16_from_utf8(path);
    if (wide == NULL) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return INVALID_HANDLE_VALUE;
    }
    HANDLE file =
        CreateFileW(wide, access, share, NULL, disposition, flags, NULL);
    DWORD code = GetLastError();
    free(wide);
    SetLastError(code);
    return file;
}

static int read_all(HANDLE file, const char *path, struct buf *out,
                    struct err *err)
{
    char block[16384];
    DWORD len;
    do {
        if (!ReadFile(file, block, sizeof block, &len, NULL))
            return fail(err, path, "read");
        if (buf_add(out, block, len) != 0)
            return err_set(err, FILE_CODE_TOO_LARGE,
                           "%s: it is longer than %lu bytes", path,
                           (unsigned long)out->max);
    } while (len > 0);
    return 0;
}

int file_read(const char *path, struct buf *out, struct err *err)
{
    HANDLE file =
        open_file(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_DELETE,
                  OPEN_EXISTING, FILE_FLAG_SEQUENTIAL_SCAN);
    if (file == INVALID_HANDLE_VALUE)
        return fail(err, path, "opened");
    int status = read_all(file, path, out, err);
    CloseHandle(file);
    return status;
}

static int write_all(HANDLE file, const char *path, const void *bytes,
                     size_t len, struct err *err)
{
    DWORD done = 0;
    if (!WriteFile(file, bytes, (DWORD)len, &done, NULL) || done != len ||
        !FlushFileBuffers(file))
        return fail(err, path, "written");
    return 0;
}

/* What a call says of a file that somebody else has open for a moment. */
static bool is_in_use(DWORD code)
{
    return code == ERROR_ACCESS_DENIED || code == ERROR_SHARING_VIOLATION ||
           code == ERROR_LOCK_VIOLATION || code == ERROR_USER_MAPPED_FILE;
}

static BOOL move_patiently(const wchar_t *from, const wchar_t *to)
{
    for (DWORD waited = 0;; waited += POLL_MS) {
        if (MoveFileExW(from, to,
                        MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH))
            return TRUE;
        DWORD code = GetLastError();
        if (!is_in_use(code) || waited >= PATIENCE_MS) {
            SetLastError(code);
            return FALSE;
        }
        Sleep(POLL_MS);
    }
}

static int move_over(const char *from, const char *to, struct err *err)
{
    wchar_t *wide_from = utf16_from_utf8(from);
    wchar_t *wide_to = utf16_from_utf8(to);
    BOOL moved = FALSE;
    SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    if (wide_from != NULL && wide_to != NULL)
        moved = move_patiently(wide_from, wide_to);
    int status = moved ? 0 : fail(err, to, "put in place");
    free(wide_from);
    free(wide_to);
    return status;
}

int file_replace(const char *path, const void *bytes, size_t len,
                 struct err *err)
{
    char beside[FILE_PATH_MAX];
    int written = snprintf(beside, sizeof beside, "%s.new", path);
    if (written < 0 || (size_t)written >= sizeof beside || len > MAXDWORD)
        return err_set(err, ERROR_FILENAME_EXCED_RANGE, "%s: it is too long",
                       path);
    HANDLE file = open_file(beside, GENERIC_WRITE, 0, CREATE_ALWAYS,
                            FILE_ATTRIBUTE_NORMAL);
    if (file == INVALID_HANDLE_VALUE)
        return fail(err, beside, "made");
    int status = write_all(file, beside, bytes, len, err);
    CloseHandle(file);
    if (status == 0)
        status = move_over(beside, path, err);
    if (status != 0)
        (void)file_delete(beside, NULL);
    return status;
}

int file_delete(const char *path, struct err *err)
{
    wchar_t *wide = utf16_from_utf8(path);
    BOOL deleted = wide != NULL && DeleteFileW(wide);
    DWORD code = deleted ? ERROR_SUCCESS : GetLastError();
    free(wide);
    if (code == ERROR_SUCCESS || code == ERROR_FILE_NOT_FOUND)
        return 0;
    SetLastError(code);
    return fail(err, path, "deleted");
}

int file_delete_by(const char *path, unsigned long long until_ms,
                   struct err *err)
{
    struct err why = {0};
    while (file_delete(path, &why) != 0) {
        if (!is_in_use((DWORD)why.code) || GetTickCount64() >= until_ms)
            return err_set(err, why.code, "%s", why.text);
        Sleep(POLL_MS);
    }
    return 0;
}

static unsigned long long ticks(const FILETIME *time)
{
    return (unsigned long long)time->dwHighDateTime << 32 | time->dwLowDateTime;
}

unsigned long long file_time_now(void)
{
    FILETIME now;
    GetSystemTimeAsFileTime(&now);
    return ticks(&now);
}

static int add_entry(struct file_entry **entries, size_t *count,
                     const WIN32_FIND_DATAW *found)
{
    struct file_entry *grown =
        realloc(*entries, (*count + 1) * sizeof **entries);
    char *name = utf16_text_to_utf8(found->cFileName);
    if (grown != NULL)
        *entries = grown;
    if (grown == NULL || name == NULL) {
        free(name);
        return -1;
    }
    unsigned long long made = ticks(&found->ftCreationTime);
    unsigned long long written = ticks(&found->ftLastWriteTime);
    struct file_entry *entry = &grown[*count];
    entry->written = made > written ? made : written;
    /* No name of ours is that long: one that is cut is left out. */
    if (strlen(name) < sizeof entry->name) {
        snprintf(entry->name, sizeof entry->name, "%s", name);
        (*count)++;
    }
    free(name);
    return 0;
}

static int newest_first(const void *a, const void *b)
{
    const struct file_entry *left = a;
    const struct file_entry *right = b;
    if (left->written != right->written)
        return left->written < right->written ? 1 : -1;
    return strcmp(left->name, right->name);
}

/* Of too many the newest stay, in whatever order the folder has them. */
static void keep_newest(struct file_entry *entries, size_t *count)
{
    if (*count > 1)
        qsort(entries, *count, sizeof *entries, newest_first);
    if (*count > LIST_MAX)
        *count = LIST_MAX;
}

static int collect(HANDLE search, WIN32_FIND_DATAW *found,
                   struct file_entry **entries, size_t *count, struct err *err)
{
    do {
        if ((found->dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) == 0 &&
            add_entry(entries, count, found) != 0)
            return err_set(err, ERROR_NOT_ENOUGH_MEMORY,
                           "list of files: memory is short");
        if (*count == 2 * LIST_MAX)
            keep_newest(*entries, count);
    } while (FindNextFileW(search, found));
    return 0;
}

int file_list(const char *pattern, struct file_entry **entries, size_t *count,
              struct err *err)
{
    WIN32_FIND_DATAW found;
    wchar_t *wide = utf16_from_utf8(pattern);
    HANDLE search =
        wide != NULL ? FindFirstFileW(wide, &found) : INVALID_HANDLE_VALUE;
    DWORD code = GetLastError();
    free(wide);
    *entries = NULL;
    *count = 0;
    if (search == INVALID_HANDLE_VALUE) {
        if (code == ERROR_FILE_NOT_FOUND)
            return 0;
        SetLastError(code);
        return fail(err, pattern, "listed");
    }
    int status = collect(search, &found, entries, count, err);
    FindClose(search);
    keep_newest(*entries, count);
    if (status != 0) {
        free(*entries);
        *entries = NULL;
        *count = 0;
    }
    return status;
}
