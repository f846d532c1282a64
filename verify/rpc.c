/* SPDX-License-Identifier: MIT */
#include "verify/rpc.h"

#include <string.h>

#define HEADER_LEN 16u
#define RESPONSE_HEAD_LEN 8u /* allocation hint, context, cancel count, pad */
#define FRAGMENT_MAX 5840u   /* what the bind says we take */

enum packet {
    PACKET_REQUEST = 0,
    PACKET_RESPONSE = 2,
    PACKET_FAULT = 3,
    PACKET_BIND = 11,
    PACKET_BIND_ACK = 12,
    PACKET_BIND_NAK = 13,
};

#define FLAG_FIRST 0x01u
#define FLAG_LAST 0x02u

const struct rpc_interface rpc_object_exporter = {
    .uuid = {0xC4, 0xFE, 0xFC, 0x99, 0x60, 0x52, 0x1B, 0x10, 0xBB, 0xCB, 0x00,
             0xAA, 0x00, 0x21, 0x34, 0x7A},
};

const struct rpc_interface rpc_rem_unknown = {
    .uuid = {0x43, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xC0, 0x00, 0x00,
             0x00, 0x00, 0x00, 0x00, 0x46},
};

static const struct rpc_interface ndr = {
    .uuid = {0x04, 0x5D, 0x88, 0x8A, 0xEB, 0x1C, 0xC9, 0x11, 0x9F, 0xE8, 0x08,
             0x00, 0x2B, 0x10, 0x48, 0x60},
    .major = 2,
};

/* --- questions ----------------------------------------------------------- */

static unsigned char *put16(unsigned char *at, unsigned value)
{
    *at++ = (unsigned char)(value & 0xFF);
    *at++ = (unsigned char)(value >> 8);
    return at;
}

static unsigned char *put32(unsigned char *at, uint32_t value)
{
    return put16(put16(at, value & 0xFFFF), value >> 16);
}

static unsigned char *put_interface(unsigned char *at,
                                    const struct rpc_interface *interface)
{
    memcpy(at, interface->uuid, sizeof interface->uuid);
    at = put16(at + sizeof interface->uuid, interface->major);
    return put16(at, interface->minor);
}

static unsigned char *put_header(unsigned char *at, enum packet type,
                                 unsigned len, uint32_t call)
{
    const unsigned char fixed[] = {
        5, 0, (unsigned char)type, FLAG_FIRST | FLAG_LAST, 0x10, 0, 0, 0};
    memcpy(at, fixed, sizeof fixed);
    at = put16(at + sizeof fixed, len);
    return put32(put16(at, 0), call);
}

void rpc_bind(unsigned char out[RPC_BIND_LEN],
              const struct rpc_interface *interface)
{
    unsigned char *at =
        put_header(out, PACKET_BIND, RPC_BIND_LEN, RPC_CALL_BIND);
    at = put16(put16(at, FRAGMENT_MAX), FRAGMENT_MAX);
    at = put32(at, 0);           /* association group */
    at = put32(at, 1);           /* contexts */
    at = put16(put16(at, 0), 1); /* context 0 with one transfer syntax */
    put_interface(put_interface(at, interface), &ndr);
}

void rpc_request(unsigned char out[RPC_REQUEST_LEN], uint16_t operation)
{
    unsigned char *at =
        put_header(out, PACKET_REQUEST, RPC_REQUEST_LEN, RPC_CALL_REQUEST);
    put16(put16(put32(at, 0), 0), operation);
}

/* --- answers ------------------------------------------------------------- */

static unsigned get16(const unsigned char *at)
{
    return (unsigned)at[0] | (unsigned)at[1] << 8;
}

static uint32_t get32(const unsigned char *at)
{
    return get16(at) | (uint32_t)get16(at + 2) << 16;
}

void rpc_reader_init(struct rpc_reader *reader)
{
    *reader = (struct rpc_reader){.call = RPC_CALL_BIND};
    buf_init(&reader->pdu, UINT16_MAX);
    buf_init(&reader->stub, RPC_STUB_MAX);
}

void rpc_reader_release(struct rpc_reader *reader)
{
    buf_release(&reader->pdu);
    buf_release(&reader->stub);
}

void rpc_reader_expect(struct rpc_reader *reader, uint32_t call)
{
    buf_reset(&reader->pdu);
    buf_reset(&reader->stub);
    reader->call = call;
    reader->fragments = 0;
}

static enum rpc_answer endless(struct rpc_reader *reader, const char *trouble)
{
    reader->trouble = trouble;
    return RPC_ENDLESS;
}

static enum rpc_answer garbage(struct rpc_reader *reader, const char *trouble)
{
    reader->trouble = trouble;
    return RPC_GARBAGE;
}

/* Why the 16 bytes are no header of what is waited for, or NULL. */
static const char *trouble_with_header(const struct rpc_reader *reader,
                                       const unsigned char *header)
{
    if (header[0] != 5 || header[1] > 1)
        return "it is not DCE/RPC version 5";
    if (header[4] != 0x10)
        return "its numbers are not little-endian";
    if (get16(header + 8) < HEADER_LEN)
        return "a fragment is shorter than its header";
    if (get16(header + 10) != 0)
        return "it signs what was asked without a name";
    if (get32(header + 12) != reader->call)
        return "it answers another call";
    return NULL;
}

/*
 * max_xmit, max_recv, group, the secondary address (its length first) padded
 * to 4, then the results: a count, 3 bytes, and for ours result and reason.
 */
static enum rpc_answer take_bind_ack(struct rpc_reader *reader,
                                     const unsigned char *body, size_t len)
{
    if (len < 10)
        return garbage(reader, "its bind_ack is cut short");
    size_t results = 10 + get16(body + 8);
    results = (results + 3) & ~(size_t)3;
    if (len < results + 4 + 4)
        return garbage(reader, "its bind_ack is cut short");
    if (body[results] != 1)
        return garbage(reader, "its bind_ack answers more than was asked");
    unsigned result = get16(body + results + 4);
    reader->reason = get16(body + results + 6);
    reader->rejected = true;
    return result == 0 ? RPC_BOUND : RPC_REFUSED;
}

static enum rpc_answer take_bind_nak(struct rpc_reader *reader,
                                     const unsigned char *body, size_t len)
{
    if (len < 2)
        return garbage(reader, "its bind_nak is cut short");
    reader->reason = get16(body);
    reader->rejected = false;
    return RPC_REFUSED;
}

static enum rpc_answer take_fault(struct rpc_reader *reader,
                                  const unsigned char *body, size_t len)
{
    if (len < RESPONSE_HEAD_LEN + 4)
        return garbage(reader, "its fault is cut short");
    reader->fault = get32(body + RESPONSE_HEAD_LEN);
    return RPC_FAULT;
}

static enum rpc_answer take_response(struct rpc_reader *reader, unsigned flags,
                                     const unsigned char *body, size_t len)
{
    if (len < RESPONSE_HEAD_LEN)
        return garbage(reader, "its response is cut short");
    if ((reader->fragments == 0) != ((flags & FLAG_FIRST) != 0))
        return garbage(reader, "its fragments are out of order");
    if (++reader->fragments > RPC_FRAGMENTS_MAX)
        return endless(reader, "its response has no end of fragments");
    if (buf_add(&reader->stub, body + RESPONSE_HEAD_LEN,
                len - RESPONSE_HEAD_LEN) != 0)
        return endless(reader, "its response is longer than any could be");
    return (flags & FLAG_LAST) != 0 ? RPC_RESPONSE : RPC_MORE;
}

static enum rpc_answer take_pdu(struct rpc_reader *reader,
                                const unsigned char *pdu, size_t len)
{
    const unsigned char *body = pdu + HEADER_LEN;
    size_t body_len = len - HEADER_LEN;
    bool binding = reader->call == RPC_CALL_BIND;
    unsigned type = pdu[2];
    if (type == PACKET_FAULT)
        return take_fault(reader, body, body_len);
    if (binding && type == PACKET_BIND_ACK)
        return take_bind_ack(reader, body, body_len);
    if (binding && type == PACKET_BIND_NAK)
        return take_bind_nak(reader, body, body_len);
    if (!binding && type == PACKET_RESPONSE)
        return take_response(reader, pdu[3], body, body_len);
    return garbage(reader, "it answers with a packet of another kind");
}

/* How many bytes the PDU under way lacks, or has yet to tell of. */
static size_t lacking(const struct rpc_reader *reader)
{
    size_t have = reader->pdu.len;
    size_t whole = have < HEADER_LEN
                       ? HEADER_LEN
                       : get16((const unsigned char *)reader->pdu.data + 8);
    return whole - have;
}

enum rpc_answer rpc_feed(struct rpc_reader *reader, const void *bytes,
                         size_t len)
{
    const unsigned char *at = bytes;
    enum rpc_answer answer = RPC_MORE;
    while (len > 0 && answer == RPC_MORE) {
        size_t take = lacking(reader) < len ? lacking(reader) : len;
        bool header_before = reader->pdu.len >= HEADER_LEN;
        if (buf_add(&reader->pdu, at, take) != 0)
            return garbage(reader, "memory is short");
        at += take;
        len -= take;
        const unsigned char *pdu = (const unsigned char *)reader->pdu.data;
        const char *trouble = reader->pdu.len >= HEADER_LEN && !header_before
                                  ? trouble_with_header(reader, pdu)
                                  : NULL;
        if (trouble != NULL)
            return garbage(reader, trouble);
        if (reader->pdu.len < HEADER_LEN || lacking(reader) > 0)
            continue;
        answer = take_pdu(reader, pdu, reader->pdu.len);
        buf_reset(&reader->pdu);
    }
    bool more = len > 0 && answer != RPC_GARBAGE && answer != RPC_ENDLESS;
    return more ? garbage(reader, "it says more than was asked for") : answer;
}
