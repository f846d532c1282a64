# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# Jump hosts for bats files: `load bastion` after `load recorded` or `load
# farm`. Each is a real sshd that listens by itself on 127.0.2.K, so that
# MaxStartups counts, and has a host key of its own.

# The words before it, where it runs in a network of its own.
BASTION_NETWORK=()

if [ -z "${SSHD:-}" ]; then
    die() {
        printf 'bastion: %s\n' "$*" >&2
        exit 1
    }
    # shellcheck source=tests/lab/lib/process.bash
    . "$BATS_TEST_DIRNAME/lab/lib/process.bash"
    CACHE=$BUILD/lab
    # shellcheck source=tests/lab/lib/openssh.bash
    . "$BATS_TEST_DIRNAME/lab/lib/openssh.bash"
fi

# bastion_address K
bastion_address() {
    printf '127.0.2.%d' "$1"
}

# bastion_start K [SSHD_CONFIG_LINE...]: jump host K, its key known as gate-K.
bastion_start() {
    local dir=$LAB/bastion-$1 k=$1
    shift
    mkdir -p "$dir"
    (
        flock 9
        openssh_prepare
    ) 9>"$BUILD/lab/.lock"
    ssh-keygen -q -t ed25519 -N '' -C bastion -f "$dir/host_key"
    ssh-keygen -q -t ed25519 -N '' -C bastion -f "$dir/id_ed25519"
    bastion_run "$k" "$@"
    bastion_known "$k" "$dir/host_key.pub" >>"$LAB/known_hosts"
}

# The port may be taken between its choice and sshd's start: then again.
bastion_run() {
    local dir=$LAB/bastion-$1 attempt port address
    address=$(bastion_address "$1")
    shift
    make -s -C "$ROOT" -f tests/lab/lab.mk "LAB=$BUILD/lab" \
        "$BUILD/lab/account.so" "$BUILD/lab/free_port"
    for attempt in 1 2 3 4 5; do
        port=$("$BUILD/lab/free_port")
        bastion_config "$dir" "$address" "$port" "$@" >"$dir/sshd_config"
        rm -f "$dir/sshd.pid"
        process_start "$dir/output" "${BASTION_NETWORK[@]}" env -i LAB_PREFIX="$LAB/target-bastion" \
            LAB_ACCOUNT=ops LAB_ACCOUNT_HOME="$dir" LAB_ACCOUNT_HASH='*' \
            LAB_ACCOUNT_SHELL=/bin/false LD_LIBRARY_PATH="$SSHD_LIBRARIES" \
            LD_PRELOAD="$BUILD/lab/account.so" \
            "$SSHD" -D -f "$dir/sshd_config" -E "$dir/sshd.log"
        local id=$!
        disown
        await "$dir: sshd" bastion_decided "$dir/sshd.pid" "$id"
        if [ -e "$dir/sshd.pid" ]; then
            printf '%s\n' "$port" >"$dir/port"
            return 0
        fi
    done
    die "$dir: sshd does not start ($attempt attempts)"
}

# bastion_decided PIDFILE PID: it listens, or it has ended.
bastion_decided() {
    [ -e "$1" ] || ! kill -0 "$2" 2>/dev/null
}

bastion_config() {
    local dir=$1 address=$2 port=$3
    shift 3
    cat <<END
ListenAddress $address:$port
HostKey "$dir/host_key"
PidFile "$dir/sshd.pid"
AuthorizedKeysFile "$dir/id_ed25519.pub"
StrictModes no
UsePAM no
UseDNS no
LogLevel VERBOSE
END
    printf '%s\n' "$@"
}

# bastion_known K PUBLIC_KEY: its line of known_hosts.
bastion_known() {
    printf '[gate-%d]:%d %s\n' "$1" "$(cat "$LAB/bastion-$1/port")" \
        "$(cut -d' ' -f1,2 "$2")"
}

# bastion_hosts K...: the jump hosts as hosts of an inventory, an object.
bastion_hosts() {
    local k
    for k in "$@"; do
        jq -n --arg name "gate-$k" --arg address "$(bastion_address "$k")" \
            --argjson port "$(cat "$LAB/bastion-$k/port")" \
            --arg key "$LAB/bastion-$k/id_ed25519" '
            {($name): {ansible_host: $address, ansible_port: $port,
                ansible_user: "ops", ansible_ssh_private_key_file: $key,
                wmi: null, wmifleet_proxy_jump: "none"}}'
    done | jq -s add
}

# bastion_logins K: how many logins its log tells.
bastion_logins() {
    grep -c 'Accepted publickey' "$LAB/bastion-$1/sshd.log"
}

# bastion_attempts K: how many connections came to it.
bastion_attempts() {
    grep -c '^Connection from' "$LAB/bastion-$1/sshd.log"
}

# The processes of the one session on a jump host: sshd's child, and its own.
bastion_session() {
    local child
    child=$(pgrep -P "$(cat "$LAB/bastion-$1/sshd.pid")")
    echo "$child"
    pgrep -P "$child" || :
}

# bastion_stop_all: before the folder goes. sshd writes its title over its
# environment, so only the file tells who it is.
bastion_stop_all() {
    local file
    for file in "${LAB:-/nowhere}"/bastion-*/sshd.pid; do
        [ -e "$file" ] || continue
        bastion_stop "$(cat "$file")"
    done
    process_end_all "$LAB"
}

bastion_stop() {
    kill -TERM "$1" 2>/dev/null || return 0
    await "the end of a bastion" bastion_gone "$1"
}

bastion_gone() {
    ! kill -0 "$1" 2>/dev/null
}
