# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# What groups.bats and account.bats have in common: `load lab`, then this. The
# accounts of target K are read where the lab keeps them, with Wine's own reg.

LAB_KEY='HKLM\Software\wmifleet-lab'
MACHINE=S-1-5-21-0-0-0

# No account but Windows' own, and a stranger in two of the groups.
accounts_reset() {
    "$LAB/target-1/mode" none
    wine reg delete "$LAB_KEY\\Accounts" /f >/dev/null 2>&1 || true
    wine reg delete "$LAB_KEY\\AccountRights\\$MACHINE-1001" /f \
        >/dev/null 2>&1 || true
    put_user 1500 stranger 0x10201
    put_members S-1-5-32-562 "$MACHINE-1500"
    put_members S-1-5-32-544 "$MACHINE-500" "$MACHINE-1500"
    product WinNT
    rm -f "$FOLDER"/a-*
}

product() {
    wine reg add 'HKLM\System\CurrentControlSet\Control\ProductOptions' \
        /v ProductType /t REG_SZ /d "$1" /f >/dev/null
}

# put_number RID NAME NUMBER, put_user RID NAME FLAGS, put_members SID SID...
put_number() {
    wine reg add "$LAB_KEY\\Accounts\\$MACHINE-$1" /v "$2" /t REG_DWORD \
        /d "$3" /f >/dev/null
}

put_user() {
    put_number "$1" Kind 1
    put_number "$1" Flags "$3"
    wine reg add "$LAB_KEY\\Accounts\\$MACHINE-$1" /v Name /t REG_SZ \
        /d "$2" /f >/dev/null
}

put_members() {
    local group=$1 IFS='|'
    shift
    wine reg add "$LAB_KEY\\Accounts\\$group" /v Members /t REG_MULTI_SZ \
        /s '|' /d "$*" /f >/dev/null
}

# of_account SID VALUE: as the lab keeps it.
of_account() {
    wine reg query "$LAB_KEY\\Accounts\\$1" /v "$2" 2>/dev/null | tr -d '\r' |
        sed -nE "s/^ +$2 +REG_[A-Z_]+ +//p"
}

members() {
    of_account "$1" Members | sed 's/\\0/\n/g' | grep . | sort | tr '\n' ' '
}

rights() {
    wine reg query "$LAB_KEY\\AccountRights\\$1" 2>/dev/null | tr -d '\r' |
        awk '$2 == "REG_DWORD" { print $1 }' | sort | tr '\n' ' '
}

# All accounts, groups and rights, but for the count of accounts ever made:
# Windows never gives a number twice either.
everything() {
    local key
    for key in Accounts AccountRights; do
        wine reg export "$LAB_KEY\\$key" 'C:\lab.reg' /y >/dev/null
        tr -d '\0\r' <"$LAB/target-1/prefix/drive_c/lab.reg" |
            grep -av '^"NextRid"='
    done
}

# asked VERB REQUEST: its result; no password stays behind.
asked() {
    local name
    name=$ONE_TIME-$(printf '%s' "$2" | sha256sum | cut -c1-32).json
    direct "$@"
    ! grep -qs '"secrets"' "$HOME_DIR/$name" || {
        echo "a request with a password was left there" >&2
        return 1
    }
    rm -f "$HOME_DIR/$name"
}

# request WMI [PASSWORD [OPTIONS]]
request() {
    jq -nc --argjson wmi "$1" --arg password "${2:-}" \
        --argjson options "${3:-{\}}" '{protocol: 1, wmi: $wmi,
            options: $options} |
        if $password == "" then .
        else .options.secret = true | .secrets =
            {salt: "00", account_password: $password} end'
}

# undo_of RESULT WMI: the request that takes it back.
undo_of() {
    jq -c --argjson result "$1" '.undo = {force: false, identity: null,
        earlier_wmi: [], settings: [$result.settings[] |
            select(.before != null and .before != .after) |
            {id, before, after}]}' <<<"$(request "$2")"
}

# verdicts RESULT: id, state, code and name, a setting a line.
verdicts() {
    jq -r '.settings[] | [.id, .state, .error.code, .error.name] |
        map(values) | join(" ")' <<<"$1"
}

states() {
    jq -r '[.settings[].state] | unique | join(" ")' <<<"$1"
}

# full_circle WMI [PASSWORD]: drift, changed, ok, nothing more to change, and
# back: what stood there before stands there again. What the lab kept between
# is in SEEN.
full_circle() {
    local before after applied
    before=$(everything)
    assert_equal "$(states "$(asked check "$(request "$1")")")" drift
    assert_equal "$(everything)" "$before"
    applied=$(asked apply "$(request "$1" "${2:-}")")
    assert_equal "$(states "$applied")" changed
    after=$(everything)
    SEEN=$("${3:-true}")
    assert_equal "$(states "$(asked check "$(request "$1")")")" ok
    assert_equal "$(states "$(asked apply "$(request "$1" "${2:-}")")")" ok
    assert_equal "$(everything)" "$after"
    assert_equal "$(states "$(asked undo "$(undo_of "$applied" "$1")")")" \
        changed
    assert_equal "$(everything)" "$before"
}
