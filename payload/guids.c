/* SPDX-License-Identifier: MIT */
/*
 * The one place that defines the identifiers of the COM interfaces used
 * here: netfw.h's stand in no import library.
 */
#include <windows.h>

#include <initguid.h>

#include <ole2.h>

#include <netfw.h>
