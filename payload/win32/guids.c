/* SPDX-License-Identifier: MIT */
/*
 * The one place that defines the identifiers of the COM interfaces used
 * here: those of netfw.h and wbemcli.h stand in no import library that is
 * linked.
 */
#include <windows.h>

#include <initguid.h>

#include <ole2.h>

#include <netfw.h>
#include <wbemcli.h>
