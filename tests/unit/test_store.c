/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "controller/store/store.h"

struct fixture {
    char folder[64];
    char path[128];
    struct store *store;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    strcpy(f->folder, "/tmp/wmifleet-store-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->path, sizeof f->path, "%s/deep/state.db", f->folder);
    struct err err;
    f->store = store_open(f->path, &err);
    assert_non_null(f->store);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    store_close(f->store);
    static const char *const names[] = {"", "-wal", "-shm"};
    char path[192];
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s%s", f->path, names[i]);
        unlink(path);
    }
    snprintf(path, sizeof path, "%s/deep", f->folder);
    rmdir(path);
    assert_int_equal(rmdir(f->folder), 0);
    free(f);
    return 0;
}

static void begin_run(struct fixture *f, const char *id, char *reason)
{
    static const struct store_host hosts[] = {
        {"a", "{\"port\":1}"}, {"b", "{}"}, {"c", "{}"}};
    char inventory[] = "lab.json";
    struct store_run run = {
        .hosts = 3, .reason = reason, .inventory = inventory};
    snprintf(run.id, sizeof run.id, "%s", id);
    strcpy(run.verb, "check");
    assert_int_equal(store_run_begin(f->store, &run, hosts, NULL), 0);
}

static void put(struct fixture *f, const char *run, const char *host,
                int status)
{
    char json[64];
    snprintf(json, sizeof json, "{\"host\":\"%s\"}", host);
    assert_int_equal(store_result_put(f->store, run, host, status, json, NULL),
                     0);
}

struct collected {
    char text[512];
};

static int collect(void *context, const char *host, int status,
                   const char *json)
{
    struct collected *c = context;
    size_t len = strlen(c->text);
    snprintf(c->text + len, sizeof c->text - len, "%s=%d%s ", host, status,
             json);
    return 0;
}

static int collect_host(void *context, const char *host)
{
    struct collected *c = context;
    size_t len = strlen(c->text);
    snprintf(c->text + len, sizeof c->text - len, "%s ", host);
    return 0;
}

static int collect_run(void *context, const struct store_run *run)
{
    return collect_host(context, run->id);
}

/* A limit of files' sizes is a full disk to SQLite; -1: none. */
static void limit_files(rlim_t bytes)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void test_full_store_keeps_all_of_a_turn_or_nothing(void **state)
{
    struct fixture *f = *state;
    struct collected c = {0};
    signal(SIGXFSZ, SIG_IGN);
    begin_run(f, "run-1", NULL);
    size_t len = (size_t)4 * 1024 * 1024;
    char *large = malloc(len + 1);
    assert_non_null(large);
    memset(large, 'x', len);
    large[len] = '\0';
    put(f, "run-1", "a", 0);
    struct err err = {0};
    limit_files(1024 * 1024);
    assert_int_equal(store_result_put(f->store, "run-1", "b", 0, large, &err),
                     -1);
    print_message("  %s\n", err.text);
    limit_files(RLIM_INFINITY);
    free(large);
    put(f, "run-1", "c", 0);
    assert_int_equal(store_commit(f->store, &err), 0);
    assert_int_equal(store_results(f->store, "run-1", collect, &c, NULL), 0);
    assert_string_equal(c.text, "c=0{\"host\":\"c\"} ");
}

static void test_what_holds_still_sees_one_state(void **state)
{
    struct fixture *f = *state;
    struct collected c = {0};
    struct store_run run;
    begin_run(f, "run-1", NULL);
    put(f, "run-1", "a", 0);
    assert_int_equal(store_commit(f->store, NULL), 0);
    struct store *reader = store_open(f->path, NULL);
    assert_non_null(reader);
    assert_int_equal(store_hold_still(reader, NULL), 0);
    assert_int_equal(store_run_find(reader, NULL, &run, NULL), 0);
    store_run_release(&run);
    put(f, "run-1", "b", 0);
    assert_int_equal(store_commit(f->store, NULL), 0);
    assert_int_equal(store_results(reader, "run-1", collect, &c, NULL), 0);
    assert_int_equal(store_pending(reader, "run-1", collect_host, &c, NULL), 0);
    assert_string_equal(c.text, "a=0{\"host\":\"a\"} b c ");
    assert_int_equal(store_commit(reader, NULL), 0);
    c.text[0] = '\0';
    assert_int_equal(store_pending(reader, "run-1", collect_host, &c, NULL), 0);
    assert_string_equal(c.text, "c ");
    store_close(reader);
}

static void test_files_are_for_their_owner_only(void **state)
{
    struct fixture *f = *state;
    struct stat info;
    assert_int_equal(stat(f->path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    char folder[128];
    snprintf(folder, sizeof folder, "%s/deep", f->folder);
    assert_int_equal(stat(folder, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0700);
}

static void test_a_run_and_its_results_come_back(void **state)
{
    struct fixture *f = *state;
    begin_run(f, "20260101-aa", NULL);
    put(f, "20260101-aa", "b", 2);
    put(f, "20260101-aa", "a", 1);
    assert_int_equal(store_commit(f->store, NULL), 0);
    struct collected results = {""};
    assert_int_equal(
        store_results(f->store, "20260101-aa", collect, &results, NULL), 0);
    assert_string_equal(results.text,
                        "a=1{\"host\":\"a\"} b=2{\"host\":\"b\"} ");
    struct collected pending = {""};
    assert_int_equal(
        store_pending(f->store, "20260101-aa", collect_host, &pending, NULL),
        0);
    assert_string_equal(pending.text, "c ");
}

static void test_how_hosts_were_reached_comes_back(void **state)
{
    struct fixture *f = *state;
    begin_run(f, "r1", NULL);
    char *target = NULL;
    assert_int_equal(store_host_target(f->store, "r1", "a", &target, NULL), 1);
    assert_string_equal(target, "{\"port\":1}");
    free(target);
    assert_int_equal(store_host_target(f->store, "r1", "z", &target, NULL), 0);
    assert_int_equal(store_host_target(f->store, "r2", "a", &target, NULL), 0);
}

static void test_runs_are_found_by_name_beginning_or_last(void **state)
{
    struct fixture *f = *state;
    struct err err;
    struct store_run run;
    assert_int_equal(store_run_find(f->store, NULL, &run, &err), -1);
    assert_non_null(strstr(err.text, "holds no run"));
    char reason[] = "new machines";
    begin_run(f, "20260101-aa", NULL);
    begin_run(f, "20260102-bb", reason);
    put(f, "20260102-bb", "a", 1);
    assert_int_equal(store_run_end(f->store, "20260102-bb", 3, NULL), 0);
    assert_int_equal(store_run_find(f->store, "last", &run, &err), 0);
    assert_string_equal(run.id, "20260102-bb");
    assert_string_equal(run.reason, "new machines");
    assert_int_equal(run.exit_status, 3);
    assert_int_equal(run.hosts, 3);
    assert_int_equal(run.by_status[1], 1);
    assert_int_not_equal(run.ended[0], '\0');
    store_run_release(&run);
    assert_int_equal(store_run_find(f->store, "20260101", &run, &err), 0);
    assert_int_equal(run.exit_status, -1);
    assert_null(run.reason);
    store_run_release(&run);
    assert_int_equal(store_run_find(f->store, "2026", &run, &err), -1);
    assert_non_null(strstr(err.text, "more than one"));
    assert_int_equal(store_run_find(f->store, "x", &run, &err), -1);
    struct collected runs = {""};
    assert_int_equal(store_runs(f->store, collect_run, &runs, NULL), 0);
    assert_string_equal(runs.text, "20260102-bb 20260101-aa ");
}

static void test_status_is_the_newest_result_of_each_host(void **state)
{
    struct fixture *f = *state;
    begin_run(f, "r1", NULL);
    put(f, "r1", "a", 1);
    put(f, "r1", "b", 1);
    begin_run(f, "r2", NULL);
    put(f, "r2", "b", 5);
    struct collected newest = {""};
    assert_int_equal(store_status(f->store, collect, &newest, NULL), 0);
    assert_string_equal(newest.text,
                        "a=1{\"host\":\"a\"} b=5{\"host\":\"b\"} ");
    assert_int_equal(store_commit(f->store, NULL), 0);
}

static void test_targets_are_remembered(void **state)
{
    struct fixture *f = *state;
    struct store_target target = {.shell = '/'};
    assert_int_equal(store_target_get(f->store, "k", &target, NULL), 0);
    strcpy(target.folder, "C:\\ProgramData\\wmifleet");
    strcpy(target.payload_hash, "00ff");
    assert_int_equal(store_target_put(f->store, "k", &target, NULL), 0);
    assert_int_equal(store_commit(f->store, NULL), 0);
    struct store_target got = {0};
    assert_int_equal(store_target_get(f->store, "k", &got, NULL), 1);
    assert_int_equal(got.shell, '/');
    assert_string_equal(got.folder, "C:\\ProgramData\\wmifleet");
    assert_string_equal(got.payload_hash, "00ff");
    assert_string_equal(got.request_hash, "");
}

/* A process that dies at once keeps what it committed and nothing more. */
static void test_sigkill_keeps_what_was_committed(void **state)
{
    struct fixture *f = *state;
    store_close(f->store);
    f->store = NULL;
    pid_t child = fork();
    if (child == 0) {
        f->store = store_open(f->path, NULL);
        begin_run(f, "r1", NULL);
        put(f, "r1", "a", 1);
        store_commit(f->store, NULL);
        put(f, "r1", "b", 1);
        kill(getpid(), SIGKILL);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    f->store = store_open(f->path, NULL);
    assert_non_null(f->store);
    struct collected pending = {""};
    assert_int_equal(
        store_pending(f->store, "r1", collect_host, &pending, NULL), 0);
    assert_string_equal(pending.text, "b c ");
}

static void test_two_controllers_share_one_store(void **state)
{
    struct fixture *f = *state;
    struct store *other = store_open(f->path, NULL);
    assert_non_null(other);
    struct fixture second = {.store = other};
    begin_run(f, "r1", NULL);
    begin_run(&second, "r2", NULL);
    struct collected runs = {""};
    assert_int_equal(store_runs(f->store, collect_run, &runs, NULL), 0);
    assert_string_equal(runs.text, "r2 r1 ");
    store_close(other);
}

static void spoil(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void test_what_is_no_store_is_refused(void **state)
{
    struct fixture *f = *state;
    char path[128];
    snprintf(path, sizeof path, "%s/text", f->folder);
    spoil(path, "these are words, and enough of them to be no database file "
                "header, hence refused by whoever reads it");
    struct err err;
    assert_null(store_open(path, &err));
    assert_non_null(strstr(err.text, path));
    assert_non_null(strstr(err.text, "--store"));
    unlink(path);
    assert_null(store_open("/proc/no/such/store.db", &err));
    assert_non_null(strstr(err.text, "/proc/no"));
}

/* SQLite would take both: as a store for nobody, and as another file. */
static void test_a_name_that_is_no_file_is_refused(void **state)
{
    (void)state;
    struct err err;
    assert_null(store_open("", &err));
    assert_string_equal(err.text, "--store: an empty name is no file");
    char path[5000] = "/tmp/";
    memset(path + 5, 'x', sizeof path - 6);
    path[sizeof path - 1] = '\0';
    assert_null(store_open(path, &err));
    assert_string_equal(err.text, "--store: a name of 4999 bytes is too long");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_what_holds_still_sees_one_state),
        TEST(test_files_are_for_their_owner_only),
        TEST(test_full_store_keeps_all_of_a_turn_or_nothing),
        TEST(test_a_run_and_its_results_come_back),
        TEST(test_how_hosts_were_reached_comes_back),
        TEST(test_runs_are_found_by_name_beginning_or_last),
        TEST(test_status_is_the_newest_result_of_each_host),
        TEST(test_targets_are_remembered),
        TEST(test_sigkill_keeps_what_was_committed),
        TEST(test_two_controllers_share_one_store),
        TEST(test_what_is_no_store_is_refused),
        TEST(test_a_name_that_is_no_file_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
