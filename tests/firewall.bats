#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# The payload's firewall settings on one target whose firewall begins each
# test in its factory state. What changed is read from the rule store itself.

load lab
load direct

RULES='HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters'
RULES+='\FirewallPolicy\FirewallRules'
SVCHOST='%SystemRoot%\system32\svchost.exe'

setup_file() {
    direct_start
}

teardown_file() {
    lab_stop
}

setup() {
    fwstate client en
    fwstate profiles 4
    "$LAB/target-1/mode" none
}

fwstate() {
    wine "$BUILD/lab/fwstate.exe" "$@"
}

# firewall VERB JSON: the settings of the result; JSON is wmi.firewall.
firewall() {
    payload "$1" "{\"protocol\":1,\"wmi\":{\"firewall\":$2},\"options\":{}}"
}

# verdicts VERB JSON: state, code and name of each setting, a line each.
verdicts() {
    firewall "$@" | verdict_lines
}

store() {
    wine reg query "$RULES" | tr -d '\r' | sed -n 's/.* REG_SZ  *//p' | sort
}

# add_rule TEXT: into the store, behind the firewall's back.
add_rule() {
    wine reg add "$RULES" /v "{$RANDOM-$RANDOM-$RANDOM}" /t REG_SZ \
        /d "v2.33|$1" /f >/dev/null
}

named() {
    store | grep -F "|Name=$1|" || :
}

GROUP='{"wmi_group":{"enabled":true}}'
DCOM='{"rules":[{"name":"DCOM","remote_addresses":["192.0.2.10"]}]}'
NO_DCOM='{"rules":[{"name":"DCOM","state":"absent"}]}'
DCOM_TEXT="Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=135|App=$SVCHOST"
DCOM_TEXT+='|Svc=rpcss|Name=DCOM|'

@test "a check changes nothing, an apply does, a second one does not" {
    before=$(store)
    assert_equal "$(verdicts check "$GROUP")" "firewall.wmi_group drift"
    assert_equal "$(store)" "$before"
    assert_equal "$(verdicts apply "$GROUP")" "firewall.wmi_group changed"
    after=$(store)
    assert_equal "$(grep -F -- '-34251|' <<<"$after" | grep -c TRUE)" 8
    assert_equal "$(verdicts apply "$GROUP")" "firewall.wmi_group ok"
    assert_equal "$(store)" "$after"
    assert_equal "$(verdicts apply '{"wmi_group":{"enabled":false}}')" \
        "firewall.wmi_group changed"
    assert_equal "$(store)" "$before"
}

@test "a rule for two profiles that is enabled whole is put back" {
    "$LAB/target-1/mode" whole-rules
    before=$(store)
    run firewall apply '{"wmi_group":{"enabled":true,"profiles":["private"]}}'
    assert_equal "$(jq -r '.[0].error.name' <<<"$output")" not_effective
    assert_contains "$(jq -r '.[0].error.hint' <<<"$output")" firewall.rules
    assert_equal "$(store)" "$before"
}

@test "a rule for two profiles that is split opens one of them" {
    "$LAB/target-1/mode" split-rules
    private='{"wmi_group":{"enabled":true,"profiles":["private"]}}'
    assert_equal "$(verdicts apply "$private")" "firewall.wmi_group changed"
    open=$(store | grep -F -- '-34251|' | grep -F Active=TRUE)
    assert_equal "$(wc -l <<<"$open")" 4
    assert_equal "$(grep -c 'Profile=Private' <<<"$open")" 4
    assert_equal "$(grep -c -e Profile=Public -e Profile=Domain <<<"$open")" 0
    assert_equal "$(verdicts check "$private")" "firewall.wmi_group ok"
}

@test "every failure has its code and its name" {
    while read -r mode verb expected; do
        "$LAB/target-1/mode" none
        "$LAB/target-1/mode" "$mode"
        assert_equal "$mode: $(verdicts "$verb" "$GROUP")" \
            "$mode: firewall.wmi_group $expected"
        [ "$mode" = group-missing ] || [ "$mode" = block-action ] ||
            assert_equal "$mode: $(verdicts "$verb" "$DCOM")" \
                "$mode: firewall.rules[DCOM] $expected"
    done <<'END'
service-stopped check failed 0x800706D9 EPT_S_NOT_REGISTERED
service-stopped apply failed 0x800706D9 EPT_S_NOT_REGISTERED
access-denied apply failed 0x80070005 E_ACCESSDENIED
write-ignored apply failed 0xA0040001 not_effective
policy-override check blocked 0x00000001 NET_FW_MODIFY_STATE_GP_OVERRIDE
policy-override apply blocked 0x00000001 NET_FW_MODIFY_STATE_GP_OVERRIDE
no-local-merge apply blocked 0x00000001 NET_FW_MODIFY_STATE_GP_OVERRIDE
block-all apply blocked 0x00000002 NET_FW_MODIFY_STATE_INBOUND_BLOCKED
group-missing apply blocked 0xA0040003 group_missing
block-action apply blocked 0xA0040002 blocked_by_rule
END
}

@test "policy that ignores local rules is named with its profile" {
    policy='HKLM\SOFTWARE\Policies\Microsoft\WindowsFirewall\PublicProfile'
    wine reg add "$policy" /v AllowLocalPolicyMerge /t REG_DWORD /d 0 /f
    text=$(firewall check "$DCOM" | jq -r '.[0] | .state, .error.text')
    wine reg delete "$policy" /f
    assert_contains "$text" blocked
    assert_contains "$text" "public (AllowLocalPolicyMerge = 0)"
}

@test "the group is found under another spelling and another language" {
    fwstate client de
    "$LAB/target-1/mode" group-spelling
    assert_equal "$(verdicts apply "$GROUP")" "firewall.wmi_group changed"
    assert_equal "$(store | grep -F -- '-34251|' | grep -c TRUE)" 8
}

@test "a rule of ours is made, changed in place, and agrees by meaning" {
    assert_equal "$(verdicts apply "$DCOM")" "firewall.rules[DCOM] changed"
    assert_contains "$(named DCOM)" RA4=192.0.2.10
    assert_equal "$(verdicts apply \
        '{"rules":[{"name":"DCOM","remote_addresses":["192.0.2.0/31","192.0.2.9"],"profiles":["public"]}]}')" \
        "firewall.rules[DCOM] changed"
    assert_equal "$(named DCOM | wc -l)" 1
    assert_contains "$(named DCOM)" Profile=Public
    assert_equal "$(verdicts check \
        '{"rules":[{"name":"DCOM","remote_addresses":["192.0.2.9/32","192.0.2.0-192.0.2.1"],"profiles":["public"]}]}')" \
        "firewall.rules[DCOM] ok"
}

@test "a rule that somebody else made is enough when it agrees" {
    add_rule "$DCOM_TEXT"
    before=$(store)
    assert_equal "$(verdicts apply '{"rules":[{"name":"DCOM"}]}')" \
        "firewall.rules[DCOM] ok"
    assert_equal "$(store)" "$before"
}

@test "one that differs is left alone, ours goes beside it" {
    add_rule "$DCOM_TEXT"
    before=$(store)
    run firewall apply "$DCOM"
    assert_equal "$(jq -r '.[0].state' <<<"$output")" changed
    assert_contains "$(jq -r '.[0].hints[]' <<<"$output")" "left alone"
    assert_equal "$(store | grep -vF 'EmbedCtxt=wmifleet|')" "$before"
    assert_equal "$(named DCOM | wc -l)" 2
}

@test "absent deletes what it describes and leaves namesakes" {
    other="${DCOM_TEXT/rpcss/winmgmt}"
    add_rule "$other"
    before=$(store)
    assert_contains "$(verdicts check "$NO_DCOM")" "[DCOM] conflict"
    add_rule "$DCOM_TEXT"
    add_rule "${DCOM_TEXT/LPort=135/LPort=136}"
    assert_equal "$(verdicts check "$NO_DCOM")" "firewall.rules[DCOM] drift"
    assert_contains "$(verdicts apply "$NO_DCOM")" "[DCOM] conflict"
    assert_equal "$(store)" "$before"
    assert_equal "$(verdicts apply \
        '{"rules":[{"name":"DCOM","state":"absent","match":"name"}]}')" \
        "firewall.rules[DCOM] changed"
    assert_equal "$(named DCOM)" ""
}

@test "the SSH server's rule is never deleted" {
    add_rule 'Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=22|Name=sshd|'
    before=$(store)
    assert_contains "$(verdicts apply \
        '{"rules":[{"name":"sshd","state":"absent","match":"name"}]}')" \
        "conflict"
    assert_equal "$(store)" "$before"
}

@test "a rule that blocks the same traffic makes ours useless: blocked" {
    text="${DCOM_TEXT/Name=DCOM/Name=hardening}"
    add_rule "${text/Allow/Block}"
    before=$(store)
    assert_equal "$(verdicts apply "$DCOM")" \
        "firewall.rules[DCOM] blocked 0xA0040002 blocked_by_rule"
    assert_equal "$(store)" "$before"
}

@test "a rule for every address carries a risk, one for collectors does not" {
    assert_contains "$(firewall check '{"rules":[{"name":"DCOM"}]}' |
        jq -r '.[0].risk')" remote_addresses
    assert_equal "$(firewall check "$DCOM" | jq -r '.[0].risk')" null
}

@test "a rule that cannot be read does not hide the others" {
    add_rule 'Action=Allow|Active=TRUE|Dir=In|Protocol=6|Name=@{gone?name}|'
    add_rule 'Action=Block|Active=TRUE|Dir=In|Name=Locked|Desc=@{gone?text}|'
    result=$(firewall apply "${GROUP%\}},${DCOM#\{}")
    assert_equal "$(jq -r '.[] | .id, .state' <<<"$result")" \
        "firewall.wmi_group
changed
firewall.rules[DCOM]
changed"
    assert_contains "$(jq -r '.[0].hints[]' <<<"$result")" \
        "1 rule(s) of this firewall cannot be read (0x80070002)"
    assert_contains "$(jq -r '.[1].hints[]' <<<"$result")" \
        '"Locked" has the action Block and cannot be read'
    add_rule 'Action=Block|Active=TRUE|Dir=In|Protocol=6|LPort=135|Name=Open|'
    assert_equal "$(verdicts check "$DCOM")" \
        "firewall.rules[DCOM] blocked 0xA0040002 blocked_by_rule"
}

@test "undo of the rule group works after a change of the display language" {
    "$LAB/target-1/mode" split-rules
    before=$(store)
    wmi='{"firewall":{"wmi_group":{"enabled":true,"profiles":["private"]}}}'
    result=$(payload apply "{\"protocol\":1,\"wmi\":$wmi,\"options\":{}}")
    assert_equal "$(jq -r '.[0].state' <<<"$result")" changed
    undo=$(jq -c --argjson wmi "$wmi" '{protocol: 1, $wmi, options: {},
        undo: {force: false, identity: {}, earlier_wmi: [],
        settings: map({id, before, after})}}' <<<"$result")
    wine reg add 'HKLM\SOFTWARE\wmifleet-lab' /v Language /d de /f >/dev/null
    assert_equal "$(payload undo "$undo" | verdict_lines)" \
        "firewall.wmi_group changed"
    assert_equal "$(store)" "$before"
    assert_equal "$(payload undo "$undo" | verdict_lines)" \
        "firewall.wmi_group ok"
}

@test "a rule's program is where the machine's variables say, not the login's" {
    machine='HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\Environment'
    wine reg add "$machine" /v TOOLS /d 'C:\windows\system32' /f >/dev/null
    wine reg add 'HKCU\Environment' /v TOOLS /d 'C:\elsewhere' /f >/dev/null
    rule='{"rules":[{"name":"Tool","direction":"in","protocol":"tcp",
        "program":"%TOOLS%\\cmd.exe","require_program":true}]}'
    run verdicts check "$rule"
    wine reg delete "$machine" /v TOOLS /f >/dev/null
    wine reg delete 'HKCU\Environment' /v TOOLS /f >/dev/null
    assert_equal "$output" "firewall.rules[Tool] drift"
}
