/* SPDX-License-Identifier: MIT */
/* One object of a result, as query.h says that it travels. */
#ifndef LAB_REMOTE_ROW_H
#define LAB_REMOTE_ROW_H

#include "wire.h"

#include <wbemcli.h>

/*
 * All rows of an answer, in an array for the caller to free() once he has
 * released what is in it. S_OK, or WBEM_E_OUT_OF_MEMORY and nothing.
 */
HRESULT rows_of(const struct message *, IWbemClassObject ***objects,
                ULONG *count);
void rows_free(IWbemClassObject **objects, ULONG count);

/* What a method answers that this stand-in lacks; good for any of them, as
 * the caller cleans up its arguments in Windows' 64-bit convention. */
HRESULT WINAPI row_not_supported(void);

#endif
