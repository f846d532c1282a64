/* SPDX-License-Identifier: MIT */
/*
 * verify: does remote WMI answer? From here, a run of probes; with --from one
 * job on the machine that is to connect.
 */
#include "controller/commands.h"

#include <stdio.h>

#include "controller/verify_from.h"

int command_verify(const struct options *options, const struct log *log)
{
    const char *lonely;
    if (verify_from_is_asked(options, &lonely) || lonely == NULL)
        return command_run(options, log);
    fprintf(stderr, "wmifleet: %s means something with --from HOST only\n",
            lonely);
    return EXIT_USAGE;
}
