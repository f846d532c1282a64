/* SPDX-License-Identifier: MIT */
/*
 * --ssh-config: what a configuration of OpenSSH says of hosts, read by
 * OpenSSH itself (`ssh -G -F FILE`), which alone knows what Host, Match and
 * Include come to.
 *
 * Where the inventory says something itself, that holds. Jump hosts are asked
 * for as well, those that the configuration names too. Each address is asked
 * for once, several at a time; this blocks, and comes before the loop.
 */
#ifndef CONTROLLER_OPENSSH_CONFIG_H
#define CONTROLLER_OPENSSH_CONFIG_H

#include "base/log.h"
#include "inventory/inventory.h"

/*
 * Fills in the targets of `list`; what it points to lives as long as the
 * inventory. 0, or -1 after telling what is wrong.
 */
int openssh_config_read(const char *file, struct inventory *inventory,
                        struct target_list *list, const struct log *log);

#endif
