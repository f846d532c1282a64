# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# openssh-server must not be installed (that starts sshd on port 22): its
# packages are downloaded with apt and unpacked into the cache.

readonly OPENSSH=$CACHE/openssh
readonly OPENSSH_PACKAGES=(openssh-server openssh-sftp-server libwrap0)
# shellcheck disable=SC2034 # used in target.bash
readonly SSHD=$OPENSSH/usr/sbin/sshd \
    SFTP_SERVER=$OPENSSH/usr/lib/openssh/sftp-server \
    SSHD_LIBRARIES=$OPENSSH/usr/lib/x86_64-linux-gnu:$OPENSSH/lib/x86_64-linux-gnu

# In the working directory. A machine whose package lists are old or were
# removed keeps them so: then lists of our own are fetched.
openssh_download() {
    local own=(-o "Dir::State::Lists=$PWD/lists" -o "Dir::Cache=$PWD/cache"
        -o APT::Sandbox::User=root -o Debug::NoLocking=1)

    if apt-get -qq "${own[@]:4}" download "${OPENSSH_PACKAGES[@]}" \
        >/dev/null 2>&1
    then return; fi
    mkdir -p lists/partial cache/archives/partial
    apt-get -qq "${own[@]}" update >&2 &&
        apt-get -qq "${own[@]}" download "${OPENSSH_PACKAGES[@]}" >&2
}

openssh_prepare() {
    local new=$OPENSSH.new package

    if [[ -e $OPENSSH/.complete ]]; then return; fi
    rm -rf "$new" "$OPENSSH"
    mkdir -p "$new/packages"
    (cd "$new/packages" && openssh_download) ||
        die "${OPENSSH_PACKAGES[*]}: apt-get cannot download them;" \
            "is there a network, and a package archive in apt's sources?"
    for package in "$new"/packages/*.deb; do
        dpkg -x "$package" "$new"
    done
    rm -rf "$new/packages"
    touch "$new/.complete"
    mv "$new" "$OPENSSH"
}
