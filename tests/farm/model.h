/* SPDX-License-Identifier: MIT */
/*
 * The settings of a machine, as simply as they can be: each item of a request
 * is a setting, which is absent until an apply makes it what was asked, and
 * stays so. No setting depends on another and nothing is refused.
 */
#ifndef FARM_MODEL_H
#define FARM_MODEL_H

#include <cjson/cJSON.h>

/*
 * Works a request on `*state` (made when it is NULL) and returns the result's
 * "settings", which the caller frees; NULL when the request is none.
 */
cJSON *model_work(cJSON **state, const cJSON *request, const char *verb);

#endif
