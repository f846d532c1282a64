/* SPDX-License-Identifier: MIT */
/* The table of the rules that a new machine has; factory.h tells of them. */
#ifndef LAB_FIREWALL_FACTORY_RULES_H
#define LAB_FIREWALL_FACTORY_RULES_H

#include <stddef.h>
#include <windows.h>

enum { FACTORY_CLIENT = 1, FACTORY_SERVER = 2, FACTORY_BOTH = 3 };

struct factory_rule {
    int products; /* bits of FACTORY_CLIENT and FACTORY_SERVER */
    const WCHAR *id;
    const WCHAR *text;
};

extern const struct factory_rule factory_rules[];
extern const size_t factory_rule_count;

#endif
