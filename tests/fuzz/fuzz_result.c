/* SPDX-License-Identifier: MIT */
/*
 * The answer of a target, judged, kept and shown. Line 1: the verb, and
 * behind a "+" nothing: then what is left are members of an object whose head
 * and end mark are right, else it is the whole document. Nothing that a
 * target said comes out as it was sent, and the store gives back what it got.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "controller/report/recap.h"
#include "controller/undo/snapshots.h"
#include "tests/fuzz/fuzz.h"
#include "verify/from.h"

#define HEAD_FORMAT                                                            \
    "{\"protocol\":1,\"run\":\"r1\",\"verb\":\"%s\",\"request\":\"q1\","       \
    "\"payload\":\"p1\",%s%s\"complete\":true}"
#define VERIFY                                                                 \
    "{\"asynchronous\":true,\"targets\":[{\"host\":\"lab-01\",\"address\":"    \
    "\"10.0.0.3\",\"user\":\"LAB-01\\\\r\",\"namespaces\":"                    \
    "[\"root\\\\cimv2\",\"root\\\\default\"]}]}"

/* What a person or a program reads of two hosts that answered so. */
static void show(struct result *result, enum output output)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    fuzz_must(out != NULL, "there is memory");
    const struct recap_config config = {.out = out,
                                        .output = output,
                                        .verb = result->verb,
                                        .run = "r1",
                                        .again = " -i lab.json",
                                        .apply = " -i lab.json"};
    struct recap *recap = recap_new(&config);
    fuzz_must(recap != NULL, "there is memory");
    fuzz_must(recap_host(recap, result) == 0, "it can be told");
    char *host = result->host;
    char other[] = "lab-02";
    result->host = other;
    fuzz_must(recap_host(recap, result) == 0, "it can be told twice");
    result->host = host;
    fuzz_must(recap_end(recap, NULL) == 0, "it can be summed up");
    recap_free(recap);
    fclose(out);
    fuzz_plain(text, len);
    free(text);
}

static void keep(const struct result *result)
{
    cJSON *tree = result_to_json(result);
    char *text = tree != NULL ? json_print(tree, -1) : NULL;
    struct err err = {0};
    fuzz_must(text != NULL, "there is memory");
    fuzz_plain_json(tree);
    struct result *again = result_from_json(text, &err);
    fuzz_must(again != NULL, "what is stored can be read");
    cJSON *second = result_to_json(again);
    char *second_text = second != NULL ? json_print(second, -1) : NULL;
    fuzz_must(second_text != NULL && strcmp(text, second_text) == 0,
              "what is stored comes back");
    free(second_text);
    cJSON_Delete(second);
    result_free(again);
    free(text);
    cJSON_Delete(tree);
}

static void judge_snapshots(const struct result *result, const char *run,
                            bool all)
{
    struct snapshots_span span = {0};
    struct err err = {0};
    const struct snapshots_wish wish = {.run = run, .all = all};
    switch (snapshots_read(&span, result->snapshots, result->identity, &wish,
                           &err)) {
    case SNAPSHOTS_REFUSED:
        fuzz_logged(err.text);
        break;
    case SNAPSHOTS_FOUND:
        fuzz_plain_json(span.settings);
        fuzz_plain(span.run, strlen(span.run));
        snapshots_release(&span);
        break;
    case SNAPSHOTS_NOTHING:
        break;
    }
}

/* A collector's word on its connections. */
static void judge_connections(struct result *result)
{
    struct err err = {0};
    const struct from_view view = {
        .collector = "mon-01",
        .from = "10.0.0.5",
        .admission = {.rpc = ADMITS_YES, .wmi = ADMITS_YES},
        .evidence = {result->facts, result->settings, NULL},
        .asynchronous = true};
    cJSON *verify = json_parse("verify", VERIFY, strlen(VERIFY), &err);
    fuzz_must(verify != NULL, "the question is JSON");
    if (from_check(result->connections, verify, &err) != 0)
        fuzz_logged(err.text);
    else
        from_judge(result, &view, json_member(verify, "targets")->child,
                   result->connections->child);
    cJSON_Delete(verify);
}

static void use(struct result *result)
{
    if (result->verb == VERB_SNAPSHOTS) {
        judge_snapshots(result, NULL, false);
        judge_snapshots(result, NULL, true);
        judge_snapshots(result, "2", false);
    }
    if (result->verb == VERB_VERIFY)
        judge_connections(result);
    keep(result);
    show(result, OUTPUT_HUMAN);
    show(result, OUTPUT_JSON);
    show(result, OUTPUT_NDJSON);
}

static void judge(enum verb verb, const char *text, size_t len)
{
    const struct result_expect expect = {
        .run = "r1", .verb = verb, .request_hash = "q1", .payload_hash = "p1"};
    struct result_settled settled = {0};
    struct err err = {0};
    struct result *result = result_new("lab-01", "10.0.0.3:22", "r1", verb);
    fuzz_must(result != NULL, "there is memory");
    if (result_judge(result, &expect, text, len, &settled, &err) == 0) {
        fuzz_plain(settled.folder, strlen(settled.folder));
    } else {
        fuzz_logged(err.text);
        fuzz_must(err.code == FAULT_BAD_RESULT, "what is no answer is bad");
        result_fail(result, FAULT_BAD_RESULT, err.text);
    }
    use(result);
    result_free(result);
}

static enum verb verb_of(const char *line)
{
    static const enum verb verbs[] = {VERB_CHECK, VERB_APPLY, VERB_UNDO,
                                      VERB_VERIFY, VERB_SNAPSHOTS};
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (strncmp(line, verb_word(verbs[i]), strlen(verb_word(verbs[i]))) ==
            0)
            return verbs[i];
    return VERB_CHECK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct fuzz_input input = {(const char *)data, len};
    char *line = fuzz_line(&input);
    enum verb verb = verb_of(line);
    if (strchr(line, '+') == NULL) {
        char *text = malloc(input.len > 0 ? input.len : 1);
        fuzz_must(text != NULL, "there is memory");
        if (input.len > 0)
            memcpy(text, input.at, input.len);
        judge(verb, text, input.len);
        free(text);
    } else {
        char *members = fuzz_rest(&input);
        char *text = NULL;
        int size = asprintf(&text, HEAD_FORMAT, verb_word(verb), members,
                            members[0] != '\0' ? "," : "");
        fuzz_must(size > 0, "there is memory");
        judge(verb, text, (size_t)size);
        free(text);
        free(members);
    }
    free(line);
    return 0;
}
