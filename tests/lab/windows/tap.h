/* SPDX-License-Identifier: MIT */
/* What the lab's probes print: the Test Anything Protocol. */
#ifndef LAB_TAP_H
#define LAB_TAP_H

#include <stdbool.h>
#include <windows.h>

struct tap {
    int count;
    int failed;
};

/* One line; returns `good`. */
__attribute__((format(printf, 3, 4))) bool tap_check(struct tap *tap, bool good,
                                                     const char *format, ...);

/* The same for an HRESULT or a Win32 code, both shown when they differ. */
bool tap_check_hr(struct tap *tap, HRESULT got, HRESULT wanted,
                  const char *what);
void tap_check_code(struct tap *tap, DWORD got, DWORD wanted, const char *what);

/* The plan; returns the program's exit status. */
int tap_end(const struct tap *tap);

#endif
