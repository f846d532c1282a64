/* SPDX-License-Identifier: MIT */
#include "judgement/causes.h"

#include <stdio.h>

#include "judgement/cause_judges.h"

/* --- the network ---------------------------------------------------------- */

static const struct cause port_135 = {
    "the firewall of the target does not let TCP 135 in from there",
    "open it for that address: wmi.access, firewall.rules (DCOM) or "
    "firewall.wmi_group",
    judge_port_135};
static const struct cause wmi_port = {
    "the firewall of the target does not let the WMI service's port in",
    "open it for that address: wmi.access, firewall.rules (WMI) or "
    "firewall.wmi_group; between networks give it a fixed_port",
    judge_wmi_port};
static const struct cause policy_blocks = {
    "a policy or \"block all incoming connections\" puts the rules out of "
    "force",
    "wmifleet check says which; it is changed where it is set",
    judge_firewall_policy};
static const struct cause not_there = {
    "the target is off, or its name or address is another's",
    "wmifleet ping and wmifleet verify tell what answers there", NULL};
static const struct cause announced = {
    "the target announces addresses that cannot be reached from there (NAT, "
    "several networks)",
    "wmifleet verify shows what it announces", NULL};
static const struct cause rpc_policy = {RPC_POLICY_TEXT, RPC_POLICY_REMEDY,
                                        judge_rpc_policy};
static const struct cause winmgmt_down = {
    "the WMI service does not run",
    "ask for services.winmgmt: running and automatic", judge_winmgmt};
static const struct cause restarted = {
    "the WMI service or the machine restarted under the connection",
    "connect again; a restart belongs to fixed_port, dcom and cimom", NULL};
static const struct cause firewall_service = {
    "from the firewall: its service (mpssvc) or the base filtering engine "
    "(bfe) does not run",
    "start both; a stopped firewall service is no open door", NULL};
static const struct cause not_registered = {
    "from RPC: the service behind the interface does not run",
    "wmifleet check shows the services", NULL};

/* --- who may -------------------------------------------------------------- */

/* "User Account Control and WMI" */
static const struct cause token_filter = {
    "the account is a local administrator whose rights UAC takes away over "
    "the network",
    "give it rights of its own (wmi.access), or set "
    "uac.local_account_token_filter_policy to 1",
    judge_token_filter};
/* "Securing a Remote WMI Connection", DCOM */
static const struct cause dcom_rights = {
    "the account lacks remote launch or activation in DCOM",
    "make it a member of distributed_com_users (groups), or grant it in "
    "dcom.permissions",
    judge_dcom_rights};
static const struct cause dcom_off = {"DCOM is switched off on the target",
                                      "ask for dcom.enabled: true",
                                      judge_dcom_off};
static const struct cause password = {
    "the user name or password is wrong, or the password has expired",
    "the setting account makes the reader; update_password sets its password "
    "again",
    NULL};
/* KB5004442 */
static const struct cause hardening = {
    "the client asks for less than packet integrity, which DCOM refuses since "
    "2023",
    "update the client, or have it sign or encrypt; the target cannot go back",
    judge_hardening};
static const struct cause logon_right = {
    "the account may not log on over the network",
    "look at \"Deny access to this computer from the network\" and \"Access "
    "this computer from the network\"",
    judge_logon_right};
static const struct cause guest = {
    "every local account comes in as Guest",
    "set \"Sharing and security model for local accounts\" to Classic",
    judge_guest};
static const struct cause ntlm = {
    "the target does not take NTLM, and a workgroup has nothing else",
    "allow incoming NTLM on the target, and NTLMv2 on the client", judge_ntlm};
static const struct cause same_sid = {
    "both machines have one machine SID, being copies of one image",
    "since 2025 Windows 11 24H2 and Server 2025 refuse that: run sysprep "
    "/generalize on one",
    NULL};
static const struct cause blank_password = {"the account has a blank password",
                                            "give it one (account)",
                                            judge_blank_password};
static const struct cause disabled = {
    "the account is disabled, locked, expired or must change its password",
    "ask for the setting account: check names which", NULL};

/* --- WMI itself ----------------------------------------------------------- */

/* "Access to WMI Namespaces" */
static const struct cause namespace_rights = {
    "the account lacks Remote Enable or Enable Account in the namespace",
    "grant remote_enable and enable_account in namespaces, or use wmi.access",
    judge_namespace_rights};
static const struct cause provider = {
    "the connection is good but the class wants more (services, performance, "
    "event logs)",
    "service_control.grants, or the groups performance_monitor_users and "
    "event_log_readers",
    NULL};
static const struct cause encryption = {
    "the namespace wants an encrypted connection",
    "have the client use packet privacy", judge_encryption};
static const struct cause no_namespace = {
    "the namespace does not exist there: misspelt, or its product is not "
    "installed",
    "compare it with the children of root (__NAMESPACE)", NULL};
static const struct cause no_class = {
    "the class does not exist in that namespace",
    "compare namespace and class; some come with a role or a product", NULL};
static const struct cause repository = {
    "WMI's repository is damaged, or its memory is short",
    "run winmgmt /verifyrepository there; events 5612 (Application) and 5858 "
    "(WMI-Activity)",
    NULL};
static const struct cause privilege = {
    "the client did not enable the privilege that the class wants",
    "enable it in the connection, for instance SeSecurityPrivilege for event "
    "logs",
    NULL};
static const struct cause local_credentials = {
    "the target is the machine that asks, and a user name was given",
    "leave user name and password out for the local machine", NULL};
static const struct cause old_client = {
    "an old Linux client speaks to a hardened DCOM",
    "update it; wmic and libwmiclient of old cannot", NULL};
static const struct cause callback = {
    "the asynchronous callback was refused",
    "in a workgroup cimom.allow_anonymous_callback 1 on the target, and "
    "wmi.collector on the machine that asks; or ask semi-synchronously",
    judge_callback};
static const struct cause damaged = {
    "the registration of a COM component is damaged or missing there",
    "sfc /scannow; on reduced editions the component may not exist", NULL};

#define CAUSES(...)                                                            \
    (const struct cause *const[])                                              \
    {                                                                          \
        __VA_ARGS__, NULL                                                      \
    }

static const struct {
    unsigned long code;
    const struct cause *const *causes;
} table[] = {
    {0x800706BAul, CAUSES(&port_135, &wmi_port, &policy_blocks, &not_there,
                          &announced, &rpc_policy, &winmgmt_down)},
    {0x800706BEul, CAUSES(&restarted, &repository)},
    {0x800706BFul, CAUSES(&restarted, &repository)},
    {0x800706D9ul, CAUSES(&firewall_service, &not_registered, &winmgmt_down)},
    {0x80070005ul,
     CAUSES(&token_filter, &dcom_rights, &dcom_off, &password, &hardening,
            &logon_right, &guest, &rpc_policy, &ntlm, &same_sid, &callback)},
    {0x8007052Eul, CAUSES(&password, &guest, &ntlm, &disabled, &same_sid)},
    {0x8007052Ful, CAUSES(&blank_password, &disabled)},
    {0x80070569ul, CAUSES(&logon_right)},
    {0x80041003ul,
     CAUSES(&namespace_rights, &token_filter, &encryption, &provider)},
    {0x8004100Eul, CAUSES(&no_namespace, &repository)},
    {0x80041010ul, CAUSES(&no_class)},
    {0x80041015ul, CAUSES(&port_135, &wmi_port, &not_there, &announced)},
    {0x80041062ul, CAUSES(&privilege)},
    {0x80041064ul, CAUSES(&local_credentials)},
    {0x80041087ul, CAUSES(&encryption)},
    {0x80041001ul, CAUSES(&repository, &provider)},
    {0x80041006ul, CAUSES(&repository)},
    {0x80041014ul, CAUSES(&repository, &winmgmt_down)},
    {0x80010108ul, CAUSES(&restarted)},
    {0x80010111ul, CAUSES(&old_client, &hardening)},
    {0x8001011Bul, CAUSES(&callback)},
    {0x80004002ul, CAUSES(&damaged)},
    {0x8007054Eul, CAUSES(&repository)},
    {0x80040154ul, CAUSES(&damaged)},
};

#define TABLE_COUNT (sizeof table / sizeof table[0])

unsigned long causes_code(unsigned long code)
{
    unsigned long wrapped = code <= 0xFFFF ? 0x80070000ul | code : code;
    return causes_of(wrapped) != NULL ? wrapped : code;
}

unsigned long causes_known(size_t at)
{
    return at < TABLE_COUNT ? table[at].code : 0;
}

const struct cause *const *causes_of(unsigned long code)
{
    for (size_t i = 0; i < TABLE_COUNT; i++) {
        if (table[i].code == code)
            return table[i].causes;
    }
    return NULL;
}

const struct cause *causes_best(unsigned long code,
                                const struct evidence *evidence,
                                char why[CAUSE_WHY_SIZE])
{
    const struct cause *best = NULL;
    const struct cause *const *causes = causes_of(causes_code(code));
    *why = '\0';
    for (; causes != NULL && *causes != NULL; causes++) {
        char said[CAUSE_WHY_SIZE] = "";
        enum cause_verdict verdict = (*causes)->judge != NULL
                                         ? (*causes)->judge(evidence, said)
                                         : CAUSE_UNKNOWN;
        if (verdict == CAUSE_LIKELY) {
            snprintf(why, CAUSE_WHY_SIZE, "%s", said);
            return *causes;
        }
        if (verdict == CAUSE_UNKNOWN && best == NULL)
            best = *causes;
    }
    return best;
}

const struct cause *causes_at_port(bool of_wmi, const struct evidence *evidence,
                                   char why[CAUSE_WHY_SIZE])
{
    const struct cause *const causes[] = {of_wmi ? &wmi_port : &port_135,
                                          &policy_blocks,
                                          of_wmi ? &winmgmt_down : NULL};
    for (size_t i = 0; i < 3 && causes[i] != NULL; i++) {
        why[0] = '\0';
        if (causes[i]->judge(evidence, why) == CAUSE_LIKELY)
            return causes[i];
    }
    why[0] = '\0';
    return NULL;
}
