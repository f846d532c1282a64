/* SPDX-License-Identifier: MIT */
#include "verify/layers.h"

#include <stdio.h>
#include <string.h>

#include "judgement/causes.h"
#include "verify/announced.h"
#include "verify/talk.h"
#include "verify/verdict.h"

struct judge {
    const struct findings *found;
    const struct admission *admission;
    const struct evidence *known;
    char us[160]; /* "172.20.1.2, seen there as 10.0.0.5" */
};

static void not_reached(struct verdict *verdict)
{
    verdict_say(verdict, VERDICT_SKIPPED, "not reached");
}

/* --- a port --------------------------------------------------------------- */

/* How a port that the inventory closes to us behaves. */
static void judge_closed_port(const struct judge *judge, unsigned port,
                              enum port_finding finding,
                              struct verdict *verdict)
{
    const char *us = judge->us;
    if (finding == PORT_OPEN) {
        verdict_say(verdict, VERDICT_DRIFT, "port %u answers %s, and %s", port,
                    us,
                    judge->admission->by_option
                        ? "--expect closed says that it should not"
                        : "the inventory does not admit that address");
        verdict_advise(verdict,
                       "another rule lets it in, or Windows' firewall is off "
                       "there: wmifleet check --only firewall");
        return;
    }
    if (finding == PORT_NO_WAY) {
        verdict_say(verdict, VERDICT_SKIPPED,
                    "no way to port %u from here: whether the machine would "
                    "let us in is not known",
                    port);
        verdict_advise(verdict, "a firewall or a router between refuses, or a "
                                "route is missing");
        return;
    }
    verdict_say(verdict, VERDICT_OK,
                "port %u: not admitted from here (%s), as wanted", port, us);
    verdict_advise(verdict,
                   "from a machine that is admitted: wmifleet verify --from "
                   "HOST");
}

static void judge_rpc_port(const struct judge *judge, struct verdict *verdict)
{
    const struct findings *found = judge->found;
    enum port_finding finding = found->rpc_port;
    bool silent =
        !found->seen && (finding == PORT_DROPPED || finding == PORT_NO_WAY);
    if (finding == PORT_NO_SOCKET) {
        verdict_say(verdict, VERDICT_FAILED,
                    "no connection could be made from here: %s",
                    found->port_trouble);
        return;
    }
    if (silent) {
        verdict_unavailable(verdict);
        verdict_say(verdict, VERDICT_FAILED,
                    finding == PORT_NO_WAY ? "no way to it: %s"
                                           : "no answer on port 135%s",
                    finding == PORT_NO_WAY ? found->port_trouble : "");
        return;
    }
    if (judge->admission->rpc == ADMITS_NO) {
        judge_closed_port(judge, 135, finding, verdict);
        return;
    }
    if (finding == PORT_OPEN) {
        verdict_say(verdict, VERDICT_OK, "port 135 answers");
        return;
    }
    verdict_unavailable(verdict);
    if (finding == PORT_REFUSED) {
        verdict_say(verdict, VERDICT_DRIFT,
                    "port 135 is refused: nothing listens");
        verdict_advise(verdict,
                       "Windows always listens there while its service RpcSs "
                       "runs: is it Windows, or does another firewall "
                       "refuse?");
        return;
    }
    verdict_say(
        verdict, VERDICT_DRIFT,
        "no answer on port 135 in %u s, and the machine is there: a firewall "
        "drops what comes from %s",
        found->connect_s, judge->us);
    if (judge->admission->by_group)
        verdict_advise(verdict,
                       "the built-in rules admit the local subnet only, in "
                       "the private and public profiles; rules with "
                       "remote_addresses admit others: wmifleet check --only "
                       "firewall");
    else
        verdict_advise(verdict,
                       "wmifleet check --only firewall shows what differs; "
                       "if nothing does, a firewall between drops it");
}

/* --- winmgmt's port ------------------------------------------------------- */

static void judge_wmi_refused(const struct judge *judge,
                              struct verdict *verdict)
{
    const struct findings *found = judge->found;
    verdict_unavailable(verdict);
    if (found->wmi_fixed) {
        verdict_say(verdict, VERDICT_DRIFT,
                    "the fixed port %u is refused: nothing listens there",
                    (unsigned)found->wmi_number);
        verdict_advise(verdict,
                       "is it set, and has winmgmt restarted since? wmifleet "
                       "check --only fixed_port; the port may open at the "
                       "first remote call only");
        return;
    }
    verdict_say(verdict, VERDICT_DRIFT,
                "port %u, where winmgmt listened at the last check, is refused",
                (unsigned)found->wmi_number);
    verdict_advise(verdict,
                   "winmgmt takes another port at each start: wmifleet check, "
                   "then verify again");
}

static void judge_wmi_dropped(const struct judge *judge,
                              struct verdict *verdict)
{
    const struct findings *found = judge->found;
    verdict_unavailable(verdict);
    verdict_say(
        verdict, VERDICT_DRIFT,
        "no answer on %sport %u in %u s: a firewall drops what comes from %s",
        found->wmi_fixed ? "the fixed " : "winmgmt's ",
        (unsigned)found->wmi_number, found->connect_s, judge->us);
    verdict_advise(verdict,
                   "the rule for winmgmt (WMI) lacks or does not admit that "
                   "address: wmifleet check --only firewall; or a firewall "
                   "between lets only 135 through: use fixed_port");
}

/* No port to ask: the last check found none, or there was none. */
static void judge_wmi_unknown(const struct judge *judge,
                              struct verdict *verdict)
{
    const char *state = evidence_text(judge->known, "winmgmt.state");
    bool asked = judge->found->rpc.finding == TALK_GOOD &&
                 judge->admission->wmi != ADMITS_NO;
    verdict_say(verdict, VERDICT_SKIPPED, "winmgmt's port is not known");
    if (!asked)
        return;
    if (state == NULL)
        verdict_advise(verdict, "run wmifleet check first: it finds the port "
                                "out; or give it one with fixed_port");
    else if (strcmp(state, "running") != 0)
        verdict_advise(verdict, "winmgmt did not run at the last check: ask "
                                "for services.winmgmt, then check again");
    else
        verdict_advise(verdict,
                       "winmgmt had none at the last check: it may open one "
                       "at its first remote call only, which verify --from "
                       "makes; or give it one with fixed_port");
}

static void judge_wmi_port(const struct judge *judge, struct verdict *verdict)
{
    const struct findings *found = judge->found;
    if (found->wmi_number == 0) {
        judge_wmi_unknown(judge, verdict);
    } else if (found->wmi_port == PORT_NOT_TRIED) {
        not_reached(verdict);
    } else if (found->wmi_port == PORT_NO_SOCKET) {
        verdict_say(verdict, VERDICT_FAILED,
                    "no connection could be made from here");
    } else if (judge->admission->wmi == ADMITS_NO) {
        judge_closed_port(judge, found->wmi_number, found->wmi_port, verdict);
    } else if (found->wmi_port == PORT_OPEN) {
        talk_judge_wmi(&found->wmi, found->wmi_number, verdict);
    } else if (found->wmi_port == PORT_REFUSED) {
        judge_wmi_refused(judge, verdict);
    } else {
        judge_wmi_dropped(judge, verdict);
    }
}

/* --- all of them ---------------------------------------------------------- */

static void judge_address(const struct judge *judge, struct verdict *verdict)
{
    if (judge->found->resolved)
        verdict_say(verdict, VERDICT_OK, "%s", judge->found->peer);
    else
        verdict_say(verdict, VERDICT_FAILED, "%s",
                    judge->found->resolve_trouble);
}

static void judge_layer(const struct judge *judge, enum layer layer,
                        struct verdict *verdict)
{
    const struct findings *found = judge->found;
    bool strange_but_closed =
        judge->admission->rpc == ADMITS_NO && found->rpc.finding != TALK_GOOD;
    switch (layer) {
    case LAYER_ADDRESS:
        judge_address(judge, verdict);
        return;
    case LAYER_TCP135:
        if (found->rpc_port == PORT_NOT_TRIED)
            break;
        judge_rpc_port(judge, verdict);
        return;
    case LAYER_RPC:
        /* That a closed port answers at all is the drift, told above. */
        if (found->rpc.finding == TALK_NOT_TRIED || strange_but_closed)
            break;
        talk_judge_rpc(&found->rpc, &found->alive, verdict);
        return;
    case LAYER_ANNOUNCED:
        /* Who is not to come has nowhere to be sent on to. */
        if (found->rpc.finding != TALK_GOOD ||
            judge->admission->rpc == ADMITS_NO)
            break;
        announced_judge(&found->alive, found->peer,
                        evidence_text(judge->known, "computer"), verdict);
        return;
    case LAYER_WMI_PORT:
        judge_wmi_port(judge, verdict);
        return;
    case LAYER_COUNT:
        break;
    }
    not_reached(verdict);
}

/* What the last check found out says more than what is usual. */
static void advise_by_facts(const struct judge *judge, enum layer layer,
                            struct verdict *verdict)
{
    char why[CAUSE_WHY_SIZE];
    bool of_wmi = layer == LAYER_WMI_PORT;
    if ((layer != LAYER_TCP135 && !of_wmi) || verdict->state != VERDICT_DRIFT ||
        verdict->name == NULL)
        return;
    const struct cause *cause = causes_at_port(of_wmi, judge->known, why);
    if (cause != NULL)
        verdict_advise(verdict, "%s%s%s; %s", cause->text,
                       why[0] != '\0' ? ": " : "", why, cause->remedy);
}

/* By which address the machine knows us is not known. */
static void tell_doubt(struct result *result, const struct judge *judge)
{
    char text[400];
    bool seen = judge->admission->doubt == DOUBT_SEEN;
    snprintf(text, sizeof text,
             seen ? "judged as open: of %s, the inventory admits only one "
                    "address; wmifleet check learns which of them holds now, "
                    "--expect overrides"
                  : "judged as open: %s is private and the inventory does not "
                    "admit it, but the machine may see another address, if it "
                    "is translated on the way; wmifleet check learns which, "
                    "--expect overrides",
             judge->us);
    result_add_hint(result, text);
}

/* What the verdicts do not say by themselves. */
static void tell_basis(struct result *result, const struct judge *judge,
                       enum verdict_state worst)
{
    const struct admission *admission = judge->admission;
    if (judge->found->hurried)
        result_add_hint(result,
                        "the time for the whole host (--timeout) was over");
    if (worst <= VERDICT_OK)
        return;
    if (admission->doubt != DOUBT_NONE)
        tell_doubt(result, judge);
    else if (admission->rpc == ADMITS_UNSAID)
        result_add_hint(result,
                        "judged as open: the inventory does not say whether "
                        "this address is admitted; --expect closed says that "
                        "it is not");
}

static void set_status(struct result *result, const struct judge *judge,
                       const struct verdict *rpc_port, enum verdict_state worst)
{
    char text[512];
    const struct findings *found = judge->found;
    if (!found->resolved) {
        result_fail(result, FAULT_RESOLVE, found->resolve_trouble);
    } else if (!found->seen && found->rpc_port != PORT_NO_SOCKET) {
        snprintf(text, sizeof text, "%s: %s%s", result->address, rpc_port->text,
                 found->rpc_port == PORT_NO_WAY ? "" : ", nor on that of SSH");
        result_fail(result, FAULT_TCP_TIMEOUT, text);
    } else if (worst == VERDICT_FAILED) {
        result->status = STATUS_FAILED;
    } else {
        result->status = worst == VERDICT_DRIFT ? STATUS_DRIFT : STATUS_OK;
    }
}

/* Ours as the machine sees it; both go into the texts where they differ. */
static const char *name_us(struct judge *judge)
{
    const struct prober us = {judge->found->us,
                              evidence_text(judge->known, "ssh_client")};
    const char *seen = prober_seen_as(&us);
    bool both = us.address[0] != '\0' && seen != NULL;
    snprintf(judge->us, sizeof judge->us, "%s%s%.64s", us.address,
             both ? ", seen there as " : "", seen != NULL ? seen : "");
    return seen != NULL ? seen : us.address;
}

void layers_judge(struct result *result, const struct findings *findings,
                  const struct admission *admission,
                  const struct evidence *known)
{
    struct evidence evidence = *known;
    struct judge judge = {findings, admission, &evidence, ""};
    evidence.from = name_us(&judge);
    struct verdict rpc_port = {.state = VERDICT_SKIPPED};
    enum verdict_state worst = VERDICT_SKIPPED;
    bool added = true;
    cJSON_Delete(result->layers);
    result->layers = cJSON_CreateArray();
    for (int i = 0; i < LAYER_COUNT; i++) {
        struct verdict verdict = {.state = VERDICT_SKIPPED};
        judge_layer(&judge, (enum layer)i, &verdict);
        advise_by_facts(&judge, (enum layer)i, &verdict);
        added &= verdict_add(result->layers, (enum layer)i, &verdict,
                             findings->took_ms[i]);
        if (verdict.state > worst)
            worst = verdict.state;
        if (i == LAYER_TCP135)
            rpc_port = verdict;
    }
    set_status(result, &judge, &rpc_port, worst);
    tell_basis(result, &judge, worst);
    if (!added && result->fault == FAULT_NONE)
        result->status = STATUS_FAILED;
}
