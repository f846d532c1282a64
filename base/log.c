/* SPDX-License-Identifier: MIT */
#include "base/log.h"

#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"

#define LINE_MAX_BYTES 65536

int log_escape(struct buf *out, const char *text, size_t len)
{
    size_t at = 0;
    while (at < len) {
        uint32_t code = 0;
        size_t taken = utf8_decode(text + at, len - at, &code);
        if (taken == 0 || code < 0x20 || code == 0x7F)
            buf_addf(out, "\\x%02x", (unsigned)(unsigned char)text[at]);
        else if (utf8_misleads(code))
            buf_addf(out, "\\u{%lx}", (unsigned long)code);
        else
            buf_add(out, text + at, taken);
        at += taken == 0 ? 1 : taken;
    }
    return out->failed ? -1 : 0;
}

void log_put(FILE *out, const char *text)
{
    struct buf escaped;
    buf_init(&escaped, SIZE_MAX);
    fputs(log_escape(&escaped, text, strlen(text)) == 0 ? escaped.data : "?",
          out);
    buf_release(&escaped);
}

void log_line(const struct log *log, enum log_level level, const char *format,
              ...)
{
    if (log == NULL || level > log->shown)
        return;
    struct buf text;
    struct buf line;
    buf_init(&text, LINE_MAX_BYTES);
    buf_init(&line, 4 * LINE_MAX_BYTES + 64);
    va_list args;
    va_start(args, format);
    int ok = buf_addv(&text, format, args);
    va_end(args);
    buf_add_text(&line,
                 level == LOG_WARNING ? "wmifleet: warning: " : "wmifleet: ");
    log_escape(&line, text.data, text.len);
    buf_add_char(&line, '\n');
    if (log->before != NULL)
        log->before(log->context);
    /* One call, so that a line of another process does not cut in. */
    if (ok == 0 && !line.failed)
        fwrite(line.data, 1, line.len, log->out);
    else
        fputs("wmifleet: a message was lost: out of memory\n", log->out);
    fflush(log->out);
    buf_release(&line);
    buf_release(&text);
}
