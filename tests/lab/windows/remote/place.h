/* SPDX-License-Identifier: MIT */
/*
 * Which of the lab's targets this is, and where the others are. `lab up`
 * writes it down before Windows starts: C:\windows\wmifleet-lab.txt has the
 * address, 127.33.7.2, and the lab's folder, Z:\tmp\mylab, a line each. Then
 * there are FOLDER\target-K\address, rpc and winmgmt.
 *
 * `rpc` holds the port that stands for TCP 135, `winmgmt` the process and the
 * port of WMI's service; their owners write them.
 */
#ifndef LAB_REMOTE_PLACE_H
#define LAB_REMOTE_PLACE_H

#include <windows.h>
#include <stdbool.h>
#include <stdio.h>

/* This target's address; 0: the lab has given it none. */
DWORD place_address(void);

/* The bits of the subnet: HKLM\SOFTWARE\wmifleet-lab "PrefixLength", else 24.
 */
unsigned place_prefix_length(void);

/* Whether a server's name or address in a path is this machine. */
bool place_is_here(const WCHAR *server);

/*
 * The address of another target, by its address, its computer name or its
 * name in the inventory. False: the lab has none.
 */
bool place_find(const WCHAR *server, DWORD *address);

/* The port that stands for TCP 135 there; 0: nobody listens. */
unsigned place_rpc_port(DWORD address);

/* The port of WMI's service of this target while `process` is it. */
unsigned place_wmi_port(DWORD process);

/* What this target's processes write down. */
bool place_tell_rpc(unsigned port);
bool place_tell_wmi(DWORD process, unsigned port);

/* A file of this target's folder; NULL when it cannot be opened. */
FILE *place_open(const WCHAR *file, const WCHAR *how);

/* An IPv4 address as text; false for what is none. */
bool place_parse(const WCHAR *text, DWORD *address);

#endif
