/* SPDX-License-Identifier: MIT */
/*
 * Whether UAC takes the administrator out of a token from the network: the
 * values that decide, and what they mean together. Whoever judges an account,
 * on the machine or by its facts, asks here.
 *
 * "User Account Control and WMI", KB951016.
 */
#ifndef PAYLOAD_TOKEN_FILTER_H
#define PAYLOAD_TOKEN_FILTER_H

#include <stdbool.h>

/* Of HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System. */
struct token_filter {
    long enable_lua;    /* EnableLUA; absent: 1 */
    long off;           /* LocalAccountTokenFilterPolicy; absent: 0 */
    long administrator; /* FilterAdministratorToken; absent: 0 */
};

#define TOKEN_FILTER_ABSENT                                                    \
    {                                                                          \
        1, 0, 0                                                                \
    }

/*
 * For a local account in Administrators; `built_in`: it is RID 500, which is
 * filtered only where FilterAdministratorToken has it be like the others.
 */
bool token_filter_holds(const struct token_filter *filter, bool built_in);

#endif
