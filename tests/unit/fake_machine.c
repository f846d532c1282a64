/* SPDX-License-Identifier: MIT */
/* The far end: a login shell, a profile folder, a payload. */
#include "tests/unit/fake_transport.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fake_machine_init(struct fake_machine *machine)
{
    *machine = (struct fake_machine){.shell = SHELL_BACKSLASH, .saves = true};
    buf_init(&machine->log, 64 * 1024);
}

void fake_machine_release(struct fake_machine *machine)
{
    buf_release(&machine->log);
}

size_t fake_machine_files(const struct fake_machine *machine)
{
    size_t count = 0;
    for (size_t i = 0; i < FAKE_FILES_MAX; i++)
        count += machine->files[i][0] != '\0';
    return count;
}

struct command {
    char program[300];
    char verb[16];
    char request[128];
    char run[PROTOCOL_RUN_ID_MAX + 1];
};

static bool has_file(const struct fake_machine *machine, const char *name)
{
    for (size_t i = 0; i < FAKE_FILES_MAX; i++) {
        if (strcmp(machine->files[i], name) == 0)
            return true;
    }
    return false;
}

/* The program is there in that form of path; *one_time: in the profile. */
static bool finds_program(const struct fake_machine *machine,
                          const char *program, bool *one_time)
{
    char wrong = machine->shell == SHELL_SLASH ? '\\' : '/';
    char settled[300];
    if (strchr(program, wrong))
        return false;
    *one_time = program[0] == '.';
    if (*one_time)
        return has_file(machine, program + 2);
    snprintf(settled, sizeof settled, FAKE_FOLDER "\\p-%s.exe",
             FAKE_PAYLOAD_HASH);
    for (char *c = settled; machine->shell == SHELL_SLASH && *c; c++)
        *c = *c == '\\' ? '/' : *c;
    return machine->settled && strcmp(program, settled) == 0;
}

static void add_document(struct fake_output *output, const char *text,
                         size_t len)
{
    buf_add_char(&output->out, PROTOCOL_RS);
    buf_add(&output->out, text, len);
    buf_add_char(&output->out, '\n');
}

static void add_mark(struct fake_machine *machine,
                     const struct command *command, struct fake_output *output)
{
    char text[256];
    snprintf(text, sizeof text,
             "{\"started\":{\"protocol\":1,\"run\":\"%s\",\"payload\":\"%s\"}}",
             command->run, FAKE_PAYLOAD_HASH);
    const char *mark = machine->mark ? machine->mark : text;
    add_document(output, mark, strlen(mark));
    output->mark_end = output->out.len;
}

/* The hash in a request's name: "...-<hash>.json". */
static void request_hash(const char *request, char hash[PROTOCOL_HASH_LEN + 1])
{
    size_t len = strlen(request);
    hash[0] = '\0';
    if (len > PROTOCOL_HASH_LEN + 5)
        snprintf(hash, PROTOCOL_HASH_LEN + 1, "%s",
                 request + len - PROTOCOL_HASH_LEN - 5);
}

static void add_result(struct fake_machine *machine,
                       const struct command *command, const char *error,
                       struct fake_output *output)
{
    static const char *const ok =
        "[{\"id\":\"uac.local_account_token_filter_policy\","
        "\"state\":\"ok\",\"desired\":1,\"before\":1,\"after\":1,"
        "\"restorable\":true,\"risk\":null,\"error\":null,\"hints\":[]}]";
    char hash[PROTOCOL_HASH_LEN + 1];
    struct buf text;
    request_hash(command->request, hash);
    buf_init(&text, 8u * 1024 * 1024);
    buf_addf(&text,
             "{\"protocol\":1,\"run\":\"%s\",\"verb\":\"%s\","
             "\"request\":\"%s\",\"payload\":\"%s\",\"computer\":\"LAB-01\","
             "\"identity\":{\"machine_guid\":\"g\",\"machine_sid\":\"s\","
             "\"install_date\":1},\"folder\":\"C:\\\\ProgramData\\\\wmifleet\","
             "\"settled\":true,\"request_settled\":true,\"error\":%s,"
             "\"facts\":{\"os\":\"Windows 10\"},\"settings\":%s,\"hints\":[],"
             "\"elapsed_ms\":12,\"complete\":true}",
             command->run, command->verb, hash, FAKE_PAYLOAD_HASH,
             error ? error : "null",
             machine->settings ? machine->settings : ok);
    const char *answer = machine->answer ? machine->answer : text.data;
    size_t len = machine->answer ? machine->answer_len : text.len;
    if (machine->answer && len == 0)
        len = strlen(answer);
    add_document(output, answer, len);
    output->result_end = output->out.len;
    buf_release(&text);
}

static const char *request_problem(const struct fake_machine *machine,
                                   const char *request)
{
    char hash[PROTOCOL_HASH_LEN + 1];
    request_hash(request, hash);
    if (strncmp(request, "r-", 2) == 0)
        return strcmp(machine->request, hash) == 0
                   ? NULL
                   : "{\"class\":\"payload-failed\",\"code\":\"0xA0040014\","
                     "\"name\":\"request_missing\","
                     "\"text\":\"another is there\",\"hint\":null}";
    return has_file(machine, request)
               ? NULL
               : "{\"class\":\"payload-failed\",\"code\":\"0x00000002\","
                 "\"name\":\"ERROR_FILE_NOT_FOUND\","
                 "\"text\":\"the request is not there\",\"hint\":null}";
}

/* As far as a payload comes whose request is not to be had. */
static void stop_early(struct fake_machine *machine,
                       const struct command *command, const char *error,
                       struct fake_output *output)
{
    machine->settled = true;
    add_result(machine, command, error, output);
}

static void run_payload(struct fake_machine *machine,
                        const struct command *command,
                        struct fake_output *output)
{
    static const char *const busy_error =
        "{\"class\":\"busy\",\"code\":null,\"name\":null,"
        "\"text\":\"another run is at work\",\"hint\":null}";
    add_mark(machine, command, output);
    if (machine->busy > 0) {
        machine->busy--;
        add_result(machine, command, busy_error, output);
        return;
    }
    const char *problem = request_problem(machine, command->request);
    bool saved = strcmp(machine->saved_run, command->run) == 0;
    if (problem != NULL && !saved) {
        stop_early(machine, command, problem, output);
        return;
    }
    if (!saved)
        machine->runs++;
    if (machine->crashes)
        return;
    machine->settled = true;
    request_hash(command->request, machine->request);
    if (machine->saves)
        snprintf(machine->saved_run, sizeof machine->saved_run, "%s",
                 command->run);
    add_result(machine, command, machine->error, output);
}

static void widen(struct fake_output *output)
{
    struct buf wide;
    buf_init(&wide, output->out.max);
    for (size_t i = 0; i < output->out.len; i++) {
        buf_add_char(&wide, output->out.data[i]);
        buf_add_char(&wide, '\0');
    }
    output->mark_end *= 2;
    output->result_end *= 2;
    buf_release(&output->out);
    output->out = wide;
}

void fake_machine_run(struct fake_machine *machine, const char *line,
                      struct fake_output *output)
{
    struct command command = {0};
    bool one_time = false;
    buf_init(&output->out, 16u * 1024 * 1024);
    buf_init(&output->errors, 64 * 1024);
    output->mark_end = output->result_end = 0;
    if (machine->noise_before)
        buf_add_text(&output->out, machine->noise_before);
    int words = sscanf(line, "%299s %15s %127s %40s", command.program,
                       command.verb, command.request, command.run);
    bool found =
        words == 4 && finds_program(machine, command.program, &one_time);
    if (found && one_time && machine->antivirus) {
        for (size_t i = 0; i < FAKE_FILES_MAX; i++) {
            if (strcmp(machine->files[i], command.program + 2) == 0)
                machine->files[i][0] = '\0';
        }
    }
    if (!found || machine->antivirus || machine->forbids)
        buf_addf(&output->errors, "'%s' cannot be run\x1b[2J\r\nsorry\r\n",
                 command.program);
    else
        run_payload(machine, &command, output);
    if (machine->noise_after)
        buf_add_text(&output->out, machine->noise_after);
    if (machine->utf16)
        widen(output);
}
