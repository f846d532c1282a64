/* SPDX-License-Identifier: MIT */
/* The scripted connection; what it reaches is in fake_machine.c. */
#include "tests/unit/fake_transport.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define AGAIN_TIMES 3
#define FAKE_FD 1000

struct transport {
    struct fake_machine *machine;
    bool begun;      /* an operation is under way */
    bool telling;    /* exec_beside is */
    bool waiting;    /* for others, as FAKE_WAITS has it */
    unsigned agains; /* of it, so far */
    enum fake_how how;
    const struct fake_rule *rule;
    bool banner;
    bool running; /* a command */
    bool reading; /* its output */
    struct fake_output output;
    size_t read_at;
    char command[PAYLOAD_COMMAND_MAX];
    int fds[2]; /* ours, and the one that makes it readable */
};

static const char *const op_words[] = {
#define X(symbol, word) word,
    FAKE_OPS(X)
#undef X
};

static const struct fake_rule *rule_for(struct fake_machine *machine,
                                        enum fake_op op)
{
    for (size_t i = 0; i < FAKE_RULES_MAX; i++) {
        const struct fake_rule *rule = &machine->rules[i];
        if (rule->how != FAKE_GOES && rule->op == op &&
            (rule->nth == 0 || rule->nth == machine->begun[op]))
            return rule;
    }
    return NULL;
}

static void begin(struct transport *t, enum fake_op op)
{
    if (t->begun)
        return;
    t->begun = true;
    t->agains = 0;
    t->machine->begun[op]++;
    t->rule = rule_for(t->machine, op);
    t->how = t->rule ? t->rule->how : FAKE_GOES;
    buf_addf(&t->machine->log, "%s ", op_words[op]);
}

static void make_ready(struct transport *t)
{
    t->machine->ready = true;
    if (t->fds[1] >= 0 && write(t->fds[1], "x", 1) != 1)
        abort();
}

static void make_unready(struct transport *t)
{
    char bytes[16];
    t->machine->ready = false;
    while (t->fds[0] >= 0 && read(t->fds[0], bytes, sizeof bytes) > 0)
        continue;
}

static enum io again(struct transport *t)
{
    make_ready(t);
    return IO_AGAIN;
}

/* What the script says; IO_DONE: do it now. */
static enum io scripted(struct transport *t, enum fake_op op, struct err *err)
{
    make_unready(t);
    begin(t, op);
    switch (t->how) {
    case FAKE_AGAIN:
        if (t->agains++ < AGAIN_TIMES)
            return again(t);
        break;
    case FAKE_HANGS:
        return IO_AGAIN;
    case FAKE_WAITS:
        t->waiting = t->agains++ < t->machine->waits;
        if (t->waiting)
            return IO_AGAIN;
        break;
    case FAKE_FAILS:
        err_set(err, (int)t->rule->fault, "scripted failure of %s",
                op_words[op]);
        return IO_FAIL;
    case FAKE_DROPS:
        t->machine->away = t->machine->stays_away;
        err_set(err, FAULT_LOST, "the connection broke");
        return IO_FAIL;
    case FAKE_GOES:
        break;
    }
    t->begun = false;
    return IO_DONE;
}

static struct transport *fake_create(void *context, const struct target *target)
{
    struct fake_world *world = context;
    struct transport *t = calloc(1, sizeof *t);
    if (t == NULL)
        return NULL;
    t->machine = &world->machines[target - world->targets];
    t->fds[0] = t->fds[1] = -1;
    if (t->machine->use_fds && pipe2(t->fds, O_NONBLOCK | O_CLOEXEC))
        abort();
    t->machine->sessions++;
    t->machine->sessions_open++;
    return t;
}

static void stop_running(struct transport *t)
{
    if (!t->running)
        return;
    buf_release(&t->output.out);
    buf_release(&t->output.errors);
    t->running = false;
}

static void fake_free(struct transport *t)
{
    stop_running(t);
    t->machine->sessions_open--;
    for (int i = 0; i < 2; i++) {
        if (t->fds[i] >= 0)
            close(t->fds[i]);
    }
    free(t);
}

static enum io fake_connect(struct transport *t, const struct sockaddr *address,
                            socklen_t len, struct err *err)
{
    (void)address;
    (void)len;
    if (t->machine->refuses || t->machine->away) {
        err_set(err, FAULT_REFUSED, "connection refused");
        return IO_FAIL;
    }
    return scripted(t, FAKE_CONNECT, err);
}

static enum io fake_handshake(struct transport *t, struct err *err)
{
    if (!t->begun) {
        begin(t, FAKE_HANDSHAKE);
        if (t->rule && t->rule->after_banner) {
            t->banner = true;
            if (t->how != FAKE_FAILS)
                return again(t);
        }
    }
    enum io io = scripted(t, FAKE_HANDSHAKE, err);
    if (io == IO_DONE)
        t->banner = true;
    return io;
}

static const char *fake_banner(struct transport *t)
{
    return t->banner ? "SSH-2.0-OpenSSH_for_Windows_9.5" : NULL;
}

static enum io fake_host_key(struct transport *t, struct host_key *key,
                             struct err *err)
{
    static const unsigned char blob[] = {1, 2, 3, 4};
    enum io io = scripted(t, FAKE_HOST_KEY, err);
    *key = (struct host_key){
        .type = "ssh-ed25519", .blob = blob, .len = sizeof blob};
    return io;
}

static enum io fake_login(struct transport *t, struct err *err)
{
    return scripted(t, FAKE_LOGIN, err);
}

static enum io fake_exec(struct transport *t, const char *command,
                         struct err *err)
{
    enum io io = scripted(t, FAKE_EXEC, err);
    if (io != IO_DONE)
        return io;
    buf_addf(&t->machine->log, "<%s> ", command);
    snprintf(t->command, sizeof t->command, "%s", command);
    fake_machine_run(t->machine, command, &t->output);
    t->running = true;
    t->reading = true;
    t->read_at = 0;
    return IO_DONE;
}

/* The command that runs goes on and says that it was cancelled. */
static void stop_at_once(struct transport *t)
{
    struct fake_machine *machine = t->machine;
    machine->error = "{\"class\":\"cancelled\",\"text\":\"told to stop\"}";
    machine->saved_run[0] = '\0';
    if (!t->running)
        return;
    stop_running(t);
    fake_machine_run(machine, t->command, &t->output);
    t->running = true;
    t->rule = NULL;
    t->how = FAKE_GOES;
    make_ready(t);
}

static enum io fake_exec_beside(struct transport *t, const char *command,
                                struct err *err)
{
    bool begun = t->begun;
    const struct fake_rule *rule = t->rule;
    enum fake_how how = t->how;
    t->begun = t->telling;
    enum io io = scripted(t, FAKE_BESIDE, err);
    t->telling = io == IO_AGAIN;
    if (io != IO_DONE)
        return io;
    buf_addf(&t->machine->log, "<%s> ", command);
    t->begun = begun;
    t->rule = rule;
    t->how = how;
    if (t->machine->stops)
        stop_at_once(t);
    return IO_DONE;
}

/* How far the output goes before the script has its say. */
static size_t read_limit(const struct transport *t)
{
    const struct fake_output *output = &t->output;
    if (t->rule == NULL)
        return output->out.len;
    const size_t ends[] = {0, output->mark_end, output->result_end};
    return ends[t->rule->where];
}

/* All reads of one command are one operation for the script. */
static enum io fake_read(struct transport *t, struct buf *out,
                         struct buf *errors, struct err *err)
{
    begin(t, FAKE_READ);
    size_t limit = read_limit(t);
    if (t->read_at < limit) {
        size_t len = limit - t->read_at;
        if (t->machine->chunk > 0 && len > t->machine->chunk)
            len = t->machine->chunk;
        if (buf_add(out, t->output.out.data + t->read_at, len)) {
            err_set(err, FAULT_BAD_RESULT, "too much output");
            return IO_FAIL;
        }
        t->read_at += len;
        make_unready(t);
        if (t->read_at < limit)
            return again(t);
    }
    enum io io = scripted(t, FAKE_READ, err);
    if (io != IO_DONE)
        return io;
    buf_add(out, t->output.out.data + t->read_at,
            t->output.out.len - t->read_at);
    t->read_at = t->output.out.len;
    buf_add(errors, t->output.errors.data, t->output.errors.len);
    return IO_DONE;
}

/* May follow a read that said IO_AGAIN. */
static enum io fake_close(struct transport *t, struct err *err)
{
    if (t->reading)
        t->begun = false;
    t->reading = false;
    enum io io = scripted(t, FAKE_CLOSE, err);
    if (io == IO_DONE)
        stop_running(t);
    return io;
}

static char *find_file(struct fake_machine *machine, const char *name)
{
    for (size_t i = 0; i < FAKE_FILES_MAX; i++) {
        if (strcmp(machine->files[i], name) == 0)
            return machine->files[i];
    }
    return NULL;
}

static enum io fake_upload(struct transport *t, const char *name,
                           const void *data, size_t len, struct err *err)
{
    (void)data;
    (void)len;
    enum io io = scripted(t, FAKE_UPLOAD, err);
    if (io != IO_DONE)
        return io;
    char *place = find_file(t->machine, name);
    if (place == NULL)
        place = find_file(t->machine, "");
    if (place == NULL)
        abort();
    snprintf(place, sizeof t->machine->files[0], "%s", name);
    return IO_DONE;
}

static enum io fake_stat(struct transport *t, const char *name,
                         struct found_file *found, struct err *err)
{
    enum io io = scripted(t, FAKE_STAT, err);
    bool exists = find_file(t->machine, name) != NULL;
    if (io == IO_DONE)
        *found = (struct found_file){.exists = exists,
                                     .sized = exists && t->machine->cut_len > 0,
                                     .len = t->machine->cut_len};
    return io;
}

static enum io fake_unlink(struct transport *t, const char *name, bool *removed,
                           struct err *err)
{
    enum io io = scripted(t, FAKE_UNLINK, err);
    if (io != IO_DONE)
        return io;
    char *place = find_file(t->machine, name);
    *removed = t->machine->held == 0;
    if (t->machine->held > 0)
        t->machine->held--;
    else if (place)
        place[0] = '\0';
    return IO_DONE;
}

static bool fake_trusts(const struct transport *t)
{
    return !t->machine->new_key;
}

static enum io fake_disconnect(struct transport *t, struct err *err)
{
    return scripted(t, FAKE_DISCONNECT, err);
}

static struct transport_wait fake_wait(struct transport *t)
{
    if (t->waiting)
        return (struct transport_wait){.fd = -1, .again_ms = 100};
    int fd = t->fds[0] >= 0 ? t->fds[0] : FAKE_FD;
    return (struct transport_wait){.fd = fd, .events = TRANSPORT_READABLE};
}

static bool fake_sent_password(const struct transport *t)
{
    return t->machine->wants_password;
}

static bool fake_way_lost(struct transport *t)
{
    return t->machine->loses_way;
}

const struct transport_ops fake_transport = {
    .create = fake_create,
    .connect = fake_connect,
    .handshake = fake_handshake,
    .banner = fake_banner,
    .check_host_key = fake_host_key,
    .login = fake_login,
    .trusts = fake_trusts,
    .sent_password = fake_sent_password,
    .way_lost = fake_way_lost,
    .exec = fake_exec,
    .exec_beside = fake_exec_beside,
    .read = fake_read,
    .close_channel = fake_close,
    .upload = fake_upload,
    .stat = fake_stat,
    .unlink = fake_unlink,
    .disconnect = fake_disconnect,
    .free = fake_free,
    .wait = fake_wait,
};
