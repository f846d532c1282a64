/* SPDX-License-Identifier: MIT */
/* How an HTML report looks: on a screen by day and night, and on paper. */
#ifndef CONTROLLER_REPORT_STYLE_H
#define CONTROLLER_REPORT_STYLE_H

extern const char report_style[];

#endif
