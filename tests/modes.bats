#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# What a machine refuses, ignores or overrides: only the settings that it is
# about are failed or blocked, each with a code, a name and a hint; all the
# others of that host, and the other host, are done. target-1 is the one with
# the trouble, target-2 the healthy one.

load lab

setup_file() {
    lab_start 2
    cat >"$LAB/factory.reg" <<'REG'
REGEDIT4

[HKEY_LOCAL_MACHINE\Software\Microsoft\Windows\CurrentVersion\Policies\System]
"LocalAccountTokenFilterPolicy"=-

[HKEY_LOCAL_MACHINE\Software\Microsoft\WBEM\CIMOM]
"AllowAnonymousCallback"=-

[HKEY_LOCAL_MACHINE\Software\Microsoft\Ole]
"EnableDCOM"="N"

[HKEY_LOCAL_MACHINE\Software\Policies\Microsoft\WindowsFirewall]
REG
}

teardown_file() {
    lab_stop
}

# Both machines as they were delivered, DCOM switched off besides.
setup() {
    local k
    for k in 1 2; do
        "$LAB/target-$k/mode" none
        "$LAB/target-$k/wine" "$BUILD/lab/fwstate.exe" client en
        "$LAB/target-$k/wine" regedit /S "Z:${LAB//\//\\}\\factory.reg"
    done
}

teardown() {
    "$LAB/target-1/mode" none
}

FIREWALL='^firewall\.'
INBOUND='^firewall\.(wmi_group|rules\[(DCOM|WMI|UnsecApp)\])$'
REGISTRY='^(uac|dcom|cimom)\.'
GROUP='^firewall\.wmi_group$'

# expect VERB EXIT AFFECTED STATE CODE NAME HINT OTHERS HEALTHY: runs it on
# both. AFFECTED are the settings that must be in STATE with CODE, NAME and a
# hint that has HINT in it; all others must be in one of OTHERS, without an
# error.
expect() {
    local verb=$1 exit=$2 affected=$3 state=$4 code=$5 name=$6 hint=$7
    local others=$8 healthy=$9 problems
    run wmifleet "$verb" --json
    assert_equal "$status" "$exit"
    problems=$(result_of target-1 <<<"$output" | jq -r \
        --arg affected "$affected" --arg state "$state" --arg code "$code" \
        --arg name "$name" --arg hint "$hint" --arg others "$others" '
        def wrong(text): "\(.id): \(text): \(tojson)";
        if [.settings[] | select(.id | test($affected))] == []
            then "no setting is affected" else empty end,
        if (.settings | length) != 8 then "\(.settings | length)" else empty end,
        if .error != null then "host: \(.error)" else empty end,
        (.settings[] |
            if .id | test($affected) then
                if .state != $state then wrong("state") else empty end,
                if .error.code != $code then wrong("code") else empty end,
                if .error.name != $name then wrong("name") else empty end,
                if (.error.text // "") == "" then wrong("text") else empty end,
                if (.error.hint // "" | contains($hint) | not) or
                    (.error.hint // "") == ""
                    then wrong("hint") else empty end
            else
                if .state | test("^(\($others))$") | not
                    then wrong("state") else empty end,
                if .error then wrong("error") else empty end
            end)')
    assert_equal "$problems" ""
    assert_equal "$(result_of target-1 <<<"$output" | jq -r .status)" "$state"
    assert_equal "$(result_of target-2 <<<"$output" | jq -r .status)" "$healthy"
}

# trouble MODE AFFECTED CHECKED APPLIED CODE NAME HINT: in a check what only
# a write would meet is drift.
trouble() {
    local mode=$1 affected=$2 checked=$3 applied=$4 exit=3
    "$LAB/target-1/mode" "$mode"
    if [ "$checked" = drift ]; then
        run wmifleet check --json
        assert_equal "$status" 3
        assert_equal "$(result_of target-1 <<<"$output" | jq -c \
            '[.settings[] | .state] | unique')" '["drift"]'
    else
        [ "$checked" != failed ] || exit=2
        expect check $exit "$affected" "$checked" "${@:5}" 'drift|ok' drift
    fi
    expect apply 2 "$affected" "$applied" "${@:5}" changed changed
    # What was not in trouble stands there, as Wine's own reg sees it.
    assert_equal "$(registry 2 "$POLICIES" LocalAccountTokenFilterPolicy)" 0x1
    case $affected in
    "$REGISTRY")
        assert_equal "$(registry 1 "$POLICIES" \
            LocalAccountTokenFilterPolicy)" ""
        assert_equal "$(registry 1 "$OLE" EnableDCOM)" N
        ;;
    *)
        assert_equal "$(registry 1 "$POLICIES" \
            LocalAccountTokenFilterPolicy)" 0x1
        assert_equal "$(registry 1 "$CIMOM" AllowAnonymousCallback)" 0x1
        assert_equal "$(registry 1 "$OLE" EnableDCOM)" Y
        ;;
    esac
}

# rules_of K: the rule store, as Wine's own reg sees it.
rules_of() {
    "$LAB/target-$1/wine" reg query \
        'HKLM\System\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules' |
        tr -d '\r' | grep . | sort
}

@test "policy-override: the firewall is blocked, with the policy's name" {
    trouble policy-override "$FIREWALL" blocked blocked \
        0x00000001 NET_FW_MODIFY_STATE_GP_OVERRIDE "gpresult"
}

@test "no-local-merge: the firewall is blocked" {
    trouble no-local-merge "$FIREWALL" blocked blocked \
        0x00000001 NET_FW_MODIFY_STATE_GP_OVERRIDE "polic"
}

@test "a policy without local rules is named by its value" {
    "$LAB/target-1/wine" reg add \
        'HKLM\Software\Policies\Microsoft\WindowsFirewall\PublicProfile' \
        /v AllowLocalPolicyMerge /t REG_DWORD /d 0 /f
    expect apply 2 "$FIREWALL" blocked 0x00000001 \
        NET_FW_MODIFY_STATE_GP_OVERRIDE "Apply local firewall rules" \
        changed changed
    assert_contains "$output" "AllowLocalPolicyMerge"
    "$LAB/target-1/wine" reg delete \
        'HKLM\Software\Policies\Microsoft\WindowsFirewall' /f
}

@test "block-all: what is for inbound traffic is blocked" {
    trouble block-all "$INBOUND" blocked blocked \
        0x00000002 NET_FW_MODIFY_STATE_INBOUND_BLOCKED \
        "Block all incoming connections"
}

@test "access-denied: the firewall's settings fail, each by itself" {
    trouble access-denied "$FIREWALL" drift failed \
        0x80070005 E_ACCESSDENIED "security product"
    [[ $(rules_of 1) != *EmbedCtxt=wmifleet* ]]
}

@test "service-stopped: the firewall's settings fail, with the services to start" {
    trouble service-stopped "$FIREWALL" failed failed \
        0x800706D9 EPT_S_NOT_REGISTERED "MpsSvc"
}

@test "write-ignored: a write that does not take is no success" {
    trouble write-ignored "$FIREWALL" drift failed \
        0xA0040001 not_effective "security product"
}

@test "group-missing: the group is blocked and the rules are made" {
    trouble group-missing "$GROUP" blocked blocked \
        0xA0040003 group_missing "firewall.rules"
    [ "$(rules_of 1 | grep -c EmbedCtxt=wmifleet)" -eq 4 ]
}

@test "block-action: a hardened group is blocked and left as it is" {
    "$LAB/target-1/mode" block-action
    before=$(rules_of 1)
    trouble block-action "$GROUP" blocked blocked \
        0xA0040002 blocked_by_rule "Allow"
    # Its rules are for all profiles and the local subnet: ours say so.
    [ "$(result_of target-1 <<<"$output" | jq '[.settings[] |
        select(.id == "firewall.rules[DCOM]").hints[] |
        select(contains("Block wins"))] | length')" -gt 0 ]
    assert_equal "$(rules_of 1 | grep -v EmbedCtxt=wmifleet)" "$before"
}

@test "registry-denied: the registry's settings fail, the firewall is done" {
    trouble registry-denied "$REGISTRY" drift failed \
        0x00000005 ERROR_ACCESS_DENIED "permissions of the key"
}

@test "registry-ignored: a value that does not take is no success" {
    trouble registry-ignored "$REGISTRY" drift failed \
        0xA0040001 not_effective "security product"
}

@test "two troubles at once: each setting has its own reason" {
    "$LAB/target-1/mode" service-stopped registry-denied
    run wmifleet apply --json
    assert_equal "$status" 2
    assert_equal "$(result_of target-1 <<<"$output" |
        jq -c '[.settings[].error.name] | unique')" \
        '["EPT_S_NOT_REGISTERED","ERROR_ACCESS_DENIED"]'
    assert_equal "$(result_of target-2 <<<"$output" | jq -r .status)" changed
}

@test "once the trouble is over, the same command finishes the work" {
    "$LAB/target-1/mode" access-denied
    run wmifleet apply
    assert_equal "$status" 2
    "$LAB/target-1/mode" none
    run wmifleet apply --json
    assert_equal "$status" 0
    assert_equal "$(result_of target-1 <<<"$output" | jq -r .status)" changed
    assert_equal "$(result_of target-2 <<<"$output" | jq -r .status)" ok
}

@test "a person reads cause and remedy in the recap" {
    "$LAB/target-1/mode" service-stopped
    run wmifleet apply
    assert_equal "$status" 2
    assert_contains "$output" "0x800706D9 EPT_S_NOT_REGISTERED"
    assert_contains "$output" "the firewall service does not run"
    assert_contains "$output" "MpsSvc"
}
