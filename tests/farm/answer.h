/* SPDX-License-Identifier: MIT */
/* The documents that the payload of a target prints. */
#ifndef FARM_ANSWER_H
#define FARM_ANSWER_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "base/buf.h"
#include "tests/farm/target.h"

struct call {
    const char *verb;
    const char *run;
    char request_hash[PROTOCOL_HASH_LEN + 1];
    char payload_hash[PROTOCOL_HASH_LEN + 1];
    bool cancelled;
};

/* The start mark. */
void answer_mark(struct buf *out, const struct target *target,
                 const struct call *call);

/* The result; `settings` NULL: the request was none. */
void answer_result(struct buf *out, const struct target *target,
                   const struct call *call, const cJSON *settings);

#endif
