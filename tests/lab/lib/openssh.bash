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

openssh_prepare() {
    local new=$OPENSSH.new package

    if [[ -e $OPENSSH/.complete ]]; then return; fi
    rm -rf "$new" "$OPENSSH"
    mkdir -p "$new/packages"
    (cd "$new/packages" && apt-get -qq -o APT::Sandbox::User=root download \
        "${OPENSSH_PACKAGES[@]}" >&2) ||
        die "${OPENSSH_PACKAGES[*]}: apt-get cannot download them;" \
            "apt-get update may help"
    for package in "$new"/packages/*.deb; do
        dpkg -x "$package" "$new"
    done
    touch "$new/.complete"
    mv "$new" "$OPENSSH"
}
