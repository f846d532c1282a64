/* SPDX-License-Identifier: MIT */
/*
 * Win32 codes and HRESULTs by name, and in words that are the same on every
 * machine: FormatMessage answers in the machine's own language.
 * Free of windows.h.
 */
#ifndef PAYLOAD_ERRORS_H
#define PAYLOAD_ERRORS_H

#include <cjson/cJSON.h>

/*
 * What Windows has no code for. HRESULTs with the bit for customers' own
 * codes (0x20000000) and FACILITY_ITF, as Microsoft asks of applications, so
 * that a code is enough to look up what happened.
 */
#define CODE_NOT_EFFECTIVE 0xA0040001ul
#define CODE_BLOCKED_BY_RULE 0xA0040002ul
#define CODE_GROUP_MISSING 0xA0040003ul
#define CODE_INTERRUPTED 0xA0040004ul
#define CODE_NO_SNAPSHOT 0xA0040005ul
#define CODE_RULE_NOT_OURS 0xA0040006ul
#define CODE_RULE_OF_SSH 0xA0040007ul
#define CODE_DOMAIN_MEMBER 0xA0040008ul
#define CODE_SET_BY_POLICY 0xA0040009ul
#define CODE_DENIED_BY_ENTRY 0xA004000Aul
#define CODE_OLD_DESCRIPTOR 0xA004000Bul
#define CODE_BAD_DESCRIPTOR 0xA004000Cul
#define CODE_ACCOUNT_TO_COME 0xA0040010ul
#define CODE_IRREVERSIBLE 0xA0040011ul
#define CODE_DOMAIN_CONTROLLER 0xA0040012ul
#define CODE_PROTECTED_ACCOUNT 0xA0040013ul
#define CODE_REQUEST_MISSING 0xA0040014ul

/*
 * The symbol of `code` in Microsoft's headers, the name of one of ours, or
 * NULL when it is not one that is known here. A Win32 code wrapped in an
 * HRESULT (0x8007xxxx) is known by its Win32 symbol unless it has one of its
 * own.
 */
const char *error_name(unsigned long code);

/* The code of that symbol, whose case does not matter; 0: there is none. */
unsigned long error_from_name(const char *name);

/* One plain sentence without a full stop; never NULL. */
const char *error_text(unsigned long code);

/*
 * {"code", "name", "text", "hint"}: members that are NULL, empty or 0 are
 * left out, a NULL `name` is looked up, an empty `text` is the code's own.
 * NULL when memory is short.
 */
cJSON *error_to_json(unsigned long code, const char *name, const char *text,
                     const char *hint);

#endif
