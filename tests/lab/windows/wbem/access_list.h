/* SPDX-License-Identifier: MIT */
/*
 * Access lists of namespaces: what SetSD refuses (the page of the method),
 * what a child gets of its parent (MS-WMI 2.2.30.2) and what a list grants.
 *
 * A list is a struct access_list: room for one ACL, never more.
 */
#ifndef LAB_WBEM_ACCESS_LIST_H
#define LAB_WBEM_ACCESS_LIST_H

#include <stdbool.h>
#include <windows.h>

enum { ACCESS_LIST_LEN = 32768, DESCRIPTOR_LEN_MAX = 32768 + 256 };

struct access_list {
    union {
        ACL acl;
        BYTE room[ACCESS_LIST_LEN];
    };
};

void access_list_init(struct access_list *);

/*
 * Takes the entries of a self-relative descriptor that are not inherited.
 * S_OK; WBEM_E_INVALID_OBJECT for bytes that are no descriptor, and
 * WBEM_E_INVALID_PARAMETER for one that SetSD refuses.
 */
HRESULT access_list_of_input(const void *bytes, size_t len,
                             struct access_list *);

/* The list of a descriptor in SDDL; false when it is none. */
bool access_list_of_text(const WCHAR *sddl, struct access_list *);

/* Appends the entries of `parent` that containers inherit, as inherited. */
bool access_list_inherit(struct access_list *,
                         const struct access_list *parent);

/* Whether the caller has all of `wanted`. */
bool access_list_grants(struct access_list *, ACCESS_MASK wanted);

/*
 * A self-relative descriptor with this list, of Administrators, to be freed
 * by free(); NULL: out of memory.
 */
PSECURITY_DESCRIPTOR access_list_descriptor(struct access_list *, DWORD *len);

#endif
