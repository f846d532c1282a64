/* SPDX-License-Identifier: MIT */
/* Single rules: what they are when new, what setters accept, what is kept. */
#include "fwprobe.h"

#include <stdlib.h>
#include <wchar.h>

#define SAY(probe, expression)                                                 \
    tap_check(&probe->tap, expression, "%s", #expression)
#define GIVES(rule, name, value)                                               \
    has_text(rule, (rule)->lpVtbl->get_##name, value)
#define PUT(rule, name, value) put_text(rule, (rule)->lpVtbl->put_##name, value)

static bool enabled(INetFwRule3 *rule)
{
    VARIANT_BOOL value = 7;

    return INetFwRule3_get_Enabled(rule, &value) == S_OK &&
           value == VARIANT_TRUE;
}

static LONG profiles(INetFwRule3 *rule)
{
    LONG value = -1;

    return INetFwRule3_get_Profiles(rule, &value) == S_OK ? value : -1;
}

static LONG protocol(INetFwRule3 *rule)
{
    LONG value = -1;

    return INetFwRule3_get_Protocol(rule, &value) == S_OK ? value : -1;
}

static int direction(INetFwRule3 *rule)
{
    NET_FW_RULE_DIRECTION value = NET_FW_RULE_DIR_MAX;

    INetFwRule3_get_Direction(rule, &value);
    return (int)value;
}

static int edge(INetFwRule3 *rule)
{
    LONG value = -1;

    INetFwRule3_get_EdgeTraversalOptions(rule, &value);
    return (int)value;
}

static void probe_defaults(struct probe *probe, INetFwRule3 *rule)
{
    VARIANT interfaces;

    SAY(probe, !enabled(rule));
    SAY(probe, direction(rule) == NET_FW_RULE_DIR_IN);
    SAY(probe, protocol(rule) == 256);
    SAY(probe, profiles(rule) == NET_FW_PROFILE2_ALL);
    SAY(probe, edge(rule) == 0);
    SAY(probe, GIVES(rule, Name, NULL));
    SAY(probe, GIVES(rule, Description, NULL));
    SAY(probe, GIVES(rule, ApplicationName, NULL));
    SAY(probe, GIVES(rule, ServiceName, NULL));
    SAY(probe, GIVES(rule, Grouping, NULL));
    SAY(probe, GIVES(rule, LocalPorts, NULL));
    SAY(probe, GIVES(rule, RemotePorts, NULL));
    SAY(probe, GIVES(rule, LocalAddresses, L"*"));
    SAY(probe, GIVES(rule, RemoteAddresses, L"*"));
    SAY(probe, GIVES(rule, InterfaceTypes, L"All"));
    SAY(probe, GIVES(rule, IcmpTypesAndCodes, NULL));
    VariantInit(&interfaces);
    tap_check_hr(&probe->tap, INetFwRule3_get_Interfaces(rule, &interfaces),
                 S_OK, "interfaces of a new rule");
    SAY(probe, V_VT(&interfaces) == VT_EMPTY);
}

static void probe_refusals(struct probe *probe, INetFwRule3 *rule)
{
    tap_check_hr(&probe->tap, PUT(rule, Name, L"a|b"), E_INVALIDARG,
                 "a bar in a name");
    tap_check_hr(&probe->tap, PUT(rule, Name, L"All"), E_INVALIDARG,
                 "the name All");
    tap_check_hr(&probe->tap, PUT(rule, Name, L""), E_INVALIDARG,
                 "an empty name");
    tap_check_hr(&probe->tap, PUT(rule, Description, L"a|b"), E_INVALIDARG,
                 "a bar in a description");
    tap_check_hr(&probe->tap, PUT(rule, ApplicationName, L"agent.exe"),
                 E_INVALIDARG, "a program without its folder");
    tap_check_hr(&probe->tap, PUT(rule, ApplicationName, L"..\\agent.exe"),
                 E_INVALIDARG, "a program by a relative path");
    tap_check_hr(&probe->tap, PUT(rule, ApplicationName, L"C:\\agent.exe"),
                 S_OK, "a program by its whole path");
    PUT(rule, ApplicationName, NULL);
    SAY(probe, GIVES(rule, ApplicationName, NULL));
    tap_check_hr(&probe->tap, INetFwRule3_put_Protocol(rule, 257), E_INVALIDARG,
                 "protocol 257");
    tap_check_hr(&probe->tap, INetFwRule3_put_Protocol(rule, -1), E_INVALIDARG,
                 "protocol -1");
    tap_check_hr(&probe->tap, INetFwRule3_put_Profiles(rule, 0), E_INVALIDARG,
                 "no profile");
    tap_check_hr(&probe->tap, INetFwRule3_put_Profiles(rule, 8), E_INVALIDARG,
                 "a profile that is none");
    tap_check_hr(&probe->tap,
                 INetFwRule3_put_Direction(rule, (NET_FW_RULE_DIRECTION)3),
                 E_INVALIDARG, "direction 3");
    tap_check_hr(&probe->tap, INetFwRule3_put_Action(rule, (NET_FW_ACTION)2),
                 E_INVALIDARG, "action 2");
    tap_check_hr(&probe->tap, PUT(rule, InterfaceTypes, L"Lan,Token"),
                 E_INVALIDARG, "an interface type that is none");
    tap_check_hr(&probe->tap, INetFwRule3_get_Name(rule, NULL), E_POINTER,
                 "a getter without a place for its answer");
    tap_check_hr(&probe->tap, INetFwRules_Add(probe->rules, (INetFwRule *)rule),
                 E_INVALIDARG, "a rule without a name is not added");
}

void probe_fresh_rule(struct probe *probe)
{
    LONG before = rule_count(probe);
    INetFwRule3 *rule = fresh_rule();

    if (!tap_check(&probe->tap, rule != NULL, "a rule can be created"))
        return;
    probe_defaults(probe, rule);
    probe_refusals(probe, rule);
    tap_check_hr(&probe->tap, PUT(rule, Name, L"fwprobe fresh"), S_OK,
                 "a name");
    tap_check_hr(&probe->tap, INetFwRule3_put_Enabled(rule, VARIANT_TRUE), S_OK,
                 "enabled");
    SAY(probe, rule_count(probe) == before);
    SAY(probe, !store_has(L"fwprobe fresh"));
    tap_check_hr(&probe->tap, INetFwRules_Add(probe->rules, (INetFwRule *)rule),
                 S_OK, "the rule is added");
    SAY(probe, rule_count(probe) == before + 1);
    SAY(probe, store_has(L"|Active=TRUE|Dir=In|Name=fwprobe fresh|"));
    tap_check_hr(&probe->tap, INetFwRules_Add(probe->rules, (INetFwRule *)rule),
                 E_UNEXPECTED, "an object that is in the collection already");
    INetFwRule3_put_Enabled(rule, VARIANT_FALSE);
    SAY(probe, store_has(L"|Active=FALSE|Dir=In|Name=fwprobe fresh|"));
    tap_check_hr(&probe->tap, remove_rule(probe, L"fwprobe fresh"), S_OK,
                 "removed");
    SAY(probe, rule_count(probe) == before);
    tap_check_hr(&probe->tap, INetFwRule3_put_Enabled(rule, VARIANT_TRUE),
                 NOT_FOUND, "a setter of a rule that is gone");
    SAY(probe, !store_has(L"fwprobe fresh"));
    SAY(probe, INetFwRule3_Release(rule) == 0);
}

/* Every setter of a live rule is in the registry when it returns. */
static void probe_commits(struct probe *probe, INetFwRule3 *rule)
{
    PUT(rule, RemoteAddresses, L"10.0.0.5");
    SAY(probe, store_has(L"|RA4=10.0.0.5|Name=fwprobe live|"));
    PUT(rule, Grouping, L"fwprobe");
    SAY(probe, store_has(L"|Name=fwprobe live|EmbedCtxt=fwprobe|"));
    PUT(rule, Description, L"of the probe");
    SAY(probe, store_has(L"|Desc=of the probe|EmbedCtxt=fwprobe|"));
    PUT(rule, ApplicationName, L"%SystemRoot%\\system32\\svchost.exe");
    PUT(rule, ServiceName, L"winmgmt");
    SAY(probe, store_has(L"|App=%SystemRoot%\\system32\\svchost.exe|"
                         L"Svc=winmgmt|Name=fwprobe live|"));
    INetFwRule3_put_Profiles(rule, 5);
    SAY(probe, store_has(L"|Protocol=6|Profile=Domain|Profile=Public|LPort="));
    SAY(probe, profiles(rule) == 5);
    INetFwRule3_put_Profiles(rule, 7);
    SAY(probe, profiles(rule) == 7);
    INetFwRule3_put_Profiles(rule, NET_FW_PROFILE2_ALL);
    SAY(probe, profiles(rule) == NET_FW_PROFILE2_ALL);
    SAY(probe, store_has(L"|Protocol=6|LPort=4711|"));
    INetFwRule3_put_Action(rule, NET_FW_ACTION_BLOCK);
    SAY(probe, store_has(L"v2.31|Action=Block|Active=TRUE|Dir=In|Protocol=6"));
    INetFwRule3_put_EdgeTraversalOptions(rule, 2);
    SAY(probe, store_has(L"|EmbedCtxt=fwprobe|Edge=TRUE|Defer=App|"));
}

/* A change that makes the rule impossible is lost, whole. */
static void probe_lost_changes(struct probe *probe, INetFwRule3 *rule)
{
    tap_check_hr(&probe->tap,
                 INetFwRule3_put_Direction(rule, NET_FW_RULE_DIR_OUT),
                 E_INVALIDARG, "outbound with edge traversal");
    SAY(probe, direction(rule) == NET_FW_RULE_DIR_IN);
    tap_check_hr(&probe->tap, INetFwRule3_put_Protocol(rule, 1), E_INVALIDARG,
                 "ICMP while there are ports");
    SAY(probe, protocol(rule) == 6);
    tap_check_hr(&probe->tap, INetFwRule3_put_Protocol(rule, 17), S_OK,
                 "UDP while there are ports");
    tap_check_hr(&probe->tap, PUT(rule, LocalPorts, L"RPC"), E_INVALIDARG,
                 "dynamic RPC ports on UDP");
    SAY(probe, GIVES(rule, LocalPorts, L"4711"));
    tap_check_hr(&probe->tap, PUT(rule, LocalPorts, L"*"), S_OK, "no ports");
    tap_check_hr(&probe->tap, INetFwRule3_put_Protocol(rule, 1), S_OK,
                 "ICMP when the ports are gone");
    SAY(probe, GIVES(rule, LocalPorts, NULL));
    SAY(probe, GIVES(rule, IcmpTypesAndCodes, L"*"));
    tap_check_hr(&probe->tap, PUT(rule, IcmpTypesAndCodes, L"8:*,3:4"), S_OK,
                 "ICMP types");
    SAY(probe, GIVES(rule, IcmpTypesAndCodes, L"8:*,3:4"));
    tap_check_hr(&probe->tap, PUT(rule, IcmpTypesAndCodes, L"8"), E_INVALIDARG,
                 "an ICMP type without its code");
    tap_check_hr(&probe->tap, INetFwRule3_put_Protocol(rule, 6), E_INVALIDARG,
                 "TCP while there are ICMP types");
}

void probe_live_rule(struct probe *probe)
{
    INetFwRule3 *rule = make_rule(probe, L"fwprobe live", true);
    INetFwRule3 *seen;
    HRESULT hr;

    if (!rule)
        return;
    INetFwRule3_Release(rule);
    rule = item(probe, L"fwprobe live", &hr);
    if (!tap_check_hr(&probe->tap, hr, S_OK, "the rule is found by its name"))
        return;
    probe_commits(probe, rule);
    probe_lost_changes(probe, rule);
    seen = item(probe, L"fwprobe live", &hr);
    SAY(probe, seen && protocol(seen) == 1 && enabled(seen));
    INetFwRule3_put_Enabled(rule, VARIANT_FALSE);
    tap_check(&probe->tap, seen && enabled(seen),
              "an object is what was fetched");
    if (seen)
        INetFwRule3_Release(seen);
    INetFwRule3_Release(rule);
    tap_check_hr(&probe->tap, remove_rule(probe, L"fwprobe live"), S_OK,
                 "removed");
}

static void probe_rename(struct probe *probe)
{
    INetFwRule3 *rule;
    HRESULT hr;

    rule = item(probe, L"fwprobe twin", &hr);
    if (!tap_check_hr(&probe->tap, hr, S_OK, "the first of two"))
        return;
    tap_check_hr(&probe->tap, PUT(rule, Name, L"fwprobe other"), S_OK,
                 "renamed");
    INetFwRule3_Release(rule);
    tap_check_hr(&probe->tap, remove_rule(probe, L"fwprobe other"), S_OK,
                 "exactly that one removed");
    rule = item(probe, L"fwprobe twin", &hr);
    tap_check_hr(&probe->tap, hr, S_OK, "the other one is still there");
    if (rule)
        INetFwRule3_Release(rule);
}

void probe_names(struct probe *probe)
{
    LONG before = rule_count(probe);
    INetFwRule3 *rule;
    HRESULT hr;

    rule = item(probe, L"fwprobe twin", &hr);
    tap_check_hr(&probe->tap, hr, NOT_FOUND, "a name that nobody has");
    tap_check_hr(&probe->tap, remove_rule(probe, L"fwprobe twin"), S_OK,
                 "removing a name that nobody has");
    for (int i = 0; i < 2; i++) {
        rule = make_rule(probe, L"fwprobe twin", true);
        if (rule)
            INetFwRule3_Release(rule);
    }
    tap_check(&probe->tap, rule_count(probe) == before + 2,
              "two rules of one name");
    probe_rename(probe);
    tap_check(&probe->tap, rule_count(probe) == before + 1, "one is left");
    tap_check_hr(&probe->tap, remove_rule(probe, L"fwprobe twin"), S_OK,
                 "removed");
    rule = item(probe, L"fwprobe twin", &hr);
    tap_check_hr(&probe->tap, hr, NOT_FOUND, "both are gone");
    tap_check(&probe->tap, rule_count(probe) == before,
              "as many rules as before");
}

static const struct {
    const WCHAR *put;
    const WCHAR *get; /* NULL: refused */
    const WCHAR *stored;
    HRESULT error;
} addresses[] = {
    {L"10.0.0.5", L"10.0.0.5/255.255.255.255", L"|RA4=10.0.0.5|Name=", S_OK},
    {L"10.0.0.5/255.255.255.255", L"10.0.0.5/255.255.255.255",
     L"|RA4=10.0.0.5|Name=", S_OK},
    {L"10.0.0.5/32", L"10.0.0.5/255.255.255.255", L"|RA4=10.0.0.5|Name=", S_OK},
    {L"10.1.2.3/16", L"10.1.0.0/255.255.0.0",
     L"|RA4=10.1.0.0/255.255.0.0|Name=", S_OK},
    {L"10.1.0.0/255.255.0.0", L"10.1.0.0/255.255.0.0",
     L"|RA4=10.1.0.0/255.255.0.0|Name=", S_OK},
    {L"10.0.0.1-10.0.0.9", L"10.0.0.1-10.0.0.9",
     L"|RA4=10.0.0.1-10.0.0.9|Name=", S_OK},
    {L"localsubnet", L"LocalSubnet", L"|RA4=LocalSubnet|RA6=LocalSubnet|Name=",
     S_OK},
    {L"Defaultgateway,dns", L"DefaultGateway,DNS",
     L"|RA4=DefaultGateway|RA4=DNS|RA6=DefaultGateway|RA6=DNS|Name=", S_OK},
    {L"2001:DB8:0::1", L"2001:db8::1/128", L"|RA6=2001:db8::1|Name=", S_OK},
    {L"fe80::/64", L"fe80::/64", L"|RA6=fe80::/64|Name=", S_OK},
    {L"2001:db8::1-2001:db8::9", L"2001:db8::1-2001:db8::9",
     L"|RA6=2001:db8::1-2001:db8::9|Name=", S_OK},
    {L"fe80::/64,LocalSubnet,10.0.0.5",
     L"LocalSubnet,10.0.0.5/255.255.255.255,fe80::/64",
     L"|RA4=LocalSubnet|RA4=10.0.0.5|RA6=fe80::/64|RA6=LocalSubnet|Name=",
     S_OK},
    {L"*", L"*", L"|LPort=4711|Name=", S_OK},
    {L"", L"*", L"|LPort=4711|Name=", S_OK},
    {L"*,10.0.0.5", NULL, NULL, E_INVALIDARG},
    {L"10.0.0.5,", NULL, NULL, E_INVALIDARG},
    {L",10.0.0.5", NULL, NULL, E_INVALIDARG},
    {L"10.0.0.5, 10.0.0.6", NULL, NULL, E_INVALIDARG},
    {L"10.0.0.1 - 10.0.0.9", NULL, NULL, E_INVALIDARG},
    {L"10.0.0.9-10.0.0.1", NULL, NULL, E_INVALIDARG},
    {L"10.0.0.1-fe80::1", NULL, NULL, E_INVALIDARG},
    {L"10.0.0.0/33", NULL, NULL, E_INVALIDARG},
    {L"0.0.0.0/0", NULL, NULL, E_INVALIDARG},
    {L"10.0.0.0/255.0.255.0", NULL, NULL, E_INVALIDARG},
    {L"fe80::/129", NULL, NULL, E_INVALIDARG},
    {L"fe80::/255.255.0.0", NULL, NULL, E_INVALIDARG},
    {L"10.0.0", NULL, NULL, E_INVALIDARG},
    {L"10.0.0.256", NULL, NULL, E_INVALIDARG},
    {L"any", NULL, NULL, E_INVALIDARG},
    {L"::1", NULL, NULL, (HRESULT)0xD000000D},
    {L"::", NULL, NULL, (HRESULT)0xD000000D},
    {L"ff02::1", NULL, NULL, (HRESULT)0xD000000D},
    {L"127.0.0.1", L"127.0.0.1/255.255.255.255", L"|RA4=127.0.0.1|Name=", 0},
    {L"mon-01", NULL, NULL, E_INVALIDARG},
    {L"LocalSubnet4x", NULL, NULL, E_INVALIDARG},
};

static void probe_address(struct probe *probe, INetFwRule3 *rule, size_t i)
{
    HRESULT wanted = addresses[i].get ? S_OK : addresses[i].error;
    HRESULT hr;

    PUT(rule, RemoteAddresses, L"192.0.2.77");
    hr = PUT(rule, RemoteAddresses, addresses[i].put);
    tap_check(&probe->tap, hr == wanted, "remote '%ls' gives 0x%08lX",
              addresses[i].put, (unsigned long)hr);
    if (addresses[i].get) {
        tap_check(&probe->tap, GIVES(rule, RemoteAddresses, addresses[i].get),
                  "'%ls' reads back as '%ls'", addresses[i].put,
                  addresses[i].get);
        tap_check(&probe->tap, store_has(addresses[i].stored),
                  "'%ls' is stored", addresses[i].put);
    } else {
        tap_check(&probe->tap,
                  GIVES(rule, RemoteAddresses, L"192.0.2.77/255.255.255.255"),
                  "'%ls' changed nothing", addresses[i].put);
    }
}

void probe_addresses(struct probe *probe)
{
    INetFwRule3 *rule = make_rule(probe, L"fwprobe addresses", true);

    if (!rule)
        return;
    for (size_t i = 0; i < ARRAY_LEN(addresses); i++)
        probe_address(probe, rule, i);
    PUT(rule, RemoteAddresses, L"*");
    tap_check_hr(&probe->tap, PUT(rule, LocalAddresses, L"10.0.0.0/24"), S_OK,
                 "a local subnet");
    SAY(probe, GIVES(rule, LocalAddresses, L"10.0.0.0/255.255.255.0"));
    SAY(probe, store_has(L"|LA4=10.0.0.0/255.255.255.0|Name=fwprobe"));
    tap_check_hr(&probe->tap, PUT(rule, LocalAddresses, L"LocalSubnet"),
                 E_INVALIDARG, "a word as local address");
    INetFwRule3_Release(rule);
    remove_rule(probe, L"fwprobe addresses");
}

static const struct {
    const WCHAR *put;
    const WCHAR *get; /* NULL: refused */
} ports[] = {
    {L"135", L"135"},
    {L"80,443", L"80,443"},
    {L"*", L"*"},
    {L"", L"*"},
    {L"rpc", L"RPC"},
    {L"RPC-EPMAP", L"RPC-EPMap"},
    {L"0", L"0"},
    {L"65535", L"65535"},
    {L"5000-5010", L"5000-5010"},
    {L"80,5000-5010,rpc", L"80,RPC,5000-5010"},
    {L"65536", NULL},
    {L"80,", NULL},
    {L"80, 443", NULL},
    {L"5010-5000", NULL},
    {L"http", NULL},
    {L"Teredo", NULL},
    {L"-1", NULL},
    {L"*,80", NULL},
};

void probe_ports(struct probe *probe)
{
    INetFwRule3 *rule = make_rule(probe, L"fwprobe ports", true);
    INetFwRule3 *fresh = fresh_rule();

    if (!rule || !fresh)
        return;
    for (size_t i = 0; i < ARRAY_LEN(ports); i++) {
        HRESULT hr;

        PUT(rule, LocalPorts, L"4711");
        hr = PUT(rule, LocalPorts, ports[i].put);
        tap_check(&probe->tap, hr == (ports[i].get ? S_OK : E_INVALIDARG),
                  "local ports '%ls' give 0x%08lX", ports[i].put,
                  (unsigned long)hr);
        tap_check(
            &probe->tap,
            GIVES(rule, LocalPorts, ports[i].get ? ports[i].get : L"4711"),
            "'%ls' reads back", ports[i].put);
    }
    tap_check_hr(&probe->tap, PUT(rule, RemotePorts, L"1024-65535"), S_OK,
                 "remote ports");
    SAY(probe, store_has(L"|LPort=4711|RPort2_10=1024-65535|Name=fwprobe"));
    tap_check_hr(&probe->tap, PUT(rule, RemotePorts, L"RPC"), E_INVALIDARG,
                 "RPC as remote port");
    tap_check_hr(&probe->tap, PUT(fresh, LocalPorts, L"135"), E_INVALIDARG,
                 "local ports before the protocol");
    tap_check_hr(&probe->tap, PUT(fresh, LocalPorts, L"*"), E_INVALIDARG,
                 "any local port before the protocol");
    tap_check_hr(&probe->tap, PUT(fresh, RemotePorts, L"135"), E_INVALIDARG,
                 "remote ports before the protocol");
    INetFwRule3_Release(fresh);
    INetFwRule3_Release(rule);
    remove_rule(probe, L"fwprobe ports");
}

/* What is written into the registry from outside is what is served. */
void probe_store(struct probe *probe)
{
    static const WCHAR text[] =
        L"v2.10|Action=Allow|Active=FALSE|Dir=In|Protocol=6|LPort=7777|"
        L"App=System|Name=fwprobe import|TTK2_27=WFDKmDriver|Future=a=b|";
    static const WCHAR *const bad[] = {
        L"v2.9|Action=Allow|Active=TRUE|Dir=In|Name=fwprobe import|",
        L"v2.34|Action=Allow|Active=TRUE|Dir=In|Name=fwprobe import|",
        L"v3.0|Action=Allow|Active=TRUE|Dir=In|Name=fwprobe import|",
        L"v2.10|Action=Allow|Active=TRUE|Dir=In|Name=fwprobe import",
        L"v2.10|Action=Maybe|Active=TRUE|Dir=In|Name=fwprobe import|",
        L"v2.10|Action=Allow|Active=TRUE|Dir=In|LPort=1|Name=fwprobe import|",
        L"fwprobe import",
        L""};
    LONG before = rule_count(probe);
    INetFwRule3 *rule;
    WCHAR *stored;
    HRESULT hr;

    store_rule(L"{fwprobe}", text);
    tap_check(&probe->tap, rule_count(probe) == before + 1,
              "the import is counted");
    rule = item(probe, L"fwprobe import", &hr);
    if (tap_check_hr(&probe->tap, hr, S_OK, "the import is found")) {
        SAY(probe, GIVES(rule, LocalPorts, L"7777"));
        INetFwRule3_put_Enabled(rule, VARIANT_TRUE);
        INetFwRule3_Release(rule);
    }
    stored = stored_rule(L"{fwprobe}");
    tap_check(&probe->tap,
              stored &&
                  wcscmp(stored, L"v2.10|Action=Allow|Active=TRUE|Dir=In|"
                                 L"Protocol=6|LPort=7777|App=System|"
                                 L"Name=fwprobe import|TTK2_27=WFDKmDriver|"
                                 L"Future=a=b|") == 0,
              "version and unknown keys outlive a change");
    free(stored);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        store_rule(L"{fwprobe}", bad[i]);
        tap_check(&probe->tap, rule_count(probe) == before, "'%ls' is no rule",
                  bad[i]);
    }
    forget_rule(L"{fwprobe}");
}
