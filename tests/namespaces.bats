#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# namespaces on one target. What a namespace holds is read from where the
# stand-in for WMI keeps it, and taken apart here (tests/descriptor).

load lab
load direct

STORE='HKLM\SOFTWARE\wmifleet-lab\Namespaces'
READER=S-1-5-21-1-2-3-1001
OTHER=S-1-5-21-1-2-3-1002
FOREIGN=S-1-5-21-9-9-9-500
# What Windows gives to root, for all namespaces below.
FACTORY_ROOT=(allow/2:6003f:S-1-5-32-544 allow/2:13:S-1-5-20
    allow/2:13:S-1-5-19 allow/2:13:S-1-5-11)

setup_file() {
    direct_start
}

teardown_file() {
    lab_stop
}

# put NAMESPACE PART...: its own entries.
put() {
    local path=$1
    shift
    wine reg add "$STORE\\$path" /v SD /t REG_BINARY \
        /d "$("$ROOT/tests/descriptor" make "$@")" /f >/dev/null
}

# As Windows comes from the factory, but that cimv2 has entries of its own.
setup() {
    put root "${FACTORY_ROOT[@]}"
    put 'root\cimv2' allow:20003:$FOREIGN
    put 'root\default'
    put 'root\wmi'
}

teardown() {
    "$LAB/target-1/mode" none
}

# entries NAMESPACE: an entry a line, without the owner.
entries() {
    "$ROOT/tests/descriptor" show "$(registry 1 "$STORE\\$1" SD)" | tail -n +2
}

# written PART...: the same lines for a descriptor made of these entries.
written() {
    "$ROOT/tests/descriptor" show "$("$ROOT/tests/descriptor" make "$@")" |
        tail -n +2
}

# Every namespace with its entries and their owner.
everything() {
    wine reg query "$STORE" /s | tr -d '\r' | while read -r name _ data; do
        case $name in
        SD) "$ROOT/tests/descriptor" show "$data" ;;
        *) echo "$name" ;;
        esac
    done
}

# in_namespace PATH GRANT,...: an item of the list.
in_namespace() {
    printf '{"path":"%s","grants":[%s]}' "${1//\\/\\\\}" "$2"
}

# grant SID RIGHTS [MORE]: with these rights, quoted and with commas.
grant() {
    printf '{"account":"%s","rights":[%s]%s}' "$1" "$2" "${3:+,$3}"
}

asking() {
    printf '{"protocol":1,"wmi":{"namespaces":[%s]},"options":{}}' "$1"
}

namespaces() {
    payload "$1" "$(asking "$2")"
}

# verdicts VERB ITEM,...: id, state, code and name, a setting a line.
verdicts() {
    namespaces "$@" | verdict_lines
}

states() {
    namespaces "$@" | jq -r '.[].state' | sort -u
}

# undo ITEM,... SETTINGS: what an apply gave is put back.
undo() {
    payload undo "$(jq -c --argjson applied "$2" \
        '.undo = {force: false, identity: null, earlier_wmi: [],
            settings: [$applied[] | {id, before, after}]}' <<<"$(asking "$1")")"
}

# full_circle ITEM,...: drift, changed, ok, nothing more to change, and back
# to what stood there before. SEEN: the entries of cimv2 in between.
full_circle() {
    local before after settings
    before=$(everything)
    assert_contains "$(verdicts check "$1")" " drift"
    assert_equal "$(everything)" "$before"
    settings=$(namespaces apply "$1")
    assert_equal "$(jq -r '.[].state' <<<"$settings" | sort -u)" changed
    after=$(everything)
    SEEN=$(entries 'root\cimv2')
    assert_equal "$(states check "$1")" ok
    assert_equal "$(states apply "$1")" ok
    assert_equal "$(everything)" "$after"
    settings=$(undo "$1" "$settings")
    assert_equal "$(jq -r '.[].state' <<<"$settings" | sort -u)" changed
    assert_equal "$(everything)" "$before"
}

READ='"enable_account","remote_enable"'

a_reader() {
    in_namespace 'root\cimv2' "$(grant $READER "$READ")"
}

@test "a reader gets an entry behind the others, and undo takes it away" {
    full_circle "$(a_reader)"
    assert_equal "$SEEN" "$(written allow:20003:$FOREIGN allow:21:$READER)"
}

@test "words, other spellings of the path, and the namespaces below" {
    full_circle "$(in_namespace 'ROOT\CimV2' \
        "$(grant distributed_com_users "$READ" '"subnamespaces":true')")"
    assert_equal "$SEEN" \
        "$(written allow:20003:$FOREIGN allow/2:21:S-1-5-32-562)"
}

@test "a namespace that has nothing of its own, and root itself" {
    local items
    items="$(in_namespace root "$(grant $READER '"remote_enable"')"),$(
    )$(in_namespace 'root\default' "$(grant $OTHER "$READ")")"
    full_circle "$items"
    namespaces apply "$items" >/dev/null
    assert_equal "$(entries 'root\default')" "$(written allow:21:$OTHER)"
    assert_equal "$(entries root)" \
        "$(written "${FACTORY_ROOT[@]}" allow:20:$READER)"
}

@test "rights that are there are kept and completed" {
    put 'root\cimv2' allow:2:$READER allow:20003:$FOREIGN
    full_circle "$(a_reader)"
    assert_equal "$SEEN" "$(written allow:23:$READER allow:20003:$FOREIGN)"
}

@test "an entry for this namespace alone is not taken for one below it" {
    put 'root\cimv2' allow:21:$READER
    full_circle "$(in_namespace 'root\cimv2' \
        "$(grant $READER "$READ" '"subnamespaces":true')")"
    assert_equal "$SEEN" "$(written allow:21:$READER allow/2:21:$READER)"
    assert_equal "$(verdicts check "$(a_reader)")" \
        "namespaces[root\\cimv2].grants[$READER] ok"
}

@test "foreign entries of every kind stay where they are" {
    put 'root\cimv2' deny:20:$FOREIGN deny/2:40000:S-1-5-32-546 \
        allow/a:1:$READER allow:20003:$FOREIGN allow/4:3:$OTHER
    full_circle "$(in_namespace 'root\cimv2' \
        "$(grant $READER "$READ"),$(grant $OTHER "$READ")")"
    assert_equal "$SEEN" "$(written deny:20:$FOREIGN \
        deny/2:40000:S-1-5-32-546 allow/a:1:$READER allow:20003:$FOREIGN \
        allow/4:3:$OTHER allow:21:$READER allow:21:$OTHER)"
}

@test "inherited entries are never written as the namespace's own" {
    put root "${FACTORY_ROOT[@]}" allow/2:23:$FOREIGN
    full_circle "$(a_reader)"
    assert_equal "$SEEN" "$(written allow:20003:$FOREIGN allow:21:$READER)"
}

@test "what an account has from further up, or through a group, is enough" {
    put root "${FACTORY_ROOT[@]}" allow/2:21:$READER
    assert_equal "$(states check "$(a_reader)")" ok
    put root "${FACTORY_ROOT[@]}"
    assert_equal "$(states check "$(in_namespace 'root\cimv2' \
        "$(grant $READER '"enable_account","execute_methods"')")")" ok
}

@test "full write goes with its two parts, and carries a risk" {
    local writer
    writer=$(in_namespace 'root\cimv2' \
        "$(grant $READER '"full_write","partial_write","provider_write"')")
    full_circle "$writer"
    assert_equal "$SEEN" "$(written allow:20003:$FOREIGN allow:1c:$READER)"
    assert_contains "$(namespaces check "$writer" | jq -r '.[].risk')" \
        "change what WMI answers"
    assert_contains "$(namespaces check "$(in_namespace 'root\cimv2' \
        "$(grant $READER '"edit_security"')")" | jq -r '.[].risk')" \
        "every right in the namespace"
    assert_equal "$(namespaces check "$(a_reader)" | jq -r '.[].risk')" null
}

@test "absent takes the rights that are named, and the entry with its last" {
    put 'root\cimv2' allow:23:$READER allow/2:21:$READER allow:20003:$FOREIGN
    full_circle "$(in_namespace 'root\cimv2' \
        "$(grant $READER "$READ" '"state":"absent"')")"
    assert_equal "$SEEN" "$(written allow:2:$READER allow:20003:$FOREIGN)"
    full_circle "$(in_namespace 'root\cimv2' \
        '{"account":"'$READER'","state":"absent"}')"
    assert_equal "$SEEN" "$(written allow:20003:$FOREIGN)"
}

@test "absent cannot take what comes from further up, and says so" {
    put root "${FACTORY_ROOT[@]}" allow/2:21:$READER
    put 'root\cimv2' allow:23:$READER
    before=$(everything)
    gone='{"account":"'$READER'","state":"absent"}'
    run namespaces apply "$(in_namespace 'root\cimv2' "$gone")"
    assert_equal "$(jq -r '.[].state' <<<"$output")" blocked
    assert_contains "$(jq -r '.[].error.text' <<<"$output")" \
        'root\cimv2: the account has the rights from a namespace further up'
    assert_equal "$(everything)" "$before"
    full_circle "$(in_namespace 'root\cimv2' "$gone"),$(in_namespace root "$gone")"
    assert_equal "$SEEN" ""
}

@test "part of full write alone is not left to an account" {
    put 'root\cimv2' allow:1f:$READER
    before=$(everything)
    run namespaces apply "$(in_namespace 'root\cimv2' \
        "$(grant $READER '"provider_write"' '"state":"absent"')")"
    assert_equal "$(jq -r '.[] | .state, .error.hint' <<<"$output" | xargs -d '\n')" \
        'conflict add "full_write" to the rights'
    assert_equal "$(everything)" "$before"
}

@test "an entry that denies is a conflict, not ours to change" {
    for part in deny:20:$READER deny:20:S-1-5-11 deny/2:20:S-1-1-0; do
        put 'root\cimv2' $part allow:20003:$FOREIGN
        before=$(everything)
        run namespaces apply "$(a_reader)"
        assert_equal "$(jq -r '.[] | .state, .error.code, .error.name' \
            <<<"$output" | xargs)" "conflict 0xA004000A denied_by_entry"
        assert_contains "$(jq -r '.[].error.text' <<<"$output")" \
            "denies it to ${part##*:}"
        assert_contains "$(jq -r '.[].error.hint' <<<"$output")" "wmimgmt.msc"
        assert_equal "$(everything)" "$before"
    done
}

@test "a denial further up is behind what is added, and does not matter" {
    put root deny/2:20:S-1-5-11 "${FACTORY_ROOT[@]}"
    full_circle "$(a_reader)"
}

@test "two accounts and two namespaces, and undo of one leaves the others" {
    local both settings
    both="$(in_namespace 'root\cimv2' "$(grant $READER "$READ"),$(
    )$(grant $OTHER "$READ" '"subnamespaces":true')"),$(
    )$(in_namespace 'root\wmi' "$(grant $READER "$READ")")"
    full_circle "$both"
    settings=$(namespaces apply "$both")
    assert_equal "$(jq -r '.[] | .id + " " + .state' <<<"$settings")" \
        "namespaces[root\\cimv2].grants[$READER] changed
namespaces[root\\cimv2].grants[$OTHER] changed
namespaces[root\\wmi].grants[$READER] changed"
    undo "$both" "$(jq -c '.[:1]' <<<"$settings")" >/dev/null
    assert_equal "$(entries 'root\cimv2')" \
        "$(written allow:20003:$FOREIGN allow/2:21:$OTHER)"
    assert_equal "$(entries 'root\wmi')" "$(written allow:21:$READER)"
}

@test "a foreign entry that came since is a conflict for undo, and stays" {
    local settings before
    settings=$(namespaces apply "$(a_reader)")
    put 'root\cimv2' allow:20003:$FOREIGN allow:21:$READER allow:1:$OTHER
    before=$(everything)
    run undo "$(a_reader)" "$settings"
    assert_equal "$(jq -r '.[].state' <<<"$output")" conflict
    assert_equal "$(everything)" "$before"
}

@test "undo keeps what came further up since" {
    local settings
    settings=$(namespaces apply "$(a_reader)")
    put root "${FACTORY_ROOT[@]}" allow/2:23:$FOREIGN
    run undo "$(a_reader)" "$settings"
    assert_equal "$(jq -r '.[].state' <<<"$output")" changed
    assert_equal "$(entries 'root\cimv2')" "$(written allow:20003:$FOREIGN)"
}

@test "the result tells the entries in words" {
    run namespaces apply "$(in_namespace 'root\cimv2' \
        "$(grant $READER "$READ" '"subnamespaces":true')")"
    assert_contains "$(jq -c '.[].after.namespace.entries' <<<"$output")" \
        '{"sid":"'$READER'","type":"allow","rights":["enable_account","remote_enable"],"flags":2}'
    assert_equal "$(jq -c '.[].desired' <<<"$output")" \
        '{"account":"'$READER'","state":"present","rights":["enable_account","remote_enable"],"subnamespaces":true}'
    assert_contains "$(jq -r '.[].hints[]' <<<"$output")" \
        "effective, with its groups: $READER may enable_account, execute_methods, provider_write, remote_enable"
}

@test "a namespace that is not there, and an account that nobody has" {
    run namespaces apply "$(in_namespace 'root\nosuch' \
        "$(grant $READER "$READ")"),$(a_reader)"
    assert_equal "$(jq -r '.[] | .state, .error.code, .error.name' \
        <<<"$output" | xargs)" \
        "failed 0x8004100E WBEM_E_INVALID_NAMESPACE changed null null"
    assert_contains "$(jq -r '.[0].error | .text, .hint' <<<"$output")" \
        'root\nosuch: it cannot be opened: the namespace does not exist
look at the spelling, or install what brings the namespace'
    run verdicts check "$(in_namespace 'root\cimv2' \
        "$(grant nobody-of-that-name "$READ")")"
    assert_equal "$output" \
        'namespaces[root\cimv2].grants[nobody-of-that-name] failed 0x00000534 ERROR_NONE_MAPPED'
}

# fails_in MODE CODE NAME HINT: told so, and nothing is written.
fails_in() {
    local before
    before=$(everything)
    "$LAB/target-1/mode" "$1"
    run namespaces apply "$(a_reader)"
    assert_equal "$(jq -r '.[] | .state, .error.code, .error.name' \
        <<<"$output" | xargs)" "failed $2 $3"
    assert_contains "$(jq -r '.[].error | .text, .hint' <<<"$output")" "$4"
    "$LAB/target-1/mode" none
    assert_equal "$(everything)" "$before"
}

@test "WMI that does not run" {
    fails_in wmi-stopped 0x800706BA RPC_S_SERVER_UNAVAILABLE \
        "start the service winmgmt"
}

@test "WMI that was started by the run is given some seconds to answer" {
    "$LAB/target-1/mode" winmgmt-stopped wmi-warms-up
    wine reg delete 'HKLM\SOFTWARE\wmifleet-lab' /v WarmProcess /f \
        >/dev/null 2>&1 || true
    run payload apply "$(jq -c '.wmi.services.winmgmt = "running"' \
        <<<"$(asking "$(a_reader)")")"
    assert_equal "$(jq -r '.[].state' <<<"$output" | xargs)" "changed changed"
}

@test "WMI that denies the write, by its call or by its answer" {
    fails_in namespace-denied 0x80041003 WBEM_E_ACCESS_DENIED edit_security
    fails_in namespace-returns-error 0x80041003 WBEM_E_ACCESS_DENIED \
        edit_security
}

@test "WMI that takes the write and does nothing" {
    fails_in namespace-ignored 0xA0040001 not_effective 'root\cimv2'
}
