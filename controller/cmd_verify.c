/* SPDX-License-Identifier: MIT */
/* verify: does remote WMI answer? From here, one run of probes. */
#include "controller/commands.h"

int command_verify(const struct options *options, const struct log *log)
{
    return command_run(options, log);
}
