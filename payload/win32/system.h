/* SPDX-License-Identifier: MIT */
/*
 * This process: where its libraries may come from, what it lets others
 * inherit, and who runs it.
 */
#ifndef PAYLOAD_SYSTEM_H
#define PAYLOAD_SYSTEM_H

#include <stdbool.h>
#include <stddef.h>

/* First of all: System32 only, no error boxes, nothing inheritable. */
void system_prepare(void);

/* True for an elevated member of Administrators, SYSTEM included. */
bool system_is_elevated_administrator(void);

/* True when `sid` is the account that this program runs as. */
bool system_is_own_sid(const void *sid);

/*
 * Switches a privilege that the token has but keeps disabled; false when
 * the token lacks it.
 */
bool system_set_privilege(const wchar_t *name, bool on);

typedef void (*system_function)(void);

/*
 * A function of a System32 library that is not among the static imports;
 * NULL when either is missing. The library stays loaded.
 */
system_function system_load(const wchar_t *library, const char *name);

#endif
