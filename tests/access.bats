#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# wmi.access on three targets and wmi.collector on a fourth, the inventory of
# inventory/examples/access.json. What stands on a target is read by its own
# reg, from where Windows or the lab keeps it.

load lab
load accounts
bats_require_minimum_version 1.5.0

RULES='HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules'
NAMESPACES='HKLM\SOFTWARE\wmifleet-lab\Namespaces'
SERVICES='HKLM\SOFTWARE\wmifleet-lab\ServiceSecurity'
READER=$MACHINE-1001
SVCHOST='%systemroot%\\system32\\svchost.exe'

setup_file() {
    lab_start 4
    export READER_PASSWORD='Lab-Secret-1'
    # The example with the lab's hosts in the place of its own.
    jq --slurpfile lab "$LAB/asked.json" '
        $lab[0].all.children.lab as $given | ($given.hosts | to_entries) as $hosts |
        .all.vars = ($given.vars | del(.wmi)) |
        .all.children.room1.hosts = ($hosts[:3] | from_entries) |
        .all.children.monitors.hosts = ($hosts[3:] | from_entries)' \
        "$ROOT/inventory/examples/access.json" >"$LAB/example.json"
}

teardown_file() {
    lab_stop
}

setup() {
    cp "$LAB/example.json" "$LAB/inventory.json"
    rm -f "$LAB/state.db"*
}

# What a test that failed has left.
teardown() {
    [ ! -e "$LAB/state.db" ] || wmifleet undo --all --yes >/dev/null 2>&1 || true
}

# inventory FILTER: the example with that done to it.
inventory() {
    jq "$1" "$LAB/example.json" >"$LAB/inventory.json"
}

wine() {
    "$LAB/target-$TARGET/wine" "$@" </dev/null
}

address() {
    cat "$LAB/target-$1/address"
}

# The firewall rules of ours on target K, their ids aside.
our_rules() {
    "$LAB/target-$1/wine" reg query "$RULES" </dev/null | tr -d '\r' |
        sed -n 's/.* REG_SZ  *//p' | grep -F 'EmbedCtxt=wmifleet|' | sort
}

# everything K: the registry as Wine's own reg says it, the lab's notes aside.
everything() {
    local hive
    for hive in HKLM HKU; do
        "$LAB/target-$1/wine" reg export $hive 'C:\all.reg' /y </dev/null >/dev/null
        "$ROOT/tests/registry-lines" "$LAB/target-$1/prefix/drive_c/all.reg"
    done
}

# entries K NAMESPACE: what an account of the machine's has there.
entries() {
    "$ROOT/tests/descriptor" show "$(registry "$1" "$NAMESPACES\\$2" SD)" |
        grep -F "$MACHINE-" || :
}

# back K: all is as it was in the first minute.
back() {
    local TARGET=$1
    everything "$1" | diff "$LAB/before-$1" -
    assert_equal "$(of_account "$READER" Name)" ""
    assert_equal "$(members S-1-5-32-562)" ""
    assert_equal "$(entries "$1" 'root\cimv2')" ""
    assert_equal "$(entries "$1" 'root\wmi')" ""
    assert_equal "$(manager "$1")" ""
}

# manager K: the same of the service manager.
manager() {
    local hex
    hex=$(registry "$1" "$SERVICES" '(manager)')
    [ -z "$hex" ] || "$ROOT/tests/descriptor" show "$hex" | grep -F "$MACHINE-" || :
}

# states K RESULTS: id and state, a setting a line.
states() {
    result_of "target-$1" <<<"$2" | jq -r '.settings[] | "\(.id) \(.state)"'
}

page() {
    printf 'v2.31|Action=Allow|Active=TRUE|Dir=%s|%s%sApp=%s|%sName=%s|%s\n' \
        "$2" "$3" "$4" "$5" "$6" "$1" \
        'Desc=Made by wmifleet for remote WMI.|EmbedCtxt=wmifleet|'
}

@test "the five lines, there and back" {
    local found here room TARGET
    here=$(address 4)
    room=$(address 1)-$(address 3)
    everything 1 >"$LAB/before-1"
    everything 4 >"$LAB/before-4"

    run -3 wmifleet check --json
    assert_equal "$(states 1 "$output")" "account[wmi-reader] drift
groups[distributed_com_users] drift
namespaces[root\\cimv2].grants[wmi-reader] drift
cimom.allow_anonymous_callback drift
firewall.rules[DCOM] drift
firewall.rules[WMI] drift
firewall.rules[WMI_OUT] skipped"
    assert_equal "$(states 4 "$output")" "firewall.rules[DCOM] drift
firewall.rules[UnsecApp] drift
firewall.rules[WMI_OUT] skipped"
    everything 1 | diff "$LAB/before-1" -

    run -0 wmifleet apply --json
    # What reaches further than WMI says so.
    result_of target-1 <<<"$output" | jq -e '[.settings[] | select(.risk) | .id] ==
        ["groups[distributed_com_users]", "cimom.allow_anonymous_callback"]'

    for TARGET in 1 2 3; do
        assert_equal "$(our_rules $TARGET)" "$(
            page DCOM In 'Protocol=6|LPort=135|' "RA4=$here|" "${SVCHOST//\\\\/\\}" 'Svc=rpcss|'
            page WMI In 'Protocol=6|' "RA4=$here|" "${SVCHOST//\\\\/\\}" 'Svc=winmgmt|')"
        assert_equal "$(of_account "$READER" Name)" wmi-reader
        assert_equal "$(members S-1-5-32-562)" "$READER "
        assert_equal "$(members S-1-5-32-558)" ""
        assert_equal "$(entries $TARGET 'root\cimv2')" "allow 0x2 0x21 $READER"
        assert_equal "$(registry $TARGET "$CIMOM" AllowAnonymousCallback)" 0x1
        assert_equal "$(manager $TARGET)" ""
    done
    assert_equal "$(our_rules 4)" "$(
        page DCOM In 'Protocol=6|LPort=135|' "RA4=$room|" "${SVCHOST//\\\\/\\}" 'Svc=rpcss|'
        page UnsecApp In '' "RA4=$room|" '%systemroot%\system32\wbem\unsecapp.exe' '')"

    run -0 wmifleet check --json
    assert_equal "$(states 1 "$output" | grep -v 'ok$')" "firewall.rules[WMI_OUT] skipped"
    assert_equal "$(states 4 "$output" | grep -v 'ok$')" "firewall.rules[WMI_OUT] skipped"

    run -0 wmifleet undo --all --yes
    back 1
    everything 4 | diff "$LAB/before-4" -
}

@test "services, a namespace and a fixed port; what is said itself wins" {
    local found reader TARGET=1
    everything 1 >"$LAB/before-1"
    inventory '.all.children.room1.vars.wmi += {
        access: {readers: ["wmi-reader"], collectors: ["monitors", "192.0.2.0/24"],
            namespaces: ["root\\wmi", "root\\cimv2"], services: true},
        fixed_port: {enabled: true},
        firewall: {rules: [{name: "DCOM", remote_addresses: ["198.51.100.7"]}]},
        namespaces: [{path: "root\\cimv2", grants: [{account: "wmi-reader",
            rights: ["enable_account", "remote_enable", "execute_methods"]}]}]}'
    run -0 wmifleet apply --json -l target-1
    found=$(our_rules 1)
    assert_contains "$found" "|LPort=135|RA4=198.51.100.7|"
    assert_contains "$found" "|LPort=24158|RA4=$(address 4)|RA4=192.0.2.0/255.255.255.0|"
    assert_equal "$(wc -l <<<"$found")" 2
    reader=$(members S-1-5-32-562)
    assert_equal "$(entries 1 'root\wmi')" "allow 0x2 0x21 ${reader% }"
    assert_equal "$(entries 1 'root\cimv2')" "allow 0x0 0x23 ${reader% }"
    assert_equal "$(manager 1)" "allow 0x0 0x20015 ${reader% }"
    run -0 wmifleet check -l target-1
    run -0 wmifleet undo --all --yes
    back 1
}

@test "the controller is who logs in, as the target sees it" {
    local peer
    inventory '.all.children.room1.vars.wmi = {access: {readers: ["Administrator"],
        collectors: ["controller"]}}'
    run -0 wmifleet apply --json -l target-1 --only firewall
    assert_contains "$(our_rules 1)" "|Svc=winmgmt|"
    # Every address of loopback is this machine's; the login comes from there.
    peer=$(sed -nE 's/.*Connection from ([0-9.]+) .*/\1/p' "$LAB/target-1/sshd.log" | tail -n 1)
    assert_contains "$(our_rules 1)" "|RA4=$peer|"
    run -0 wmifleet undo --all --yes
    assert_equal "$(our_rules 1)" ""
}

@test "without SSH nobody knows the controller" {
    local found home name=wmifleet-0123456789abcdef request
    home=$LAB/target-1/prefix/drive_c/users/Administrator
    request='{"protocol":1,"wmi":{"firewall":{"rules":[{"name":"DCOM","remote_addresses":["controller"]}]}},"options":{}}'
    cp "$BUILD/payload/wmifleet-payload.exe" "$home/$name.exe"
    name=$name-$(printf '%s' "$request" | sha256sum | cut -c1-32).json
    printf '%s' "$request" >"$home/$name"
    found=$(cd "$home" && env -u SSH_CONNECTION "$LAB/target-1/wine" "${name%-*}.exe" \
        apply "$name" run-1 </dev/null | tail -n 1 | tr -d '\036')
    rm -f "$home/${name%-*}"*
    assert_equal "$(jq -r '.settings[0].state' <<<"$found")" failed
    assert_contains "$(jq -r '.settings[0].error.text' <<<"$found")" \
        "the address of the controller is not known here: SSH_CONNECTION does not tell it"
    assert_equal "$(our_rules 1)" ""
}

@test "a sink whose file is missing fails, by its whole path" {
    local mon="$LAB/target-4/prefix/drive_c/Program Files/Mon"
    inventory '.all.children.monitors.vars.wmi.collector += {check_callbacks: true,
        sinks: ["%ProgramFiles%\\Mon\\mon.exe"]}'
    run -2 wmifleet apply --json -l target-4
    assert_contains "$(states 4 "$output")" "firewall.rules[Sink mon.exe] failed"
    assert_contains "$output" 'there is no file C:\\Program Files\\Mon\\mon.exe'
    assert_contains "$(states 4 "$output")" "firewall.rules[UnsecApp] changed"
    assert_equal "$(registry 4 "$CIMOM" UnsecAppAccessControlDefault)" 1
    mkdir -p "$mon"
    touch "$mon/mon.exe"
    run -0 wmifleet apply --json -l target-4
    assert_contains "$(our_rules 4)" '|App=%ProgramFiles%\Mon\mon.exe|Name=Sink mon.exe|'
    rm -r "$mon"
    run -0 wmifleet undo --all --yes
    assert_equal "$(our_rules 4)" ""
    assert_equal "$(registry 4 "$CIMOM" UnsecAppAccessControlDefault)" ""
}

@test "a range of everything is a risk that is told" {
    inventory '.all.children.room1.vars.wmi = {access: {readers: ["Administrator"],
        collectors: ["0.0.0.0/0"]}}'
    run -3 wmifleet check --json -l target-1 --only firewall
    result_of target-1 <<<"$output" | jq -e '[.settings[] | select(.risk) | .id] ==
        ["firewall.rules[DCOM]", "firewall.rules[WMI]"]'
}

@test "who nobody is, is told by place, and nothing is contacted" {
    printf '%s\n' '{"all": {"children": {"room1": {"hosts": {' \
        "  \"target-1\": {\"ansible_host\": \"$(address 1)\", \"ansible_port\": $(cat "$LAB/target-1/port")}}," \
        '  "vars": {"wmi": {"access": {"readers": ["wmi-reader"],' \
        '    "collectors": ["monitor"], "asynchron": true}}}},' \
        '  "monitors": {"hosts": ["mon-01"]}}}}' >"$LAB/inventory.json"
    sed -i 's/"hosts": \["mon-01"\]/"hosts": {"mon-01": {}}/' "$LAB/inventory.json"
    log_mark 1
    run -1 wmifleet check
    assert_contains "$output" "inventory.json:4:20: host target-1: wmi.access.collectors[0]: \`monitor\` is no host and no group of the inventory, and no address; did you mean \`monitors\`?"
    assert_contains "$output" "wmi.access: \`asynchron\` is not a property of the access; did you mean \`asynchronous\`?"
    assert_equal "$(log_since 1)" ""
    run -1 wmifleet inventory --check
    assert_contains "$output" "did you mean \`monitors\`?"
}

@test "a name that has no address is told before anything is contacted" {
    inventory '.all.children.monitors.hosts = {"mon-01": {ansible_host: "no-such-host.invalid"}}'
    log_mark 1
    run -1 wmifleet check -l room1
    assert_contains "$output" "host target-1 (and 2 more): wmi.access.collectors[0]: the address of mon-01 is wanted, and its name \`no-such-host.invalid\` has none: "
    assert_contains "$output" "give it an ansible_host that is an address"
    assert_equal "$(log_since 1)" ""
}

@test "inventory --host shows what it becomes, --list stays Ansible's" {
    run -0 wmifleet inventory --host target-4
    assert_equal "$(jq -c '.wmifleet_expansion.firewall.rules[0]' <<<"$output")" \
        "{\"name\":\"DCOM\",\"remote_addresses\":[\"$(address 1)-$(address 3)\"]}"
    assert_equal "$(jq -c '.wmi | keys' <<<"$output")" '["collector"]'
    run -0 wmifleet inventory --list
    assert_equal "$(jq -c '[._meta.hostvars[] | keys[]] | unique |
        map(select(startswith("wmifleet")))' <<<"$output")" '[]'
}
