/* SPDX-License-Identifier: MIT */
/*
 * The causes' questions to the facts, one function each, as causes.h has
 * them: causes.c only.
 */
#ifndef JUDGEMENT_CAUSE_JUDGES_H
#define JUDGEMENT_CAUSE_JUDGES_H

#include "judgement/causes.h"

#define CAUSE_JUDGE(name)                                                      \
    enum cause_verdict name(const struct evidence *evidence,                   \
                            char why[CAUSE_WHY_SIZE])

CAUSE_JUDGE(judge_port_135);
CAUSE_JUDGE(judge_wmi_port);
CAUSE_JUDGE(judge_firewall_policy);
CAUSE_JUDGE(judge_rpc_policy);
CAUSE_JUDGE(judge_winmgmt);
CAUSE_JUDGE(judge_token_filter);
CAUSE_JUDGE(judge_dcom_rights);
CAUSE_JUDGE(judge_dcom_off);
CAUSE_JUDGE(judge_hardening);
CAUSE_JUDGE(judge_logon_right);
CAUSE_JUDGE(judge_guest);
CAUSE_JUDGE(judge_ntlm);
CAUSE_JUDGE(judge_blank_password);
CAUSE_JUDGE(judge_namespace_rights);
CAUSE_JUDGE(judge_encryption);
CAUSE_JUDGE(judge_callback);

#endif
