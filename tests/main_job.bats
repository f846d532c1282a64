#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# The main job on three targets, from closed to open, in the order in which a
# person does it. The tests of this file build on each other.

bats_require_minimum_version 1.5.0
load lab

setup_file() {
    lab_start 3
}

teardown_file() {
    lab_stop
}

@test "trust shows fingerprints and adds each key once" {
    rm -f "$LAB/known_hosts"
    run wmifleet trust --yes
    assert_equal "$status" 0
    for k in 1 2 3; do
        fingerprint=$(ssh-keygen -lf "$LAB/target-$k/host_key.pub" |
            cut -d' ' -f2)
        assert_contains "$output" "$fingerprint"
    done
    assert_contains "$output" "3 added"
    run wmifleet trust --yes
    assert_equal "$status" 0
    assert_equal "$(grep -c . "$LAB/known_hosts")" 3
}

@test "a host that is not known is refused before any login" {
    log_mark 1
    WMIFLEET_STORE=$LAB/other.db run "$WMIFLEET" check -i "$LAB/inventory.json" \
        --known-hosts "$LAB/nobody"
    assert_equal "$status" 4
    assert_contains "$output" "hostkey-unknown"
    assert_contains "$output" "wmifleet trust"
    run log_since 1
    [[ $output != *userauth-request* ]]
}

@test "a key file that cannot be read is told once, nothing is contacted" {
    log_mark 1
    run wmifleet ping --private-key "$LAB/no-such-key"
    assert_equal "$status" 1
    assert_contains "$output" "no-such-key: No such file"
    assert_equal "$(log_since 1)" ""
}

@test "ping logs in and leaves" {
    run wmifleet ping
    assert_equal "$status" 0
    assert_contains "$output" "target-[1-3]"
}

@test "check shows each difference, changes nothing and exits 3" {
    run wmifleet check
    assert_equal "$status" 3
    assert_contains "$output" "target-[1-3]: drift"
    assert_contains "$output" "uac.local_account_token_filter_policy"
    assert_contains "$output" "absent -> 1"
    assert_contains "$output" "firewall.wmi_group"
    assert_contains "$output" "firewall.rules[DCOM]"
    for k in 1 2 3; do
        assert_equal "$(registry $k "$POLICIES" LocalAccountTokenFilterPolicy)" ""
        assert_equal "$(registry $k "$CIMOM" AllowAnonymousCallback)" ""
    done
}

@test "apply changes every target and exits 0" {
    run wmifleet apply --json
    assert_equal "$status" 0
    for k in 1 2 3; do
        assert_equal "$(result_of target-$k <<<"$output" | jq -r .status)" changed
    done
    assert_equal "$(jq -r 'select(.summary).summary.changed' <<<"$output")" 3
}

@test "every registry shows what was asked for" {
    for k in 1 2 3; do
        assert_equal "$(registry $k "$POLICIES" LocalAccountTokenFilterPolicy)" 0x1
        assert_equal "$(registry $k "$CIMOM" AllowAnonymousCallback)" 0x1
        assert_equal "$(registry $k "$OLE" EnableDCOM)" Y
    done
}

rule_texts() {
    "$LAB/target-$1/wine" reg query \
        'HKLM\System\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules' |
        tr -d '\r'
}

@test "every rule store shows the firewall as asked for" {
    for k in 1 2 3; do
        rules=$(rule_texts $k)
        group=$(grep 'EmbedCtxt=@FirewallAPI.dll,-34251|' <<<"$rules")
        assert_equal "$(grep -c 'Active=TRUE' <<<"$group")" 8
        ours=$(grep 'EmbedCtxt=wmifleet|' <<<"$rules")
        assert_equal "$(wc -l <<<"$ours")" 4
        dcom=$(grep 'Name=DCOM|' <<<"$ours")
        for part in Action=Allow Active=TRUE Dir=In Protocol=6 LPort=135 \
            Svc=rpcss svchost.exe; do
            assert_contains "$dcom" "$part"
        done
        out=$(grep 'Name=WMI_OUT|' <<<"$ours")
        for part in Action=Allow Active=TRUE Dir=Out Svc=winmgmt; do
            assert_contains "$out" "$part"
        done
        unsecapp=$(grep 'Name=UnsecApp|' <<<"$ours")
        assert_contains "$unsecapp" unsecapp.exe
        assert_contains "$(grep 'Name=WMI|' <<<"$ours")" Svc=winmgmt
    done
}

@test "check agrees and exits 0" {
    run wmifleet check
    assert_equal "$status" 0
    assert_contains "$output" "ok               3  target-[1-3]"
}

@test "a second apply changes nothing and says so" {
    before=$("$LAB/target-1/wine" reg export 'HKLM\System' 'C:\before.reg' /y >/dev/null &&
        cksum <"$LAB/target-1/prefix/drive_c/before.reg")
    run wmifleet apply
    assert_equal "$status" 0
    assert_contains "$output" "changed          0"
    assert_contains "$output" "ok               3"
    after=$("$LAB/target-1/wine" reg export 'HKLM\System' 'C:\after.reg' /y >/dev/null &&
        cksum <"$LAB/target-1/prefix/drive_c/after.reg")
    assert_equal "$after" "$before"
}

@test "a repeated check opens one channel and uploads nothing" {
    wmifleet check >/dev/null
    log_mark 2
    run wmifleet check
    assert_equal "$status" 0
    run log_since 2
    assert_equal "$(grep -c 'server_input_channel_open: ctype session' <<<"$output")" 1
    [[ $output != *subsystem* ]]
}

@test "a payload deleted behind our back is healed within the same run" {
    rm "$LAB"/target-3/prefix/drive_c/ProgramData/wmifleet/p-*.exe
    run wmifleet check
    assert_equal "$status" 0
    ls "$LAB"/target-3/prefix/drive_c/ProgramData/wmifleet/p-*.exe
}

@test "nothing of ours stays in the login's profile" {
    run bash -c "ls '$LAB'/target-*/prefix/drive_c/users/*/wmifleet-*"
    [ "$status" -ne 0 ]
}

@test "a changed inventory uploads the request alone" {
    jq '(.. | objects | select(has("uac")) | .uac.local_account_token_filter_policy) = 0' \
        "$LAB/asked.json" >"$LAB/changed.json"
    log_mark 1
    run wmifleet check -i "$LAB/changed.json" -l target-1
    assert_equal "$status" 3
    assert_contains "$output" "1 -> 0"
    [ "$(ls "$LAB"/target-1/prefix/drive_c/ProgramData/wmifleet/p-*.exe | wc -l)" -eq 1 ]
}

@test "a request that another controller replaced goes alone once more" {
    wmifleet check -i "$LAB/changed.json" -l target-1 >/dev/null || [ $? -eq 3 ]
    # it has a store of its own, and asks for something else
    wmifleet check -l target-1 --store "$BATS_TEST_TMPDIR/other.db" >/dev/null
    log_mark 1
    run wmifleet check -i "$LAB/changed.json" -l target-1 --json -vvv
    assert_equal "$status" 3
    assert_equal "$(grep '^{' <<<"$output" | result_of target-1 |
        jq -c '[.status, .attempts, .error]')" '["drift",1,null]'
    assert_equal "$(grep -c 'upload_request -> exec' <<<"$output")" 1
    [[ $output != *upload_payload* ]]
    assert_equal "$(log_since 1 | grep -c 'Accepted publickey')" 1
}

@test "runs, show and status tell what was done" {
    run wmifleet runs
    assert_equal "$status" 0
    assert_contains "$output" "apply"
    id=$(awk '$2 == "apply" { print $1 }' <<<"$output" | tail -n 1)
    run wmifleet show "$id"
    assert_equal "$status" 0
    assert_contains "$output" "changed          3  target-[1-3]"
    run wmifleet status
    assert_equal "$status" 0
    assert_contains "$output" "target-"
    assert_contains "${output#*known since}" "  check   "
    assert_contains "${output#*known since}" "target-[2-3]"
    run wmifleet show no-such-run
    assert_equal "$status" 1
}

@test "a ping hides nothing of what a check found" {
    run wmifleet ping -l target-2 --store "$BATS_TEST_TMPDIR/state.db"
    assert_equal "$status" 0
    run wmifleet status --store "$BATS_TEST_TMPDIR/state.db"
    assert_contains "${output#*known since}" "  ping  "
    wmifleet check -l target-2 --store "$BATS_TEST_TMPDIR/state.db" ||
        [ $? -eq 3 ]
    run wmifleet ping -l target-2 --store "$BATS_TEST_TMPDIR/state.db"
    run wmifleet status --store "$BATS_TEST_TMPDIR/state.db"
    assert_contains "${output#*known since}" "  check  "
    run ! grep -q "  ping  " <<<"$output"
}

@test "a later run shows who is unreachable and goes on with the others" {
    jq '(.. | objects | select(has("target-2"))["target-2"].ansible_port) = 1' \
        "$LAB/asked.json" >"$LAB/gone.json"
    run wmifleet check -i "$LAB/gone.json"
    assert_equal "$status" 4
    assert_contains "$output" "refused"
    assert_contains "$output" "unreachable      1  target-2"
    assert_contains "$output" "target-[1,3]"
}
