/* SPDX-License-Identifier: MIT */
/* The settings `dcom.permissions[...]`, one for each item of the list. */
#ifndef PAYLOAD_COM_SECURITY_H
#define PAYLOAD_COM_SECURITY_H

#include "payload/engine/setting.h"

int com_security_plan(const struct settings *settings,
                      struct setting_list *list);

#endif
