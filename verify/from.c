/* SPDX-License-Identifier: MIT */
/*
 * Theory of operation. The steps of a connection are read for the first
 * trouble, which belongs to one layer: what WMI itself refuses when it is
 * connected to is the namespace's, everything before that the connection's.
 * The layers in front of it are then good, those behind it were not reached.
 */
#include "verify/from.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "judgement/causes.h"
#include "payload/win32/errors.h"
#include "verify/verdict.h"

#define RPC_UNAVAILABLE 0x800706BAul
#define TIMED_OUT 0x800705B4ul
#define LOGON_FAILURE 0x8007052Eul
#define DENIED 0x80070005ul
#define OF_WMI_FIRST 0x80041000ul
#define OF_WMI_LAST 0x80044FFFul
#define TRANSPORT_FAILURE 0x80041015ul
#define LOCAL_CREDENTIALS 0x80041064ul

/* X(symbol, word) in the order in which a connection passes them */
#define FROM_LAYERS(X)                                                         \
    X(CONNECT, "connect")                                                      \
    X(NAMESPACE, "namespace")                                                  \
    X(QUERY, "query")                                                          \
    X(ASYNC, "async_query")

enum from_layer {
#define X(symbol, word) FROM_##symbol,
    FROM_LAYERS(X)
#undef X
        FROM_COUNT
};

struct reading {
    const struct from_view *view;
    const cJSON *asked;
    const cJSON *done[FROM_COUNT];    /* the first good step of that layer */
    const cJSON *trouble[FROM_COUNT]; /* the first bad one */
};

static unsigned long code_of(const cJSON *step)
{
    const char *text = json_text(step, "code");
    return text != NULL ? strtoul(text + 2, NULL, 16) : 0;
}

static const char *text_of(const cJSON *step, const char *key)
{
    const char *text = json_text(step, key);
    return text != NULL ? text : "";
}

/* --- reading the steps ---------------------------------------------------- */

/* WMI was there, and refused what was asked of it. */
static bool is_of_wmi(unsigned long code)
{
    return code >= OF_WMI_FIRST && code <= OF_WMI_LAST &&
           code != TRANSPORT_FAILURE && code != LOCAL_CREDENTIALS;
}

static enum from_layer layer_of(const cJSON *step)
{
    const char *word = json_text(step, "step");
    if (strcmp(word, "connect") == 0 && is_of_wmi(code_of(step)))
        return FROM_NAMESPACE;
    if (strcmp(word, "connect") == 0 || strcmp(word, "locator") == 0)
        return FROM_CONNECT;
    return strcmp(word, "async_query") == 0 ? FROM_ASYNC : FROM_QUERY;
}

/* Of Windows' own classes every account that may read sees one row. */
static bool lacks_row(const cJSON *step)
{
    const cJSON *rows = json_member(step, "rows");
    const char *path = text_of(step, "namespace");
    return cJSON_IsNumber(rows) && rows->valuedouble < 1 &&
           strcasecmp(path, "root\\cimv2") == 0;
}

static void keep_first(const cJSON **place, const cJSON *step)
{
    if (*place == NULL)
        *place = step;
}

/* Steps that only lead to another one say nothing when they are good. */
static bool has_outcome(const cJSON *step)
{
    const char *word = json_text(step, "step");
    return strcmp(word, "locator") != 0 && strcmp(word, "blanket") != 0;
}

static void read_steps(struct reading *reading, const cJSON *steps)
{
    const cJSON *step;
    cJSON_ArrayForEach (step, steps) {
        enum from_layer layer = layer_of(step);
        bool bad = code_of(step) != 0 || lacks_row(step);
        if (bad)
            keep_first(&reading->trouble[layer], step);
        else if (has_outcome(step))
            keep_first(&reading->done[layer], step);
        /* Who comes to a namespace's door has come through the network's. */
        if (layer == FROM_NAMESPACE)
            keep_first(&reading->done[FROM_CONNECT], step);
        if (layer == FROM_CONNECT && !bad)
            reading->done[FROM_NAMESPACE] = reading->done[FROM_CONNECT];
    }
}

/* --- words ---------------------------------------------------------------- */

static void say_code(struct verdict *verdict, const cJSON *step)
{
    unsigned long code = code_of(step);
    if (code == 0)
        return;
    snprintf(verdict->code, sizeof verdict->code, "0x%08X", (unsigned)code);
    verdict->name = error_name(code);
}

/*
 * The cause that fits what is known of the target, and its remedy; the usual
 * one where that excludes them all, since it may have changed.
 */
static void advise_by_code(const struct reading *reading, unsigned long code,
                           struct verdict *verdict)
{
    char why[CAUSE_WHY_SIZE];
    const struct cause *const *usual = causes_of(causes_code(code));
    const struct cause *cause =
        causes_best(code, &reading->view->evidence, why);
    if (cause == NULL && usual != NULL)
        cause = usual[0];
    if (code == CODE_INTERRUPTED)
        verdict_advise(verdict, "it takes the connection and does not answer: "
                                "restart winmgmt there, or look for a firewall "
                                "between that looks into RPC");
    else if (cause != NULL)
        verdict_advise(verdict, "%s%s%s%s; %s", cause->text,
                       why[0] != '\0' ? " (" : "", why,
                       why[0] != '\0' ? ")" : "", cause->remedy);
}

static enum verdict_state state_of(unsigned long code)
{
    return causes_of(causes_code(code)) != NULL ? VERDICT_DRIFT
                                                : VERDICT_FAILED;
}

/* What the step says of itself. */
static const char *words_of(const cJSON *step)
{
    const char *text = json_text(step, "text");
    return text != NULL ? text : error_text(code_of(step));
}

/* --- verdicts ------------------------------------------------------------- */

static const char *user_of(const struct reading *reading)
{
    return json_text(reading->asked, "user");
}

/*
 * The same without the target's own name before it: what is said of many
 * targets is then one text.
 */
static const char *account_of(const struct reading *reading)
{
    const char *user = user_of(reading);
    const char *behind = strchr(user, '\\');
    const char *computer = evidence_text(&reading->view->evidence, "computer");
    if (behind == NULL)
        return user;
    size_t len = (size_t)(behind - user);
    bool own = reading->view->computer_guessed ||
               (computer != NULL && strlen(computer) == len &&
                strncasecmp(computer, user, len) == 0);
    return own ? behind + 1 : user;
}

static bool is_admitted(const struct reading *reading)
{
    const struct admission *admission = &reading->view->admission;
    return admission->rpc != ADMITS_NO && admission->wmi != ADMITS_NO;
}

/* Closed as it should be: by the firewall, or however --expect has it. */
static bool is_closed_as_wanted(const struct reading *reading,
                                const cJSON *step)
{
    return !is_admitted(reading) && step != NULL &&
           (code_of(step) == RPC_UNAVAILABLE ||
            reading->view->admission.by_option);
}

static const char *from_where(const struct from_view *view)
{
    return view->from != NULL ? view->from : view->collector;
}

static void say_wanted(const struct reading *reading, const cJSON *step,
                       struct verdict *verdict)
{
    say_code(verdict, step);
    verdict_say(verdict, VERDICT_OK, "not admitted from %s (%s), as wanted",
                reading->view->collector, from_where(reading->view));
}

static void say_unwanted(const struct reading *reading, struct verdict *verdict)
{
    bool by_option = reading->view->admission.by_option;
    verdict_say(verdict, VERDICT_DRIFT, "it lets %s in, and %s%s",
                reading->view->collector,
                by_option ? "--expect closed says that it should not"
                          : "the inventory does not admit ",
                by_option ? "" : from_where(reading->view));
    verdict_advise(verdict, "another rule lets it in, or Windows' firewall is "
                            "off there: wmifleet check --only firewall");
}

static void judge_trouble(const struct reading *reading, const cJSON *step,
                          struct verdict *verdict)
{
    unsigned long code = code_of(step);
    const char *path = text_of(step, "namespace");
    say_code(verdict, step);
    verdict_say(verdict, state_of(code), "%s%sas %s: %s", path,
                path[0] != '\0' ? " " : "", account_of(reading),
                words_of(step));
    advise_by_code(reading, code, verdict);
}

static void judge_connect(const struct reading *reading,
                          struct verdict *verdict)
{
    const cJSON *trouble = reading->trouble[FROM_CONNECT];
    if (trouble != NULL && is_closed_as_wanted(reading, trouble))
        say_wanted(reading, trouble, verdict);
    else if (trouble != NULL)
        judge_trouble(reading, trouble, verdict);
    else if (!is_admitted(reading) &&
             !is_closed_as_wanted(reading, reading->trouble[FROM_NAMESPACE]))
        say_unwanted(reading, verdict);
    else
        verdict_say(verdict, VERDICT_OK, "connected as %s",
                    account_of(reading));
}

static void judge_namespace(const struct reading *reading,
                            struct verdict *verdict)
{
    const cJSON *trouble = reading->trouble[FROM_NAMESPACE];
    if (trouble != NULL && is_closed_as_wanted(reading, trouble))
        say_wanted(reading, trouble, verdict);
    else if (trouble != NULL)
        judge_trouble(reading, trouble, verdict);
    else
        verdict_say(verdict, VERDICT_OK, "%s",
                    text_of(reading->done[FROM_NAMESPACE], "namespace"));
}

static void judge_query(const struct reading *reading, struct verdict *verdict)
{
    const cJSON *trouble = reading->trouble[FROM_QUERY];
    if (trouble == NULL) {
        const char *row = text_of(reading->done[FROM_QUERY], "text");
        verdict_say(verdict, VERDICT_OK, "%s",
                    row[0] != '\0' ? row : "it answers");
    } else if (code_of(trouble) != 0) {
        judge_trouble(reading, trouble, verdict);
    } else {
        verdict_say(verdict, VERDICT_DRIFT,
                    "Win32_OperatingSystem has no row for %s",
                    user_of(reading));
        verdict_advise(verdict, "a provider hides what the account may not "
                                "see: has it enable_account there, and is "
                                "winmgmt sound?");
    }
}

/* It is the target that connects now, and the collector that lets in. */
static void judge_async(const struct reading *reading, struct verdict *verdict)
{
    const cJSON *trouble = reading->trouble[FROM_ASYNC];
    const char *collector = reading->view->collector;
    unsigned long code = code_of(trouble);
    if (trouble == NULL) {
        verdict_say(verdict, VERDICT_OK, "the callback came");
        return;
    }
    say_code(verdict, trouble);
    if (code == 0)
        verdict_say(verdict, VERDICT_DRIFT,
                    "the callback came without the row");
    else if (code == TIMED_OUT)
        verdict_say(verdict, VERDICT_DRIFT, "no callback came to %s",
                    collector);
    else
        verdict_say(verdict, state_of(code), "no callback came to %s: %s",
                    collector, words_of(trouble));
    verdict_advise(verdict,
                   "the target connects back: %s has to admit it to unsecapp "
                   "and port 135 (wmi.collector), and between machines of a "
                   "workgroup the target needs cimom.allow_anonymous_callback "
                   "1 (wmi.access, asynchronous)",
                   collector);
}

/* --- all of them ---------------------------------------------------------- */

static void judge_layer(const struct reading *reading, enum from_layer layer,
                        struct verdict *verdict)
{
    if (reading->trouble[layer] == NULL && reading->done[layer] == NULL) {
        verdict_say(verdict, VERDICT_SKIPPED, "not reached");
        return;
    }
    switch (layer) {
    case FROM_CONNECT:
        judge_connect(reading, verdict);
        return;
    case FROM_NAMESPACE:
        judge_namespace(reading, verdict);
        return;
    case FROM_QUERY:
        judge_query(reading, verdict);
        return;
    case FROM_ASYNC:
        judge_async(reading, verdict);
        return;
    case FROM_COUNT:
        break;
    }
}

static uint64_t took(const struct reading *reading, enum from_layer layer)
{
    const cJSON *step = reading->trouble[layer] != NULL
                            ? reading->trouble[layer]
                            : reading->done[layer];
    const cJSON *elapsed = json_member(step, "elapsed_ms");
    return cJSON_IsNumber(elapsed) ? (uint64_t)elapsed->valuedouble : 0;
}

static void tell_guess(struct result *result, const struct reading *reading)
{
    char text[400];
    unsigned long code = code_of(reading->trouble[FROM_CONNECT]);
    if (!reading->view->computer_guessed ||
        (code != LOGON_FAILURE && code != DENIED))
        return;
    snprintf(text, sizeof text,
             "the machine's computer name is not known yet, so the login was "
             "sent as %s; wmifleet check learns it",
             user_of(reading));
    result_add_hint(result, text);
}

static void set_status(struct result *result, enum verdict_state worst,
                       bool complete)
{
    if (!complete)
        result_fail(result, FAULT_PAYLOAD_FAILED, "out of memory");
    else if (worst == VERDICT_FAILED)
        result->status = STATUS_FAILED;
    else
        result->status = worst == VERDICT_DRIFT ? STATUS_DRIFT : STATUS_OK;
}

bool from_judge(struct result *result, const struct from_view *view,
                const cJSON *asked, const cJSON *connection)
{
    static const char *const words[] = {
#define X(symbol, word) word,
        FROM_LAYERS(X)
#undef X
    };
    const cJSON *steps = json_member(connection, "steps");
    struct reading reading = {.view = view, .asked = asked};
    enum verdict_state worst = VERDICT_SKIPPED;
    bool complete = true;
    if (cJSON_GetArraySize(steps) == 0)
        return false;
    read_steps(&reading, steps);
    cJSON_Delete(result->layers);
    result->layers = cJSON_CreateArray();
    for (int i = 0; i < FROM_COUNT; i++) {
        enum from_layer layer = (enum from_layer)i;
        struct verdict verdict = {.state = VERDICT_SKIPPED};
        if (layer == FROM_ASYNC && !view->asynchronous)
            continue;
        judge_layer(&reading, layer, &verdict);
        if (verdict.state > worst)
            worst = verdict.state;
        complete &= verdict_add_as(result->layers, words[i], &verdict,
                                   took(&reading, layer));
    }
    tell_guess(result, &reading);
    set_status(result, worst, complete);
    return true;
}
