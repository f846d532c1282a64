#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# The same inventory on machines that differ: target-1 is an English client,
# target-2 a German one, target-3 a German server. The built-in rules have
# other names there, other numbers, profiles and scopes.

load lab

setup_file() {
    lab_start 3 --target 2:de --target 3:de,server
}

teardown_file() {
    lab_stop
}

setup() {
    local k
    for k in 1 2 3; do
        "$LAB/target-$k/mode" none
    done
    factory 1 client en
    factory 2 client de
    factory 3 server de
    cp "$LAB/asked.json" "$LAB/inventory.json"
}

factory() {
    "$LAB/target-$1/wine" "$BUILD/lab/fwstate.exe" "$2" "$3"
}

# rules_of K: the texts in the rule store, as Wine's own reg sees them.
rules_of() {
    "$LAB/target-$1/wine" reg query \
        'HKLM\System\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules' |
        tr -d '\r' | grep -o 'v2\..*' | sort
}
group_of() {
    rules_of "$1" | grep -i 'EmbedCtxt=@.*firewallapi.dll,-34251|'
}

# ask GROUP: an inventory with this wmi_group and nothing else of a firewall.
ask() {
    jq --argjson group "$1" '(.. | objects | select(has("firewall")).firewall) =
        {wmi_group: $group}' "$LAB/asked.json" >"$LAB/inventory.json"
}

# verdicts VERB: "target STATE NAME" of the group, for each target in order.
verdicts() {
    wmifleet "$1" --json --only firewall >"$LAB/output" || :
    jq -r 'select(.host) | .host as $host | .settings[] |
        select(.id == "firewall.wmi_group") |
        "\($host) \(.state) \(.error.name // "-")"' "$LAB/output" | sort
}

all_targets() {
    printf 'target-1 %s\ntarget-2 %s\ntarget-3 %s' "$1" "$1" "$1"
}

# open_profiles K: the profiles in which rules of the group are open; one
# without any Profile= is for all of them.
open_profiles() {
    group_of "$1" | grep 'Active=TRUE' |
        awk '!/Profile=/ { print "Domain"; print "Private"; print "Public" }
             { while (match($0, /Profile=[A-Za-z]+/)) {
                   print substr($0, RSTART + 8, RLENGTH - 8)
                   $0 = substr($0, RSTART + RLENGTH) } }' |
        sort -u | paste -sd ' '
}

@test "the machines differ as they should" {
    assert_equal "$(group_of 1 | wc -l)" 8
    assert_equal "$(group_of 3 | wc -l)" 4
    wmifleet check --json >"$LAB/output" || :
    for k in 1 2 3; do
        result_of target-$k <"$LAB/output" | jq -r '.settings[] |
            select(.id == "firewall.wmi_group").before[0].name' >"$LAB/name-$k"
    done
    assert_contains "$(cat "$LAB/name-1")" "Windows Management Instrumentation"
    assert_contains "$(cat "$LAB/name-2")" "Windows-Verwaltungsinstrumentation"
    assert_contains "$(cat "$LAB/name-3")" "Windows-Verwaltungsinstrumentation"
}

@test "apply gives the same result on all" {
    run wmifleet apply --json
    assert_equal "$status" 0
    for k in 1 2 3; do
        assert_equal "$(result_of target-$k <<<"$output" | jq -r .status)" changed
        result_of target-$k <<<"$output" |
            jq '[.settings[] | {id, state, desired, error}]' >"$LAB/verdict-$k"
        assert_equal "$(registry $k "$POLICIES" LocalAccountTokenFilterPolicy)" 0x1
        assert_equal "$(registry $k "$CIMOM" AllowAnonymousCallback)" 0x1
        assert_equal "$(registry $k "$OLE" EnableDCOM)" Y
        assert_equal "$(group_of $k | grep -vc 'Active=TRUE' || :)" 0
        assert_equal "$(group_of $k | grep -vc 'Action=Allow' || :)" 0
        rules_of $k | grep 'EmbedCtxt=wmifleet|' >"$LAB/ours-$k"
        assert_equal "$(wc -l <"$LAB/ours-$k")" 4
    done
    for k in 2 3; do
        diff "$LAB/ours-1" "$LAB/ours-$k"
    done
    # All but the DCOM that was there has been changed everywhere alike.
    for k in 2 3; do
        diff "$LAB/verdict-1" "$LAB/verdict-$k"
    done
    # And a second one changes nothing.
    for k in 1 2 3; do rules_of $k >"$LAB/rules-$k"; done
    run wmifleet apply --json
    assert_equal "$status" 0
    for k in 1 2 3; do
        assert_equal "$(result_of target-$k <<<"$output" |
            jq -c '[.settings[].state] | unique')" '["ok"]'
        rules_of $k | diff "$LAB/rules-$k" -
    done
    run wmifleet check
    assert_equal "$status" 0
}

@test "a group under the other spelling of its name is found and opened" {
    for k in 1 2 3; do "$LAB/target-$k/mode" group-spelling; done
    ask '{"enabled": true}'
    assert_equal "$(verdicts check)" "$(all_targets 'drift -')"
    assert_equal "$(verdicts apply)" "$(all_targets 'changed -')"
    for k in 1 2 3; do
        assert_equal "$(open_profiles $k)" "Domain Private Public"
        assert_equal "$(group_of $k | grep -vc 'Active=TRUE' || :)" 0
    done
    assert_equal "$(verdicts apply)" "$(all_targets 'ok -')"
    ask '{"enabled": false}'
    assert_equal "$(verdicts apply)" "$(all_targets 'changed -')"
    for k in 1 2 3; do
        assert_equal "$(open_profiles $k)" ""
    done
}

@test "one profile of a rule that Windows switches whole: put back, and said" {
    for k in 1 2 3; do
        "$LAB/target-$k/mode" whole-rules
        rules_of $k >"$LAB/rules-$k"
    done
    ask '{"enabled": true, "profiles": ["private"]}'
    assert_equal "$(verdicts check)" "$(all_targets 'drift -')"
    assert_equal "$(verdicts apply)" "$(all_targets 'failed not_effective')"
    for k in 1 2 3; do
        rules_of $k | diff "$LAB/rules-$k" -
        error=$(result_of target-$k <"$LAB/output" | jq -c '.settings[].error')
        assert_equal "$(jq -r .code <<<"$error")" 0xA0040001
        assert_contains "$(jq -r .text <<<"$error")" "put back"
        assert_contains "$(jq -r .hint <<<"$error")" "use firewall.rules"
    done
}

@test "one profile of a rule that Windows splits: open there and nowhere else" {
    for k in 1 2 3; do "$LAB/target-$k/mode" split-rules; done
    ask '{"enabled": true, "profiles": ["private"]}'
    assert_equal "$(verdicts apply)" "$(all_targets 'changed -')"
    for k in 1 2 3; do assert_equal "$(open_profiles $k)" "Private"; done
    assert_equal "$(verdicts apply)" "$(all_targets 'ok -')"
    assert_equal "$(verdicts check)" "$(all_targets 'ok -')"
    # Back to all profiles: what was split is opened whole.
    ask '{"enabled": true}'
    assert_equal "$(verdicts check)" "$(all_targets 'drift -')"
    assert_equal "$(verdicts apply)" "$(all_targets 'changed -')"
    for k in 1 2 3; do
        assert_equal "$(open_profiles $k)" "Domain Private Public"
    done
    assert_equal "$(verdicts check)" "$(all_targets 'ok -')"
}

@test "enabled means in exactly these profiles: others are closed" {
    for k in 1 2 3; do "$LAB/target-$k/mode" split-rules; done
    ask '{"enabled": true}'
    assert_equal "$(verdicts apply)" "$(all_targets 'changed -')"
    ask '{"enabled": true, "profiles": ["private"]}'
    assert_equal "$(verdicts check)" "$(all_targets 'drift -')"
    assert_equal "$(verdicts apply)" "$(all_targets 'changed -')"
    for k in 1 2 3; do assert_equal "$(open_profiles $k)" "Private"; done
}

@test "narrowing a group that Windows switches whole opens nothing, and says" {
    ask '{"enabled": true}'
    assert_equal "$(verdicts apply)" "$(all_targets 'changed -')"
    for k in 1 2 3; do "$LAB/target-$k/mode" whole-rules; done
    ask '{"enabled": true, "profiles": ["private"]}'
    assert_equal "$(verdicts apply)" "$(all_targets 'failed not_effective')"
    # A client's rules for the domain alone could be closed, and are.
    assert_equal "$(open_profiles 1)" "Private Public"
    assert_equal "$(open_profiles 2)" "Private Public"
    assert_equal "$(open_profiles 3)" "Domain Private Public"
    for k in 1 2 3; do
        error=$(result_of target-$k <"$LAB/output" | jq -c '.settings[].error')
        assert_contains "$(jq -r .text <<<"$error")" "stays open"
        assert_contains "$(jq -r .text <<<"$error")" "public"
        assert_contains "$(jq -r .hint <<<"$error")" "use firewall.rules"
    done
}

@test "disabled in one profile: closed there, left alone elsewhere" {
    for k in 1 2 3; do "$LAB/target-$k/mode" split-rules; done
    ask '{"enabled": true}'
    verdicts apply
    ask '{"enabled": false, "profiles": ["public"]}'
    assert_equal "$(verdicts apply)" "$(all_targets 'changed -')"
    for k in 1 2 3; do
        assert_equal "$(open_profiles $k)" "Domain Private"
    done
    assert_equal "$(verdicts check)" "$(all_targets 'ok -')"
}

@test "rules of one's own have profiles of their own, whatever Windows does" {
    for k in 1 2 3; do "$LAB/target-$k/mode" whole-rules; done
    jq '(.. | objects | select(has("firewall")).firewall) =
        {rules: [{name: "DCOM", profiles: ["private"]}]}' \
        "$LAB/asked.json" >"$LAB/inventory.json"
    run wmifleet apply --only firewall
    assert_equal "$status" 0
    for k in 1 2 3; do
        rule=$(rules_of $k | grep 'EmbedCtxt=wmifleet|')
        assert_contains "$rule" "|Profile=Private|"
        assert_equal "$(grep -o Profile= <<<"$rule" | wc -l)" 1
    done
}

@test "a hardened server: our rules for the blocked traffic are blocked too" {
    "$LAB/target-3/mode" block-action
    run wmifleet apply --json --only firewall
    assert_equal "$status" 2
    assert_equal "$(result_of target-3 <<<"$output" |
        jq -r '.settings[] | "\(.id) \(.state) \(.error.name)"')" \
        "firewall.wmi_group blocked blocked_by_rule
firewall.rules[DCOM] blocked blocked_by_rule
firewall.rules[WMI] blocked blocked_by_rule
firewall.rules[UnsecApp] blocked blocked_by_rule
firewall.rules[WMI_OUT] blocked blocked_by_rule"
    assert_equal "$(result_of target-1 <<<"$output" | jq -r .status)" changed
}
