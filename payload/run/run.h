/* SPDX-License-Identifier: MIT */
/*
 * One run, from the start mark to the result. Whatever happens on the way,
 * exactly one start mark and one complete result are printed.
 */
#ifndef PAYLOAD_RUN_H
#define PAYLOAD_RUN_H

/* `words` are the `count` words behind the program's name. */
void run_command(int count, char *const words[]);

#endif
