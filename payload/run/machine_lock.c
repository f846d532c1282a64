/* SPDX-License-Identifier: MIT */
#include "payload/run/machine_lock.h"

#include <windows.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "payload/win32/errors.h"
#include "payload/win32/utf16.h"

#define KEY_MAX 160
#define POLL_MS 50
/* A holder that has only just taken the lock has not written its key yet. */
#define GRACE_MS 500

/* The locked byte lies far behind the key, which others must read. */
static OVERLAPPED locked_byte(void)
{
    OVERLAPPED at = {.hEvent = NULL};
    at.OffsetHigh = 1;
    return at;
}

static int fail(struct failure *failure, const char *path, const char *what)
{
    DWORD code = GetLastError();
    return failure_set(failure, FAILURE_PAYLOAD_FAILED, code, NULL,
                       "%s: it cannot be %s: %s", path, what, error_text(code));
}

static HANDLE open_lock(const char *path, DWORD disposition)
{
    wchar_t *wide = utf16_from_utf8(path);
    HANDLE file = INVALID_HANDLE_VALUE;
    SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    if (wide != NULL)
        file = CreateFileW(wide, GENERIC_READ | GENERIC_WRITE,
                           FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                           disposition, FILE_ATTRIBUTE_NORMAL, NULL);
    DWORD code = GetLastError();
    free(wide);
    SetLastError(code);
    return file;
}

static bool try_lock(HANDLE file)
{
    OVERLAPPED at = locked_byte();
    return LockFileEx(file, LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY,
                      0, 1, 0, &at) != 0;
}

static bool lock_is_held(DWORD code)
{
    return code == ERROR_LOCK_VIOLATION || code == ERROR_IO_PENDING;
}

static void read_key(HANDLE file, char key[KEY_MAX])
{
    DWORD len = 0;
    SetFilePointer(file, 0, NULL, FILE_BEGIN);
    if (!ReadFile(file, key, KEY_MAX - 1, &len, NULL))
        len = 0;
    key[len] = '\0';
}

static void write_key(HANDLE file, const char *key)
{
    DWORD done;
    SetFilePointer(file, 0, NULL, FILE_BEGIN);
    (void)WriteFile(file, key, (DWORD)strlen(key), &done, NULL);
    SetEndOfFile(file);
}

/* 0: locked; -1: held by another key, or the time is over. */
static int wait_for(HANDLE file, const char *key, unsigned long wait_ms,
                    char holder[KEY_MAX])
{
    ULONGLONG begin = GetTickCount64();
    holder[0] = '\0';
    while (!try_lock(file)) {
        if (!lock_is_held(GetLastError()))
            return -1;
        read_key(file, holder);
        ULONGLONG waited = GetTickCount64() - begin;
        unsigned long patience =
            strcmp(holder, key) == 0 ? wait_ms : (unsigned long)GRACE_MS;
        if (waited >= patience) {
            SetLastError(ERROR_LOCK_VIOLATION);
            return -1;
        }
        Sleep(POLL_MS);
    }
    return 0;
}

int machine_lock_take(struct machine_lock *lock, const struct folder *folder,
                      const char *key, unsigned long wait_ms,
                      struct failure *failure)
{
    char path[FILE_PATH_MAX];
    char holder[KEY_MAX];
    lock->file = NULL;
    folder_path(folder, "lock", path);
    HANDLE file = open_lock(path, OPEN_ALWAYS);
    if (file == INVALID_HANDLE_VALUE)
        return fail(failure, path, "opened");
    if (wait_for(file, key, wait_ms, holder) == 0) {
        write_key(file, key);
        lock->file = file;
        return 0;
    }
    if (lock_is_held(GetLastError()))
        failure_set(failure, FAILURE_BUSY, 0,
                    "wait until that run has ended; it ends by itself",
                    "another run works on this machine: %s",
                    holder[0] != '\0' ? holder : "it has not said its name");
    else
        fail(failure, path, "locked");
    CloseHandle(file);
    return -1;
}

void machine_lock_release(struct machine_lock *lock)
{
    if (lock->file == NULL)
        return;
    OVERLAPPED at = locked_byte();
    write_key(lock->file, "");
    UnlockFileEx(lock->file, 0, 1, 0, &at);
    CloseHandle(lock->file);
    lock->file = NULL;
}

/* "<run>-<verb>-<hash>"; no verb and no hash has a '-' in it. */
static bool is_key_of(const char *key, const struct command *command)
{
    size_t run_len = strlen(command->run);
    const char *hash = strrchr(key, '-');
    return hash != NULL && strcmp(hash + 1, command->hash) == 0 &&
           strncmp(key, command->run, run_len) == 0 && key[run_len] == '-' &&
           strchr(key + run_len + 1, '-') == hash;
}

bool machine_lock_is_held(const struct folder *folder,
                          const struct command *command)
{
    char path[FILE_PATH_MAX];
    char holder[KEY_MAX];
    folder_path(folder, "lock", path);
    HANDLE file = open_lock(path, OPEN_EXISTING);
    if (file == INVALID_HANDLE_VALUE)
        return false;
    bool held = !try_lock(file);
    if (held) {
        read_key(file, holder);
        held = is_key_of(holder, command);
    } else {
        OVERLAPPED at = locked_byte();
        UnlockFileEx(file, 0, 1, 0, &at);
    }
    CloseHandle(file);
    return held;
}
