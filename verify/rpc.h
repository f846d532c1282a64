/* SPDX-License-Identifier: MIT */
/*
 * As much of connection-oriented DCE/RPC as an anonymous question needs: one
 * bind, one request without arguments, and the peer's answer to each, put
 * together from its fragments.
 *
 * C706 chapter 12 (the PDUs), MS-RPCE 2.2.2; little-endian peers only, which
 * all of Windows and Samba on today's processors are. Every byte that comes
 * in is hostile: counts are checked against what is there, and an answer has
 * at most RPC_STUB_MAX bytes in at most RPC_FRAGMENTS_MAX fragments.
 */
#ifndef VERIFY_RPC_H
#define VERIFY_RPC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define RPC_BIND_LEN 72
#define RPC_REQUEST_LEN 24
#define RPC_STUB_MAX 65536u
#define RPC_FRAGMENTS_MAX 64u

/* An interface: its UUID as it stands on the wire, and its version. */
struct rpc_interface {
    unsigned char uuid[16];
    uint16_t major;
    uint16_t minor;
};

/* IObjectExporter 99fcfec4-5260-101b-bbcb-00aa0021347a, MS-DCOM 1.9. */
extern const struct rpc_interface rpc_object_exporter;

/*
 * IRemUnknown2 00000143-0000-0000-c000-000000000046, MS-DCOM 1.9: what every
 * process that serves COM objects to other machines offers at its port.
 */
extern const struct rpc_interface rpc_rem_unknown;

#define RPC_CALL_BIND 1u
#define RPC_CALL_REQUEST 2u

void rpc_bind(unsigned char out[RPC_BIND_LEN],
              const struct rpc_interface *interface);
void rpc_request(unsigned char out[RPC_REQUEST_LEN], uint16_t operation);

enum rpc_answer {
    RPC_MORE,     /* not whole yet: feed more */
    RPC_BOUND,    /* bind_ack, accepted */
    RPC_REFUSED,  /* bind_nak, or a bind_ack that rejects: `reason` */
    RPC_FAULT,    /* `fault` */
    RPC_RESPONSE, /* the whole of it is in `stub` */
    RPC_ENDLESS,  /* more fragments or bytes than any answer has: `trouble` */
    RPC_GARBAGE,  /* no answer of this protocol: `trouble` */
};

struct rpc_reader {
    struct buf pdu; /* the one under way */
    struct buf stub;
    uint32_t call; /* RPC_CALL_*: what is waited for */
    unsigned fragments;
    uint32_t fault;      /* NCA or Win32 status */
    bool rejected;       /* a refusal of that interface alone, in a bind_ack */
    unsigned reason;     /* of a refusal */
    const char *trouble; /* static; what was wrong with garbage */
};

void rpc_reader_init(struct rpc_reader *reader);
void rpc_reader_release(struct rpc_reader *reader);

/* Waits for the answer to that call; what was there before is dropped. */
void rpc_reader_expect(struct rpc_reader *reader, uint32_t call);

/* Feed the bytes as they come; nothing may follow a whole answer. */
enum rpc_answer rpc_feed(struct rpc_reader *reader, const void *bytes,
                         size_t len);

#endif
