#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# The verb `inventory` from outside: the same answers as ansible-inventory
# gives, and where texts come from. Nothing is contacted.

bats_require_minimum_version 1.5.0

setup() {
    ROOT=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
    WMIFLEET=${WMIFLEET_BINARY:-$(realpath -m "${BUILD:-$ROOT/build}")/wmifleet}
    export ANSIBLE_DEPRECATION_WARNINGS=0 ANSIBLE_LOCAL_TEMP=$BATS_TEST_TMPDIR
    cd "$BATS_TEST_TMPDIR" || return
    unset WMIFLEET_INVENTORY
}

inventory() {
    "$WMIFLEET" inventory "$@"
}

hosts_of() {
    inventory --list "$@" | jq -r '[.[] | .hosts // empty | .[]] | unique[]'
}

same() { # GOT WANTED
    [ "$1" = "$2" ] || {
        printf 'got:    %s\nwanted: %s\n' "$1" "$2"
        return 1
    }
}

refused() { # TEXT ARGUMENTS...: exit 1 and a line that holds the text
    local text=$1
    shift
    run inventory --list "$@"
    if [ "$status" -ne 1 ] || [[ $output != *"$text"* ]]; then
        printf 'status %s, output: %s\nwanted: %s\n' "$status" "$output" "$text"
        return 1
    fi
}

# --- the same as Ansible ------------------------------------------------------

as_ansible() {
    local file=$ROOT/tests/inventories/$1 source
    ansible-inventory -i "$file" --list >theirs.json
    ansible-inventory -i "$file" --list --export >export.json
    for source in "$file" theirs.json export.json; do
        inventory --list --show-secrets -i "$source" >ours.json
        python3 "$ROOT/tests/inventories/compare.py" ours.json theirs.json
    done
    same "$(inventory --graph -i "$file")" "$(ansible-inventory -i "$file" --graph)"
}

@test "ranges resolve as Ansible resolves them" {
    as_ansible ranges.json
}

@test "groups three deep, diamonds and late parents resolve as Ansible resolves them" {
    as_ansible deep.json
}

@test "ansible_group_priority counts as Ansible counts it" {
    as_ansible priorities.json
}

@test "values of every kind come out as Ansible prints them" {
    as_ansible values.json
}

@test "a dynamic inventory that is asked host by host resolves as with Ansible" {
    as_ansible script.sh
}

@test "who has left ungrouped inherits nothing from it, as with Ansible" {
    printf '%s' '{"all": {"vars": {"word": "all"}, "children": {"ungrouped": {
        "vars": {"word": "ungrouped"}, "hosts": {"pc7": {}, "pc8": {}},
        "children": {"below": {"vars": {"b": 1}, "hosts": {"pc8": {}, "pc9": {}}}}}}}}' >i.json
    ansible-inventory -i i.json --list >theirs.json
    inventory --list -i i.json >ours.json
    python3 "$ROOT/tests/inventories/compare.py" ours.json theirs.json
}

@test "several -i, the last wins, as with Ansible" {
    printf '{"all": {"hosts": {"pc1": {"x": "later"}, "new": {}}, "vars": {"word": "later"}}}' >more.json
    local first=$ROOT/tests/inventories/priorities.json
    ansible-inventory -i "$first" -i more.json --list >theirs.json
    inventory --list -i "$first" -i more.json >ours.json
    python3 "$ROOT/tests/inventories/compare.py" ours.json theirs.json
}

@test "a directory resolves as with Ansible: name order, recursive, leavings skipped" {
    mkdir -p lab/sub
    printf '{"all": {"hosts": {"pc1": {"from": "b"}}}}' >lab/b.json
    printf '{"all": {"hosts": {"pc1": {"from": "a"}, "pc2": {"from": "a"}}}}' >lab/a.json
    printf '{"all": {"hosts": {"pc2": {"from": "sub"}}}}' >lab/sub/c.json
    local name
    for name in .hidden.json b.json~ c.bak d.orig e.retry f.txt g.md; do
        printf 'no inventory' >"lab/$name"
    done
    ansible-inventory -i lab --list >theirs.json
    inventory --list -i lab >ours.json
    python3 "$ROOT/tests/inventories/compare.py" ours.json theirs.json
    same "$(jq -r '._meta.hostvars.pc1.from' ours.json)" b
}

@test "the layout of --list is ansible-inventory's to the byte" {
    printf '{"all": {"hosts": {"b": {"x": [], "o": {}, "t": "\\u00e4\\n"}, "a": null}, "children": {"g": {"hosts": {"b": {}}}}}}' >i.json
    same "$(inventory --list -i i.json)" "$(ansible-inventory -i i.json --list)"
    same "$(inventory --host b -i i.json)" "$(ansible-inventory -i i.json --host b)"
    same "$(inventory --host a -i i.json)" "$(ansible-inventory -i i.json --host a)"
}

@test "patterns select what Ansible selects" {
    local dir=$ROOT/tests/inventories python line hosts count=0
    python=$(sed -n '1s/^#! *//p' "$(command -v ansible-inventory)")
    $python "$dir/patterns.py" "$dir/deep.json" "$dir/patterns.txt" >theirs
    while read -r line; do
        hosts=$(hosts_of -i "$dir/deep.json" -l "$line" | LC_ALL=C sort | xargs)
        echo "$line${hosts:+ $hosts}"
        count=$((count + 1))
    done <"$dir/patterns.txt" >ours
    [ "$count" -gt 25 ]
    diff ours theirs
}

@test "ten thousand hosts in two hundred groups are all there" {
    jq -n '[range(200) | {key: "g\(.)", value: {hosts: [range(.; 10000; 200) | "pc\(.)"], vars: {room: .}}}]
        | from_entries
        | . + {_meta: {hostvars: ([range(10000) | {key: "pc\(.)", value: {ansible_host: "10.0.\(. / 250 | floor).\(. % 250)", n: .}}] | from_entries)}}' >big.json
    inventory --list -i big.json >out.json
    same "$(jq '._meta.hostvars | length' out.json)" 10000
    same "$(jq '[._meta.hostvars[] | select(.room == .n % 200)] | length' out.json)" 10000
    same "$(jq '[to_entries[] | select(.key | startswith("g")) | .value.hosts | length] | unique | .[0]' out.json)" 50
    same "$(jq '.all.children | length' out.json)" 201
}

# --- wmi ---------------------------------------------------------------------

@test "wmi alone is merged on the way down; null removes" {
    printf '%s' '{"all": {"vars": {"wmi": {"dcom": {"enabled": true}, "cimom": {"allow_anonymous_callback": 0}}, "other": {"a": 1}},
        "children": {"lab": {"vars": {"wmi": {"uac": {"local_account_token_filter_policy": 1}}, "other": {"b": 2}},
        "hosts": {"pc1": {"wmi": {"cimom": null}}, "pc2": {}, "pc3": {"wmi": null}}}}}}' >i.json
    same "$(inventory --host pc1 -i i.json | jq -cS .)" \
        '{"other":{"b":2},"wmi":{"dcom":{"enabled":true},"uac":{"local_account_token_filter_policy":1}}}'
    same "$(inventory --host pc2 -i i.json | jq -cS .wmi)" \
        '{"cimom":{"allow_anonymous_callback":0},"dcom":{"enabled":true},"uac":{"local_account_token_filter_policy":1}}'
    same "$(inventory --host pc3 -i i.json | jq -c .)" '{"other":{"b":2}}'
}

# --- where texts come from ----------------------------------------------------

@test "standard input, host lists and pdsh ranges are sources" {
    same "$(echo '{"g": ["a", "lab-[01-02,5]"]}' | hosts_of -i - | xargs)" "a lab-01 lab-02 lab-5"
    same "$(hosts_of -i 'h1,row[a:b]-[1-2],' | xargs)" "h1 rowa-1 rowa-2 rowb-1 rowb-2"
    same "$(inventory --host pc -i 'pc:2222,' | jq .ansible_port)" 2222
}

@test "an executable JSON file with BOM and CRLF is read, not run" {
    printf '\xef\xbb\xbf\r\n{"all": {\r\n"hosts": {"pc1": {}}}}\r\n' >i.json
    chmod 0777 i.json
    same "$(hosts_of -i i.json)" pc1
}

@test "a program that everyone can write, or whose directory is, is not run" {
    printf '#!/bin/sh\ntouch %s/ran\necho "{}"\n' "$PWD" >inv.sh
    chmod 0777 inv.sh
    refused "everyone can write it" -i inv.sh
    chmod 0755 inv.sh
    mkdir open
    cp inv.sh open/
    chmod 0777 open
    refused "everyone can write its directory" -i open/inv.sh
    ln -s ../inv.sh open/link.sh
    refused "everyone can write its directory" -i open/link.sh
    mkdir lab
    cp inv.sh lab/
    refused "name it with -i itself" -i lab
    chmod 0644 inv.sh
    refused "chmod +x" -i inv.sh
    [ ! -e ran ]
    chmod 0755 inv.sh
    inventory --list -i inv.sh >/dev/null
    [ -e ran ]
}

@test "the program that runs is the file that was judged" {
    mkdir safe
    printf '#!/bin/sh\necho "{\\"g\\": [\\"$(basename "$0" .sh)\\"]}"\n' >safe/inv.sh
    chmod 0755 safe/inv.sh
    ln -s safe/inv.sh link.sh
    same "$(hosts_of -i link.sh | xargs)" inv
}

@test "a program's stderr is shown; its failure and its bad JSON are errors" {
    printf '#!/bin/sh\necho note >&2\necho "{\\"g\\": [\\"a\\"], \\"_meta\\": {\\"hostvars\\": {}}}"\n' >good.sh
    printf '#!/bin/sh\necho why >&2\nexit 3\n' >fails.sh
    printf '#!/bin/sh\necho "{"\n' >bad.sh
    printf 'no program' >text.sh
    chmod 0755 ./*.sh
    run inventory --list -i good.sh
    [ "$status" -eq 0 ]
    [[ $output == *note* ]]
    refused "exit status 3" -i fails.sh
    [[ $output == *why* ]]
    refused "bad.sh --list:2:1" -i bad.sh
    refused "text.sh: cannot be started" -i text.sh
}

@test "a program is not looked up in PATH and is called without a shell" {
    mkdir bin
    printf '#!/bin/sh\necho "{\\"g\\": [\\"wrong\\"]}"\n' >bin/inv.sh
    # shellcheck disable=SC2016
    printf '#!/bin/sh\necho "{\\"g\\": [\\"$1\\"], \\"_meta\\": {\\"hostvars\\": {}}}"\n' >'inv.sh'
    cp inv.sh 'a b;touch ran.sh'
    chmod 0755 bin/inv.sh ./*.sh
    same "$(PATH=$PWD/bin:$PATH hosts_of -i inv.sh)" --list
    same "$(hosts_of -i 'a b;touch ran.sh')" --list
    [ ! -e ran.sh ]
}

@test "what is no inventory is answered by name" {
    refused "for a host write 'pc1,'" -i pc1
    echo "all:" >i.yml
    refused "ansible-inventory -i i.yml --list" -i i.yml
    : >empty.json
    refused "is empty" -i empty.json
    mkdir nothing
    refused "holds no inventory file" -i nothing
    echo '{"plugin": "aws_ec2"}' >plugin.json
    refused "ansible-inventory -i plugin.json --list" -i plugin.json
    printf '{"a": {"children": ["b"]},\n "b": {"children": ["a"]}}' >circle.json
    refused "circle.json:2:21: groups contain each other in a circle" -i circle.json
    printf '{"a": ["pc[1:100001]"]}' >many.json
    refused "more than 100,000 names" -i many.json
    printf '{"a": ["pc[9:1]", "pc[x"], "b": {"hosts": 4}}' >wrong.json
    refused "wrong.json:1:8: 'pc[9:1]'" -i wrong.json
    [[ $output == *"wrong.json:1:19"*"']' is missing"* ]]
    [[ $output == *"wrong.json:1:34: group b: 'hosts'"* ]]
}

@test "secrets are masked unless they are asked for" {
    printf '{"all": {"hosts": {"a": {"ansible_password": "hunter2", "ansible_ssh_pass": "hunter3",
        "wmifleet_password": {"env": "LAB_PW"}, "bypass": "seen"}}}}' >i.json
    run inventory --list -i i.json
    [ "$status" -eq 0 ]
    [[ $output != *hunter* && $output == *LAB_PW* && $output == *seen* ]]
    run inventory --host a -i i.json
    [[ $output != *hunter* ]]
    run inventory --list --show-secrets -i i.json
    [[ $output == *hunter2* && $output == *hunter3* ]]
}

# --- judging ------------------------------------------------------------------

@test "WinRM leftovers, vault values and templates count only where selected" {
    printf '%s' '{"all": {"children": {"win": {"vars": {"wmi": {"dcom": {"enabled": true}}}, "hosts": {
        "good": {}, "winrm": {"ansible_connection": "winrm"}, "port": {"ansible_port": 5985},
        "vault": {"ansible_password": {"__ansible_vault": "x"}}, "jinja": {"ansible_user": "{{ user }}"}}},
        "linux": {"hosts": {"l1": {"ansible_connection": "local", "ansible_host": "{{ x }}"}}}}}}' >i.json
    run inventory --check -i i.json
    [ "$status" -eq 1 ]
    [[ $output == *"host winrm: ansible_connection"* && $output == *"host port: ansible_port"* ]]
    [[ $output == *"host vault: ansible_password"* && $output == *"host jinja: ansible_user"* ]]
    [[ $output != *"l1"* ]]
    run inventory --check -i i.json -l good
    [ "$status" -eq 0 ]
    run inventory --check -i i.json -l good,winrm,port --ssh
    [ "$status" -eq 0 ]
    run inventory --check -i i.json -l linux
    [ "$status" -eq 1 ]
    [[ $output == *"none has the variable 'wmi'"* ]]
}

@test "a file that is no JSON is told for what it is" {
    printf '[lab]\npc1 ansible_host=10.0.0.1\n' >"$BATS_TEST_TMPDIR/hosts"
    run -1 "$WMIFLEET" inventory --check -i "$BATS_TEST_TMPDIR/hosts"
    [[ $output == *"/hosts: is not JSON: for Ansible's YAML and INI files"* ]]
    printf '\xff\xfe{\0}\0' >"$BATS_TEST_TMPDIR/hosts"
    run -1 "$WMIFLEET" inventory --check -i "$BATS_TEST_TMPDIR/hosts"
    [[ $output == *"/hosts:1:1: the text is UTF-16; save the file as UTF-8" ]]
}
