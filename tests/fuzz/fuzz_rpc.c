/* SPDX-License-Identifier: MIT */
/*
 * What answers on port 135. Line 1: the sizes of the pieces, behind a "b"
 * (an answer to bind), an "r" (to a request) or an "s" (the stub alone); the
 * rest comes from the network. Pieces get the answer of the whole, and what
 * is announced is plain.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "tests/fuzz/fuzz.h"
#include "verify/announced.h"
#include "verify/rpc.h"

static enum rpc_answer feed(struct rpc_reader *reader,
                            const struct fuzz_input *input, const char *sizes)
{
    enum rpc_answer answer = RPC_MORE;
    size_t at = 0;
    for (size_t number = 0; at < input->len && answer == RPC_MORE; number++) {
        size_t size = sizes == NULL
                          ? input->len
                          : fuzz_piece(sizes, number, input->len - at);
        unsigned char *piece = malloc(size);
        fuzz_must(piece != NULL, "there is memory");
        memcpy(piece, input->at + at, size);
        answer = rpc_feed(reader, piece, size);
        free(piece);
        at += size;
    }
    /* The whole would have had it in hand: more than was asked for. */
    if (at < input->len && answer != RPC_ENDLESS)
        answer = RPC_GARBAGE;
    return answer;
}

static void read_stub(const char *bytes, size_t len)
{
    struct err err = {0};
    struct server_alive *alive = malloc(sizeof *alive);
    unsigned char *stub = malloc(len > 0 ? len : 1);
    fuzz_must(alive != NULL && stub != NULL, "there is memory");
    if (len > 0)
        memcpy(stub, bytes, len);
    if (server_alive_read(alive, stub, len, &err) != 0) {
        fuzz_logged(err.text);
    } else {
        struct verdict verdict = {0};
        fuzz_must(alive->count <= SERVER_ALIVE_ADDRESSES_MAX, "it has an end");
        for (size_t i = 0; i < alive->count; i++)
            fuzz_plain(alive->addresses[i], strlen(alive->addresses[i]));
        announced_judge(alive, "10.0.0.3", "LAB-03", &verdict);
    }
    free(stub);
    free(alive);
}

static void compare(const struct fuzz_input *input, const char *sizes,
                    uint32_t call)
{
    struct rpc_reader readers[2];
    enum rpc_answer answers[2];
    for (int i = 0; i < 2; i++) {
        rpc_reader_init(&readers[i]);
        rpc_reader_expect(&readers[i], call);
        answers[i] = feed(&readers[i], input, i == 0 ? NULL : sizes);
    }
    fuzz_must(answers[0] == answers[1], "pieces get the answer of the whole");
    fuzz_must(readers[0].stub.len <= RPC_STUB_MAX, "an answer has an end");
    if (answers[0] == RPC_RESPONSE) {
        fuzz_must(readers[0].stub.len == readers[1].stub.len,
                  "pieces make the same stub");
        read_stub(readers[0].stub.data, readers[0].stub.len);
    }
    if (answers[0] == RPC_GARBAGE || answers[0] == RPC_ENDLESS)
        fuzz_must(readers[0].trouble != NULL, "garbage has a reason");
    for (int i = 0; i < 2; i++)
        rpc_reader_release(&readers[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct fuzz_input input = {(const char *)data, len};
    char *sizes = fuzz_line(&input);
    if (sizes[0] == 's')
        read_stub(input.at, input.len);
    else
        compare(&input, sizes,
                sizes[0] == 'b' ? RPC_CALL_BIND : RPC_CALL_REQUEST);
    free(sizes);
    return 0;
}
