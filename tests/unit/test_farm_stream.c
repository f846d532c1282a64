/* SPDX-License-Identifier: MIT */
/*
 * A farm's connection with a libssh that reads while it writes: what comes
 * then for a stream that had its turn is done in the same turn.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <libssh/server.h>

#include "base/buf.h"
#include "tests/farm/stream.h"

static char a_session;
static char a_channel;

/* What comes with the next write. */
static struct stream *asked;

static unsigned begun;

/* --- libssh --------------------------------------------------------------- */

ssh_channel ssh_channel_new(ssh_session session)
{
    assert_ptr_equal(session, &a_session);
    return (ssh_channel)(void *)&a_channel;
}

int ssh_set_channel_callbacks(ssh_channel channel, ssh_channel_callbacks calls)
{
    assert_ptr_equal(channel, &a_channel);
    assert_non_null(calls->channel_exec_request_function);
    return SSH_OK;
}

ssh_session ssh_channel_get_session(ssh_channel channel)
{
    assert_ptr_equal(channel, &a_channel);
    return (ssh_session)(void *)&a_session;
}

int ssh_get_poll_flags(ssh_session session)
{
    assert_ptr_equal(session, &a_session);
    return 0;
}

uint32_t ssh_channel_window_size(ssh_channel channel)
{
    assert_ptr_equal(channel, &a_channel);
    return 65536;
}

static void ask(struct stream *stream)
{
    assert_int_equal(stream->callbacks.channel_exec_request_function(
                         NULL, NULL, "whoami", stream),
                     0);
}

int ssh_channel_write(ssh_channel channel, const void *bytes, uint32_t len)
{
    assert_ptr_equal(channel, &a_channel);
    assert_non_null(bytes);
    struct stream *stream = asked;
    asked = NULL;
    if (stream != NULL)
        ask(stream);
    return (int)len;
}

int ssh_channel_write_stderr(ssh_channel channel, const void *bytes,
                             uint32_t len)
{
    return ssh_channel_write(channel, bytes, len);
}

int ssh_channel_request_send_exit_status(ssh_channel channel, int status)
{
    assert_ptr_equal(channel, &a_channel);
    return status;
}

int ssh_channel_send_eof(ssh_channel channel)
{
    assert_ptr_equal(channel, &a_channel);
    return SSH_OK;
}

int ssh_channel_close(ssh_channel channel)
{
    assert_ptr_equal(channel, &a_channel);
    return SSH_OK;
}

socket_t ssh_get_fd(ssh_session session)
{
    assert_ptr_equal(session, &a_session);
    return -1;
}

/* --- what streams carry --------------------------------------------------- */

void sftp_init(struct sftp *sftp, struct target *target)
{
    sftp->target = target;
    buf_init(&sftp->out, 1024);
}

void sftp_release(struct sftp *sftp)
{
    buf_release(&sftp->out);
}

void sftp_feed(struct sftp *sftp, const void *bytes, size_t len)
{
    buf_add(&sftp->out, bytes, len);
}

void __wrap_play_init(struct play *play, struct target *target,
                      const char *command);
void __wrap_play_release(struct play *play);

void __wrap_play_init(struct play *play, struct target *target,
                      const char *command)
{
    assert_non_null(target);
    assert_string_equal(command, "whoami");
    *play = (struct play){.slowly_after = SIZE_MAX, .end = PLAY_HOLDS};
    begun++;
}

void __wrap_play_release(struct play *play)
{
    assert_non_null(play);
}

void play_look(struct play *play, struct target *target)
{
    assert_non_null(play);
    assert_non_null(target);
}

/* --- tests ---------------------------------------------------------------- */

static struct stream *new_stream(struct target *target, struct stream *next)
{
    struct stream *stream = stream_new((ssh_session)(void *)&a_session, target);
    assert_non_null(stream);
    stream->next = next;
    return stream;
}

static void test_command_that_comes_during_a_write_is_begun(void **state)
{
    (void)state;
    struct target target = {.index = 0};
    struct stream *files = new_stream(&target, NULL);
    struct stream *command = new_stream(&target, files);
    struct stream *streams = command;
    files->callbacks.channel_subsystem_request_function(NULL, NULL, "sftp",
                                                        files);
    char answer[] = "answer";
    files->callbacks.channel_data_function(NULL, NULL, answer, 6, 0, files);
    asked = command;
    begun = 0;
    assert_int_equal(streams_work(&streams, false), STREAM_RESTS);
    assert_int_equal(begun, 1);
    assert_int_equal(files->sftp.out.len, 0);
    stream_free(command);
    stream_free(files);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_command_that_comes_during_a_write_is_begun),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
