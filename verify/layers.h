/* SPDX-License-Identifier: MIT */
/*
 * From findings to verdicts: one for each layer that a call to WMI passes,
 * with what it means and what to do about it.
 *
 * `drift` is a healthy machine that is set otherwise than the inventory asks
 * for, `failed` an answer that no healthy machine gives, `skipped` what could
 * not be asked. Where the inventory does not admit us, silence is `ok` and an
 * answer the drift. A machine of which nothing at all answers is no verdict
 * on layers but an unreachable host.
 */
#ifndef VERIFY_LAYERS_H
#define VERIFY_LAYERS_H

#include "controller/result/result.h"
#include "judgement/evidence.h"
#include "verify/admission.h"
#include "verify/findings.h"

/*
 * Fills layers, hints, status and fault of `result`. `known`: what the last
 * check told of the host; its `from` is ours to fill. Memory that is short
 * costs a detail, and makes the host `failed` where it costs a verdict.
 */
void layers_judge(struct result *result, const struct findings *findings,
                  const struct admission *admission,
                  const struct evidence *known);

#endif
