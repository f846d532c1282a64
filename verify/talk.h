/* SPDX-License-Identifier: MIT */
/* What a port that was open had to say, as a verdict. */
#ifndef VERIFY_TALK_H
#define VERIFY_TALK_H

#include "verify/findings.h"
#include "verify/verdict.h"

/* TCP 135, asked for DCOM; `alive` is its answer where the talk is good. */
void talk_judge_rpc(const struct talk *talk, const struct server_alive *alive,
                    struct verdict *verdict);

/* The WMI service's own port. */
void talk_judge_wmi(const struct talk *talk, unsigned port,
                    struct verdict *verdict);

#endif
