#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2154 # `run` sets stderr
#
# Whose key is it? Each case that a known_hosts file can be in, and what
# becomes of the file. The targets are the farm's; OpenSSH judges the outcome.

bats_require_minimum_version 1.5.0
load farm

setup_file() {
    # f00001 to f00020; the first faulty one answers with the key behind it
    farm_start 20 --fault other-host-key:5
    ssh-keygen -q -t ed25519 -N '' -f "$LAB/old"
    ssh-keygen -q -t ecdsa -N '' -f "$LAB/old_ecdsa"
    export PORT OLD OLD_ECDSA
    PORT=$(jq .all.vars.ansible_port "$LAB/inventory.json")
    OLD=$(cut -d' ' -f1,2 "$LAB/old.pub")
    OLD_ECDSA=$(cut -d' ' -f1,2 "$LAB/old_ecdsa.pub")
    SHARING=$(names_of other-host-key)
    export SHARING
    # three that are well and not the one whose key is shared
    WELL=$(jq -r '.all.hosts | keys[]' "$LAB/inventory.json" |
        grep -vx "$SHARING" | grep -vx "$(name_behind "$SHARING")" | head -n 3)
    export WELL
}

teardown_file() {
    farm_stop
}

setup() {
    # shellcheck disable=SC2086 # three words
    set -- $WELL
    A=$1 B=$2 C=$3
    KNOWN=$BATS_TEST_TMPDIR/known_hosts
    STORE=$BATS_TEST_TMPDIR/state.db
}

name_behind() {
    printf 'f%05d\n' $((10#${1#f} + 1))
}

address_of() {
    jq -r --arg name "$1" '.. | objects | .[$name]?.ansible_host? // empty' \
        "$LAB/inventory.json" | head -n 1
}

# The type and key that the host answers with.
key_of() {
    grep -F "[$1]:" "$LAB/known_hosts" | cut -d' ' -f2,3
}

fingerprint() {
    ssh-keygen -lf - <<<"$1" | cut -d' ' -f2
}

# hosts VERB HOSTS [OPTIONS]: on the test's own file.
hosts() {
    local verb=$1 hosts=$2
    shift 2
    local options=()
    [ "$verb" = trust ] || options=(--store "$STORE")
    run --separate-stderr "$WMIFLEET" "$verb" -i "$LAB/inventory.json" \
        -l "$hosts" --known-hosts "$KNOWN" "${options[@]}" "$@"
}

# pings STATUS CLASS: what A's one result says; no login where it is refused.
pings() {
    local before
    before=$(farm_counts | grep "^$A" | cut -f4)
    hosts ping "$A" --json
    assert_equal "$(jq -r 'select(.host) | "\(.status) \(.error.class)"' \
        <<<"$output")" "$1 $2"
    if [ "$1" != ok ]; then
        assert_equal "$(farm_counts | grep "^$A" | cut -f4)" "$before"
    fi
}

@test "unknown" {
    : >"$KNOWN"
    pings unreachable hostkey-unknown
    assert_contains "$output" "$(fingerprint "$(key_of "$A")")"
    assert_contains "$output" 'wmifleet trust'
}

@test "known by name, by address, by both hashed" {
    local name
    for name in "[$A]:$PORT" "[$(address_of "$A")]:$PORT" "x,[$A]:$PORT,y"; do
        echo "$name $(key_of "$A")" >"$KNOWN"
        pings ok null
    done
    printf '%s %s\n' "[$A]:$PORT" "$OLD" "[$B]:$PORT" "$(key_of "$B")" \
        "[$A]:$PORT" "$(key_of "$A")" >"$KNOWN"
    ssh-keygen -q -H -f "$KNOWN"
    assert_equal "$(grep -c '^|1|' "$KNOWN")" 3
    pings ok null
}

@test "changed, plain and hashed" {
    echo "[$A]:$PORT $OLD" >"$KNOWN"
    pings unreachable hostkey-changed
    assert_contains "$output" "known_hosts:1 knows it by another key"
    assert_contains "$output" 'wmifleet trust --replace'
    ssh-keygen -q -H -f "$KNOWN"
    pings unreachable hostkey-changed
}

@test "revoked, by name and for all" {
    local name
    for name in "[$A]:$PORT" '*'; do
        printf '%s\n' "[$A]:$PORT $(key_of "$A")" \
            "@revoked $name $(key_of "$A")" >"$KNOWN"
        pings unreachable hostkey-changed
        assert_contains "$output" "known_hosts:2 has as @revoked"
    done
    # nor does anything else let it in
    hosts ping "$A" --host-keys off
    assert_equal "$status" 4
    hosts trust "$A" --replace --yes
    assert_equal "$status" 4
    assert_contains "$stderr" '@revoked'
    assert_equal "$(wc -l <"$KNOWN")" 2
}

@test "an authority is told to be not supported" {
    echo "@cert-authority [f*]:$PORT $OLD" >"$KNOWN"
    pings unreachable hostkey-unknown
    assert_contains "$output" 'knows only a @cert-authority for it, and certificates are not supported'
    hosts trust "$A" --yes
    assert_contains "$output" 'which is not supported'
}

@test "two hosts with swapped addresses" {
    printf '%s\n' "[$A]:$PORT $(key_of "$B")" "[$B]:$PORT $(key_of "$A")" \
        >"$KNOWN"
    hosts ping "$A,$B" --json
    assert_equal "$(jq -r 'select(.host) | "\(.host) \(.error.class)"' \
        <<<"$output" | sort)" "$A hostkey-other-host
$B hostkey-other-host"
    assert_contains "$output" "now answers with the key of [$B]:$PORT"
    # which no new key makes right
    cp "$KNOWN" "$KNOWN.before"
    hosts trust "$A,$B" --replace --yes
    assert_equal "$status" 3
    cmp "$KNOWN" "$KNOWN.before"
}

@test "a changed key is shown, old and new, and nothing is written" {
    printf '%s\n' "[$A]:$PORT $OLD" "[$A]:$PORT $OLD_ECDSA" \
        "[$B]:$PORT $(key_of "$B")" >"$KNOWN"
    cp "$KNOWN" "$KNOWN.before"
    hosts trust "$A,$B" --yes
    assert_equal "$status" 3
    assert_contains "$output" "$(fingerprint "$(key_of "$A")")  CHANGED"
    assert_contains "$output" "was ssh-ed25519 $(fingerprint "$OLD")"
    assert_contains "$output" "was ecdsa-sha2-nistp256 $(fingerprint "$OLD_ECDSA")"
    assert_contains "$output" "wmifleet trust --replace -l $A -i $LAB/inventory.json --known-hosts $KNOWN;"
    cmp "$KNOWN" "$KNOWN.before"
}

@test "without a terminal and without --yes nothing is replaced" {
    echo "[$A]:$PORT $OLD" >"$KNOWN"
    run --separate-stderr setsid --wait "$WMIFLEET" trust --replace -l "$A" \
        -i "$LAB/inventory.json" --known-hosts "$KNOWN"
    assert_equal "$status" 3
    assert_contains "$stderr" 'no terminal to ask at'
    assert_equal "$(cat "$KNOWN")" "[$A]:$PORT $OLD"
}

@test "trust --replace: the old keys go, all else stays byte for byte" {
    local address
    address=$(address_of "$A")
    printf '%s\n' '# kept by hand' "[$A]:$PORT $OLD" \
        "other,[$A]:$PORT,[$B]:$PORT $OLD_ECDSA two  blanks" \
        "[$address]:$PORT $OLD" '' "$A $OLD" "@revoked * $OLD_ECDSA" \
        "nonsense" "  [$C]:$PORT	$(key_of "$C") indented" >"$KNOWN"
    printf 'windows %s\r\n' "$OLD" >>"$KNOWN"
    printf 'last %s' "$OLD" >>"$KNOWN"
    printf '%s\n' '# kept by hand' "other,[$B]:$PORT $OLD_ECDSA two  blanks" \
        '' "$A $OLD" "@revoked * $OLD_ECDSA" 'nonsense' \
        "  [$C]:$PORT	$(key_of "$C") indented" >"$KNOWN.wanted"
    printf 'windows %s\r\n' "$OLD" >>"$KNOWN.wanted"
    printf 'last %s\n[%s]:%s,[%s]:%s %s\n' "$OLD" "$A" "$PORT" "$address" \
        "$PORT" "$(key_of "$A")" >>"$KNOWN.wanted"
    chmod 0640 "$KNOWN"
    hosts trust "$A" --replace --yes
    assert_equal "$status" 0
    assert_contains "$output" '1 replaced in'
    diff "$KNOWN.wanted" "$KNOWN"
    assert_equal "$(stat -c %a "$KNOWN")" 640
    pings ok null
    hosts trust "$A" --replace --yes
    assert_equal "$status" 0
    diff "$KNOWN.wanted" "$KNOWN"
    # beside it nothing is left
    assert_equal "$(cd "$BATS_TEST_TMPDIR" && echo known_hosts*)" \
        'known_hosts known_hosts.wanted'
}

@test "OpenSSH takes the outcome, of a hashed file too" {
    local address
    address=$(address_of "$A")
    printf '%s\n' "[$A]:$PORT $OLD" "[$address]:$PORT $OLD" \
        "[$B]:$PORT $OLD" >"$BATS_TEST_TMPDIR/real"
    ssh-keygen -q -H -f "$BATS_TEST_TMPDIR/real"
    ln -s real "$KNOWN"
    run ssh_to "$address"
    assert_contains "$output" 'IDENTIFICATION HAS CHANGED'
    hosts trust "$A" --replace --yes
    assert_equal "$status" 0
    [ -L "$KNOWN" ]
    assert_equal "$(ssh-keygen -F "[$A]:$PORT" -f "$KNOWN" | grep -v '^#' |
        cut -d' ' -f2,3)" "$(key_of "$A")"
    assert_equal "$(ssh-keygen -F "[$B]:$PORT" -f "$KNOWN" | grep -v '^#' |
        cut -d' ' -f2,3)" "$OLD"
    run ssh_to "$address"
    [[ $output != *"HAS CHANGED"* ]]
    assert_contains "$output" "Authenticated to $address"
}

ssh_to() {
    ssh -v -F none -p "$PORT" -i "$LAB/id_ed25519" -o IdentitiesOnly=yes \
        -o StrictHostKeyChecking=yes -o UserKnownHostsFile="$KNOWN" \
        -o GlobalKnownHostsFile=none "Administrator@$1" nothing 2>&1 </dev/null
}

@test "who appends while a file is replaced loses no line" {
    printf '%s\n' "[$A]:$PORT $OLD" >"$KNOWN"
    "$WMIFLEET" ping -q -i "$LAB/inventory.json" --known-hosts "$KNOWN" \
        -l "all:!$A:!$SHARING" --host-keys accept-new --store "$STORE" 3>&- &
    local other=$!
    hosts trust "$A" --replace --yes
    assert_equal "$status" 0
    wait "$other"
    # A, and all others but the one with a key of two
    assert_equal "$(cut -d' ' -f1 "$KNOWN" | sort | uniq -c |
        awk '{ print $1 }' | sort | uniq -c | awk '{ print $1, $2 }')" '19 1'
    assert_equal "$(grep -F "[$A]:" "$KNOWN" | cut -d' ' -f2,3)" \
        "$(key_of "$A")"
}

@test "one key on two hosts is trusted on neither" {
    local behind
    behind=$(name_behind "$SHARING")
    rm -f "$KNOWN"
    hosts trust "$SHARING,$behind,$A" --yes
    assert_equal "$status" 3
    assert_contains "$output" 'shared-hostkey'
    assert_equal "$(cut -d' ' -f1 "$KNOWN")" "[$A]:$PORT"
}

@test "accept-new takes one key for one host only" {
    local behind
    behind=$(name_behind "$SHARING")
    rm -f "$KNOWN"
    hosts ping "$SHARING,$behind" --host-keys accept-new --json
    assert_equal "$status" 4
    assert_equal "$(jq -r 'select(.host) | "\(.status) \(.error.class)"' \
        <<<"$output" | sort)" 'ok null
unreachable hostkey-other-host'
    assert_equal "$(wc -l <"$KNOWN")" 1
}

@test "explain has a word for each class" {
    local class
    for class in hostkey-unknown hostkey-changed hostkey-other-host \
        shared-hostkey; do
        run "$WMIFLEET" explain "$class"
        assert_equal "$status" 0
        assert_contains "$output" '-> '
    done
}
