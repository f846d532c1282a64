/* SPDX-License-Identifier: MIT */
/*
 * The request of each host, made once per distinct text: machines of one
 * room share one request, hence one hash and one file name.
 */
#ifndef CONTROLLER_REQUESTS_H
#define CONTROLLER_REQUESTS_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "base/err.h"
#include "controller/job.h"

struct requests;

/*
 * `only` and `skip` are comma-separated families, or NULL; both copied.
 * `restart_never`: winmgmt is left running, whatever waits for it.
 */
struct requests *requests_new(const char *only, const char *skip,
                              bool restart_never, struct err *err);
void requests_free(struct requests *requests);

/*
 * The request for these settings; its bytes live as long as `requests`.
 * `undo` is the member of that name, or NULL; it is not kept.
 */
int requests_get(struct requests *requests, const cJSON *wmi, const cJSON *undo,
                 struct blob *request, struct err *err);

#endif
