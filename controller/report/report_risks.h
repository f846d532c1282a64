/* SPDX-License-Identifier: MIT */
/*
 * What a report says of risks: settings that are as wanted carry them too, and
 * no block tells of those. Hosts with the same risk are one entry.
 */
#ifndef CONTROLLER_REPORT_RISKS_H
#define CONTROLLER_REPORT_RISKS_H

#include "controller/report/entries.h"

/*
 * Takes the risks of a host's settings, "id: risk" each, unescaped. Of machines
 * that each say something else only so many are kept, and that there are more.
 * 0, or -1: memory is short.
 */
int report_risks_note(struct entries *risks, const struct result *result);

#endif
