/* SPDX-License-Identifier: MIT */
/* OpenSSH's command-line words, as ansible_ssh_common_args carries them. */
#include <stdlib.h>
#include <string.h>

#include "inventory/ssh_words.h"
#include "tests/fuzz/fuzz.h"

static void take_option(void *context, const char *name, const char *value)
{
    size_t *len = context;
    fuzz_must(name != NULL && name[0] != '\0', "an option has a name");
    *len += strlen(name) + (value != NULL ? strlen(value) : 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct fuzz_input input = {(const char *)data, len};
    struct err err = {0};
    size_t told = 0;
    const struct ssh_words_visitor visitor = {take_option, &told};
    char *text = fuzz_rest(&input);
    if (ssh_words_read(text, &visitor, &err) != 0)
        fuzz_logged(err.text);
    /* -p is Port, -i IdentityFile: a letter becomes a word of ssh_config */
    fuzz_must(told <= 20 * len, "no more is told than stands there");
    free(text);
    return 0;
}
