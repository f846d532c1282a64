/* SPDX-License-Identifier: MIT */
/*
 * Whose key is it? The one place where a verdict of known_hosts becomes a
 * login or a fault.
 */
#include "controller/ssh/ssh_transport.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "controller/ssh/wire.h"

#define FINGERPRINT_SIZE 64

static const char *alias_of(const struct target *target)
{
    return target->host_key_alias != NULL ? target->host_key_alias
                                          : target->name;
}

static const char rsa_type[] = "ssh-rsa";

/* A key of type ssh-rsa signs under three names. */
static bool is_of_type(const char *algorithm, const char *type, size_t len)
{
    if (len == sizeof rsa_type - 1 && memcmp(type, rsa_type, len) == 0 &&
        strncmp(algorithm, "rsa-sha2-", 9) == 0)
        return true;
    return strlen(algorithm) == len && memcmp(algorithm, type, len) == 0;
}

/* Adds those of `algorithms` that are of the type and not there yet. */
static void add_type(struct buf *order, const char **algorithms, int count,
                     const char *type, size_t len)
{
    for (int i = 0; i < count; i++) {
        if (algorithms[i] == NULL || !is_of_type(algorithms[i], type, len))
            continue;
        buf_addf(order, "%s%s", order->len > 0 ? "," : "", algorithms[i]);
        algorithms[i] = NULL;
    }
}

/*
 * The types that are known first, then all others that libssh2 has: a server
 * whose key changed its type must be seen, not be told "nothing in common".
 * Certificates are not asked for; nobody here could judge them.
 */
static void add_types(struct buf *order, const char *known,
                      const char **algorithms, int count)
{
    for (const char *type = known; *type != '\0';) {
        size_t len = strcspn(type, ",");
        add_type(order, algorithms, count, type, len);
        type += len + (type[len] == ',');
    }
    static const char modern[] = "ssh-ed25519";
    add_type(order, algorithms, count, modern, sizeof modern - 1);
    for (int i = 0; i < count; i++)
        if (algorithms[i] != NULL && strstr(algorithms[i], "-cert-") == NULL)
            add_type(order, algorithms, count, algorithms[i],
                     strlen(algorithms[i]));
}

void ssh_prefer_known_types(struct transport *t)
{
    char known[512] = "";
    if (t->context->known_hosts != NULL)
        known_hosts_types(t->context->known_hosts, alias_of(t->target),
                          t->target->address, t->target->port, known,
                          sizeof known);
    const char **algorithms = NULL;
    int count = libssh2_session_supported_algs(
        t->session, LIBSSH2_METHOD_HOSTKEY, &algorithms);
    if (count <= 0)
        return;
    struct buf order;
    buf_init(&order, 1024);
    add_types(&order, known, algorithms, count);
    if (!order.failed && order.len > 0)
        libssh2_session_method_pref(t->session, LIBSSH2_METHOD_HOSTKEY,
                                    order.data);
    buf_release(&order);
    libssh2_free(t->session, (void *)algorithms);
}

static int take_key(struct transport *t)
{
    size_t len = 0;
    int type;
    const char *blob = libssh2_session_hostkey(t->session, &len, &type);
    if (blob == NULL)
        return -1;
    struct wire wire = {(const unsigned char *)blob, len, false};
    wire_text(wire_string(&wire), t->key_type, sizeof t->key_type);
    t->key = (struct host_key){
        .type = t->key_type, .blob = (const unsigned char *)blob, .len = len};
    return wire.failed ? -1 : 0;
}

static struct key_match look_up(struct transport *t)
{
    if (t->context->known_hosts == NULL)
        return (struct key_match){.verdict = KEY_UNKNOWN};
    return known_hosts_match(t->context->known_hosts, alias_of(t->target),
                             t->target->address, t->target->port, &t->key);
}

static enum io refuse(struct transport *t, const struct key_match *match,
                      struct err *err)
{
    char print[FINGERPRINT_SIZE];
    known_hosts_fingerprint(&t->key, print, sizeof print);
    const char *file = t->context->known_hosts == NULL
                           ? "known_hosts"
                           : known_hosts_path(t->context->known_hosts);
    const char *alias = alias_of(t->target);
    switch (match->verdict) {
    case KEY_CHANGED:
        err_set(err, FAULT_HOSTKEY_CHANGED,
                "%s: %s:%lu knows it by another key; %s now answers with %s "
                "%s",
                alias, file, match->line, t->label, t->key.type, print);
        break;
    case KEY_OTHER_HOST:
        err_set(err, FAULT_HOSTKEY_OTHER_HOST,
                "%s: %s now answers with the key of %s (%s:%lu), %s %s", alias,
                t->label, match->name[0] != '\0' ? match->name : "another host",
                file, match->line, t->key.type, print);
        break;
    case KEY_REVOKED:
        err_set(err, FAULT_HOSTKEY_CHANGED,
                "%s: %s answers with a key that %s:%lu has as @revoked, %s %s; "
                "it needs another key",
                alias, t->label, file, match->line, t->key.type, print);
        break;
    case KEY_AUTHORITY:
        err_set(err, FAULT_HOSTKEY_UNKNOWN,
                "%s: %s:%lu knows only a @cert-authority for it, and "
                "certificates are not supported; its own key is %s %s",
                alias, file, match->line, t->key.type, print);
        break;
    case KEY_UNKNOWN:
    case KEY_KNOWN:
        err_set(err, FAULT_HOSTKEY_UNKNOWN,
                "%s: the key of %s is not known, %s %s", alias, t->label,
                t->key.type, print);
        break;
    }
    return IO_FAIL;
}

static enum io accept_new(struct transport *t, struct err *err)
{
    if (known_hosts_append(t->context->known_hosts, alias_of(t->target),
                           t->target->port, &t->key, err) == 0) {
        log_line(t->context->log, LOG_INFO, "%s: new key of %s accepted",
                 alias_of(t->target), t->label);
        return IO_DONE;
    }
    err_prefix(err, "a new host key cannot be kept");
    err->code = FAULT_HOSTKEY_UNKNOWN;
    return IO_FAIL;
}

static enum io judge(struct transport *t, const struct key_match *match,
                     struct err *err)
{
    enum host_key_policy policy = t->context->host_keys;
    if (policy == HOST_KEYS_DEFAULT)
        policy = t->target->host_keys;
    if (match->verdict == KEY_REVOKED)
        return refuse(t, match, err);
    if (match->verdict == KEY_KNOWN || t->context->trusting)
        return IO_DONE;
    if (policy == HOST_KEYS_OFF) {
        log_line(t->context->log, LOG_WARNING,
                 "%s: the host key is not checked (host keys are off)",
                 alias_of(t->target));
        return IO_DONE;
    }
    if (policy == HOST_KEYS_ACCEPT_NEW && match->verdict == KEY_UNKNOWN &&
        t->context->known_hosts != NULL)
        return accept_new(t, err);
    return refuse(t, match, err);
}

bool ssh_trusts(const struct transport *t)
{
    return t->key_was_known || t->context->password_to_new_hosts;
}

enum io ssh_check_host_key(struct transport *t, struct host_key *key,
                           struct err *err)
{
    if (take_key(t) != 0)
        return ssh_fail(t, FAULT_KEX, err, "no readable host key");
    struct key_match match = look_up(t);
    t->key_was_known = match.verdict == KEY_KNOWN && !match.added;
    if (match.verdict == KEY_KNOWN)
        log_line(t->context->log, LOG_INFO, "%s: host key known as %s (%s:%lu)",
                 t->target->name, match.name,
                 known_hosts_path(t->context->known_hosts), match.line);
    enum io io = judge(t, &match, err);
    if (io == IO_DONE) {
        t->host_key_good = true;
        *key = t->key;
    }
    return io;
}
