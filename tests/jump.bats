#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# Hosts behind jump hosts: real sshds, whose logs tell how often somebody came.
# gate-1 takes ten connections that are not logged in yet and ten sessions, as
# Debian's does: channels of one login are neither.

# stderr is bats' own:
# shellcheck disable=SC2154

bats_require_minimum_version 1.5.0

load recorded
load bastion

setup_file() {
    recorded_start 200
    cp "$LAB/inventory.json" "$LAB/direct.json"
    bastion_start 1 "MaxStartups 10:30:100" "MaxSessions 10"
    bastion_start 2
    behind '"gate-1"'
    export EXIT_STATUS=0
    wmifleet check --json >"$LAB/out" 2>"$LAB/err" || EXIT_STATUS=$?
}

teardown_file() {
    bastion_stop_all
    recorded_stop
}

setup() {
    rm -f "$LAB"/state.db*
    behind '"gate-1"'
}

# behind JUMP [FILTER]: all machines behind that one (JSON), and more of jq.
behind() {
    jq --argjson gates "$(bastion_hosts 1 2)" --argjson jump "$1" \
        '.all.hosts += $gates | .all.vars.wmifleet_proxy_jump = $jump |
        '"${2:-.}" "$LAB/direct.json" >"$LAB/inventory.json"
}

# The logs as they are now, for logins_since and attempts_since.
mark() {
    local k
    for k in "$@"; do
        bastion_attempts "$k" >"$LAB/attempts-$k" || :
        bastion_logins "$k" >"$LAB/logins-$k" || :
    done
}

logins_since() {
    echo $(($(bastion_logins "$1") - $(cat "$LAB/logins-$1")))
}

attempts_since() {
    echo $(($(bastion_attempts "$1") - $(cat "$LAB/attempts-$1")))
}

# told OUTPUT CLASS: how many hosts have that class of failure.
told() {
    jq -r --arg class "$2" 'select(.error.class == $class) | .host' \
        <<<"$1" | wc -l
}

# How many hosts ended well.
good() {
    jq -r 'select(.status == "ok") | .host' <<<"$1" | wc -l
}

@test "200 hosts behind a jump host are done with one login on it" {
    assert_equal "$EXIT_STATUS" 0
    assert_equal "$(good "$(cat "$LAB/out")")" 200
    assert_equal "$(bastion_logins 1)" 1
    assert_equal "$(bastion_attempts 1)" 1
}

@test "the address of a result is the host's own" {
    assert_equal "$(result_of m017 <"$LAB/out" | jq -r .address)" \
        "127.0.1.17:$(cat "$LAB/port")"
}

@test "-v says which jump host a host is reached through" {
    run wmifleet check -v -l m001
    assert_equal "$status" 0
    assert_contains "$output" "m001: through gate-1"
    assert_contains "$output" "jump host gate-1: logged in"
}

@test "few hosts at a time share the login, too" {
    mark 1
    run --separate-stderr wmifleet check --json --forks 1 -l 'm00*'
    assert_equal "$status" 0
    assert_equal "$(logins_since 1)" 1
}

@test "a jump host behind a jump host" {
    behind '"gate-2"' '.all.hosts["gate-2"].wmifleet_proxy_jump = "gate-1"'
    mark 1 2
    run --separate-stderr wmifleet check --json -l 'm00*:m01*'
    assert_equal "$status" 0
    assert_equal "$(good "$output")" 19
    assert_equal "$(logins_since 1) $(logins_since 2)" "1 1"
    # The same in OpenSSH's words.
    behind null ".all.vars.ansible_ssh_common_args = \"-J gate-1,gate-2\""
    run --separate-stderr wmifleet check --json -v -l 'm00*'
    assert_equal "$status" 0
    assert_contains "$stderr" "gate-2: through gate-1"
}

@test "a jump host with another key than is known gets no login" {
    mark 1
    sed "s|^\(\[gate-1\].*ed25519\) .*|\1 $(cut -d' ' -f2 \
        "$LAB/bastion-2/host_key.pub")|" "$LAB/known_hosts" >"$LAB/false_hosts"
    run --separate-stderr wmifleet check --json --known-hosts "$LAB/false_hosts" -l 'm00*'
    assert_equal "$status" 4
    assert_equal "$(told "$output" hostkey-changed)" 9
    assert_contains "$output" '"text":"jump host gate-1: gate-1: '
    assert_equal "$(logins_since 1)" 0
}

@test "a jump host that refuses the login is asked once for all" {
    mark 1
    behind '"gate-1"' ".all.hosts[\"gate-1\"].ansible_ssh_private_key_file =
        \"$LAB/bastion-2/id_ed25519\""
    run --separate-stderr wmifleet check --json --forks 5 -l 'm00*:m01*'
    assert_equal "$status" 4
    assert_equal "$(told "$output" auth)" 19
    assert_contains "$output" '"text":"jump host gate-1: '
    assert_contains "$output" 'login as ops refused'
    assert_contains "$output" 'it logs in with its own user and key'
    assert_equal "$(attempts_since 1)" 1
}

@test "a jump host that is not there is what its hosts are told" {
    behind '"gate-1"' '.all.hosts["gate-1"].ansible_host = "127.0.2.99"'
    run --separate-stderr wmifleet check --json -l 'm00*'
    assert_equal "$status" 4
    assert_equal "$(told "$output" refused)" 9
    assert_contains "$output" '"text":"jump host gate-1: 127.0.2.99 port '
    assert_contains "$output" 'Connection refused'
}

@test "hosts behind one that is not there do not hold others up" {
    behind '"gate-1"' '.all.hosts["gate-2"].ansible_host = "127.0.2.99" |
        .all.hosts.m001.wmifleet_proxy_jump = "gate-2"'
    run --separate-stderr wmifleet check --json -l 'm00*'
    assert_equal "$status" 4
    assert_equal "$(told "$output" refused)" 1
    assert_equal "$(good "$output")" 8
}

@test "a port that the jump host cannot reach: it says why" {
    behind '"gate-1"' '.all.hosts.m003.ansible_port = 1'
    run --separate-stderr wmifleet check --json -l 'm00*'
    assert_equal "$status" 4
    assert_equal "$(good "$output")" 8
    assert_contains "$(result_of m003 <<<"$output")" 'jump host gate-1: 127.0.1.3 port 1: it could not connect there (connect failed, reason 2)'
    assert_equal "$(told "$output" refused)" 1
}

@test "a jump host that forwards nothing: it says so" {
    [ -d "$LAB/bastion-3" ] || bastion_start 3 "AllowTcpForwarding no"
    behind '"gate-3"' ".all.hosts += $(bastion_hosts 3)"
    run --separate-stderr wmifleet check --json -l 'm00*'
    assert_equal "$status" 4
    assert_equal "$(told "$output" refused)" 9
    assert_contains "$output" "administratively prohibited, reason 1"
    assert_equal "$(bastion_logins 3)" 1
}

@test "a host that never answers the jump host holds no others up" {
    python3 -c '
import socket, sys, threading
listening = socket.socket()
listening.bind((sys.argv[1], 0))
listening.listen(0)
full = []
for _ in range(8):
    one = socket.socket()
    one.setblocking(False)
    one.connect_ex(listening.getsockname())
    full.append(one)
print(listening.getsockname()[1], flush=True)
threading.Event().wait()' 127.0.2.77 >"$LAB/mute.port" 3>&- &
    local mute=$!
    await "the mute one" test -s "$LAB/mute.port"
    behind '"gate-1"' ".all.hosts.m001.ansible_host = \"127.0.2.77\" |
        .all.hosts.m001.ansible_port = $(cat "$LAB/mute.port")"
    mark 1
    run --separate-stderr wmifleet check --json -l 'm00*:m01*' --connect-timeout 12
    kill "$mute"
    assert_equal "$status" 4
    assert_equal "$(good "$output")" 18
    assert_equal "$(result_of m001 <<<"$output" | jq -r .error.class)" \
        tcp-timeout
    assert_equal "$(logins_since 1)" 2
    # None of the others has waited as long as that one.
    [ "$(jq -s '[.[] | select(.status == "ok").timing.connect_ms] | max' \
        <<<"$output")" -lt 12000 ]
}

@test "trust shows the jump host's key first, then those behind it" {
    run "$WMIFLEET" trust --yes --known-hosts "$LAB/new_hosts" \
        -i "$LAB/inventory.json" -l m001
    assert_equal "$status" 0
    assert_contains "${lines[0]}" "gate-1"
    assert_contains "${lines[2]}" "m001"
    run wmifleet check --known-hosts "$LAB/new_hosts" -l m001
    assert_equal "$status" 0
}

@test "trust without a yes for the jump host asks for nothing behind it" {
    mark 1
    run "$WMIFLEET" trust --known-hosts "$LAB/none" -i "$LAB/inventory.json" \
        -l m001 </dev/null
    assert_equal "$status" 3
    assert_contains "$output" "can be asked for once its own is known"
    assert_equal "$(logins_since 1)" 0
}

# Passes a connection on, as nc does; says what it was called with.
relay() {
    cat >"$LAB/relay" <<'END'
#!/usr/bin/env python3
import os, select, socket, sys
print("relay", *sys.argv[1:], file=sys.stderr, flush=True)
far = socket.create_connection((sys.argv[1], int(sys.argv[2])))
while True:
    for source in select.select([0, far], [], [])[0]:
        data = os.read(0, 65536) if source == 0 else far.recv(65536)
        if not data:
            sys.exit(0)
        far.sendall(data) if source == 0 else os.write(1, data)
END
    chmod +x "$LAB/relay"
}

# by_command COMMAND: all machines through that.
by_command() {
    jq --arg args "-o 'ProxyCommand=$1'" \
        '.all.vars.ansible_ssh_common_args = $args' "$LAB/direct.json" \
        >"$LAB/inventory.json"
}

@test "a ProxyCommand is the connection, and has ended with the run" {
    relay
    by_command "$LAB/relay %h %p %r %n 100%%"
    run --separate-stderr wmifleet check --json -v -l 'm00*'
    assert_equal "$status" 0
    assert_equal "$(good "$output")" 9
    assert_contains "$stderr" "m001: through its ProxyCommand"
    assert_contains "$stderr" "m001: ProxyCommand said: relay 127.0.1.1 $(cat \
        "$LAB/port") Administrator m001 100%"
    run pgrep -f "$LAB/relay"
    assert_equal "$status" 1
}

@test "a ProxyCommand that fails: what it said is told" {
    by_command "echo no way to it >&2; exit 3"
    run --separate-stderr wmifleet check --json -l m001
    assert_equal "$status" 4
    assert_contains "$output" '; ProxyCommand said: no way to it"'
    assert_equal "$(told "$output" banner-timeout)" 1
}

@test "a name that the shell would obey is not given to it" {
    by_command "$LAB/relay %h %p %r"
    jq '.all.vars.ansible_user = "a;touch $LAB/obeyed"' \
        "$LAB/inventory.json" >"$LAB/i" && mv "$LAB/i" "$LAB/inventory.json"
    run --separate-stderr wmifleet check --json -l m001
    assert_equal "$status" 4
    assert_contains "$output" "has a character that the shell may take"
    [ ! -e "$LAB/obeyed" ]
}

@test "a jump host that is reached by a ProxyCommand" {
    relay
    behind '"gate-1"' ".all.hosts[\"gate-1\"] |= (del(.wmifleet_proxy_jump) +
        {ansible_ssh_common_args: \"-o 'ProxyCommand=$LAB/relay %h %p'\"})"
    run --separate-stderr wmifleet check --json -v -l 'm00*'
    assert_equal "$status" 0
    assert_equal "$(good "$output")" 9
    assert_contains "$stderr" "gate-1: through its ProxyCommand"
}

# A configuration that says it all of the names that the inventory has.
ssh_config() {
    cat <<END
Host m0*
    Port $(cat "$LAB/port")
    User Administrator
    IdentityFile $LAB/id_ed25519
    ProxyJump gate
    HostKeyAlias same
    UserKnownHostsFile /dev/null
Host m001
    HostName 127.0.1.1
Host m002
    HostName 127.0.1.2
Host m003
    HostName 127.0.1.1
Host gate
    HostName $(bastion_address 1)
    Port $(cat "$LAB/bastion-1/port")
    User ops
    IdentityFile $LAB/bastion-1/id_ed25519
    HostKeyAlias gate-1
END
}

@test "--ssh-config fills in what the inventory does not say" {
    ssh_config >"$LAB/ssh_config"
    jq '{all: {vars: {wmi: .all.vars.wmi}, hosts: {m001: {}, m002: {},
        m003: {ansible_host: "127.0.1.3"}}}}' "$LAB/direct.json" \
        >"$LAB/inventory.json"
    echo "[same]:$(cat "$LAB/port") $(cut -d' ' -f1,2 "$LAB/host_key.pub")" |
        cat "$LAB/known_hosts" - >"$LAB/more_hosts"
    # The address that the inventory has is asked for, and stays.
    sed -i "s/^Host m0\*/Host m0* 127.0.1.3/" "$LAB/ssh_config"
    mark 1
    run --separate-stderr wmifleet check --json -v \
        --known-hosts "$LAB/more_hosts" --ssh-config "$LAB/ssh_config"
    assert_equal "$status" 0
    assert_equal "$(jq -r 'select(.host).address' <<<"$output" | sort |
        cut -d: -f1)" "127.0.1.1
127.0.1.2
127.0.1.3"
    assert_contains "$stderr" "m003: through gate"
    assert_contains "$stderr" "m001: UserKnownHostsFile of $LAB/ssh_config has no effect"
    assert_equal "$(logins_since 1)" 1
}

@test "--ssh-config: what the inventory says itself wins" {
    ssh_config >"$LAB/ssh_config"
    jq '.all.vars.wmifleet_proxy_jump = "none" |
        .all.vars.wmifleet_host_key_alias = "127.0.1.1"' "$LAB/direct.json" \
        >"$LAB/inventory.json"
    mark 1
    run wmifleet check -v -l m001 --ssh-config "$LAB/ssh_config"
    assert_equal "$status" 0
    assert_equal "$(attempts_since 1)" 0
}

@test "--ssh-config: a ring of jump hosts and a missing file are told" {
    cat >"$LAB/ssh_config" <<END
Host m001
    ProxyJump one
Host one
    ProxyJump two
Host two
    ProxyJump one
END
    jq '.all.hosts = {m001: {}}' "$LAB/direct.json" >"$LAB/inventory.json"
    run wmifleet check --ssh-config "$LAB/ssh_config"
    assert_equal "$status" 1
    assert_contains "$output" "its jump hosts go round in a ring"
    run wmifleet check --ssh-config "$LAB/not-there"
    assert_equal "$status" 1
    assert_contains "$output" "$LAB/not-there: No such file"
}
