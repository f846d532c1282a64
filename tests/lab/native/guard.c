/* SPDX-License-Identifier: MIT */
int guard_placeholder;
