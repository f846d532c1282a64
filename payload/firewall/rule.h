/* SPDX-License-Identifier: MIT */
/*
 * One firewall rule as plain data: everything that Windows lets be read of
 * it, as text that can be put back exactly.
 *
 * The JSON form is what results show and snapshots keep. It leaves out what
 * has its default (empty text, no interfaces, edge traversal off, no
 * security flags), so that a person can read it and a rule that was written
 * by an older Windows without the newer properties compares equal.
 *
 * Free of windows.h.
 */
#ifndef PAYLOAD_RULE_H
#define PAYLOAD_RULE_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#define RULE_GROUPING_OURS "wmifleet"
#define RULE_PROTOCOL_TCP 6
#define RULE_PROTOCOL_UDP 17
#define RULE_PROTOCOL_ANY 256
#define RULE_ACTION_BLOCK 0
#define RULE_ACTION_ALLOW 1
#define RULE_PROFILES_ALL 0x7FFFFFFFL

/* X(symbol, JSON key, INetFwRule property) */
#define RULE_TEXTS(X)                                                          \
    X(NAME, "name", Name)                                                      \
    X(DESCRIPTION, "description", Description)                                 \
    X(GROUPING, "grouping", Grouping)                                          \
    X(PROGRAM, "program", ApplicationName)                                     \
    X(SERVICE, "service", ServiceName)                                         \
    X(LOCAL_PORTS, "local_ports", LocalPorts)                                  \
    X(REMOTE_PORTS, "remote_ports", RemotePorts)                               \
    X(LOCAL_ADDRESSES, "local_addresses", LocalAddresses)                      \
    X(REMOTE_ADDRESSES, "remote_addresses", RemoteAddresses)                   \
    X(ICMP, "icmp", IcmpTypesAndCodes)                                         \
    X(INTERFACE_TYPES, "interface_types", InterfaceTypes)

/* The same of INetFwRule3, which Windows 8 brought. */
#define RULE_NEWER_TEXTS(X)                                                    \
    X(PACKAGE, "package", LocalAppPackageId)                                   \
    X(OWNER, "owner", LocalUserOwner)                                          \
    X(LOCAL_USERS, "local_users", LocalUserAuthorizedList)                     \
    X(REMOTE_USERS, "remote_users", RemoteUserAuthorizedList)                  \
    X(REMOTE_MACHINES, "remote_machines", RemoteMachineAuthorizedList)

#define RULE_TEXT_SYMBOL(symbol, key, property) RULE_##symbol,
enum rule_text {
    RULE_TEXTS(RULE_TEXT_SYMBOL) RULE_NEWER_TEXTS(RULE_TEXT_SYMBOL)
        RULE_TEXT_COUNT
};

struct rule {
    char *text[RULE_TEXT_COUNT]; /* UTF-8; NULL and "" are the same */
    cJSON *interfaces;           /* array of names, or NULL */
    long direction;              /* enum rule_direction */
    long protocol;
    long action;
    long profiles;     /* as Windows has it: RULE_PROFILES_ALL, or bits */
    long edge_options; /* NET_FW_EDGE_TRAVERSAL_TYPE */
    long secure_flags; /* NET_FW_AUTHENTICATE_TYPE */
    bool enabled;
    bool edge_traversal;
    /*
     * The program with its environment variables expanded and its case
     * folded, for comparing; NULL: the text as it is. Not part of the state.
     */
    char *program_path;
};

struct rule_list {
    struct rule *items;
    size_t count;
};

void rule_release(struct rule *rule);
void rule_list_release(struct rule_list *list);

/* The text, "" when there is none. */
const char *rule_text(const struct rule *rule, enum rule_text which);

/* 0, or -1 when memory is short. Copies. */
int rule_set_text(struct rule *rule, enum rule_text which, const char *text);

/* The profiles as the three SETTINGS_PROFILE_* bits. */
unsigned rule_profiles(const struct rule *rule);

/* NULL when memory is short. */
cJSON *rule_to_json(const struct rule *rule);

/* -1 when memory is short or `json` is not such an object. */
int rule_from_json(struct rule *rule, const cJSON *json);

/*
 * An array in an order that depends on the rules alone, so that the same
 * rules always give the same state. NULL when memory is short.
 */
cJSON *rule_list_to_json(const struct rule_list *list);
int rule_list_from_json(struct rule_list *list, const cJSON *array);

/* `profiles` as the request writes them: ["domain", "private"]. */
cJSON *rule_profiles_to_json(unsigned profiles);

/* "tcp", "udp", "any", or the number. NULL when memory is short. */
cJSON *rule_protocol_to_json(long protocol);

/* "domain, private"; always terminated. */
void rule_profiles_text(unsigned profiles, char *text, size_t size);

#endif
