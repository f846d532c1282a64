/* SPDX-License-Identifier: MIT */
/* What a report's table says of each host, kept until it is printed. */
#ifndef CONTROLLER_REPORT_ROWS_H
#define CONTROLLER_REPORT_ROWS_H

#include "controller/result/result.h"

struct report_row {
    char *host;
    char *address;
    char *computer; /* as Windows has it, or NULL */
    char *system;   /* "Windows 11 Pro 10.0.22631", or NULL */
    char *risks;    /* settings that carry one, with commas between, or NULL */
    enum status status;
    size_t entry; /* the block that tells of it */
};

struct report_rows;

/* NULL: memory is short. */
struct report_rows *report_rows_new(void);
void report_rows_free(struct report_rows *rows);

/* 0, or -1: memory is short. */
int report_rows_add(struct report_rows *rows, const struct result *result,
                    size_t entry);

/* The same of a host that the run did not come to. */
int report_rows_add_pending(struct report_rows *rows, const char *host,
                            size_t entry);

size_t report_rows_count(const struct report_rows *rows);
const struct report_row *report_rows_at(const struct report_rows *rows,
                                        size_t at);

#endif
