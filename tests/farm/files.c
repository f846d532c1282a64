/* SPDX-License-Identifier: MIT */
#include "tests/farm/files.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/farm/ed25519.h"

/* What is wanted of every target; of a kind that needs no judgement. */
static const char wmi[] =
    "{\"uac\": {\"local_account_token_filter_policy\": 1}, "
    "\"dcom\": {\"enabled\": true}, "
    "\"firewall\": {\"wmi_group\": {\"enabled\": true, "
    "\"profiles\": [\"domain\", \"private\"]}}}";

/* Opens PATH.new, which close_new gives its name. */
static FILE *open_new(const char *path, char temporary[PATH_MAX], mode_t mode)
{
    if (snprintf(temporary, PATH_MAX, "%s.new", path) >= PATH_MAX)
        return NULL;
    int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    return fd < 0 ? NULL : fdopen(fd, "w");
}

static int close_new(FILE *file, const char *temporary, const char *path)
{
    bool failed = ferror(file) != 0;
    failed = fclose(file) != 0 || failed;
    return failed ? -1 : rename(temporary, path);
}

/* --- the inventory -------------------------------------------------------- */

static void print_hosts(FILE *file, const struct farm *farm)
{
    for (unsigned i = 0; i < farm->count; i++) {
        const struct target *target = &farm->targets[i];
        char name[TARGET_NAME_SIZE];
        char address[INET_ADDRSTRLEN];
        struct in_addr where = farm_address(i);
        target_name(target, name);
        inet_ntop(AF_INET, &where, address, sizeof address);
        fprintf(file, "%s\n  \"%s\": {\"ansible_host\": \"%s\"", i ? "," : "",
                name, address);
        if (farm_port(farm, target) != farm->port)
            fprintf(file, ", \"ansible_port\": %u",
                    (unsigned)farm_port(farm, target));
        fputs("}", file);
    }
}

static void print_group(FILE *file, const struct farm *farm, enum script script)
{
    const char *comma = "";
    fputs("\"", file);
    for (const char *at = script_word(script); *at != '\0'; at++)
        fputc(*at == '-' ? '_' : *at, file);
    fputs("\": {\"hosts\": {", file);
    for (unsigned i = 0; i < farm->count; i++) {
        char name[TARGET_NAME_SIZE];
        if (farm->targets[i].script != script)
            continue;
        target_name(&farm->targets[i], name);
        fprintf(file, "%s\"%s\": {}", comma, name);
        comma = ", ";
    }
    fputs("}}", file);
}

static void print_groups(FILE *file, const struct farm *farm)
{
    bool used[SCRIPT_COUNT] = {false};
    const char *comma = "";
    for (unsigned i = 0; i < farm->count; i++)
        used[farm->targets[i].script] = true;
    for (int i = 0; i < SCRIPT_COUNT; i++) {
        if (!used[i])
            continue;
        fprintf(file, "%s\n  ", comma);
        print_group(file, farm, (enum script)i);
        comma = ",";
    }
}

int files_inventory(const char *path, const struct farm *farm,
                    const char *identity)
{
    char temporary[PATH_MAX];
    FILE *file = open_new(path, temporary, 0644);
    if (file == NULL)
        return -1;
    fprintf(file,
            "{\"all\": {\n \"vars\": {\n  \"ansible_port\": %u,\n"
            "  \"ansible_user\": \"Administrator\",\n",
            (unsigned)farm->port);
    if (identity != NULL)
        fprintf(file, "  \"ansible_ssh_private_key_file\": \"%s\",\n",
                identity);
    fprintf(file, "  \"wmi\": %s},\n \"hosts\": {", wmi);
    print_hosts(file, farm);
    fputs("},\n \"children\": {", file);
    print_groups(file, farm);
    fputs("}}}\n", file);
    return close_new(file, temporary, path);
}

/* --- keys ----------------------------------------------------------------- */

int files_known_hosts(const char *path, const struct farm *farm)
{
    char temporary[PATH_MAX];
    FILE *file = open_new(path, temporary, 0644);
    int failed = file == NULL ? -1 : 0;
    struct buf text;
    buf_init(&text, 256);
    for (unsigned i = 0; !failed && i < farm->count; i++) {
        char name[TARGET_NAME_SIZE];
        buf_reset(&text);
        ed25519_add_public(&farm->host_keys[i], &text);
        target_name(&farm->targets[i], name);
        fprintf(file, "[%s]:%u %s\n", name,
                (unsigned)farm_port(farm, &farm->targets[i]), text.data);
    }
    buf_release(&text);
    if (file != NULL && close_new(file, temporary, path) != 0)
        failed = -1;
    return failed;
}

int files_identity(const char *path)
{
    char temporary[PATH_MAX];
    struct ed25519 key;
    struct buf text;
    if (ed25519_derive(&key, "client", 0) != 0)
        return -1;
    FILE *file = open_new(path, temporary, 0600);
    if (file == NULL)
        return -1;
    buf_init(&text, 1024);
    ed25519_add_private(&key, &text);
    fputs(text.data, file);
    buf_release(&text);
    return close_new(file, temporary, path);
}

/* --- counts --------------------------------------------------------------- */

int files_counts(const char *path, const struct farm *farm)
{
    char temporary[PATH_MAX];
    FILE *file = open_new(path, temporary, 0644);
    if (file == NULL)
        return -1;
    fprintf(file, "# at most %u connections\n", farm->most);
    for (unsigned i = 0; i < farm->count; i++) {
        const struct target *target = &farm->targets[i];
        const struct counts *counts = &target->counts;
        char name[TARGET_NAME_SIZE];
        target_name(target, name);
        fprintf(file, "%s\t%s\t%u\t%u\t%u\t%u\t%u\t%u\n", name,
                script_word(target->script), counts->connections,
                counts->logins, counts->uploads, counts->execs, counts->works,
                counts->passwords);
    }
    return close_new(file, temporary, path);
}
