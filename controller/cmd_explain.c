/* SPDX-License-Identifier: MIT */
/* explain: what a code means, its usual causes, what to look at next. */
#include "controller/commands.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "controller/result/fault_causes.h"
#include "controller/known_facts.h"
#include "controller/result/result.h"
#include "controller/store/store.h"
#include "judgement/causes.h"
#include "payload/win32/errors.h"

/* "0x800706BA", "800706ba", "-2147023174", "1722" */
static bool code_number(const char *text, unsigned long *code)
{
    char *end;
    int base = strspn(text, "0123456789abcdefABCDEF") == 8 ? 16 : 0;
    if (*text == '\0')
        return false;
    errno = 0;
    long long value = strtoll(text, &end, base);
    if (errno != 0 || *end != '\0' || value < -0x80000000LL ||
        value > 0xFFFFFFFFLL)
        return false;
    *code = (unsigned long)(value & 0xFFFFFFFFLL);
    return true;
}

static bool code_read(const char *text, unsigned long *code)
{
    if (code_number(text, code))
        return *code != 0;
    *code = error_from_name(text);
    return *code != 0;
}

/* --- what is known of the host -------------------------------------------- */

static int host_read(const struct options *options, struct result **known,
                     struct err *err)
{
    struct store *store = store_open(options->store, err);
    if (store == NULL)
        return -1;
    int failed = known_facts(store, options->host, known, err);
    store_close(store);
    if (failed)
        return -1;
    if (*known == NULL)
        return err_set(err, 0,
                       "%s: nothing is known of it; wmifleet check learns it, "
                       "wmifleet status lists the hosts",
                       options->host);
    return 0;
}

/* --- printing ------------------------------------------------------------- */

/* What facts tell comes from a target: it reaches no terminal as it is. */
static void print_why(const char *lead, const char *why)
{
    struct buf safe;
    buf_init(&safe, SIZE_MAX);
    char *text = log_escape(&safe, why, strlen(why)) ? NULL : buf_take(&safe);
    printf("%s%s\n", lead, text != NULL ? text : "");
    free(text);
    buf_release(&safe);
}

static void print_head(unsigned long code)
{
    const char *name = error_name(code);
    printf("0x%08lX", code);
    if (name != NULL)
        printf("  %s", name);
    if ((code & 0xFFFF0000ul) == 0x80070000ul)
        printf("  (%lu)", code & 0xFFFFul);
    if (name != NULL)
        printf("\n%s\n", error_text(code));
    else if ((code & 0xFFFF0000ul) == 0x80070000ul)
        printf("\nnot one that wmifleet knows; on Windows: net helpmsg %lu\n",
               code & 0xFFFFul);
    else
        printf("\nnot one that wmifleet knows\n");
}

static void print_cause(const struct cause *cause, size_t number,
                        const struct evidence *evidence)
{
    static const char *const words[] = {
        [CAUSE_LIKELY] = "     likely: ", [CAUSE_EXCLUDED] = "     not that: "};
    char why[CAUSE_WHY_SIZE] = "";
    enum cause_verdict verdict = CAUSE_UNKNOWN;
    if (evidence->facts != NULL && cause->judge != NULL)
        verdict = cause->judge(evidence, why);
    printf("%3zu. %s\n", number, cause->text);
    if (verdict != CAUSE_UNKNOWN)
        print_why(words[verdict], why);
    if (verdict != CAUSE_EXCLUDED)
        printf("     -> %s\n", cause->remedy);
}

static void print_causes(unsigned long code, const struct evidence *evidence)
{
    const struct cause *const *causes = causes_of(code);
    if (causes == NULL)
        return;
    printf("\nusual causes, the most frequent first\n");
    for (size_t i = 0; causes[i] != NULL; i++)
        print_cause(causes[i], i + 1, evidence);
}

static void print_best(unsigned long code, const struct evidence *evidence,
                       const struct result *known)
{
    char why[CAUSE_WHY_SIZE];
    const struct cause *best = causes_best(code, evidence, why);
    if (best == NULL || why[0] == '\0')
        return;
    putchar('\n');
    log_put(stdout, known->host);
    printf(", as of run %s: %s\n", known->run, best->text);
    print_why("  ", why);
    printf("  -> %s\n", best->remedy);
}

static void explain_code(unsigned long code, const struct result *known)
{
    struct evidence evidence = {0};
    code = causes_code(code);
    print_head(code);
    if (known != NULL) {
        evidence.facts = known->facts;
        evidence.settings = known->settings;
        evidence.from = evidence_text(&evidence, "ssh_client");
        print_best(code, &evidence, known);
    }
    print_causes(code, &evidence);
}

static void explain_fault(const struct fault_story *story)
{
    const struct fault_cause *cause = story->causes;
    printf("%s\n%s\n\nusual causes, the most frequent first\n", story->word,
           story->meaning);
    for (size_t i = 1; cause->text != NULL; i++, cause++)
        printf("%3zu. %s\n     -> %s\n", i, cause->text, cause->remedy);
}

static int wrong_code(const char *text)
{
    fprintf(stderr,
            "wmifleet: %s: not a code; say 0x800706BA, 1722, "
            "RPC_S_SERVER_UNAVAILABLE, or a word of wmifleet's such as "
            "hostkey-changed\n",
            text);
    return EXIT_USAGE;
}

int command_explain(const struct options *options, const struct log *log)
{
    unsigned long code = 0;
    struct result *known = NULL;
    struct err err = {0};
    const struct fault_story *story = fault_story(options->code);
    if (story != NULL) {
        explain_fault(story);
    } else if (!code_read(options->code, &code)) {
        return wrong_code(options->code);
    } else if (options->host != NULL && host_read(options, &known, &err)) {
        log_line(log, LOG_ERROR, "%s", err.text);
        return EXIT_CONTROLLER;
    } else {
        explain_code(code, known);
    }
    result_free(known);
    if (fflush(stdout) == 0 && !ferror(stdout))
        return 0;
    log_line(log, LOG_ERROR, "standard output: cannot be written");
    return EXIT_CONTROLLER;
}
