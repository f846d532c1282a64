#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# The lab's remote WMI: target 1 connects to target 2. Each layer closed alone
# has its code; with all open queries work, asynchronous ones too. The client
# is a program that knows nothing of the stand-in.

load lab

FIREWALL='HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy'
FIREWALL_POLICY='HKLM\SOFTWARE\Policies\Microsoft\WindowsFirewall'
LSA='HKLM\SYSTEM\CurrentControlSet\Control\Lsa'
NT_POLICY='HKLM\SOFTWARE\Policies\Microsoft\Windows NT'
LAB_KEY='HKLM\SOFTWARE\wmifleet-lab'
APPID='SOFTWARE\Classes\AppID\{8BC3F05E-D86B-11D0-A075-00C04FB68820}'
NAMESPACE='SOFTWARE\wmifleet-lab\Namespaces\root\CIMV2'
SVCHOST='App=%SystemRoot%\system32\svchost.exe'
UNSECAPP='App=%SystemRoot%\system32\wbem\unsecapp.exe'
MACHINE=S-1-5-21-0-0-0
READER=$MACHINE-1001
DCOM_USERS=S-1-5-32-562

wine() {
    local target=$LAB/target-$1
    shift
    "$target/wine" "$@" | tr -d '\r'
    return "${PIPESTATUS[0]}"
}

# put K KEY VALUE TYPE DATA, drop K KEY VALUE: until the end of the test.
put() {
    remember "$@"
    wine "$1" reg add "$2" /v "$3" /t "$4" /d "$5" /f >/dev/null
}

drop() {
    remember "$@"
    wine "$1" reg delete "$2" /v "$3" /f >/dev/null
}

remember() {
    local old
    old=$(wine "$1" reg query "$2" /v "$3" 2>/dev/null |
        sed -nE 's/^.* +(REG_[A-Z_]+) +(.*)$/\1 \2/p') || :
    if [ -n "$old" ]; then
        UNDO+=("$1" add "$2" /v "$3" /t "${old%% *}" /d "${old#* }" /f)
    else
        UNDO+=("$1" delete "$2" /v "$3" /f '' '' '' '')
    fi
}

# Every entry has the same number of words; the latest goes back first.
forget() {
    local at
    for ((at = ${#UNDO[@]} - 10; at >= 0; at -= 10)); do
        undo_one "${UNDO[@]:at:10}"
    done
    UNDO=()
}

undo_one() {
    local target=$1 words=()
    shift
    for word in "$@"; do [ -z "$word" ] || words+=("$word"); done
    wine "$target" reg "${words[@]}" >/dev/null
}

# descriptor KEY VALUE SDDL: on target 2.
descriptor() {
    remember 2 "HKLM\\$1" "$2"
    wine 2 "$BUILD/lab/putsd.exe" "$1" "$2" "$3"
}

# rule K NAME FIELDS
rule() {
    put "$1" "$FIREWALL\\FirewallRules" "lab-$2" REG_SZ \
        "v2.31|Action=Allow|Active=TRUE|$3|Name=$2|"
}

open_target() {
    rule 2 DCOM "Dir=In|Protocol=6|LPort=135|RA4=$ONE|$SVCHOST|Svc=rpcss"
    rule 2 WMI "Dir=In|Protocol=6|RA4=$ONE|$SVCHOST|Svc=winmgmt"
}

open_client() {
    rule 1 DCOM "Dir=In|Protocol=6|LPort=135|RA4=$TWO|$SVCHOST|Svc=rpcss"
    rule 1 UnsecApp "Dir=In|RA4=$TWO|$UNSECAPP"
}

# What the service reads once.
restart_winmgmt() {
    "$LAB/target-2/mode" winmgmt-stopped
    "$LAB/target-2/mode" none
}

setup_file() {
    mkdir -p "$BUILD"
    LAB=$(mktemp -d "$BUILD/lab-remote.XXXXXX")
    export LAB
    "$ROOT/tests/lab/lab" up 2 "$LAB"
    ONE=$(cat "$LAB/target-1/address")
    TWO=$(cat "$LAB/target-2/address")
    export ONE TWO
    UNDO=()
    open_target
    open_client
    wine 2 "$BUILD/lab/newuser.exe" reader Reader-password-1 $DCOM_USERS
    wine 2 "$BUILD/lab/newuser.exe" boss Boss-password-1 S-1-5-32-544
    descriptor "$NAMESPACE" SD "O:BAG:BAD:(A;CI;0x21;;;$READER)"
    put 2 'HKLM\SOFTWARE\Microsoft\WBEM\CIMOM' AllowAnonymousCallback \
        REG_DWORD 1
    restart_winmgmt
}

setup() {
    UNDO=()
}

teardown() {
    forget
    for k in 1 2; do
        if "$LAB/target-$k/mode" | grep -q '^\*'; then
            "$LAB/target-$k/mode" none
        fi
    done
}

teardown_file() {
    lab_stop
}

# client WORD...: from target 1 to target 2 as reader; a later word wins.
client() {
    wine 1 "$BUILD/lab/wmiclient.exe" "\\\\$TWO\\root\\cimv2" user=reader \
        password=Reader-password-1 "$@"
}

# ends STEP CODE WORD...: the last that the client says.
ends() {
    local wanted=$1
    shift
    assert_equal "$(client "$@" | tail -n 1)" "$wanted"
}

WORKS='connect 0x00000000
blanket 0x00000000
query 0x00000000
blanket 0x00000000
row TARGET-2
next 0x00000001'

# --- all is open --------------------------------------------------------------

@test "a reader with least rights gets what he asks for" {
    assert_equal "$(client)" "$WORKS"
    assert_equal "$(client synchronous unblanketed | tail -n 2)" \
        'row TARGET-2
next 0x00000001'
}

@test "the other target is found by its name, and by no other" {
    assert_equal "$(wine 1 "$BUILD/lab/wmiclient.exe" \
        '\\target-2\root\cimv2' user=reader password=Reader-password-1)" \
        "$WORKS"
    for server in target-3 no.such.example 127.0.0.9; do
        assert_equal "$(wine 1 "$BUILD/lab/wmiclient.exe" \
            "\\\\$server\\root\\cimv2" user=reader password=x)" \
            'connect 0x800706BA'
    done
}

@test "the same machine takes no credentials, by whatever name" {
    for server in . localhost TARGET-1 "$ONE" 127.0.0.1; do
        assert_equal "$(wine 1 "$BUILD/lab/wmiclient.exe" \
            "\\\\$server\\root\\cimv2" user=reader password=x)" \
            'connect 0x80041064'
    done
}

@test "results come back to unsecapp and to a sink of the client's own" {
    assert_equal "$(client async)" 'connect 0x00000000
blanket 0x00000000
async 0x00000000
row TARGET-2
status 0x00000000'
    ends 'status 0x80041010' async query='SELECT * FROM Nix'
    ends silence async own-sink await=500
    rule 1 mon "Dir=In|Protocol=6|RA4=$TWO|App=Z:${BUILD//\//\\}\\lab\\wmiclient.exe"
    ends 'status 0x00000000' async own-sink
}

@test "an asynchronous query is cancelled" {
    "$LAB/target-2/mode" wmi-slow
    assert_equal "$(client async cancel | tail -n 2)" 'cancel 0x00000000
status 0x80041032'
}

@test "a slow answer is waited for as long as the client says" {
    "$LAB/target-2/mode" wmi-slow
    ends 'next 0x00040004' await=100
    assert_equal "$(client)" "$WORKS"
}

# --- the way to TCP 135 -------------------------------------------------------

no_server() {
    ends 'connect 0x800706BA'
}

@test "TCP 135 is closed: no rule, another address, another program" {
    drop 2 "$FIREWALL\\FirewallRules" lab-DCOM
    no_server
    for fields in "RA4=192.0.2.10|$SVCHOST|Svc=rpcss" "$SVCHOST|Svc=winmgmt" \
        'App=%SystemRoot%\system32\other.exe' "$SVCHOST|Svc=rpcss|RA6=LocalSubnet" \
        "$SVCHOST|Svc=rpcss|Profile=Domain"; do
        rule 2 DCOM "Dir=In|Protocol=6|LPort=135|$fields"
        no_server
    done
    for fields in 'LPort=135' 'LPort=RPC-EPMap' "LPort2_10=100-200|$SVCHOST" \
        "RA4=${ONE%.*}.0/255.255.255.0" "RA4=${ONE%.*}.0-$ONE" \
        'RA4=LocalSubnet' 'Profile=Domain|Profile=Public'; do
        rule 2 DCOM "Dir=In|Protocol=6|$fields"
        assert_equal "$(client)" "$WORKS"
    done
}

@test "the local subnet ends where the lab says" {
    rule 2 DCOM "Dir=In|Protocol=6|LPort=135|RA4=LocalSubnet|$SVCHOST|Svc=rpcss"
    put 2 "$LAB_KEY" PrefixLength REG_DWORD 32
    no_server
}

@test "a rule that blocks wins, block-all wins over rules, off over both" {
    put 2 "$FIREWALL\\FirewallRules" lab-block REG_SZ \
        'v2.31|Action=Block|Active=TRUE|Dir=In|Protocol=6|LPort=135|Name=b|'
    no_server
    put 2 "$FIREWALL\\PublicProfile" EnableFirewall REG_DWORD 0
    assert_equal "$(client)" "$WORKS"
    put 2 "$FIREWALL\\PublicProfile" EnableFirewall REG_DWORD 1
    drop 2 "$FIREWALL\\FirewallRules" lab-block
    "$LAB/target-2/mode" block-all
    no_server
}

@test "every profile in use has to admit" {
    rule 2 DCOM "Dir=In|Protocol=6|LPort=135|Profile=Private"
    put 2 "$LAB_KEY" CurrentProfileTypes REG_DWORD 2
    assert_equal "$(client)" "$WORKS"
    put 2 "$LAB_KEY" CurrentProfileTypes REG_DWORD 6
    no_server
}

@test "a policy leaves local rules out, and lets its own in" {
    put 2 "$FIREWALL_POLICY\\PublicProfile" AllowLocalPolicyMerge REG_DWORD 0
    no_server
    put 2 "$FIREWALL_POLICY\\FirewallRules" gpo REG_SZ \
        "v2.31|Action=Allow|Active=TRUE|Dir=In|Protocol=6|RA4=$ONE|Name=g|"
    assert_equal "$(client)" "$WORKS"
}

@test "the default action decides where no rule does" {
    drop 2 "$FIREWALL\\FirewallRules" lab-DCOM
    put 2 "$FIREWALL\\PublicProfile" DefaultInboundAction REG_DWORD 0
    assert_equal "$(client)" "$WORKS"
}

@test "rpcss is stopped, WMI is not reached" {
    "$LAB/target-2/mode" rpcss-stopped
    no_server
    "$LAB/target-2/mode" wmi-stopped
    no_server
}

@test "RPC for authenticated callers only needs a client that is one" {
    put 2 "$NT_POLICY\\Rpc" RestrictRemoteClients REG_DWORD 2
    no_server
    put 1 "$NT_POLICY\\Rpc" EnableAuthEpResolution REG_DWORD 1
    assert_equal "$(client)" "$WORKS"
    drop 1 "$NT_POLICY\\Rpc" EnableAuthEpResolution
    put 2 "$NT_POLICY\\Rpc" RestrictRemoteClients REG_DWORD 1
    assert_equal "$(client)" "$WORKS"
}

@test "COM without TCP is not there, COM switched off refuses" {
    put 2 'HKLM\SOFTWARE\Microsoft\Rpc' 'DCOM Protocols' REG_MULTI_SZ ncacn_http
    no_server
    drop 2 'HKLM\SOFTWARE\Microsoft\Rpc' 'DCOM Protocols'
    put 2 "$OLE" EnableDCOM REG_SZ N
    ends 'connect 0x80070005'
}

# --- the logon ----------------------------------------------------------------

@test "who is unknown, wrong, blank or nobody" {
    ends 'connect 0x8007052E' user=nobody
    ends 'connect 0x8007052E' password=wrong
    wine 2 "$BUILD/lab/newuser.exe" blank '' $DCOM_USERS
    ends 'connect 0x8007052F' user=blank password=
    ends 'connect 0x8007052E' user=blank password=x
    assert_equal "$(wine 1 "$BUILD/lab/wmiclient.exe" "\\\\$TWO\\root\\cimv2")" \
        'connect 0x80070005'
    "$LAB/target-2/mode" wmi-logon-untold
    ends 'connect 0x80070005' password=wrong
}

@test "a workgroup takes any domain for the machine, and an authority" {
    assert_equal "$(client 'user=NOWHERE\reader')" "$WORKS"
    assert_equal "$(client synchronous unblanketed authority=ntlmdomain:NOWHERE |
        head -n 1)" 'connect 0x00000000'
    ends 'connect 0x80070005' authority='kerberos:LAB\TARGET-2'
    ends 'connect 0x80041008' authority=nonsense
    ends 'connect 0x80041008' authority=ntlmdomain:LAB 'user=LAB\reader'
}

@test "an account that is disabled, expired, locked, or must change" {
    local account=$LAB_KEY\\Accounts\\$READER
    put 2 "$account" Flags REG_DWORD 0x10203
    ends 'connect 0x80070533'
    put 2 "$account" Flags REG_DWORD 0x10211
    ends 'connect 0x80070775'
    put 2 "$account" Flags REG_DWORD 0x10201
    put 2 "$account" Expires REG_DWORD 1000000000
    ends 'connect 0x80070701'
    put 2 "$account" Expires REG_DWORD 0xffffffff
    put 2 "$account" PasswordExpired REG_DWORD 1
    ends 'connect 0x80070773'
    put 2 "$account" PasswordExpired REG_DWORD 0
    put 2 "$account" Flags REG_DWORD 0x201
    put 2 "$account" PasswordSet REG_DWORD 1000000000
    ends 'connect 0x80070532'
}

@test "bad passwords lock the account, a good one starts anew" {
    put 2 "$LAB_KEY\\AccountPolicy" LockoutThreshold REG_DWORD 2
    put 2 "$LAB_KEY\\Accounts\\$READER" Flags REG_DWORD 0x10201
    ends 'connect 0x8007052E' password=wrong
    assert_equal "$(client)" "$WORKS"
    ends 'connect 0x8007052E' password=wrong
    ends 'connect 0x8007052E' password=wrong
    ends 'connect 0x80070775'
}

@test "rights to log on over the network" {
    local rights=$LAB_KEY\\AccountRights
    put 2 "$rights\\$READER" SeDenyNetworkLogonRight REG_DWORD 1
    ends 'connect 0x80070569'
    drop 2 "$rights\\$READER" SeDenyNetworkLogonRight
    put 2 "$rights\\S-1-5-113" SeDenyNetworkLogonRight REG_DWORD 1
    ends 'connect 0x80070569'
    drop 2 "$rights\\S-1-5-113" SeDenyNetworkLogonRight
    drop 2 "$rights\\S-1-1-0" SeNetworkLogonRight
    drop 2 "$rights\\S-1-5-32-545" SeNetworkLogonRight
    ends 'connect 0x80070569'
}

@test "forceguest makes everybody the guest, who may not" {
    put 2 "$LSA" forceguest REG_DWORD 1
    ends 'connect 0x80070533'
    put 2 "$LAB_KEY\\Accounts\\$MACHINE-501" Flags REG_DWORD 0x10221
    ends 'connect 0x80070569'
}

@test "NTLM is refused on either side" {
    put 2 "$LSA\\MSV1_0" RestrictReceivingNTLMTraffic REG_DWORD 2
    ends 'connect 0x80070005'
    put 2 "$LSA\\MSV1_0" RestrictReceivingNTLMTraffic REG_DWORD 0
    put 1 "$LSA\\MSV1_0" RestrictSendingNTLMTraffic REG_DWORD 2
    ends 'connect 0x80070005'
    put 1 "$LSA\\MSV1_0" RestrictSendingNTLMTraffic REG_DWORD 0
    put 2 "$LSA" LmCompatibilityLevel REG_DWORD 5
    assert_equal "$(client)" "$WORKS"
    put 1 "$LSA" LmCompatibilityLevel REG_DWORD 2
    ends 'connect 0x8007052E'
}

@test "UAC takes an administrator's group away, a policy gives it back" {
    boss() { ends "$@" user=boss password=Boss-password-1; }
    boss 'connect 0x80070005'
    put 2 "$POLICIES" LocalAccountTokenFilterPolicy REG_DWORD 1
    boss 'next 0x00000001'
    drop 2 "$POLICIES" LocalAccountTokenFilterPolicy
    put 2 "$POLICIES" EnableLUA REG_DWORD 0
    boss 'next 0x00000001'
    put 2 "$POLICIES" EnableLUA REG_DWORD 1
    # Let in by COM, he is still nobody to the namespace.
    wine 2 "$BUILD/lab/newuser.exe" boss Boss-password-1 $DCOM_USERS
    boss 'connect 0x80041003'
}

@test "the built-in administrator is filtered by a policy of his own" {
    administrator() { ends "$@" user=Administrator "password=$(cat "$LAB/password")"; }
    administrator 'next 0x00000001'
    put 2 "$POLICIES" FilterAdministratorToken REG_DWORD 1
    administrator 'connect 0x80070005'
}

# --- COM ----------------------------------------------------------------------

LIMIT="O:BAG:BAD:(A;;0x1f;;;BA)(A;;0xb;;;WD)"

@test "the machine's limit of launches, the policy's before it" {
    descriptor 'SOFTWARE\Microsoft\Ole' MachineLaunchRestriction "$LIMIT"
    ends 'connect 0x80070005'
    put 2 "$NT_POLICY\\DCOM" MachineLaunchRestriction REG_SZ \
        "$LIMIT(A;;0x11;;;$READER)"
    assert_equal "$(client)" "$WORKS"
    put 2 "$NT_POLICY\\DCOM" MachineLaunchRestriction REG_SZ ''
    ends 'connect 0x80070005'
    descriptor 'SOFTWARE\Microsoft\Ole' MachineLaunchRestriction \
        "O:BAG:BAD:(D;;0x10;;;$READER)(A;;0x1f;;;WD)"
    ends 'connect 0x80070005'
    drop 2 "$OLE" MachineLaunchRestriction
    assert_equal "$(client)" "$WORKS"
}

@test "a list of old entries means all, a mixed one or one without owner none" {
    local ole='SOFTWARE\Microsoft\Ole'
    descriptor "$ole" MachineLaunchRestriction "O:BAG:BAD:(A;;0x1;;;$READER)"
    assert_equal "$(client)" "$WORKS"
    descriptor "$ole" MachineLaunchRestriction \
        "O:BAG:BAD:(A;;0x1;;;$READER)(A;;0x1f;;;BA)"
    ends 'connect 0x80070005'
    descriptor "$ole" MachineLaunchRestriction "D:(A;;0x1f;;;$READER)"
    ends 'connect 0x80070005'
}

@test "the application's permission, the machine's default where it is gone" {
    descriptor "$APPID" LaunchPermission 'O:BAG:BAD:(A;;0x1f;;;BA)'
    ends 'connect 0x80070005'
    drop 2 "HKLM\\$APPID" LaunchPermission
    ends 'connect 0x80070005'
    descriptor 'SOFTWARE\Microsoft\Ole' DefaultLaunchPermission \
        "O:BAG:BAD:(A;;0x11;;;$READER)"
    assert_equal "$(client)" "$WORKS"
}

@test "a stopped service is started, for those who may launch it" {
    "$LAB/target-2/mode" winmgmt-stopped
    ends 'connect 0x80070005'
    descriptor "$APPID" LaunchPermission "O:BAG:BAD:(A;;0x15;;;$READER)"
    assert_equal "$(client)" "$WORKS"
    "$LAB/target-2/mode" winmgmt-disabled
    ends 'connect 0x80070422'
}

@test "the limit of calls holds from the service's next start" {
    descriptor 'SOFTWARE\Microsoft\Ole' MachineAccessRestriction \
        'O:BAG:BAD:(A;;0x7;;;BA)(A;;0x3;;;WD)'
    assert_equal "$(client)" "$WORKS"
    restart_winmgmt
    ends 'connect 0x80070005'
    forget
    restart_winmgmt
    assert_equal "$(client)" "$WORKS"
}

@test "activation below integrity is refused" {
    put 1 "$OLE\\AppCompat" RaiseActivationAuthenticationLevel REG_DWORD 0
    ends 'connect 0x80070005'
}

# --- WMI's port ---------------------------------------------------------------

@test "WMI's port is closed behind an open TCP 135" {
    drop 2 "$FIREWALL\\FirewallRules" lab-WMI
    no_server
    rule 2 WMI "Dir=In|Protocol=6|LPort=24158|$SVCHOST|Svc=winmgmt"
    no_server
    rule 2 WMI "Dir=In|Protocol=6|LPort=RPC|$SVCHOST|Svc=winmgmt"
    assert_equal "$(client)" "$WORKS"
}

@test "with a host of its own the port is the fixed one, and its level counts" {
    wine 2 'C:\windows\system32\wbem\winmgmt.exe' /standalonehost 6 >/dev/null
    restart_winmgmt
    assert_equal "$(cut -d ' ' -f 2 "$LAB/target-2/winmgmt")" 24158
    rule 2 WMI "Dir=In|Protocol=6|LPort=24158|$SVCHOST|Svc=winmgmt"
    assert_equal "$(client)" "$WORKS"
    ends 'query 0x80070005' level=5
    rule 2 WMI "Dir=In|Protocol=6|LPort=RPC|$SVCHOST|Svc=winmgmt"
    no_server
    wine 2 'C:\windows\system32\wbem\winmgmt.exe' /sharedhost >/dev/null
    restart_winmgmt
    [ "$(cut -d ' ' -f 2 "$LAB/target-2/winmgmt")" -ne 24158 ]
    assert_equal "$(client)" "$WORKS"
}

# --- namespace and query ------------------------------------------------------

@test "a namespace that is not there, and one that does not let in" {
    assert_equal "$(wine 1 "$BUILD/lab/wmiclient.exe" "\\\\$TWO\\root\\nix" \
        user=reader password=Reader-password-1)" 'connect 0x8004100E'
    assert_equal "$(wine 1 "$BUILD/lab/wmiclient.exe" "\\\\$TWO\\root\\default" \
        user=reader password=Reader-password-1)" 'connect 0x80041003'
    for mask in 0x1 0x20; do
        descriptor "$NAMESPACE" SD "O:BAG:BAD:(A;CI;$mask;;;S-1-5-11)"
        case $mask in
        0x1) ends 'connect 0x80041003' ;;
        # Enable Account is everybody's by inheritance.
        0x20) assert_equal "$(client)" "$WORKS" ;;
        esac
    done
    descriptor "$NAMESPACE" SD \
        "O:BAG:BAD:(D;CI;0x20;;;$READER)(A;CI;0x21;;;S-1-5-11)"
    ends 'connect 0x80041003'
}

@test "a namespace that wants encryption" {
    put 2 "HKLM\\$NAMESPACE" RequiresEncryption REG_DWORD 1
    assert_equal "$(client)" "$WORKS"
    ends 'query 0x80041087' level=5
}

@test "an enumerator is not secured by the services' blanket" {
    ends 'next 0x80070005' unblanketed
}

@test "callers who lend nothing get nothing" {
    ends 'query 0x80041003' impersonation=2
}

@test "queries and what is wrong with them" {
    ends 'query 0x80041017' query='SELECT FROM'
    ends 'next 0x80041010' query='SELECT * FROM Win32_Nix'
    ends 'query 0x80041010' query='SELECT * FROM Win32_Nix' synchronous
    assert_contains "$(client query='SELECT Name FROM __NAMESPACE' \
        property=Name)" 'row Security'
    assert_equal "$(client query="SELECT CSName FROM Win32_OperatingSystem \
WHERE CSName = 'other'" | tail -n 1)" 'next 0x00000001'
}

@test "services are the manager's to show" {
    local query="SELECT * FROM Win32_Service WHERE Name = 'Winmgmt'"
    ends 'next 0x80041003' query="$query"
    descriptor 'SOFTWARE\wmifleet-lab\ServiceSecurity' '(manager)' \
        "O:SYG:SYD:(A;;KA;;;BA)(A;;KA;;;SY)(A;;CCLCRPRC;;;$READER)"
    assert_contains "$(client query="$query" property=Name)" 'row Winmgmt'
}

# --- the way back -------------------------------------------------------------

@test "the client's own TCP 135 is closed to the target" {
    drop 1 "$FIREWALL\\FirewallRules" lab-DCOM
    ends 'async 0x800706BA' async
    assert_equal "$(client)" "$WORKS"
}

@test "unsecapp is closed to the target, or asks for a name" {
    drop 1 "$FIREWALL\\FirewallRules" lab-UnsecApp
    ends silence async await=500
    rule 1 UnsecApp "Dir=In|RA4=$TWO|$UNSECAPP"
    put 1 "$CIMOM" UnsecAppAccessControlDefault REG_SZ 1
    ends silence async await=500
}

@test "the target blocks what goes out, but for WMI_OUT" {
    put 2 "$FIREWALL\\PublicProfile" DefaultOutboundAction REG_DWORD 1
    ends 'async 0x800706BA' async
    rule 2 WMI_OUT "Dir=Out|Protocol=6|RA4=$ONE|$SVCHOST|Svc=winmgmt"
    ends 'status 0x00000000' async
}

@test "anonymous callbacks are the target's to allow, from its next start" {
    put 2 "$CIMOM" AllowAnonymousCallback REG_DWORD 0
    ends 'status 0x00000000' async
    restart_winmgmt
    ends 'async 0x80070005' async
    "$LAB/target-2/mode" wmi-callback-silent
    ends silence async await=500
    forget
    "$LAB/target-2/mode" none
    restart_winmgmt
    ends 'status 0x00000000' async
}

# --- what no state brings about -----------------------------------------------

@test "each mode has its step and its code" {
    while read -r mode step code words; do
        "$LAB/target-2/mode" "$mode"
        # shellcheck disable=SC2086 # words, or none
        ends "$step $code" $words
    done <<'END'
wmi-not-registered connect 0x800706D9
wmi-invalid-header connect 0x80010111
wmi-class-not-registered connect 0x80040154
wmi-no-interface connect 0x80004002
wmi-call-failed connect 0x800706BE
wmi-did-not-execute connect 0x800706BF
wmi-transport connect 0x80041015
wmi-not-initialised connect 0x80041014
wmi-repository-corrupt connect 0x8007054E
wmi-encryption-at-login connect 0x80041087
wmi-disconnected query 0x80010108
wmi-out-of-memory query 0x80041006
wmi-provider-fails next 0x80041001
wmi-privilege-not-held next 0x80041062
wmi-provider-fails status 0x80041001 async
wmi-callback-rejected async 0x8001011B async
END
}
