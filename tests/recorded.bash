# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# Many targets without Wine, for bats files: `load recorded`. Real sshd behind
# one door on 127.0.1.1 and up, recorded results behind it
# (lab/native/recorded.c); RECORDED_SHELL and RECORDED_SFTP put others there.
# For numbers; what Windows does is the lab's matter.

# shellcheck source=tests/lab.bash
. "$BATS_TEST_DIRNAME/lab.bash"

die() {
    printf 'recorded: %s\n' "$*" >&2
    exit 1
}
# shellcheck source=tests/lab/lib/process.bash
. "$BATS_TEST_DIRNAME/lab/lib/process.bash"
CACHE=$BUILD/lab
# shellcheck source=tests/lab/lib/openssh.bash
. "$BATS_TEST_DIRNAME/lab/lib/openssh.bash"

# The address of machine K, 1 to 250.
machine_address() {
    printf '127.0.1.%d' "$1"
}

# recorded_start COUNT [SILENT...]: machines that answer, without those
# numbers of which the connection stays silent (-K) or is refused (K).
recorded_start() {
    local count=$1 k addresses=()
    shift
    mkdir -p "$BUILD/lab"
    LAB=$(mktemp -d "$BUILD/recorded-test.XXXXXX")
    export LAB
    (
        flock 9
        openssh_prepare
    ) 9>"$BUILD/lab/.lock"
    for ((k = 1; k <= count; k++)); do
        case " $* " in
        *" -$k "*) addresses+=("-$(machine_address "$k")") ;;
        *" $k "*) ;;
        *) addresses+=("$(machine_address "$k")") ;;
        esac
        mkdir -p "$LAB/machines/$(machine_address "$k")"
    done
    ssh-keygen -q -t ed25519 -N '' -C lab -f "$LAB/id_ed25519"
    ssh-keygen -q -t ed25519 -N '' -C lab -f "$LAB/host_key"
    recorded_sshd_config >"$LAB/sshd_config"
    recorded_open "${addresses[@]}"
    recorded_inventory "$count" >"$LAB/inventory.json"
    recorded_known_hosts "$count" >"$LAB/known_hosts"
}

recorded_sshd_config() {
    cat <<END
HostKey "$LAB/host_key"
AuthorizedKeysFile "$LAB/id_ed25519.pub"
StrictModes no
UsePAM no
UseDNS no
PidFile none
LogLevel ERROR
PermitUserRC no
PrintMotd no
PrintLastLog no
Subsystem sftp ${RECORDED_SFTP:-wmifleet-lab-sftp}
SetEnv "LAB_RECORDED=$LAB/machines" "LAB_SFTP=$SFTP_SERVER" "LAB_PREFIX=$LAB/target-door"
END
}

recorded_open() {
    process_start "$LAB/port" env -i LAB_PREFIX="$LAB/target-door" \
        LAB_ACCOUNT=Administrator LAB_ACCOUNT_HOME="$LAB/machines" \
        LAB_ACCOUNT_HASH='*' LAB_ACCOUNT_SHELL="${RECORDED_SHELL:-$BUILD/lab/recorded}" \
        LD_LIBRARY_PATH="$SSHD_LIBRARIES" "$BUILD/lab/door" "$@" -- \
        /usr/bin/env LD_PRELOAD="$BUILD/lab/account.so" \
        "$SSHD" -i -f "$LAB/sshd_config" -E "$LAB/sshd.log"
    printf '%s\n' "$!" >"$LAB/door.group"
    disown
    await "the door's port" recorded_has_port
}

recorded_has_port() {
    [[ $(cat "$LAB/port" 2>/dev/null) =~ ^[0-9]+$ ]]
}

recorded_inventory() {
    jq -n --argjson count "$1" --argjson port "$(cat "$LAB/port")" \
        --arg key "$LAB/id_ed25519" '
        def pad: tostring | if length < 3 then ("000" + .)[-3:] else . end;
        {all: {
            hosts: ([range(1; $count + 1) |
                {("m" + pad): {ansible_host: "127.0.1.\(.)"}}] | add),
            vars: {
                ansible_port: $port, ansible_user: "Administrator",
                ansible_ssh_private_key_file: $key,
                wmi: {uac: {local_account_token_filter_policy: 1}}}}}'
}

# Every machine has the same host key here, as images of one disk have.
recorded_known_hosts() {
    local k port
    port=$(cat "$LAB/port")
    for ((k = 1; k <= $1; k++)); do
        printf '[%s]:%d %s\n' "$(machine_address "$k")" "$port" \
            "$(cut -d' ' -f1,2 "$LAB/host_key.pub")"
    done
}

recorded_stop() {
    [ -n "${LAB:-}" ] || return 0
    local group
    group=$(cat "$LAB/door.group" 2>/dev/null)
    if [ -n "$group" ]; then
        kill -KILL -- "-$group" 2>/dev/null || true
        await "the end of the door" group_ended "$group"
    fi
    process_end_all "$LAB"
    rm -rf "$LAB"
}

# machine K FILE [TEXT]: how that machine behaves.
machine() {
    printf '%s\n' "${3:-}" >"$LAB/machines/$(machine_address "$1")/$2"
}

# setting STATE: the settings of a result with that one state.
setting() {
    jq -nc --arg state "$1" '
        [{id: "uac.local_account_token_filter_policy", state: $state,
          desired: 1, before: {absent: "value"},
          after: {type: "REG_DWORD", dword: 1}, restorable: true,
          error: (if $state == "failed" then {code: "0x80070005",
            name: "E_ACCESSDENIED", text: "Access is denied.", hint: null}
            else null end)}]'
}
