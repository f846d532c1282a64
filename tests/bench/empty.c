/* SPDX-License-Identifier: MIT */
/* What starting any program on a target costs. */
#include <wchar.h>

int wmain(int argc, wchar_t **argv);

int wmain(int argc, wchar_t **argv)
{
    (void)argc;
    (void)argv;
    return 0;
}
