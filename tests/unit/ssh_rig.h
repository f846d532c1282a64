/* SPDX-License-Identifier: MIT */
/*
 * A folder of keys and a real sshd on loopback, and the loop that drives a
 * transport through it.
 *
 * rig_start makes everything under a fresh folder below /tmp, rig_stop ends
 * every process that was started (by its id) and removes the folder. Nothing
 * is installed and no account is made. A step that fails ends the program.
 */
#ifndef TESTS_UNIT_SSH_RIG_H
#define TESTS_UNIT_SSH_RIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "controller/ssh/ssh.h"

#define RIG_USER "Administrator"
#define RIG_PASSWORD "correct horse"

struct rig {
    char folder[64];
    char sshd[4][512]; /* program, libraries, account, sftp-server */
    uint16_t port;
    pid_t server;
    pid_t agent;
    pid_t relay;
    char agent_socket[128];
};

void rig_start(struct rig *rig);
void rig_stop(struct rig *rig);

/* Ends sshd and starts it again with `options` added to its configuration. */
void rig_restart(struct rig *rig, const char *options);
/* The same with "name program" as the only subsystem. */
void rig_restart_subsystem(struct rig *rig, const char *subsystem);

/*
 * Starts a process that passes connections on to sshd, at most `chunk` bytes
 * at a time with a pause after each, so that everything arrives in pieces.
 * Returns its port; rig_stop_relay ends it.
 */
uint16_t rig_start_relay(struct rig *rig, size_t chunk);
void rig_stop_relay(struct rig *rig);

/* Starts ssh-agent and gives it the key files (NULL-terminated names). */
void rig_start_agent(struct rig *rig, const char *const *names);

/* "<folder>/<name>"; good until the fourth call after this one. */
const char *rig_path(const struct rig *rig, const char *name);

/* Writes the file <folder>/<name>. */
void rig_write(const struct rig *rig, const char *name, const char *text);

/* The first line of a file, or "" when there is none; as rig_path. */
const char *rig_line(const struct rig *rig, const char *name);

/* Starts a program and waits for its end; true when that is 0. */
bool rig_run(const char *const *command);

/* How far rig_drive goes; each includes the ones before it. */
enum stage {
    STAGE_CONNECT,
    STAGE_HANDSHAKE,
    STAGE_HOST_KEY,
    STAGE_LOGIN,
    STAGE_UPLOAD,
    STAGE_EXEC,
    STAGE_READ,
    STAGE_CLOSE_CHANNEL,
    STAGE_UNLINK,
    STAGE_DISCONNECT,
};

struct drive {
    const char *command; /* NULL: "echo out; echo err >&2" */
    const void *upload;  /* NULL: none, and no unlink */
    size_t upload_len;
    const char *upload_name; /* NULL: upload.bin */
    enum stage last;         /* the stage to stop after */
    unsigned steps_max;      /* stop after this many calls; 0: never */
    bool stop_at_agent;      /* stop when the agent is waited for */
    /* Called once before the first read, with the socket. */
    void (*before_read)(void *context, int fd);
    void *context;
    const char *address; /* NULL: 127.0.0.1 */
    /* results */
    enum stage stage; /* reached */
    enum io io;
    struct err err;
    unsigned steps;
    struct buf out;
    struct buf errors;
    char banner[256];
    bool removed;
};

/* One connection from connect to `last`, polling; frees the transport. */
void rig_drive(struct drive *drive, struct ssh_context *context,
               const struct target *target);
void drive_release(struct drive *drive);

#endif
