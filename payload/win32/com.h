/* SPDX-License-Identifier: MIT */
/*
 * The few things that every use of COM in C needs.
 */
#ifndef PAYLOAD_COM_H
#define PAYLOAD_COM_H

#include <windows.h>
#include <ole2.h>

/* Releases an interface pointer of any kind once; NULL is fine. */
#define COM_RELEASE(pointer)                                                   \
    do {                                                                       \
        if ((pointer) != NULL)                                                 \
            IUnknown_Release((IUnknown *)(pointer));                           \
        (pointer) = NULL;                                                      \
    } while (0)

/* A BSTR as UTF-8 ("" for NULL), to be freed; NULL when memory is short. */
char *com_text(BSTR text);

/* To be freed with SysFreeString; NULL when memory is short. */
BSTR com_bstr(const char *text);

#endif
