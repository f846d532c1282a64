/* SPDX-License-Identifier: MIT */
/*
 * Which installation of Windows this is: a machine that was imaged anew has
 * another identity, and nothing of the old one is put back on it.
 */
#ifndef PAYLOAD_IDENTITY_H
#define PAYLOAD_IDENTITY_H

#include <cjson/cJSON.h>
#include <stdbool.h>

/*
 * {"machine_guid", "machine_sid", "install_date"}, texts, null where it
 * cannot be read. NULL when memory is short.
 */
cJSON *identity_collect(void);

/* The computer's DNS host name, or NULL; the caller frees. */
char *identity_computer(void);

/* Seconds since 1970 as "2024-03-09T16:00:00Z". */
void identity_format_time(unsigned long seconds, char text[32]);
/* The same of 100 ns since 1601; false for a time before 1970. */
bool identity_format_ticks(unsigned long long ticks, char text[32]);

#endif
