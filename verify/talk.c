/* SPDX-License-Identifier: MIT */
#include "verify/talk.h"

#include "judgement/causes.h"

/*
 * What is no RPC, or none that ends, says the same of every port. False for
 * anything else, of which nothing is told.
 */
static bool judge_strange_talk(const struct talk *talk, unsigned port,
                               struct verdict *verdict)
{
    switch (talk->finding) {
    case TALK_GARBAGE:
        verdict_say(verdict, VERDICT_FAILED, "port %u speaks no RPC: %s", port,
                    talk->trouble);
        verdict_advise(verdict,
                       "another program listens there, or something between "
                       "answers in the machine's place");
        break;
    case TALK_ENDLESS:
        verdict_say(verdict, VERDICT_FAILED, "port %u floods: %s", port,
                    talk->trouble);
        verdict_advise(verdict, "no Windows answers so: what listens there?");
        break;
    case TALK_MUTE:
        verdict_say(verdict, VERDICT_FAILED,
                    "port %u takes the connection and does not answer in time",
                    port);
        verdict_advise(verdict,
                       "a firewall between that looks into RPC, or a service "
                       "that hangs: restart the machine");
        break;
    case TALK_HUNG_UP:
        verdict_say(
            verdict, VERDICT_FAILED,
            "port %u takes the connection and ends it without an answer", port);
        verdict_advise(verdict,
                       "a firewall between that looks into RPC, or no Windows "
                       "at all");
        break;
    case TALK_NOT_TRIED:
        verdict_say(verdict, VERDICT_SKIPPED, "not reached");
        break;
    default:
        return false;
    }
    return true;
}

static void judge_fault(const struct talk *talk, struct verdict *verdict)
{
    verdict_code(verdict, talk->code);
    if (talk->code != 5) {
        verdict_say(verdict, VERDICT_FAILED,
                    "RPC answers the question with a fault");
        verdict_advise(verdict,
                       "port 135 belongs to something else than Windows' "
                       "RPC service");
        return;
    }
    verdict_say(verdict, VERDICT_DRIFT, "RPC refuses callers without a login");
    verdict_advise(verdict, "%s; %s: %s", RPC_POLICY_TEXT, RPC_POLICY_EFFECT,
                   RPC_POLICY_REMEDY);
}

void talk_judge_rpc(const struct talk *talk, const struct server_alive *alive,
                    struct verdict *verdict)
{
    if (judge_strange_talk(talk, 135, verdict))
        return;
    switch (talk->finding) {
    case TALK_GOOD:
        verdict_say(verdict, VERDICT_OK, "DCOM %u.%u answers", alive->com_major,
                    alive->com_minor);
        return;
    case TALK_REFUSED:
        verdict_say(verdict, VERDICT_DRIFT,
                    "RPC refuses the bind (bind_nak, reason %u)", talk->reason);
        verdict_advise(verdict,
                       "RPC is there and takes no new clients: too many of "
                       "them, or a filter; look at the machine's RpcSs");
        return;
    case TALK_REJECTED:
        verdict_say(
            verdict, VERDICT_DRIFT,
            "RPC answers, but does not offer DCOM (IObjectExporter rejected, "
            "reason %u)",
            talk->reason);
        verdict_advise(verdict,
                       "DCOM is off there (wmifleet check --only dcom), or "
                       "port 135 is not that of Windows");
        return;
    case TALK_FAULT:
        judge_fault(talk, verdict);
        return;
    case TALK_FAILED:
        verdict_code(verdict, talk->code);
        verdict_say(verdict, VERDICT_FAILED,
                    "DCOM answers that it cannot serve");
        verdict_advise(verdict, "look at the machine's System log, source "
                                "DistributedCOM");
        return;
    default: /* judged already */
        return;
    }
}

void talk_judge_wmi(const struct talk *talk, unsigned port,
                    struct verdict *verdict)
{
    if (judge_strange_talk(talk, port, verdict))
        return;
    /* Whatever else it says, it is RPC that answers. */
    if (talk->finding == TALK_GOOD)
        verdict_say(verdict, VERDICT_OK, "port %u answers", port);
    else
        verdict_say(verdict, VERDICT_OK,
                    "port %u answers; whose it is only a login tells", port);
}
