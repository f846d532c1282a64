/* SPDX-License-Identifier: MIT */
/*
 * The judgements. Each is silent unless its facts are known and its
 * condition holds. Sources: "page" is Microsoft's "Setting up a Remote WMI
 * Connection", the others are named by title.
 */
#ifndef JUDGEMENT_ROWS_H
#define JUDGEMENT_ROWS_H

#include "judgement/bench.h"

/* --- door.c: whether a caller gets as far as WMI -------------------------- */

/* EditionID Core*: Home does not let others' accounts in. */
void row_home_edition(struct bench *bench);
/* INetFwProduct: who registers for the category filters instead. */
void row_other_firewall(struct bench *bench);
/* RestrictRemoteClients 2: see causes.h. */
void row_remote_clients(struct bench *bench);
/* "EnableDCOM": other than Y, and nobody asks for Y. */
void row_dcom_off(struct bench *bench);
/* "DCOM Protocols" without ncacn_ip_tcp. */
void row_dcom_protocols(struct bench *bench);
/* The start type of winmgmt, where `services` does not ask for it. */
void row_winmgmt_disabled(struct bench *bench);
/* "Network profiles": no rule that is asked for is for one in use. */
void row_network_profile(struct bench *bench);
/* Page: "rather than using the single WMI rule group command". */
void row_group_and_rules(struct bench *bench);
/* "Setting Up a Fixed Port for WMI": winmgmt listens elsewhere. */
void row_fixed_port(struct bench *bench);

/* --- reader.c: whether an account that is to read gets in ----------------- */

/* "Sharing and security model for local accounts": all become Guest. */
void row_forceguest(struct bench *bench);
void row_disabled_account(struct bench *bench);
/* "Deny access to this computer from the network", by its groups too. */
void row_denied_logon(struct bench *bench);
/* "Access this computer from the network". */
void row_missing_logon_right(struct bench *bench);
/* "Restrict NTLM: Incoming NTLM traffic": local accounts have no other. */
void row_ntlm(struct bench *bench);
/* "Limit local account use of blank passwords to console logon only". */
void row_blank_password(struct bench *bench);
/* Page, "User Account Control and WMI", KB951016: a filtered token. */
void row_filtered_administrator(struct bench *bench);
/* The same: the policy that nobody needs. */
void row_filter_policy(struct bench *bench);

/* --- callback.c: asynchronous queries ------------------------------------- */

/* Page: "should not be modified for computers in the same domain". */
void row_callback_in_domain(struct bench *bench);
/* Page: "otherwise, an asynchronous connection will fail". */
void row_callback_in_workgroup(struct bench *bench);
/* "Setting Security on an Asynchronous Call": a caller that is checked. */
void row_checked_callbacks(struct bench *bench);
/* Page: WMI_OUT, where outbound traffic is blocked by default. */
void row_outbound(struct bench *bench);
/* Page: the sink "receives callbacks from a remote computer". */
void row_unsecapp(struct bench *bench);

/* --- client.c: what callers must do --------------------------------------- */

/* "Requiring an Encrypted Connection to a Namespace", MS-WMI 2.2.30.3. */
void row_encryption(struct bench *bench);
/* KB5004442, "LAN Manager authentication level". */
void row_old_clients(struct bench *bench);

#endif
