/* SPDX-License-Identifier: MIT */
#include "controller/result/fault_causes.h"

#include <stddef.h>
#include <string.h>

static const struct fault_story stories[] = {
    {"resolve",
     "the host's name has no address that can be found from here",
     {{"the inventory's name is no name that a name server knows, as of most "
       "machines in a workgroup",
       "give the address in ansible_host; wmifleet inventory --host NAME shows "
       "what is used"},
      {"the name server does not answer",
       "getent ahosts NAME tells; with addresses in ansible_host none is "
       "asked"}}},
    {"refused",
     "the machine answered that nothing listens on that port",
     {{"sshd is not installed or does not run there",
       "on the machine: Get-Service sshd; docs/windows-targets.md installs it"},
      {"it listens on another port", "give it in ansible_port"},
      {"another device has the address now", "correct ansible_host"},
      {"the machine that wmifleet runs on could not make the connection (the "
       "text says so)",
       "look at its own network, routes and limits"}}},
    {"tcp-timeout",
     "nothing answered at that address within the time",
     {{"the machine is switched off or asleep",
       "switch it on; --until-done tries again until it is"},
      {"Windows' firewall drops SSH: its rule is for Private networks, and the "
       "network counts as Public",
       "docs/windows-targets.md has the commands"},
      {"the address is another machine's by now, or nobody's",
       "correct ansible_host"},
      {"a firewall or router on the way", "try nc -vz ADDRESS 22 from here"}}},
    {"banner-timeout",
     "the port is open, and no SSH server introduced itself",
     {{"too many connections begin at once, and sshd drops some (MaxStartups)",
       "fewer at a time: --forks N"},
      {"another service has the port", "correct ansible_port"},
      {"the machine has no time: it starts, updates or swaps",
       "try again later; -t gives it longer"},
      {"a firewall on the way takes connections and passes nothing on",
       "try nc ADDRESS 22 from here: a line that begins with SSH- is due"}}},
    {"kex",
     "the SSH connection ended before a key or password was used",
     {{"it broke: the network, or the machine was going down",
       "it is tried again by itself; --retries N does it more often"},
      {"both sides have no algorithm in common",
       "ssh -vv USER@ADDRESS lists both; bring OpenSSH up to date there"}}},
    {"hostkey-unknown",
     "the known_hosts file has no key for this host",
     {{"the host is new",
       "compare the fingerprint on the machine, then run: wmifleet trust"},
      {"its key is kept under another name, or in another file",
       "wmifleet_host_key_alias, or --known-hosts FILE"},
      {"the file has only an @cert-authority for it, which is not supported",
       "wmifleet trust adds the key itself"},
      {"the run has a password to bring, and the key was added by this very "
       "run",
       "compare the fingerprint, then run it again"}}},
    {"hostkey-changed",
     "the host answers with another key than known_hosts has, or with a "
     "revoked one; nothing was sent to it",
     {{"the machine was re-installed",
       "compare the fingerprint there, then run: wmifleet trust --replace"},
      {"the address is another machine's now, one that is not in the inventory",
       "correct ansible_host"},
      {"the key stands in known_hosts as @revoked",
       "make new keys there: remove %ProgramData%\\ssh\\ssh_host_*, restart "
       "sshd, then run: wmifleet trust"},
      {"somebody else answers in its place",
       "find out who, before anything is sent there"}}},
    {"hostkey-other-host",
     "the key of another host of this inventory answers; nothing was sent to "
     "it",
     {{"addresses were handed out anew (DHCP)",
       "correct ansible_host, or give the machines fixed addresses"},
      {"it is a copy of that host's disk, with its keys",
       "make new keys on one of them: remove %ProgramData%\\ssh\\ssh_host_*, "
       "restart sshd, then run: wmifleet trust"}}},
    {"auth",
     "the machine refused the login, or hung up after a key or password was "
     "used; it is not tried again, because Windows locks accounts",
     {{"the key is not where sshd looks: administrators' keys are in "
       "%ProgramData%\\ssh\\administrators_authorized_keys, and count only "
       "when nobody but SYSTEM and Administrators may write there",
       "docs/windows-targets.md has the commands"},
      {"another user or key than was meant",
       "the text says what was tried; -u and --private-key say another"},
      {"the password is wrong or expired, or the account is disabled or locked",
       "on the machine: net user NAME"},
      {"no key was usable: one with a passphrase, or RSA with an old libssh2",
       "add it to ssh-agent; use an ed25519 or ECDSA key"}}},
    {"sftp",
     "the login worked, and file transfer does not start",
     {{"sshd_config has no Subsystem sftp, or its program is missing",
       "the line is: Subsystem sftp sftp-server.exe; then restart sshd"},
      {"the login shell prints text or starts something of its own",
       "it must print nothing in a session without a terminal"},
      {"application control stops sftp-server.exe",
       "allow it; the machine's event log names what was stopped"}}},
    {"upload",
     "file transfer works, and the program or the request was not taken whole",
     {{"the disk is full", "make room on the machine's system drive"},
      {"the login's profile folder cannot be written to: a quota, or a "
       "temporary profile",
       "try it there with sftp USER@ADDRESS and put"},
      {"a scanner holds or cuts new programs",
       "allow the program by its hash (wmifleet --version shows it)"}}},
    {"exec",
     "sshd did not run the command",
     {{"the connection broke as it was given", "run it again"},
      {"the login shell is a program that is not there",
       "look at DefaultShell under HKLM\\SOFTWARE\\OpenSSH"},
      {"sshd_config limits what may be run (ForceCommand, MaxSessions)",
       "look there and at sshd's log on the machine"}}},
    {"removed",
     "the program was uploaded, did not run, and is gone again",
     {{"antivirus removed it",
       "its log names the file; allow its hash (wmifleet --version shows it)"},
      {"something else cleans the login's profile folder",
       "leave wmifleet-*.exe alone there while a run works"}}},
    {"not-started",
     "the program is there, and nothing shows that it ran",
     {{"application control (AppLocker, WDAC) stopped it",
       "the machine's event log names it; allow its hash (wmifleet --version "
       "shows it)"},
      {"Windows is not x64", "such machines are not supported"},
      {"a scanner held it for longer than a minute",
       "run it again; exclude the file if it stays so"},
      {"the login shell does not run what it is given",
       "look at DefaultShell under HKLM\\SOFTWARE\\OpenSSH; the noise in the "
       "result is what it printed"}}},
    {"not-admin",
     "the program ran, and not as an elevated administrator: nothing was "
     "changed",
     {{"the user is not in the local group Administrators",
       "add it there, or log in as another: -u, ansible_user"},
      {"the login has the user's filtered token only",
       "whoami /groups in such a session must show Administrators as "
       "enabled"}}},
    {"unsafe-dir",
     "%ProgramData%\\wmifleet is not Administrators' alone: nothing in it was "
     "read or run",
     {{"somebody made the folder first, or opened it to others",
       "icacls shows who; look into it, remove it, run again"},
      {"the folder is a link to somewhere else",
       "find out who made it, remove it, run again"}}},
    {"busy",
     "another run works on this machine, and did not end while it was waited "
     "for",
     {{"another controller, or somebody else's run",
       "wait for it; only one works on a machine at a time"},
      {"a run whose connection broke is still at it",
       "it ends by itself within four minutes; then run again"}}},
    {"lost",
     "the connection broke while the program worked or may have, and the "
     "machine did not come back in time",
     {{"the machine went down or lost its network in the middle",
       "once it is back a check shows what was done, and apply does the rest"},
      {"the same, and what an apply did is to be put back",
       "undo RUN --from-target reads it out of what the machine kept"},
      {"it answers with another key or refuses the login since then",
       "the text says so; wmifleet ping -l HOST tells more"}}},
    {"run-timeout",
     "the program did not end within its time",
     {{"one setting does not come back, such as the restart of a service",
       "the setting that is named as interrupted; look at it on the machine"},
      {"the machine is very slow now: it starts, updates or swaps",
       "run again later; a check shows what was done"}}},
    {"payload-failed",
     "the program ran and gave up as a whole",
     {{"what its text says: a disk that is full, memory that is short, a "
       "folder that cannot be written to",
       "mend that; nothing is known to have changed beyond the settings that "
       "are listed"},
      {"Windows was installed anew since the run that is to be undone",
       "nothing is left to undo; apply sets it up"},
      {"another program ended it: a scanner, or somebody",
       "its log on the machine; then run again"}}},
    {"bad-result",
     "what came back is not the whole answer of this run",
     {{"the login shell changes or cuts what programs print",
       "look at the noise in the result, and at DefaultShell under "
       "HKLM\\SOFTWARE\\OpenSSH"},
      {"the program was ended in the middle of its answer",
       "run again; a check shows what was done"},
      {"the machine is not what it seems: its answer was made up",
       "look at the machine before it is trusted again"}}},
    {"cancelled",
     "the run was interrupted before this host was done",
     {{"it was stopped before the program began there: nothing was changed",
       "--resume RUN goes on with it"},
      {"it was stopped while the program worked: the settings that are listed "
       "as changed were, those that are skipped were not come to",
       "--resume RUN does the rest, undo RUN puts back what was done"},
      {"it was stopped and not waited for: the text says that the program may "
       "still be at work",
       "it ends within four minutes; a check shows then what was done"}}},
    {SHARED_HOSTKEY,
     "several hosts answer with one key, so each can pass for the others",
     {{"they were made from one image, taken after sshd's first start",
       "make new keys on all but one: remove %ProgramData%\\ssh\\ssh_host_*, "
       "restart sshd, then run: wmifleet trust"},
      {"two entries of the inventory are one machine",
       "take one out, or correct its ansible_host"}}},
};

const struct fault_story *fault_story(const char *word)
{
    for (size_t i = 0; i < sizeof stories / sizeof stories[0]; i++)
        if (strcmp(stories[i].word, word) == 0)
            return &stories[i];
    return NULL;
}
