/* SPDX-License-Identifier: MIT */
/*
 * How a request names an account: "wmi-reader", "LAB-07\\wmi-reader", a SID
 * or a word of account_words.h. Whether anybody has that name is for the
 * machine to say; word_same tells two of them apart.
 */
#ifndef PAYLOAD_SETTINGS_ACCOUNT_H
#define PAYLOAD_SETTINGS_ACCOUNT_H

#include "payload/settings/settings_read.h"

settings_reader_fn settings_read_account; /* const char * */

/*
 * The check of a list of grants (see settings_items): tells an account that
 * stands there twice. An item begins with its account, a const char *.
 */
void settings_check_grants(struct settings_reader *reader,
                           const struct settings_path *path, const cJSON *value,
                           const void *element, const void *other,
                           size_t index);

#endif
