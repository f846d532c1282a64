/* SPDX-License-Identifier: MIT */
/*
 * The `wmi` variable of one host, judged and turned into a struct.
 *
 * Free of windows.h and linked into the controller too, so that both sides
 * judge a request alike: the controller calls settings_read on every selected
 * host before anything is contacted and shows every problem; the payload
 * calls it again on what it was sent.
 *
 * `access` and `collector` stand in an inventory's `wmi` too, and become
 * these settings in the controller (inventory/expansion.h): here they are
 * known by name and otherwise passed over, and no request has them.
 *
 * A key that is absent is left alone on the target: every member has a
 * "not asked" value. inventory/schema.json says the same in JSON Schema, and
 * a test holds both to one verdict on one table.
 */
#ifndef PAYLOAD_SETTINGS_H
#define PAYLOAD_SETTINGS_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/problems.h"

/* Firewall profiles as Windows' NET_FW_PROFILE_TYPE2 bits. */
#define SETTINGS_PROFILE_DOMAIN 1u
#define SETTINGS_PROFILE_PRIVATE 2u
#define SETTINGS_PROFILE_PUBLIC 4u
#define SETTINGS_PROFILE_ALL 7u

/* A DWORD that may be wanted absent. */
enum dword_wish { DWORD_NOT_ASKED, DWORD_ABSENT, DWORD_ZERO, DWORD_ONE };

/* A yes-or-no that may be left alone. */
enum flag_wish { FLAG_NOT_ASKED, FLAG_OFF, FLAG_ON };

enum rule_direction { RULE_IN = 1, RULE_OUT = 2 }; /* NET_FW_RULE_DIRECTION */

/*
 * One firewall rule that is wanted present or absent. For the names `DCOM`,
 * `WMI`, `UnsecApp` and `WMI_OUT` the members that the Microsoft page gives
 * (direction, program, service, protocol, local ports) are filled in here
 * unless the request says otherwise. Texts are UTF-8. A NULL or empty list
 * of remote addresses means any address; `profiles` 0 never occurs (absent
 * means all).
 */
struct rule_wish {
    const char *name;
    bool present;
    bool match_name_only; /* absent: "match": "name" */
    /*
     * 0 when the request does not say, which it must for a present rule: an
     * absent one then means rules of either direction.
     */
    enum rule_direction direction;
    const char *program; /* NULL: any; environment variables unexpanded */
    const char *service; /* NULL: none */
    int protocol;        /* IANA number, 256 = any (NET_FW_IP_PROTOCOL_ANY) */
    const char *local_ports; /* NULL: any; as INetFwRule::put_LocalPorts */
    const char **remote_addresses;
    size_t remote_address_count;
    unsigned profiles;          /* SETTINGS_PROFILE_* */
    bool require_program;       /* the program's file must be there */
    bool when_outbound_blocked; /* only where outbound is blocked by default */
};

/* Among the remote addresses: that of the SSH client of this run. */
#define SETTINGS_CONTROLLER "controller"

/* What COM lets an account do: COM_RIGHTS_* of combaseapi.h. */
#define SETTINGS_COM_EXECUTE 0x01u /* part of every other one */
#define SETTINGS_COM_LOCAL 0x02u   /* launch, or access */
#define SETTINGS_COM_REMOTE 0x04u
#define SETTINGS_COM_ACTIVATE_LOCAL 0x08u
#define SETTINGS_COM_ACTIVATE_REMOTE 0x10u

#define SETTINGS_ON_LIMITS 1u
#define SETTINGS_ON_WMI 2u

/*
 * What one account may do with COM. `launch` and `access` are bits without
 * SETTINGS_COM_EXECUTE; both 0 on an absent one: whatever it has.
 */
struct permission_wish {
    const char *account; /* name, SID or word (account_words.h) */
    bool present;
    unsigned launch;
    unsigned access;
    unsigned on; /* SETTINGS_ON_*; 0: wherever something is lacking */
};

/* What WMI lets an account do in a namespace: wbemcli.h's and winnt.h's. */
#define SETTINGS_WBEM_ENABLE 0x1u
#define SETTINGS_WBEM_METHODS 0x2u
#define SETTINGS_WBEM_FULL_WRITE 0x4u
#define SETTINGS_WBEM_PARTIAL_WRITE 0x8u
#define SETTINGS_WBEM_PROVIDER_WRITE 0x10u
#define SETTINGS_WBEM_REMOTE 0x20u
#define SETTINGS_WBEM_READ_SECURITY 0x20000u
#define SETTINGS_WBEM_EDIT_SECURITY 0x40000u

/* What one account may do there; no rights on an absent one: any. */
struct grant_wish {
    const char *account; /* name, SID or word (account_words.h) */
    bool present;
    unsigned rights;
    bool subnamespaces;
};

struct namespace_wish {
    const char *path; /* "root\\cimv2" */
    struct grant_wish *grants;
    size_t grant_count;
};

/* Who is to be a member of a local group, or is not to be. */
struct group_wish {
    const char *group; /* name, SID or word (account_words.h) */
    const char *const *members;
    size_t member_count;
    bool present;
    bool create; /* a group of our own, which may be made */
};

/* A local account; `name` NULL: not asked. */
struct account_wish {
    const char *name;
    bool present;
    bool password_given; /* the inventory says where it is */
    /* The password itself, in a request that carries one; not ours. */
    const char *password;
    bool password_never_expires;
    bool network_logon_only;
    bool network_logon_said; /* by the request itself, either way */
    bool update_password;
};

/* Rights to the service manager, as winsvc.h and winnt.h have them. */
#define SETTINGS_SC_CONNECT 0x1u
#define SETTINGS_SC_ENUMERATE 0x4u
#define SETTINGS_SC_QUERY_LOCK 0x10u
#define SETTINGS_SC_READ_CONTROL 0x20000u

/* `rights` 0 on an absent one: whatever it has. */
struct control_wish {
    const char *account; /* name, SID or word (account_words.h) */
    bool absent;
    unsigned rights; /* SETTINGS_SC_* */
};

/* A TCP port of winmgmt's own, and how it authenticates its callers. */
#define SETTINGS_FIXED_PORT 24158 /* what winmgmt /standalonehost takes */
#define SETTINGS_PACKET_PRIVACY 6 /* RPC_C_AUTHN_LEVEL_PKT_PRIVACY */

struct fixed_port_wish {
    enum flag_wish enabled;
    int port;
    int level; /* RPC_C_AUTHN_LEVEL_* */
};

struct account_memory;
struct wbem_patience;

struct settings {
    bool winmgmt_runs; /* services.winmgmt */
    bool rpcss_runs;
    struct control_wish *controls; /* service_control.grants */
    size_t control_count;
    struct account_wish account;
    struct group_wish *groups;
    size_t group_count;
    struct {
        enum flag_wish enabled;
        unsigned profiles;
    } wmi_group;
    struct rule_wish *rules;
    size_t rule_count;
    enum dword_wish token_filter_policy; /* uac.local_account_… */
    enum flag_wish dcom_enabled;
    struct permission_wish *permissions; /* dcom.permissions */
    size_t permission_count;
    struct namespace_wish *namespaces;
    size_t namespace_count;
    enum dword_wish anonymous_callback; /* cimom.allow_anonymous_callback */
    enum flag_wish callback_in_domain;  /* cimom.even_in_domain */
    enum dword_wish unsecapp_access;    /* cimom.unsecapp_access_control_… */
    struct fixed_port_wish fixed_port;
    void *storage; /* owns every text above */
    /* The run's in the payload, lent: what it has looked up of accounts; NULL
     */
    struct account_memory *memory;
    struct wbem_patience *patience; /* likewise: with a WMI that comes up */
};

/*
 * Called for a place that is wrong, to say where it stands: writes a JSON
 * path or "file:line:column" for `node` into `text`.
 */
struct settings_place {
    void (*describe)(void *context, const cJSON *node, const char *path,
                     char *text, size_t text_size);
    void *context;
};

/*
 * Reads `wmi` (an object) into `out`. Every mistake becomes one line in
 * `problems`, opened by what `place` says of it, or by its JSON path
 * ("wmi.firewall.rules[2].protocol") where `place` is NULL. 0 when nothing
 * was wrong; on -1 `out` holds nothing. Texts are copied: `wmi` may go.
 */
int settings_read(struct settings *out, const cJSON *wmi,
                  const struct settings_place *place,
                  struct problems *problems);
void settings_release(struct settings *settings);

/* True when nothing at all is asked. */
bool settings_empty(const struct settings *settings);

/* "packet_privacy"; NULL for what is no level. */
const char *settings_level_word(int level);

/*
 * The families, in the order of application. What runs comes first: the
 * namespaces can only be read then. The door is opened when the room is
 * ready.
 */
#define SETTINGS_FAMILY_LIST(X)                                                \
    X(services)                                                                \
    X(account)                                                                 \
    X(groups)                                                                  \
    X(uac)                                                                     \
    X(dcom)                                                                    \
    X(namespaces)                                                              \
    X(cimom)                                                                   \
    X(service_control)                                                         \
    X(fixed_port)                                                              \
    X(firewall)

/* Their names, as --only and --skip know them, NULL-terminated. */
const char *const *settings_families(void);

#endif
