/* SPDX-License-Identifier: MIT */
/*
 * A known_hosts file that others wrote, and the key that a target shows.
 * Line 1: a host name; line 2: the key's bytes; the rest is the file.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "controller/host_keys/known_hosts.h"
#include "controller/host_keys/known_hosts_line.h"
#include "tests/fuzz/fuzz.h"

static void read_line(const char *text, const char *name,
                      struct name_hasher *hasher)
{
    struct known_line line = {0};
    const char *why = NULL;
    const char *at = NULL;
    const char *one = NULL;
    size_t len = 0;
    switch (known_line_parse(&line, text, strlen(text), &why)) {
    case LINE_BROKEN:
    case LINE_NO_MEMORY:
        fuzz_must(why != NULL, "a broken line has a reason");
        return;
    case LINE_EMPTY:
        return;
    case LINE_KEY:
        break;
    }
    fuzz_must(line.blob != NULL && line.len > 0, "a line has a key");
    known_line_has(&line, name, hasher);
    known_line_has(&line, "[lab-01]:2222", hasher);
    at = line.names;
    while (line.kind == NAMES_PLAIN && known_line_next_name(&at, &one, &len))
        fuzz_must(one >= line.names && len <= strlen(line.names),
                  "a name is in the line");
    known_line_release(&line);
}

static void read_lines(struct fuzz_input input, const char *name)
{
    struct name_hasher *hasher = name_hasher_new();
    fuzz_must(hasher != NULL, "there is memory");
    while (input.len > 0) {
        char *line = fuzz_line(&input);
        read_line(line, name, hasher);
        free(line);
    }
    name_hasher_free(hasher);
}

static void match(const struct known_hosts *known, const char *name,
                  const struct host_key *key)
{
    static const uint16_t ports[] = {22, 2222};
    char types[256];
    char print[128];
    for (size_t i = 0; i < 2; i++) {
        struct key_match found =
            known_hosts_match(known, name, "10.0.0.3", ports[i], key);
        fuzz_must(memchr(found.name, '\0', sizeof found.name) != NULL,
                  "a name ends");
        known_hosts_types(known, name, "10.0.0.3", ports[i], types,
                          sizeof types);
        fuzz_must(strlen(types) < sizeof types, "the types end");
    }
    known_hosts_fingerprint(key, print, sizeof print);
    fuzz_plain(print, strlen(print));
}

static void open_file(const struct fuzz_input *input, const char *name,
                      const char *blob)
{
    char path[64];
    struct err err = {0};
    char *told = NULL;
    size_t told_len = 0;
    const struct log log = {.out = open_memstream(&told, &told_len),
                            .shown = LOG_TRACE};
    struct host_key key = {.blob = (const unsigned char *)blob,
                           .len = strlen(blob)};
    int fd = memfd_create("known_hosts", MFD_CLOEXEC);
    fuzz_must(fd >= 0 && log.out != NULL, "there is memory");
    fuzz_must(write(fd, input->at, input->len) == (ssize_t)input->len,
              "a file takes it");
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    struct known_hosts *known = known_hosts_open(path, &log, &err);
    if (known != NULL) {
        match(known, name, &key);
        known_hosts_add_fleet_name(known, "lab-01", 22);
        match(known, name, &key);
        known_hosts_close(known);
    } else {
        fuzz_logged(err.text);
    }
    close(fd);
    fclose(log.out);
    fuzz_plain(told, told_len);
    free(told);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct fuzz_input input = {(const char *)data, len};
    char *name = fuzz_line(&input);
    char *blob = fuzz_line(&input);
    char text[HOST_NAME_SIZE];
    if (known_host_name(text, sizeof text, name, 22) == 0)
        read_lines(input, text);
    open_file(&input, name, blob);
    free(blob);
    free(name);
    return 0;
}
