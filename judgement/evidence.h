/* SPDX-License-Identifier: MIT */
/*
 * What a host's last result tells of it, for whoever judges: its facts, its
 * settings as they stand, and where a connection comes from. Nothing here is
 * owned; what is not known is NULL, and no question fails on it. The result
 * has passed result_judge, but a member may still have any type: each
 * question checks the one it asks for.
 */
#ifndef JUDGEMENT_EVIDENCE_H
#define JUDGEMENT_EVIDENCE_H

#include <cjson/cJSON.h>
#include <stdbool.h>

struct evidence {
    const cJSON *facts;    /* "facts" of docs/result.schema.json, or NULL */
    const cJSON *settings; /* "settings", or NULL */
    const char *from;      /* the address that connects, or NULL */
};

/* "policy.forceguest": the member at the end of the path, or NULL. */
const cJSON *evidence_at(const struct evidence *evidence, const char *path);

/* False when it is not known; `number` is then as it was. */
bool evidence_number(const struct evidence *evidence, const char *path,
                     double *number);

/* NULL when it is not known. */
const char *evidence_text(const struct evidence *evidence, const char *path);

/* Whether the array of texts there has `text`; false when not known. */
bool evidence_has(const struct evidence *evidence, const char *path,
                  const char *text);

/* SETTINGS_PROFILE_* of the networks in use; 0: not known. */
unsigned evidence_profiles(const struct evidence *evidence);

/* The setting of that id as it stands ("after"), or NULL. */
const cJSON *evidence_setting(const struct evidence *evidence, const char *id);

/* Whether some setting whose id begins so has this state. */
bool evidence_state(const struct evidence *evidence, const char *prefix,
                    const char *state);

#endif
