/* SPDX-License-Identifier: MIT */
/*
 * wbemprobe walks what Microsoft documents of WMI namespaces and their
 * security, and prints TAP. It is a client like any other: it includes
 * nothing of the stand-in and sees it through COM only.
 */
#ifndef LAB_WBEM_WBEMPROBE_H
#define LAB_WBEM_WBEMPROBE_H

#include <stdbool.h>
#include <windows.h>

#include <wbemcli.h>

#include "../tap.h"

#define NO_SERVER ((HRESULT)0x800706BA)
#define SECURITY_CLASS L"__SystemSecurity"
#define SECURITY_INSTANCE L"__SystemSecurity=@"

/* The factory state: root's own entries, and what a child has of them. */
#define ROOT_LIST                                                              \
    L"O:BAG:BAD:(A;CI;CCDCLCSWRPWPRCWD;;;BA)(A;CI;CCDCRP;;;NS)"                \
    L"(A;CI;CCDCRP;;;LS)(A;CI;CCDCRP;;;AU)"
#define INHERITED_LIST                                                         \
    L"(A;CIID;CCDCLCSWRPWPRCWD;;;BA)(A;CIID;CCDCRP;;;NS)"                      \
    L"(A;CIID;CCDCRP;;;LS)(A;CIID;CCDCRP;;;AU)"
#define CHILD_LIST L"O:BAG:BAD:" INHERITED_LIST

struct probe {
    IWbemLocator *locator;
    struct tap tap;
};

/* ConnectServer without credentials; NULL and `hr` on failure. */
IWbemServices *probe_connect(struct probe *, const WCHAR *path, HRESULT *hr);

/* GetSD as SDDL, to be freed by LocalFree(); NULL and `hr` on failure. */
WCHAR *probe_get_sd(IWbemServices *, const WCHAR *object, HRESULT *hr);

/* The parameters of SetSD with these bytes in them; NULL on failure. */
IWbemClassObject *probe_parameters(IWbemServices *, const void *bytes,
                                   ULONG len);

/* SetSD: its HRESULT, and its ReturnValue when that succeeded. */
HRESULT probe_set_bytes(IWbemServices *, const WCHAR *object, const void *bytes,
                        ULONG len, LONG *returned);
HRESULT probe_set_sd(IWbemServices *, const WCHAR *sddl);

/* Whether the namespace has this descriptor now. */
bool check_sd(struct probe *, const WCHAR *path, const WCHAR *sddl,
              const char *what);

/* The sections, each one group of tests. */
void probe_connections(struct probe *);
void probe_objects(struct probe *);
void probe_reading(struct probe *);
void probe_writing(struct probe *);
void probe_refusals(struct probe *);
void probe_inheritance(struct probe *);
void probe_rights(struct probe *);
void probe_not_elevated(struct probe *);
void probe_wine(struct probe *);
void probe_mode_denied(struct probe *);
void probe_mode_ignored(struct probe *);
void probe_mode_returns_error(struct probe *);
void probe_mode_stopped(struct probe *);

#endif
