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
#include "controller/job/job.h"

struct requests;

/* What every request of a run says; the words are copied. */
struct request_options {
    const char *only; /* comma-separated families, or NULL */
    const char *skip;
    bool restart_never; /* winmgmt is left running, whatever waits for it */
    bool allow_irreversible;
    bool forget_undo; /* clean: these two */
    bool dry_run;
};

struct requests *requests_new(const struct request_options *options,
                              struct err *err);
void requests_free(struct requests *requests);

/*
 * What every request has as the option "again" from now on, so that it is
 * another one than without; NULL: none. The text is copied.
 */
int requests_set_again(struct requests *requests, const char *text,
                       struct err *err);

/*
 * The request for these settings; its bytes live as long as `requests`.
 * `undo` is the member of that name, or NULL; it is not kept.
 */
int requests_get(struct requests *requests, const cJSON *wmi, const cJSON *undo,
                 struct blob *request, struct err *err);

/* The same for no settings at all. */
int requests_get_bare(struct requests *requests, struct blob *request,
                      struct err *err);

/*
 * The same with the password of `wmi`'s account in it: such a request is
 * kept nowhere on the target, and wiped by requests_free.
 */
int requests_get_secret(struct requests *requests, const cJSON *wmi,
                        const char *password, struct blob *request,
                        struct err *err);

/*
 * The request of a verify: `verify` is the member of that name, `passwords`
 * has one for each of its targets. Wiped like the one above.
 */
int requests_get_verify(struct requests *requests, const cJSON *verify,
                        const char *const *passwords, size_t count,
                        struct blob *request, struct err *err);

/* What `only` and `skip` leave of the families. */
bool requests_leave_family(const char *only, const char *skip,
                           const char *family);

#endif
