/* SPDX-License-Identifier: MIT */
#include "tap.h"

#include <stdarg.h>
#include <stdio.h>

bool tap_check(struct tap *tap, bool good, const char *format, ...)
{
    va_list arguments;

    tap->count++;
    tap->failed += !good;
    printf("%sok %d - ", good ? "" : "not ", tap->count);
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    printf("\n");
    return good;
}

bool tap_check_hr(struct tap *tap, HRESULT got, HRESULT wanted,
                  const char *what)
{
    tap_check(tap, got == wanted, "%s: 0x%08lX", what, (unsigned long)wanted);
    if (got != wanted)
        printf("# got 0x%08lX\n", (unsigned long)got);
    return got == wanted;
}

void tap_check_code(struct tap *tap, DWORD got, DWORD wanted, const char *what)
{
    if (!tap_check(tap, got == wanted, "%s: %lu", what, wanted))
        printf("# got %lu\n", got);
}

int tap_end(const struct tap *tap)
{
    printf("1..%d\n", tap->count);
    return tap->failed != 0;
}
