/* SPDX-License-Identifier: MIT */
/*
 * The three lists that COM asks when WMI is called from another machine,
 * and what a wish means for each.
 *
 * The limits of the machine are a ceiling for every COM server: one for
 * launch and activation, one for calls. The launch permission of the WMI
 * application comes on top; its calls are judged by WMI itself. A value
 * that is absent or empty means a built-in list (or, for the application,
 * the machine's default launch permission).
 *
 * Free of windows.h.
 */
#ifndef PAYLOAD_COM_LAYER_H
#define PAYLOAD_COM_LAYER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "payload/descriptor/descriptor_access.h"
#include "payload/descriptor/entries.h"
#include "payload/engine/setting.h"

enum com_layer {
    COM_LAUNCH_LIMIT,
    COM_ACCESS_LIMIT,
    COM_WMI_LAUNCH,
    COM_LAYER_COUNT
};

#define COM_OLE_KEY "SOFTWARE\\Microsoft\\Ole"

struct com_layer_row {
    const char *title; /* of its part in a state: "machine_launch" */
    const char *key;
    const char *name;
    const struct right_words *words;
    bool access; /* its rights are those to call, not to launch */
    bool limit;  /* of the machine: a policy may override it */
};

const struct com_layer_row *com_layer_row(enum com_layer layer);

/*
 * The bits that the wish is about in this layer, SETTINGS_COM_EXECUTE
 * included when they are wanted present; 0 when it is not about the layer.
 */
uint32_t com_layer_bits(const struct permission_wish *wish,
                        enum com_layer layer);

/*
 * The built-in list. Microsoft's pages name Administrators, Everyone and
 * Anonymous in the limits; Distributed COM Users and Performance Log Users
 * are what today's Windows writes there. -1 when memory is short.
 */
int com_layer_default(enum com_layer layer, struct descriptor *descriptor,
                      struct err *err);

/* --- judgement ----------------------------------------------------------- */

struct com_question {
    const struct com_layer_row *row;
    const struct permission_wish *wish;
    uint32_t bits;
    const struct sid *sid;
    const struct descriptor_token *token;
};

/* Whether the list does what is wished; `reason` for what is in the way. */
enum setting_verdict com_layer_judge(const struct com_question *question,
                                     const struct descriptor *descriptor,
                                     struct setting_reason *reason);

/* Changes the list so. */
int com_layer_change(const struct com_question *question,
                     struct descriptor *descriptor, struct err *err);

#endif
