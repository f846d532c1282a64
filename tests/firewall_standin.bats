#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# The lab's firewall behaves as Microsoft documents the real one. What is
# asked through COM is in tests/lab/windows/firewall/fwprobe*.c; here stands
# in which state of the machine it is asked, and what the registry shows.

load lab

RULES='HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters'
RULES+='\FirewallPolicy\FirewallRules'

setup_file() {
    LAB=$(mktemp -d "$BUILD/lab-test.XXXXXX")
    export LAB
    "$ROOT/tests/lab/lab" up 1 "$LAB"
}

teardown_file() {
    lab_stop
}

setup() {
    fwstate client en
    fwstate profiles 4
}

wine() {
    "$LAB/target-1/wine" "$@" </dev/null | tr -d '\r'
    return "${PIPESTATUS[0]}"
}
fwstate() {
    wine "$BUILD/lab/fwstate.exe" "$@"
}

# probe SECTION...: all of it holds; what does not is shown.
probe() {
    lab_probe 1 4 fwprobe "$@"
}

# probe_in_mode MODE [SECTION]
probe_in_mode() {
    local status=0
    fwstate mode "$1" on
    probe "${2:-$1}" || status=$?
    fwstate mode "$1" off
    return "$status"
}

# The text of one rule, as Wine's own reg shows it.
rule_text() {
    wine reg query "$RULES" /v "$1" | sed -n 's/.* REG_SZ  *//p'
}

@test "firewall stand-in: classes, interfaces, references" {
    probe objects
}

@test "firewall stand-in: enumeration in batches, skip, reset, clone" {
    probe enumeration
}

@test "firewall stand-in: a fresh rule is nowhere until it is added" {
    probe fresh-rule
}

@test "firewall stand-in: each setter of a live rule commits by itself" {
    probe live-rule
}

@test "firewall stand-in: several rules of one name" {
    probe names
}

@test "firewall stand-in: addresses are checked and normalised" {
    probe addresses
}

@test "firewall stand-in: ports need their protocol first" {
    probe ports
}

@test "firewall stand-in: the registry is served, unknown keys outlive" {
    probe store
}

@test "firewall stand-in: rule groups by profile" {
    probe groups
}

@test "firewall stand-in: a rule for two profiles is switched whole" {
    probe_in_mode whole-rules partial
}

@test "firewall stand-in: a rule for two profiles is divided" {
    probe_in_mode split-rules split
}

@test "firewall stand-in: profiles and their switches" {
    probe profiles
}

@test "firewall stand-in: two profiles in use that disagree" {
    fwstate profiles 5
    probe two-profiles
}

@test "firewall stand-in: policy in the registry counts" {
    probe policy
}

@test "firewall stand-in: names on an English machine" {
    probe english
}

@test "firewall stand-in: names on a German machine" {
    fwstate client de
    probe german
}

@test "firewall stand-in: the rules of a server" {
    fwstate server en
    probe server
}

@test "firewall stand-in: every failure mode" {
    for mode in policy-override no-local-merge block-all access-denied \
        service-stopped write-ignored group-missing group-spelling \
        block-action; do
        echo "# $mode" >&2
        probe_in_mode "$mode"
    done
}

@test "firewall stand-in: the probe notices writes that do not take" {
    for section in live-rule names groups; do
        fwstate mode write-ignored on
        run probe "$section"
        fwstate mode write-ignored off
        [ "$status" -ne 0 ]
    done
}

@test "firewall stand-in: nothing is left behind by a walk through all" {
    fwstate dump >"$LAB/before"
    probe objects enumeration fresh-rule live-rule names addresses ports \
        store groups partial english profiles policy
    fwstate dump >"$LAB/after"
    diff "$LAB/before" "$LAB/after"
}

@test "firewall stand-in: the factory state of a client" {
    local text count
    text='v2.31|Action=Allow|Active=FALSE|Dir=In|Protocol=6|Profile=Private|'
    text+='Profile=Public|LPort=135|RA4=LocalSubnet|RA6=LocalSubnet|'
    text+='App=%SystemRoot%\system32\svchost.exe|Svc=rpcss|'
    text+='Name=@FirewallAPI.dll,-34252|Desc=@FirewallAPI.dll,-34253|'
    text+='EmbedCtxt=@FirewallAPI.dll,-34251|'
    assert_equal "$(rule_text WMI-RPCSS-In-TCP)" "$text"
    fwstate dump >"$LAB/dump"
    count=$(grep -c 'EmbedCtxt=@FirewallAPI.dll,-34251|' "$LAB/dump")
    assert_equal "$count" 8
    count=$(grep '^rule WMI-' "$LAB/dump" | grep -c 'Active=FALSE')
    assert_equal "$count" 8
    [ "$(grep -c '^rule ' "$LAB/dump")" -gt 50 ]
    grep -q '^profile PublicProfile EnableFirewall=1$' "$LAB/dump"
}

@test "firewall stand-in: a store that reg imports is the one served" {
    cat >"$LAB/rules.reg" <<'END'
REGEDIT4

[-HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules]

[HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules]
"WMI-RPCSS-In-TCP-NoScope"="v2.10|Action=Allow|Active=FALSE|Dir=In|Protocol=6|Profile=Domain|LPort=135|Name=@FirewallAPI.dll,-34252|EmbedCtxt=@FirewallAPI.dll,-34251|"
"WMI-RPCSS-In-TCP"="v2.33|Action=Allow|Active=FALSE|Dir=In|Protocol=6|Profile=Public|LPort=135|Name=@FirewallAPI.dll,-34252|EmbedCtxt=@FirewallAPI.dll,-34251|New=1|"
"WMI-ASYNC-In-TCP"="v2.33|Action=Allow|Active=TRUE|Dir=In|Protocol=6|Profile=Public|Name=@FirewallAPI.dll,-34256|EmbedCtxt=@FirewallAPI.dll,-34251|"
END
    wine reg import "Z:${LAB//\//\\}\\rules.reg"
    probe groups
    case $(rule_text WMI-RPCSS-In-TCP) in
    'v2.33|Action=Allow|Active=FALSE|'*'|New=1|') ;;
    *) false ;;
    esac
    assert_equal "$(fwstate dump | grep -c '^rule ')" 3
}

@test "firewall stand-in: fwstate refuses what it does not know" {
    run fwstate client fr
    assert_equal "$status" 2
    run fwstate mode no-such-mode on
    assert_equal "$status" 2
    run fwstate profiles 8
    assert_equal "$status" 2
}
