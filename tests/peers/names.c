/* SPDX-License-Identifier: MIT */
/*
 * A resolver for tests, preloaded before the C library's: whoever asks for
 * "silent-..." waits for ever; other names stand in the file $PEER_NAMES, a
 * name and its address a line.
 */
#include <dlfcn.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef int look_up(const char *name, const char *service,
                    const struct addrinfo *hints, struct addrinfo **found);

static int address_of(const char *name, char address[64])
{
    const char *path = getenv("PEER_NAMES");
    FILE *file = path == NULL ? NULL : fopen(path, "r");
    char known[256];
    int found = 0;
    while (file != NULL && !found &&
           fscanf(file, "%255s %63s", known, address) == 2)
        found = strcmp(known, name) == 0;
    if (file != NULL)
        fclose(file);
    return found;
}

int getaddrinfo(const char *name, const char *service,
                const struct addrinfo *hints, struct addrinfo **found)
{
    char address[64];
    look_up *next = NULL;
    *(void **)&next = dlsym(RTLD_NEXT, "getaddrinfo");
    while (name != NULL && strncmp(name, "silent-", 7) == 0)
        pause();
    if (name != NULL && address_of(name, address))
        name = address;
    return next == NULL ? EAI_FAIL : next(name, service, hints, found);
}
