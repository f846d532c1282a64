/* SPDX-License-Identifier: MIT */
/*
 * Rule groups: the rules that carry the same grouping string, asked for and
 * switched together, profile by profile.
 *
 * A group is named by the string that its rules carry, exactly (only case may
 * differ), or by the text behind it in the machine's language. So the English
 * text finds nothing on a German machine, and neither does another path to
 * the same resource.
 */
#ifndef LAB_FIREWALL_GROUP_H
#define LAB_FIREWALL_GROUP_H

#include <stdbool.h>
#include <windows.h>

/*
 * Switches every rule of the group that is for one of `profiles`
 * (PROFILE_BITS). A rule that is also for other profiles is switched whole,
 * or with the mode split-rules divided in two. S_FALSE: no such group.
 */
HRESULT group_enable(LONG profiles, const WCHAR *group, bool enable);

/*
 * Whether the group is on in `profiles`: it has rules for one of them, and all
 * of these are active. S_FALSE: no such group.
 */
HRESULT group_enabled(LONG profiles, const WCHAR *group, bool *enabled);

/*
 * Whether the group is on in at least one of `profiles`, rules of a policy
 * included and local ones where the policy lets them count. S_FALSE when the
 * profiles disagree, and when there is no such group.
 */
HRESULT group_effective(LONG profiles, const WCHAR *group, bool *enabled);

#endif
