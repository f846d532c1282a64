/* SPDX-License-Identifier: MIT */
/*
 * Settings that are one registry value: read, compared, written and put back
 * in one way for all of them. A family (uac.c, dcom.c, cimom.c) gives the
 * row and, where its page has conditions, a judgement.
 *
 * States are those of registry_state.h. A value of another type than the
 * wanted one differs, whatever it holds.
 */
#ifndef PAYLOAD_REGISTRY_H
#define PAYLOAD_REGISTRY_H

#include "payload/engine/setting.h"

struct registry_row {
    const char *id;
    const char *key; /* under HKEY_LOCAL_MACHINE */
    const char *name;
    /*
     * Adds hints, or changes SETTING_DIFFERS to SETTING_BLOCKED with
     * `reason`. May be NULL. `wanted` as in registry_setting_add.
     */
    enum setting_verdict (*judge)(struct setting *setting, const cJSON *wanted,
                                  enum setting_verdict verdict,
                                  struct setting_reason *reason);
    const char *hint_on_change; /* NULL: none */
};

/*
 * Adds the setting of `row` (static): `wanted` is a number (REG_DWORD), a
 * text (REG_SZ, compared without case) or an absence of registry_state.h;
 * `desired` is what the result shows. Both are owned from now on, also on
 * failure. NULL when memory is short.
 */
struct setting *registry_setting_add(struct setting_list *list,
                                     const struct registry_row *row,
                                     cJSON *desired, cJSON *wanted);

/* The same for a REG_DWORD that may be wanted absent. */
struct setting *registry_dword_add(struct setting_list *list,
                                   const struct registry_row *row,
                                   enum dword_wish wish);

#endif
