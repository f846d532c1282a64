/* SPDX-License-Identifier: MIT */
/*
 * What the verb verify is asked: the member "verify" of a request and the
 * passwords that go with it. Free of windows.h.
 */
#ifndef PAYLOAD_WISH_H
#define PAYLOAD_WISH_H

#include <cjson/cJSON.h>
#include <stdbool.h>

/* One target of it; the texts are the request's. */
struct wish {
    const char *host;    /* its name in the answer */
    const char *address; /* name or literal, safe between two backslashes */
    const char *user;
    const char *password;
    const cJSON *namespaces; /* list of texts, not empty */
    bool asynchronous;
};

/*
 * True when `request` asks for connections as protocol.h says it: known
 * types, at most PROTOCOL_VERIFY_TARGETS_MAX targets, a password for each, and
 * no address or namespace that would make another path of the one it is put
 * into.
 */
bool wish_is_sane(const cJSON *request);

int wish_count(const cJSON *request);

/* Of a sane request. */
struct wish wish_of(const cJSON *request, int place);

/* The list of passwords, to be wiped; NULL when there is none. */
cJSON *wish_passwords(const cJSON *request);

#endif
