#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# Each judgement on one target, where it speaks and where it is silent: the
# state is set on the machine, and check says what it means. All of them with
# every shape of facts: tests/unit/test_judgement.c.

bats_require_minimum_version 1.5.0
load lab

LAB_KEY='HKLM\Software\wmifleet-lab'
LSA='HKLM\System\CurrentControlSet\Control\Lsa'
WINDOWS='HKLM\Software\Microsoft\Windows NT\CurrentVersion'
RPC='HKLM\Software\Microsoft\Rpc'
RPC_POLICY='HKLM\Software\Policies\Microsoft\Windows NT\Rpc'
PUBLIC='HKLM\System\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\PublicProfile'
MACHINE=S-1-5-21-0-0-0
LEE=$MACHINE-1600
DOORS='"firewall":{"rules":[
    {"name":"DCOM","remote_addresses":["10.0.0.5"]},
    {"name":"WMI","remote_addresses":["10.0.0.5"]}]}'
GRANT='"namespaces":[{"path":"root\\cimv2","grants":[
    {"account":"lee","rights":["enable_account","remote_enable"]}]}]'
MEMBER='"groups":[{"group":"distributed_com_users","members":["lee"]}]'
ASKED="{$DOORS,$GRANT,$MEMBER}"

# What the tests change, as it comes from the factory.
factory() {
    cat <<'END'
REGEDIT4

[HKEY_LOCAL_MACHINE\Software\wmifleet-lab\Accounts\S-1-5-21-0-0-0-1600]
"Kind"=dword:00000001
"Name"="lee"
"Flags"=dword:00010201

[-HKEY_LOCAL_MACHINE\Software\wmifleet-lab\Accounts\S-1-5-32-544]
[-HKEY_LOCAL_MACHINE\Software\wmifleet-lab\AccountRights\S-1-5-113]
[-HKEY_LOCAL_MACHINE\Software\wmifleet-lab\AccountRights\S-1-5-114]
[-HKEY_LOCAL_MACHINE\Software\wmifleet-lab\FirewallProducts]
[-HKEY_LOCAL_MACHINE\Software\wmifleet-lab\Listeners]
[-HKEY_LOCAL_MACHINE\Software\Policies\Microsoft\Windows NT\Rpc]
[-HKEY_LOCAL_MACHINE\Software\Microsoft\Ole\AppCompat]

[HKEY_LOCAL_MACHINE\Software\wmifleet-lab\AccountRights\S-1-1-0]
"SeNetworkLogonRight"=dword:00000001

[HKEY_LOCAL_MACHINE\Software\wmifleet-lab\Namespaces\root\CIMV2]
"RequiresEncryption"=-

[HKEY_LOCAL_MACHINE\Software\wmifleet-lab]
"CurrentProfileTypes"=-
"Domain"=-

[HKEY_LOCAL_MACHINE\Software\Microsoft\Windows NT\CurrentVersion]
"EditionID"="Professional"

[HKEY_LOCAL_MACHINE\Software\Microsoft\Ole]
"EnableDCOM"="Y"

[HKEY_LOCAL_MACHINE\Software\Microsoft\Rpc]
"DCOM Protocols"=-

[HKEY_LOCAL_MACHINE\Software\Microsoft\Wbem\CIMOM]
"AllowAnonymousCallback"=-

[HKEY_LOCAL_MACHINE\System\CurrentControlSet\Control\Lsa]
"forceguest"=-
"LimitBlankPasswordUse"=-
"LmCompatibilityLevel"=-

[HKEY_LOCAL_MACHINE\System\CurrentControlSet\Control\Lsa\MSV1_0]
"RestrictReceivingNTLMTraffic"=-

[HKEY_LOCAL_MACHINE\Software\Microsoft\Windows\CurrentVersion\Policies\System]
"EnableLUA"=dword:00000001
"FilterAdministratorToken"=-

[HKEY_LOCAL_MACHINE\System\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\PublicProfile]
"DefaultOutboundAction"=-
END
}

setup_file() {
    lab_start 1
    factory >"$LAB/target-1/prefix/drive_c/factory.reg"
}

setup() {
    wine reg import 'C:\factory.reg' >/dev/null 2>&1
}

teardown_file() {
    lab_stop
}

teardown() {
    "$LAB/target-1/mode" none
}

wine() {
    "$LAB/target-1/wine" "$@"
}

# put KEY VALUE TYPE DATA
put() {
    wine reg add "$1" /v "$2" /t "REG_$3" /d "$4" /f >/dev/null
}

drop() {
    wine reg delete "$1" /v "$2" /f >/dev/null 2>&1 || true
}

# check_of WMI: the result of a check, held against its schema.
check_of() {
    jq --argjson wmi "$1" '.all.children.lab.vars.wmi = $wmi' \
        "$LAB/asked.json" >"$LAB/inventory.json"
    wmifleet check --json >"$LAB/out" || [ $? -eq 3 ]
    result_of target-1 <"$LAB/out" >"$LAB/result"
    /usr/bin/python3 - "$ROOT/docs/result.schema.json" "$LAB/result" <<'END'
import json, sys
import jsonschema
schema, result = (json.load(open(path)) for path in sys.argv[1:])
jsonschema.Draft202012Validator(schema).validate(result)
END
    cat "$LAB/result"
}

# What is said: hints, and what is blocked with its text, a line each.
said() {
    check_of "$1" | jq -r '(.hints[]), (.settings[] |
        (.id + ": " + (.hints // [])[]),
        (select(.state == "blocked") | .id + " blocked: " + .error.text))'
}

speaks() {
    assert_contains "$(said "$1")" "$2"
}

silent() {
    local found
    found=$(said "$1")
    case $found in
    *"$2"*)
        echo "said: $found" >&2
        return 1
        ;;
    esac
}

# value KEY NAME TYPE SPEAKS SILENT TEXT: with a value of the registry.
value() {
    put "$1" "$2" "$3" "$4"
    speaks "$ASKED" "$6"
    put "$1" "$2" "$3" "$5"
    silent "$ASKED" "$6"
}

@test "a machine from the factory gets no judgement" {
    found=$(check_of "$ASKED")
    assert_equal "$(jq -c .hints <<<"$found")" '[]'
    assert_equal "$(jq -c '[.settings[].state] | unique' <<<"$found")" '["drift"]'
}

@test "a Home edition" {
    value "$WINDOWS" EditionID SZ CoreSingleLanguage Professional \
        'firewall.rules[WMI] blocked: this is a Home edition'
}

@test "a firewall of somebody else, that filters" {
    value "$LAB_KEY\\FirewallProducts" 'Example Wall' DWORD 4 8 \
        'firewall.rules[DCOM] blocked: the firewall "Example Wall" filters'
}

@test "policy refuses anonymous calls" {
    value "$RPC_POLICY" RestrictRemoteClients DWORD 2 1 \
        '(RestrictRemoteClients = 2) refuses callers without a login; DCOM may not work'
    put "$RPC_POLICY" RestrictRemoteClients DWORD 2
    silent "$ASKED" blocked
    put "$RPC_POLICY" RestrictRemoteClients DWORD 1
}

@test "DCOM is off, or without TCP" {
    value "$OLE" EnableDCOM SZ N Y 'blocked: DCOM is switched off'
    put "$OLE" EnableDCOM SZ N
    silent "{$DOORS,\"dcom\":{\"enabled\":true}}" 'DCOM is switched off'
    put "$OLE" EnableDCOM SZ Y
    value "$RPC" 'DCOM Protocols' MULTI_SZ ncacn_http ncacn_ip_tcp \
        'blocked: DCOM does not speak TCP'
}

@test "winmgmt is disabled" {
    "$LAB/target-1/mode" winmgmt-disabled
    speaks "{$DOORS}" 'firewall.rules[WMI] blocked: the service winmgmt is disabled'
    "$LAB/target-1/mode" none
    silent "{$DOORS}" 'is disabled'
}

@test "rules for a network that is not in use" {
    narrow='{"firewall":{"rules":[{"name":"WMI","profiles":["domain"]}]}}'
    speaks "$narrow" 'opens the network that is in use (profile public)'
    put "$LAB_KEY" CurrentProfileTypes DWORD 1
    silent "$narrow" 'opens the network that is in use'
}

@test "the group beside narrow rules" {
    rules='"rules":[{"name":"WMI","remote_addresses":["10.0.0.5"]}]'
    speaks "{\"firewall\":{\"wmi_group\":{\"enabled\":true},$rules}}" \
        'firewall.wmi_group: it opens beside the rules'
    silent "{\"firewall\":{\"wmi_group\":{\"enabled\":false},$rules}}" \
        'it opens beside'
}

@test "local accounts become Guest" {
    value "$LSA" forceguest DWORD 1 0 \
        'grants[lee] blocked: the account `lee` becomes Guest'
}

@test "an account that is disabled, or may have no password" {
    value "$LAB_KEY\\Accounts\\$LEE" Flags DWORD 0x10203 0x10201 \
        'grants[lee] blocked: the account `lee` is disabled'
    value "$LAB_KEY\\Accounts\\$LEE" Flags DWORD 0x10221 0x10201 \
        'the account `lee` may have a blank password'
    put "$LAB_KEY\\Accounts\\$LEE" Flags DWORD 0x10221
    put "$LSA" LimitBlankPasswordUse DWORD 0
    silent "$ASKED" 'blank password'
}

@test "rights to log on from the network" {
    rights=$LAB_KEY\\AccountRights
    put "$rights\\S-1-5-113" SeDenyNetworkLogonRight DWORD 1
    speaks "$ASKED" 'denies it to S-1-5-113 (local accounts)'
    wine reg delete "$rights\\S-1-5-113" /f >/dev/null
    put "$rights\\S-1-5-114" SeDenyNetworkLogonRight DWORD 1
    silent "$ASKED" 'denies it'
    wine reg delete "$rights\\S-1-5-114" /f >/dev/null
    drop "$rights\\S-1-1-0" SeNetworkLogonRight
    silent "$ASKED" 'may not log on' # Users has the right as well
    drop "$rights\\S-1-5-32-545" SeNetworkLogonRight
    speaks "$ASKED" 'grants[lee] blocked: the account `lee` may not log on'
    put "$rights\\S-1-1-0" SeNetworkLogonRight DWORD 1
    silent "$ASKED" 'may not log on'
}

@test "NTLM is refused" {
    value "$LSA\\MSV1_0" RestrictReceivingNTLMTraffic DWORD 2 1 \
        'grants[lee] blocked: the account `lee` is of this machine and can only use NTLM'
}

@test "a local administrator whose token is filtered" {
    uac='"uac":{"local_account_token_filter_policy":1}'
    put "$LAB_KEY\\Accounts\\S-1-5-32-544" Members MULTI_SZ "$MACHINE-500\\0$LEE"
    speaks "{$GRANT}" 'has no right of its own to DCOM'
    silent "$ASKED" 'no right of its own'
    silent "{$GRANT,$uac}" 'no right of its own'
    silent "{$GRANT,$uac}" 'not needed'
    put "$POLICIES" EnableLUA DWORD 0
    silent "{$GRANT}" 'no right of its own'
    speaks "{$GRANT,$uac}" 'not needed: UAC is off'
    put "$POLICIES" EnableLUA DWORD 1
    put "$LAB_KEY\\Accounts\\S-1-5-32-544" Members MULTI_SZ "$MACHINE-500"
    silent "{$GRANT}" 'no right of its own'
    speaks "{$GRANT,$uac}" 'not needed: no account that is to read'
}

@test "the built-in administrator is filtered by a policy of his own" {
    uac='"uac":{"local_account_token_filter_policy":1}'
    ask=${GRANT/lee/Administrator}
    put "$POLICIES" FilterAdministratorToken DWORD 1
    speaks "{$ask}" '(FilterAdministratorToken = 1)'
    silent "{$ask,$uac}" 'FilterAdministratorToken'
    silent "{$ask,$uac}" 'not needed'
    drop "$POLICIES" FilterAdministratorToken
    silent "{$ask}" 'FilterAdministratorToken'
}

@test "anonymous callbacks in a domain" {
    callback='{"cimom":{"allow_anonymous_callback":1}}'
    put "$CIMOM" AllowAnonymousCallback DWORD 1
    put "$LAB_KEY" Domain SZ CORP
    speaks "$callback" 'is 1 on a member of a domain'
    drop "$LAB_KEY" Domain
    silent "$callback" 'member of a domain'
}

@test "anonymous callbacks are refused in a domain unless somebody insists" {
    refused='blocked: this computer is a member of a domain'
    put "$LAB_KEY" Domain SZ CORP
    speaks '{"cimom":{"allow_anonymous_callback":1}}' "$refused"
    silent '{"cimom":{"allow_anonymous_callback":1,"even_in_domain":true}}' "$refused"
    drop "$LAB_KEY" Domain
    silent '{"cimom":{"allow_anonymous_callback":1}}' "$refused"
}

@test "asynchronous queries in a workgroup" {
    ask='"access":{"readers":["lee"],"collectors":["10.0.0.5"],"asynchronous":true}'
    refused='"cimom":{"allow_anonymous_callback":0}'
    speaks "{$ask,$refused}" 'asynchronous queries will fail'
    silent "{${ask/true/false},$refused}" 'asynchronous queries will fail'
    put "$LAB_KEY" Domain SZ CORP
    silent "{$ask,$refused}" 'asynchronous queries will fail'
}

@test "callbacks that are checked, in a workgroup" {
    ask='"cimom":{"unsecapp_access_control_default":1}'
    speaks "{$ask}" 'unsecapp.exe then refuses them'
    silent "{${ask/:1/:0}}" 'unsecapp.exe then refuses'
    put "$LAB_KEY" Domain SZ CORP
    silent "{$ask}" 'unsecapp.exe then refuses'
}

@test "outbound traffic is blocked, and nothing lets callbacks out" {
    callback='"cimom":{"allow_anonymous_callback":1}'
    text='blocked: the firewall blocks outbound traffic'
    put "$PUBLIC" DefaultOutboundAction DWORD 1
    speaks "{$callback}" "$text"
    silent "{$callback,\"firewall\":{\"rules\":[{\"name\":\"WMI_OUT\"}]}}" "$text"
    drop "$PUBLIC" DefaultOutboundAction
    silent "{$callback}" "$text"
}

@test "a sink on a machine that only answers" {
    ask='"access":{"readers":["lee"],"collectors":["10.0.0.5"]}'
    sink='"firewall":{"rules":[{"name":"UnsecApp"}]}'
    speaks "{$ask,$sink}" 'firewall.rules[UnsecApp]: not needed'
    silent "{$sink}" 'not needed'
}

@test "winmgmt listens on another port than the fixed one" {
    ask='{"fixed_port":{"enabled":true}}'
    check_of "$ask" >/dev/null
    wmifleet apply >/dev/null
    put "$LAB_KEY\\Listeners" 49670 SZ winmgmt
    speaks "$ask" 'fixed_port blocked: winmgmt listens on TCP 49670, not on 24158'
    put "$LAB_KEY\\Listeners" 24158 SZ winmgmt
    silent "$ask" 'fixed_port blocked'
    wmifleet undo >/dev/null
}

@test "what callers must do" {
    value "$LAB_KEY\\Namespaces\\root\\CIMV2" RequiresEncryption DWORD 1 0 \
        'the namespace root\cimv2 refuses calls that are not encrypted'
    value "$OLE\\AppCompat" RequireIntegrityActivationAuthenticationLevel \
        DWORD 1 0 'old Linux clients'
    value "$LSA" LmCompatibilityLevel DWORD 5 3 'only NTLMv2 logs on'
}

@test "apply writes, and says that it cannot work: exit 2" {
    put "$WINDOWS" EditionID SZ Core
    check_of "$ASKED" >/dev/null
    run wmifleet apply
    put "$WINDOWS" EditionID SZ Professional
    assert_equal "$status" 2
    assert_contains "$output" 'this is a Home edition'
    assert_contains "$output" 'use Windows Pro'
    # What it wrote stands, and undo puts it back.
    assert_equal "$(check_of "$ASKED" | jq -r .status)" ok
    wmifleet undo >/dev/null
    assert_equal "$(check_of "$ASKED" | jq -r .status)" drift
}
