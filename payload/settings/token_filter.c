/* SPDX-License-Identifier: MIT */
#include "payload/settings/token_filter.h"

bool token_filter_holds(const struct token_filter *filter, bool built_in)
{
    if (filter->enable_lua == 0 || filter->off == 1)
        return false;
    return !built_in || filter->administrator == 1;
}
