# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# Peers that answer on low ports of loopback addresses, for bats files: `load
# peers`. Who may not bind port 135 gets a network of his own (unshare -Urn),
# in which peers and wmifleet then both run.
#
# DIR holds a peer's output and process id; `net CMD` runs in that network.

# shellcheck source=tests/lab.bash
. "$BATS_TEST_DIRNAME/lab.bash"

low_ports_are_open() {
    [ "$(id -u)" -eq 0 ] ||
        [ "$(cat /proc/sys/net/ipv4/ip_unprivileged_port_start)" -le 135 ]
}

# Brings loopback up where iproute2 may be missing: SIOCSIFFLAGS, IFF_UP.
hold_network() {
    exec unshare -Urn python3 -c '
import fcntl, socket, struct, threading
fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sh14x", b"lo", 1))
print("ready", flush=True)
threading.Event().wait()'
}

# peers_start: DIR, its network, and the addresses 127.A.B.K of this file.
peers_start() {
    mkdir -p "$BUILD"
    DIR=$(mktemp -d "$BUILD/peers-test.XXXXXX")
    NETWORK=
    BASE=127.$((200 + BASHPID % 50)).$((BASHPID / 50 % 250))
    export DIR NETWORK BASE
    low_ports_are_open || {
        hold_network >"$DIR/network.out" 2>&1 3>&- &
        NETWORK=$!
        await_ready network
    }
}

# The words before a command that is to run there.
in_network() {
    INTO=()
    [ -z "$NETWORK" ] ||
        INTO=(nsenter -U -n --preserve-credentials -t "$NETWORK")
}

net() {
    in_network
    "${INTO[@]}" "$@"
}

await_ready() {
    local end=$((SECONDS + 30))
    until grep -q '^ready' "$DIR/$1.out" 2>/dev/null; do
        if [ $SECONDS -ge $end ]; then
            cat "$DIR/$1.out" >&2
            return 1
        fi
        sleep 0.02
    done
}

# peer NAME K PORT WHAT ...: begins one at $BASE.K; await_ready NAME follows.
peer() {
    local name=$1 k=$2 port=$3 what=$4 script=(python3 hostile_peer.py)
    shift 4
    case $what in
    healthy | fragmented | no-bindings | failing | no-call | objects)
        # Debian's Python has Debian's impacket.
        script=(/usr/bin/python3 impacket_peer.py)
        ;;
    esac
    in_network
    "${INTO[@]}" "${script[0]}" "$BATS_TEST_DIRNAME/peers/${script[1]}" "$BASE.$k" \
        "$port" "$what" "$@" >"$DIR/$name.out" 2>&1 3>&- &
    echo "$!" >"$DIR/$name.pid"
    disown
}

peers_stop() {
    [ -n "${DIR:-}" ] || return 0
    local pid
    for pid in $(cat "$DIR"/*.pid 2>/dev/null) $NETWORK; do
        kill -KILL "$pid" 2>/dev/null || true
    done
    rm -rf "$DIR"
}
