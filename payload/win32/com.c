/* SPDX-License-Identifier: MIT */
#include "payload/win32/com.h"

#include <stdlib.h>
#include <string.h>

#include "payload/win32/utf16.h"

char *com_text(BSTR text)
{
    return text != NULL ? utf16_to_utf8(text, SysStringLen(text)) : strdup("");
}

BSTR com_bstr(const char *text)
{
    wchar_t *wide = utf16_from_utf8(text);
    BSTR result = wide != NULL ? SysAllocString(wide) : NULL;
    free(wide);
    return result;
}
