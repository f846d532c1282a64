# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# openssh-server must not be installed (that starts sshd on port 22): its
# packages are downloaded with apt and unpacked into the cache.

readonly OPENSSH=$CACHE/openssh
readonly OPENSSH_PACKAGES=(openssh-server openssh-sftp-server)
# Libraries that only openssh-server brings onto a small machine.
readonly OPENSSH_LIBRARIES=(libwrap0 libnsl2 libtirpc3)
# shellcheck disable=SC2034 # used in target.bash
readonly SSHD=$OPENSSH/usr/sbin/sshd \
    SFTP_SERVER=$OPENSSH/usr/lib/openssh/sftp-server \
    SSHD_LIBRARIES=$OPENSSH/usr/lib/x86_64-linux-gnu:$OPENSSH/lib/x86_64-linux-gnu

# apt-get in the working directory, with package lists of our own.
openssh_apt_own() {
    mkdir -p lists/partial cache/archives/partial
    apt-get -qq -o "Dir::State::Lists=$PWD/lists" -o "Dir::Cache=$PWD/cache" \
        -o Debug::NoLocking=1 -o APT::Sandbox::User=root "$@" >&2
}

# A machine whose package lists are old or were removed keeps them so: then
# lists of our own are fetched. A library that this Debian has not under that
# name may be there already: openssh_prepare looks.
openssh_download() {
    local apt=(apt-get -qq -o APT::Sandbox::User=root) library

    if ! "${apt[@]}" download "${OPENSSH_PACKAGES[@]}" >/dev/null 2>&1; then
        apt=(openssh_apt_own)
        openssh_apt_own update || return 1
        openssh_apt_own download "${OPENSSH_PACKAGES[@]}" || return 1
    fi
    for library in "${OPENSSH_LIBRARIES[@]}"; do
        "${apt[@]}" download "$library" >/dev/null 2>&1 || true
    done
}

# Names the libraries that the unpacked sshd lacks.
openssh_missing() {
    LD_LIBRARY_PATH=$SSHD_LIBRARIES ldd "$SSHD" |
        awk '/not found/ { print $1 }' | tr '\n' ' '
}

openssh_prepare() {
    local package missing

    if [[ -e $OPENSSH/.complete ]]; then return; fi
    rm -rf "$OPENSSH"
    mkdir -p "$OPENSSH/packages"
    (cd "$OPENSSH/packages" && openssh_download) ||
        die "${OPENSSH_PACKAGES[*]}: apt-get cannot download them;" \
            "is there a network, and a package archive in apt's sources?"
    for package in "$OPENSSH"/packages/*.deb; do
        dpkg -x "$package" "$OPENSSH"
    done
    rm -rf "$OPENSSH/packages"
    missing=$(openssh_missing)
    [[ -z $missing ]] ||
        die "$SSHD: libraries are missing: $missing; install their packages"
    touch "$OPENSSH/.complete"
}
