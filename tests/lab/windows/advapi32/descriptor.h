/* SPDX-License-Identifier: MIT */
/*
 * What NTFS makes of security descriptors: Windows' own ones for a few
 * folders, inheritance, and what a creation or a change gives. Descriptors
 * returned are self-relative and freed with free(); NULL: out of memory.
 */
#ifndef LAB_DESCRIPTOR_H
#define LAB_DESCRIPTOR_H

#include <windows.h>
#include <stdbool.h>

/* The security of a file or folder: its record, else what Windows starts
 * with there, else what its parent hands down. `name` as record_path(). */
PSECURITY_DESCRIPTOR descriptor_of(const WCHAR *name, bool is_folder);

/* What a new folder gets from the descriptor given at its creation. */
PSECURITY_DESCRIPTOR descriptor_at_creation(const WCHAR *name,
                                            PSECURITY_DESCRIPTOR given);

/* `old`, with the parts that `what` names taken from `given`. `inherit`: as
 * SetSecurityInfo does, entries of the parent follow unless protected. */
PSECURITY_DESCRIPTOR descriptor_change(const WCHAR *name, bool is_folder,
                                       PSECURITY_DESCRIPTOR old,
                                       SECURITY_INFORMATION what,
                                       PSECURITY_DESCRIPTOR given,
                                       bool inherit);

/* Only the parts that `what` names. */
PSECURITY_DESCRIPTOR descriptor_parts(PSECURITY_DESCRIPTOR from,
                                      SECURITY_INFORMATION what);

#endif
