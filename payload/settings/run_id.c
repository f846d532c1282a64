/* SPDX-License-Identifier: MIT */
#include "payload/settings/run_id.h"

#include <string.h>

#include "payload/protocol.h"

int run_id_check(const char *word, struct err *err)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "abcdefghijklmnopqrstuvwxyz0123456789-";
    size_t len = strlen(word);
    if (len == 0 || len > PROTOCOL_RUN_ID_MAX || strspn(word, allowed) != len)
        return err_set(err, 0,
                       "run id '%.60s': 1 to %d letters, digits and '-' are "
                       "allowed",
                       word, PROTOCOL_RUN_ID_MAX);
    return 0;
}
