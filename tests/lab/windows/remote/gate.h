/* SPDX-License-Identifier: MIT */
/*
 * What this target's firewall does with a connection, by the rules and
 * settings in its registry (../firewall). From Microsoft's pages: a rule that
 * blocks wins over one that allows; rules of a policy count beside local
 * ones, unless the policy leaves those out; without a rule the default action
 * of the profile decides; everything inbound can be blocked at once; and a
 * firewall that is off lets all pass.
 *
 * With several profiles in use all have to agree: which adapter a connection
 * comes in by is not told here.
 */
#ifndef LAB_REMOTE_GATE_H
#define LAB_REMOTE_GATE_H

#include <windows.h>
#include <stdbool.h>

struct packet {
    bool is_outbound;
    DWORD own;
    DWORD remote;
    unsigned own_port;   /* 0: any, of a connection that goes out */
    bool is_dynamic_rpc; /* RPC chose the port, so the word RPC means it */
    const WCHAR *program;
    const WCHAR *service; /* NULL: the program is no service */
};

bool gate_admits(const struct packet *);

/* The connections that remote WMI makes. */
bool gate_admits_mapper(DWORD own, DWORD remote);
bool gate_admits_wmi(DWORD own, DWORD remote, unsigned port, bool is_fixed);
bool gate_lets_wmi_out(DWORD own, DWORD remote);
bool gate_admits_sink(DWORD own, DWORD remote, unsigned port,
                      const WCHAR *program);

#endif
