/* SPDX-License-Identifier: MIT */
#include "controller/report/describe_layer.h"

#include <string.h>

#include "base/json.h"
#include "base/log.h"

/* The widest name of a layer. */
#define NAME_WIDTH 11

static void add_escaped(struct buf *out, const char *text)
{
    if (text != NULL)
        log_escape(out, text, strlen(text));
}

void describe_layer(struct buf *out, const cJSON *layer)
{
    const char *name = json_text(layer, "layer");
    const char *state = json_text(layer, "state");
    const char *code = json_text(layer, "code");
    const char *symbol = json_text(layer, "name");
    const char *hint = json_text(layer, "hint");
    size_t len = name != NULL ? strlen(name) : 0;
    add_escaped(out, name);
    do
        buf_add_char(out, ' ');
    while (++len < NAME_WIDTH);
    if (state != NULL && strcmp(state, "drift") != 0 &&
        strcmp(state, "ok") != 0)
        buf_addf(out,
                 "%s: ", strcmp(state, "failed") == 0 ? "failed" : "skipped");
    add_escaped(out, json_text(layer, "text"));
    if (code != NULL) {
        buf_add_text(out, " (");
        add_escaped(out, code);
        buf_add_text(out, symbol != NULL ? " " : "");
        add_escaped(out, symbol);
        buf_add_text(out, ")");
    }
    if (hint == NULL)
        return;
    buf_add_text(out, "\n        ");
    add_escaped(out, hint);
}
