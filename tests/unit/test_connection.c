/* SPDX-License-Identifier: MIT */
/* Connection variables, passwords and `wmi` of the selected hosts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/inventory_text.h"

#define TEXT_MAX 65536

/* Everything of a target that is not what it is by default. */
static void describe(const struct target *target, struct buf *text)
{
    static const char *const policies[] = {"", " strict", " accept-new",
                                           " off"};
    buf_addf(text, "%s:%u%s", target->address, target->port,
             policies[target->host_keys]);
    if (target->user != NULL)
        buf_addf(text, " user=%s", target->user);
    if (target->private_key_file != NULL)
        buf_addf(text, " key=%s", target->private_key_file);
    if (target->host_key_alias != NULL)
        buf_addf(text, " alias=%s", target->host_key_alias);
    if (target->connect_timeout_s != 0)
        buf_addf(text, " timeout=%u", target->connect_timeout_s);
    if (target->retries != -1)
        buf_addf(text, " retries=%d", target->retries);
    if (target->password.source == SECRET_TEXT)
        buf_addf(text, " password=%s", target->password.text);
    if (target->password.source == SECRET_ENV)
        buf_addf(text, " env=%s", target->password.text);
    if (target->password.source == SECRET_FILE)
        buf_addf(text, " file=%s", target->password.text);
    for (const char *const *word = target->password.command;
         word != NULL && *word != NULL; word++)
        buf_addf(text, " <%s>", *word);
    if (target->proxy_command != NULL)
        buf_addf(text, " command=%s", target->proxy_command);
    if (target->jump != NULL) {
        buf_addf(text, " via %s=", target->jump->name);
        describe(target->jump, text);
    }
}

static int choose(struct inventory *inventory, enum inventory_need need,
                  bool force_ssh, struct buf *text, struct problems *problems)
{
    const struct selection selection = {.need = need, .force_ssh = force_ssh};
    struct target_list list;
    int result = inventory_select(inventory, &selection, &list, problems);
    buf_reset(text);
    for (size_t i = 0; i < list.count; i++) {
        buf_add_text(text, i == 0 ? "" : "\n");
        describe(&list.items[i], text);
    }
    if (list.nothing_asked > 0)
        buf_addf(text, " (%zu not asked)", list.nothing_asked);
    free(list.items);
    return result;
}

/* The variables of host pc1, ' for ". */
static struct inventory *with_variables(const char *variables)
{
    struct buf text;
    buf_init(&text, TEXT_MAX);
    buf_addf(&text, "{'all': {'hosts': {'pc1': {%s}}}}", variables);
    struct inventory *inventory = inventory_text_good(text.data);
    buf_release(&text);
    return inventory;
}

static const struct {
    const char *variables;
    const char *target;
} good[] = {
    {"", "pc1:22"},
    {"'port': 1, 'user': 'x', 'password': 'y'", "pc1:22"},
    {"'ansible_host': '10.0.0.1', 'ansible_port': 2222", "10.0.0.1:2222"},
    {"'ansible_host': 'fe80::1%eth0', 'ansible_port': '22'", "fe80::1%eth0:22"},
    {"'ansible_ssh_host': 'a', 'ansible_ssh_port': 1, 'ansible_ssh_user': "
     "'u'",
     "a:1 user=u"},
    {"'ansible_ssh_host': 'a', 'ansible_host': 'b'", "a:22"},
    {"'ansible_host': 'b', 'ansible_ssh_host': null", "b:22"},
    {"'ansible_port': ' 22 '", "pc1:22"},
    {"'ansible_port': 22.0", "pc1:22"},
    {"'ansible_user': 'LAB\\\\admin'", "pc1:22 user=LAB\\admin"},
    {"'ansible_user': 4711", "pc1:22 user=4711"},
    {"'ansible_user': {'__ansible_unsafe': 'a{{b'}", "pc1:22 user=a{{b"},
    {"'ansible_password': 'x y'", "pc1:22 password=x y"},
    {"'ansible_password': 123", "pc1:22 password=123"},
    {"'ansible_ssh_pass': 'a', 'ansible_ssh_password': 'b'",
     "pc1:22 password=b"},
    {"'ansible_private_key_file': '/k'", "pc1:22 key=/k"},
    {"'ansible_ssh_private_key_file': '~/k'", "pc1:22 key=/home/me/k"},
    {"'ansible_connection': 'ssh'", "pc1:22"},
    {"'ansible_connection': 'smart'", "pc1:22"},
    {"'ansible_connection': 'ansible.builtin.paramiko_ssh'", "pc1:22"},
    {"'ansible_host_key_checking': false", "pc1:22 off"},
    {"'ansible_ssh_host_key_checking': 'yes'", "pc1:22 strict"},
    {"'ansible_ssh_timeout': 30, 'ansible_ssh_retries': '3'",
     "pc1:22 timeout=30 retries=3"},
    {"'ansible_timeout': 7", "pc1:22 timeout=7"},
    {"'ansible_ssh_retries': 0", "pc1:22 retries=0"},
    {"'wmifleet_host_key_alias': 'old'", "pc1:22 alias=old"},
    {"'ansible_become': true, 'ansible_become_method': 'runas',"
     " 'ansible_shell_type': '{{ x }}', 'ansible_winrm_transport': 'ntlm'",
     "pc1:22"},
    {"'ansible_ssh_common_args': '-p 2200 -l me -i ~/k -o ConnectTimeout=5'",
     "pc1:2200 user=me key=/home/me/k timeout=5"},
    {"'ansible_ssh_extra_args': '-p2200 -lme \\'-oPort 1\\''",
     "pc1:2200 user=me"},
    {"'ansible_ssh_common_args': '-oUser=a -o User=b', "
     "'ansible_ssh_extra_args': '-l c'",
     "pc1:22 user=a"},
    {"'ansible_ssh_common_args': '-l words', 'ansible_user': 'variable'",
     "pc1:22 user=variable"},
    {"'ansible_ssh_args': '-l words', 'ansible_user': 'variable'",
     "pc1:22 user=words"},
    {"'ansible_ssh_args': '-C -o ControlMaster=auto -o ControlPersist=60s'",
     "pc1:22"},
    {"'ansible_ssh_common_args': '-o StrictHostKeyChecking=no'", "pc1:22 off"},
    {"'ansible_ssh_common_args': '-ostricthostkeychecking=ACCEPT-NEW'",
     "pc1:22 accept-new"},
    {"'ansible_ssh_common_args': '-o ProxyJump=none -J none'", "pc1:22"},
    {"'ansible_ssh_common_args': '-o \\' \\' -o=22'", "pc1:22"},
    {"'wmifleet_proxy_jump': 'none'", "pc1:22"},
    {"'wmifleet_proxy_jump': 'gate'", "pc1:22 via gate=gate:22"},
    {"'wmifleet_proxy_jump': 'ops@gate:2222'",
     "pc1:22 via gate=gate:2222 user=ops"},
    {"'wmifleet_proxy_jump': 'a@b@[fe80::1]:9'",
     "pc1:22 via fe80::1=fe80::1:9 user=a@b"},
    {"'wmifleet_proxy_jump': 'ssh://ops@gate:2222/'",
     "pc1:22 via gate=gate:2222 user=ops"},
    {"'wmifleet_proxy_jump': 'far, ops@near'",
     "pc1:22 via near=near:22 user=ops via far=far:22"},
    {"'ansible_ssh_common_args': '-J ops@gate'",
     "pc1:22 via gate=gate:22 user=ops"},
    {"'ansible_ssh_extra_args': '-oproxyjump=gate'", "pc1:22 via gate=gate:22"},
    /* A host that all name, itself too, is reached directly. */
    {"'wmifleet_proxy_jump': 'pc1'", "pc1:22"},
    {"'wmifleet_proxy_jump': 'pc1', 'ansible_ssh_common_args': '-J far'",
     "pc1:22 via far=far:22"},
    /* ssh takes the first, and Ansible's common arguments come last. */
    {"'wmifleet_proxy_jump': 'a', 'ansible_ssh_common_args': '-J b'",
     "pc1:22 via a=a:22"},
    {"'wmifleet_proxy_jump': 'none', 'ansible_ssh_common_args': '-J b'",
     "pc1:22"},
    {"'wmifleet_proxy_jump': 'a', 'ansible_ssh_args': '-J b'",
     "pc1:22 via b=b:22"},
    {"'ansible_ssh_common_args': '-o ProxyCommand=none -J b'", "pc1:22"},
    {"'ansible_ssh_common_args': '-o ProxyCommand=\\'nc %h %p\\' -J b'",
     "pc1:22 command=nc %h %p"},
    {"'wmifleet_password': {'env': 'PW_{host}'}", "pc1:22 env=PW_pc1"},
    {"'wmifleet_password': {'file': '~/{host}/{host}'}",
     "pc1:22 file=/home/me/pc1/pc1"},
    {"'wmifleet_password': {'command': ['pass', '', 'lab/{host}']}",
     "pc1:22 <pass> <> <lab/pc1>"},
    {"'wmifleet_password': {'env': 'X'}, 'ansible_password': 'y'",
     "pc1:22 env=X"},
};

static void test_good_variables(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text, TEXT_MAX);
    assert_int_equal(setenv("HOME", "/home/me", 1), 0);
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct inventory *inventory = with_variables(good[i].variables);
        struct problems problems;
        problems_init(&problems);
        if (choose(inventory, INVENTORY_CONNECT, false, &text, &problems) == -1)
            fail_msg("%s: %s", good[i].variables, problems.items[0].text);
        if (strcmp(text.data, good[i].target) != 0)
            fail_msg("%s: %s", good[i].variables, text.data);
        assert_int_equal(problems.count, 0);
        problems_release(&problems);
        inventory_free(inventory);
    }
    buf_release(&text);
}

/* Every problem opens with "lab.json:1:28: host pc1: ", left out here. */
static const struct {
    const char *variables;
    const char *problem;
} bad[] = {
    {"'ansible_port': 0", "ansible_port: '0' is no port: 1 to 65535"},
    {"'ansible_port': 65536", "ansible_port: '65536' is no port"},
    {"'ansible_port': -1", "ansible_port: '-1' is no port"},
    {"'ansible_port': 22.5", "ansible_port: '22.5' is no port"},
    {"'ansible_port': 'ssh'", "ansible_port: 'ssh' is no port"},
    {"'ansible_port': true", "ansible_port must be a string"},
    {"'ansible_port': 5985", "ansible_port: 5985 is WinRM's port, and "
                             "wmifleet connects by SSH: remove it"},
    {"'ansible_ssh_port': '5986'", "ansible_ssh_port: 5986 is WinRM's port"},
    {"'ansible_connection': 'winrm'",
     "ansible_connection is 'winrm', and wmifleet connects by SSH"},
    {"'ansible_connection': 'psrp'", "ansible_connection is 'psrp'"},
    {"'ansible_connection': 'local'", "ansible_connection is 'local'"},
    {"'ansible_connection': 'community.docker.docker'",
     "ansible_connection is 'community.docker.docker'"},
    {"'ansible_connection': '{{ c }}'",
     "ansible_connection is a Jinja template"},
    {"'ansible_host': ''", "ansible_host: '' is no address"},
    {"'ansible_host': 'a b'", "ansible_host: 'a b' is no address"},
    {"'ansible_host': 'pc:22'", "ansible_host: 'pc:22' is no address"},
    {"'ansible_host': 'me@pc'", "ansible_host: 'me@pc' is no address"},
    {"'ansible_host': '-oProxyCommand=x'", "ansible_host: '-oProxyCommand"},
    {"'ansible_host': ['a']", "ansible_host must be a string"},
    {"'ansible_ssh_pass': {'env': 'A'}",
     "ansible_ssh_pass must be a string; where it comes from goes into "
     "wmifleet_password"},
    {"'ansible_host': '{{ inventory_hostname }}.lab'",
     "ansible_host is a Jinja template, which is not evaluated here: write "
     "the value itself"},
    {"'ansible_user': '{% if x %}a{% endif %}'",
     "ansible_user is a Jinja template"},
    {"'ansible_user': ''", "ansible_user is empty"},
    {"'ansible_user': 'a\\nb'", "ansible_user holds a control character"},
    {"'ansible_password': {'__ansible_vault': '$ANSIBLE_VAULT;1.1'}",
     "ansible_password is encrypted by Ansible Vault, which is not read "
     "here: decrypt it, or use wmifleet_password"},
    {"'ansible_password': '{{ lookup(`env`) }}'",
     "ansible_password is a Jinja template"},
    {"'ansible_ssh_private_key': '-----BEGIN'",
     "ansible_ssh_private_key holds a key itself"},
    {"'ansible_ssh_timeout': 0", "ansible_ssh_timeout: '0' is no number of"},
    {"'ansible_ssh_timeout': 'long'", "ansible_ssh_timeout: 'long' is no"},
    {"'ansible_ssh_retries': -1", "ansible_ssh_retries: '-1' is no number"},
    {"'ansible_host_key_checking': 'maybe'",
     "ansible_host_key_checking: 'maybe' is neither true nor false"},
    {"'wmifleet_proxy_jump': ''", "wmifleet_proxy_jump: '' is no jump host"},
    {"'wmifleet_proxy_jump': 'gate:0'",
     "wmifleet_proxy_jump: the jump host's port '0' is none"},
    {"'wmifleet_proxy_jump': 'gate, -oProxyCommand=x'",
     "wmifleet_proxy_jump: '-oProxyCommand=x' is no jump host"},
    {"'wmifleet_proxy_jump': '@gate'",
     "wmifleet_proxy_jump: 'gate' is no jump host"},
    {"'wmifleet_proxy_jump': ['gate']", "wmifleet_proxy_jump must be a string"},
    {"'ansible_ssh_common_args': '-J a/b'",
     "ansible_ssh_common_args: 'a/b' is no jump host"},
    {"'ansible_ssh_extra_args': '-oproxyjump=gate,'",
     "ansible_ssh_extra_args: '' is no jump host"},
    {"'ansible_ssh_common_args': '-p'",
     "ansible_ssh_common_args: -p needs a value"},
    {"'ansible_ssh_common_args': '-p 0'",
     "ansible_ssh_common_args: '0' is no port"},
    {"'ansible_ssh_common_args': '-o \\'Port 22'",
     "ansible_ssh_common_args: a quotation mark is not closed"},
    {"'ansible_ssh_common_args': 'Port 22'",
     "ansible_ssh_common_args: 'Port' is no option of ssh"},
    {"'ansible_ssh_common_args': '-o StrictHostKeyChecking=perhaps'",
     "ansible_ssh_common_args: StrictHostKeyChecking 'perhaps' is not known"},
    {"'wmifleet_password': 'secret'", "wmifleet_password: must be one of"},
    {"'wmifleet_password': {}", "wmifleet_password: must be one of"},
    {"'wmifleet_password': {'env': 'A', 'file': 'B'}",
     "wmifleet_password: must be one of"},
    {"'wmifleet_password': {'evn': 'A'}",
     "wmifleet_password: 'evn' is no source of a password: use env, file or "
     "command; did you mean 'env'?"},
    {"'wmifleet_password': {'env': ''}",
     "wmifleet_password: 'env' must be a string that is not empty"},
    {"'wmifleet_password': {'file': 3}", "wmifleet_password: 'file' must be"},
    {"'wmifleet_password': {'command': 'pass show'}",
     "wmifleet_password: 'command' must be a list of words"},
    {"'wmifleet_password': {'command': []}",
     "wmifleet_password: 'command' must be a list of words"},
    {"'wmifleet_password': {'command': ['a', 3]}",
     "wmifleet_password: the words of 'command' must be strings"},
};

static void test_bad_variables(void **state)
{
    (void)state;
    static const char opening[] = "lab.json:1:28: host pc1: ";
    struct buf text;
    buf_init(&text, TEXT_MAX);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct inventory *inventory = with_variables(bad[i].variables);
        struct problems problems;
        problems_init(&problems);
        if (choose(inventory, INVENTORY_CONNECT, false, &text, &problems) == 0)
            fail_msg("%s: accepted: %s", bad[i].variables, text.data);
        inventory_text_problems(&problems, &text);
        assert_int_equal(problems.error_count, 1);
        if (strncmp(text.data, opening, strlen(opening)) != 0 ||
            strncmp(text.data + strlen(opening), bad[i].problem,
                    strlen(bad[i].problem)) != 0)
            fail_msg("%s: %s", bad[i].variables, text.data);
        problems_release(&problems);
        /* Whoever wants names only is not troubled. */
        problems_init(&problems);
        assert_int_equal(
            choose(inventory, INVENTORY_NAMES, false, &text, &problems), 0);
        assert_int_equal(problems.count, 0);
        problems_release(&problems);
        inventory_free(inventory);
    }
    buf_release(&text);
}

static void test_no_secret_in_a_problem(void **state)
{
    (void)state;
    struct inventory *inventory = with_variables(
        "'ansible_password': ['hunter2'], 'wmifleet_password': 'hunter3'");
    struct problems problems;
    struct buf text;
    buf_init(&text, TEXT_MAX);
    problems_init(&problems);
    assert_int_equal(
        choose(inventory, INVENTORY_CONNECT, false, &text, &problems), -1);
    inventory_text_problems(&problems, &text);
    assert_null(strstr(text.data, "hunter"));
    problems_release(&problems);
    buf_release(&text);
    inventory_free(inventory);
}

/* The text of the selection, or of what is wrong with it. */
static void choose_text(const char *inventory_text, struct buf *text)
{
    struct inventory *inventory = inventory_text_good(inventory_text);
    struct problems problems;
    problems_init(&problems);
    if (choose(inventory, INVENTORY_CONNECT, false, text, &problems) != 0)
        inventory_text_problems(&problems, text);
    problems_release(&problems);
    inventory_free(inventory);
}

static void test_a_jump_host_of_the_inventory_has_its_variables(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text, TEXT_MAX);
    choose_text(
        "{'all': {'vars': {'wmifleet_proxy_jump': 'gate-1'}, 'hosts': {\n"
        "'gate-1': {'ansible_host': '10.0.0.1', 'ansible_port': 2222,\n"
        "'ansible_user': 'ops', 'wmifleet_host_key_alias': 'gate',\n"
        "'ansible_private_key_file': '/k', 'ansible_password': 'p'},\n"
        "'pc1': {}, 'pc2': {'wmifleet_proxy_jump': 'me@gate-1:1'},\n"
        "'pc3': {'wmifleet_proxy_jump': 'gate-2'},\n"
        "'gate-2': {'ansible_user': 'two'},\n"
        "'pc4': {'wmifleet_proxy_jump': 'far,gate-2'}}}}",
        &text);
    static const char gate[] = "10.0.0.1:2222 user=ops key=/k alias=gate "
                               "password=p";
    struct buf wanted;
    buf_init(&wanted, TEXT_MAX);
    buf_addf(&wanted,
             "%s\npc1:22 via gate-1=%s\n"
             "pc2:22 via gate-1=10.0.0.1:1 user=me key=/k alias=gate "
             "password=p\n"
             "pc3:22 via gate-2=gate-2:22 user=two via gate-1=%s\n"
             "gate-2:22 user=two via gate-1=%s\n"
             "pc4:22 via gate-2=gate-2:22 user=two via far=far:22",
             gate, gate, gate, gate);
    assert_string_equal(text.data, wanted.data);
    buf_release(&wanted);
    buf_release(&text);
}

static void test_jump_hosts_in_a_ring_are_an_error(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text, TEXT_MAX);
    choose_text("{'all': {'hosts': {'a': {'wmifleet_proxy_jump': 'b'},\n"
                "'b': {'wmifleet_proxy_jump': 'c'},\n"
                "'c': {'wmifleet_proxy_jump': 'a'}}}}",
                &text);
    assert_non_null(strstr(text.data, "more than 8 jump hosts one behind the "
                                      "other, or a ring of them"));
    buf_release(&text);
}

static void test_what_a_jump_host_lacks_is_told_of_it(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text, TEXT_MAX);
    choose_text("{'all': {'hosts': {'gate': {'ansible_port': 'x'},\n"
                "'pc1': {'wmifleet_proxy_jump': 'gate'}}}}",
                &text);
    assert_non_null(strstr(text.data, "host gate"));
    assert_non_null(strstr(text.data, "ansible_port: 'x' is no "
                                      "port"));
    buf_release(&text);
}

static void test_force_ssh_overlooks_winrm(void **state)
{
    (void)state;
    struct inventory *inventory =
        with_variables("'ansible_connection': 'winrm', 'ansible_port': 5986");
    struct problems problems;
    struct buf text;
    buf_init(&text, TEXT_MAX);
    problems_init(&problems);
    assert_int_equal(
        choose(inventory, INVENTORY_CONNECT, true, &text, &problems), 0);
    assert_string_equal(text.data, "pc1:22");
    problems_release(&problems);
    buf_release(&text);
    inventory_free(inventory);
}

static void test_one_word_for_many_hosts_is_told_once(void **state)
{
    (void)state;
    struct inventory *inventory = inventory_text_good(
        "{'all': {'vars': {'ansible_port': 5985,\n"
        " 'ansible_ssh_common_args': '-4 -o UserKnownHostsFile=/dev/null'},\n"
        " 'hosts': {'pc[1:9]': {}, 'other': {'ansible_port': 22,\n"
        " 'ansible_user': '{{ u }}'}}}}");
    struct problems problems;
    struct buf text;
    buf_init(&text, TEXT_MAX);
    problems_init(&problems);
    assert_int_equal(
        choose(inventory, INVENTORY_CONNECT, false, &text, &problems), -1);
    inventory_text_problems(&problems, &text);
    assert_string_equal(
        text.data,
        "lab.json:1:19: host pc1 (and 8 more): ansible_port: 5985 is WinRM's "
        "port, and wmifleet connects by SSH: remove it or write SSH's port "
        "(--ssh overlooks it)\n"
        "warning: lab.json:2:2: host pc1 (and 9 more): "
        "ansible_ssh_common_args: -4 has no effect here\n"
        "warning: lab.json:2:2: host pc1 (and 9 more): "
        "ansible_ssh_common_args: UserKnownHostsFile has no effect: use "
        "--known-hosts\n"
        "lab.json:4:2: host other: ansible_user is a Jinja template, which is "
        "not evaluated here: write the value itself\n");
    problems_release(&problems);
    buf_release(&text);
    inventory_free(inventory);
}

static void test_shared_addresses_are_warned_of(void **state)
{
    (void)state;
    struct inventory *inventory = inventory_text_good(
        "{'all': {'vars': {'ansible_host': 'Same'}, 'hosts': {"
        "'a': {}, 'b': {'ansible_port': 22}, 'c': {'ansible_host': 'same'},"
        "'d': {'ansible_port': 23}, 'e': {'ansible_host': 'e'},"
        "'f': {'ansible_port': 23}}}}");
    struct problems problems;
    struct buf text;
    buf_init(&text, TEXT_MAX);
    problems_init(&problems);
    assert_int_equal(
        choose(inventory, INVENTORY_CONNECT, false, &text, &problems), 0);
    inventory_text_problems(&problems, &text);
    assert_string_equal(
        text.data,
        "warning: same port 22 is the address of 3 selected hosts (a, b, "
        "...)\n"
        "warning: same port 23 is the address of 2 selected hosts (d, f)\n");
    problems_release(&problems);
    buf_release(&text);
    inventory_free(inventory);
}

/* --- wmi ------------------------------------------------------------------ */

static const struct {
    const char *text;
    const char *targets; /* NULL: refused */
    const char *problems;
} wishes[] = {
    {"{'all': {'hosts': {'a': {'wmi': {'dcom': {'enabled': true}}}, "
     "'b': {}}}}",
     "a:22 (1 not asked)", ""},
    {"{'all': {'vars': {'wmi': {'dcom': {'enabled': true}}}, 'hosts': "
     "{'a': {'wmi': null}, 'b': {}, 'c': {'wmi': {'dcom': null}}}}}",
     "b:22 (2 not asked)", ""},
    {"{'all': {'hosts': {'a': {}, 'b': {'wmi': {}}}}}", NULL,
     "nothing is asked of the 2 selected hosts: none has the variable "
     "'wmi'\n"},
    {"{'all': {'hosts': {}}}", NULL, "the inventory has no hosts\n"},
    {"{'all': {'hosts': {'a': {'wmi': 'open'}}}}", NULL,
     "lab.json:1:26: host a: wmi must be an object of settings\n"},
    {"{'all': {'hosts': {'a': {'wmi': {'dcom': {'enabled': '{{ x }}'}}}}}}",
     NULL,
     "lab.json:1:43: host a: wmi.dcom.enabled is a Jinja template, which is "
     "not evaluated here: write the value itself\n"},
    {"{'all': {'hosts': {'linux': {'ansible_connection': 'local'}, 'a': "
     "{'wmi': {'dcom': {'enabled': true}}}}}}",
     "a:22 (1 not asked)", ""},
};

static void test_wishes(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text, TEXT_MAX);
    for (size_t i = 0; i < sizeof wishes / sizeof *wishes; i++) {
        struct inventory *inventory = inventory_text_good(wishes[i].text);
        struct problems problems;
        problems_init(&problems);
        int result = choose(inventory, INVENTORY_WMI, false, &text, &problems);
        assert_int_equal(result, wishes[i].targets == NULL ? -1 : 0);
        if (result == 0)
            assert_string_equal(text.data, wishes[i].targets);
        inventory_text_problems(&problems, &text);
        assert_string_equal(text.data, wishes[i].problems);
        problems_release(&problems);
        inventory_free(inventory);
    }
    buf_release(&text);
}

/* A merged tree is made of copies; mistakes are told where they stand. */
static void test_mistakes_in_merged_wmi_have_their_place(void **state)
{
    (void)state;
    struct inventory *inventory = inventory_text_good(
        "{'all': {'vars': {'wmi': {'dcom': {'enabled': true},\n"
        "   'firewal': {}}},\n"
        "  'hosts': {'a': {'wmi': {'uac': {'local_account_token_filter_policy'"
        ":\n 7}}}, 'b': {}}}}");
    struct problems problems;
    struct buf text;
    buf_init(&text, TEXT_MAX);
    problems_init(&problems);
    assert_int_equal(choose(inventory, INVENTORY_WMI, false, &text, &problems),
                     -1);
    inventory_text_problems(&problems, &text);
    assert_int_equal(problems.count, 2);
    assert_non_null(strstr(text.data, "lab.json:2:4: host a (and 1 more): "));
    assert_non_null(strstr(text.data, "firewall"));
    assert_non_null(strstr(text.data, "lab.json:3:35: host a: "));
    problems_release(&problems);
    buf_release(&text);
    inventory_free(inventory);
}

/* Each `wmi` in the order of merging, and what comes out of them. */
static const struct {
    const char *all;
    const char *parent;
    const char *child;
    const char *host;
    const char *merged;
} merges[] = {
    {"{'a': 1}", "{'b': 2}", "{'c': 3}", "{'d': 4}",
     "{'a': 1, 'b': 2, 'c': 3, 'd': 4}"},
    {"{'a': {'x': 1, 'y': 2}}", "{}", "{'a': {'x': null}}", "{}",
     "{'a': {'y': 2}}"},
    {"{'a': [1, {'b': null}]}", "{}", "{}", "{}", "{'a': [1, {'b': null}]}"},
    {"{'a': [1, 2]}", "{'a': [3]}", "{}", "{}", "{'a': [3]}"},
    {"{'a': 1}", "{'a': {'b': 1, 'c': null}}", "{}", "{'a': {'d': 2}}",
     "{'a': {'b': 1, 'd': 2}}"},
    {"{'a': {'b': 1}}", "{'a': 2}", "{}", "{}", "{'a': 2}"},
    {"{'a': {'b': 1}}", "null", "{'c': 1}", "{}", "{'c': 1}"},
    {"{'a': 1}", "'text'", "{'c': 1}", "{}", "{'c': 1}"},
    {"{'a': 1}", "{}", "{}", "{'a': null}", "{}"},
    {"{'a': 1.50}", "{'b': null}", "{}", "{}", "{'a': 1.50}"},
};

static void test_wmi_is_merged_as_rfc_7396_says(void **state)
{
    (void)state;
    struct buf text;
    struct buf got;
    struct buf wanted;
    struct problems problems;
    problems_init(&problems);
    buf_init(&text, TEXT_MAX);
    buf_init(&got, TEXT_MAX);
    buf_init(&wanted, TEXT_MAX);
    for (size_t i = 0; i < sizeof merges / sizeof *merges; i++) {
        buf_reset(&text);
        buf_addf(&text,
                 "{'all': {'vars': {'wmi': %s}}, 'p': {'vars': {'wmi': %s},"
                 " 'children': {'k': {'vars': {'wmi': %s},"
                 " 'hosts': {'h': {'wmi': %s}}}}},"
                 " 'z': {'hosts': {'plain': {}}}}",
                 merges[i].all, merges[i].parent, merges[i].child,
                 merges[i].host);
        struct inventory *inventory = inventory_text_good(text.data);
        buf_reset(&text);
        buf_addf(&text, "{'z': {'hosts': {'h': {'wmi': %s}}}}",
                 merges[i].merged);
        struct inventory *plain = inventory_text_good(text.data);
        buf_reset(&got);
        buf_reset(&wanted);
        assert_int_equal(
            inventory_print_host(inventory, "h", true, &got, &problems), 0);
        assert_int_equal(
            inventory_print_host(plain, "h", true, &wanted, &problems), 0);
        assert_string_equal(got.data, wanted.data);
        inventory_free(inventory);
        inventory_free(plain);
    }
    buf_release(&text);
    buf_release(&got);
    buf_release(&wanted);
    problems_release(&problems);
}

/* --- passwords ------------------------------------------------------------ */

static char *read_password(struct inventory *inventory, const char *host,
                           struct err *err)
{
    const struct selection selection = {.limit = host,
                                        .need = INVENTORY_CONNECT};
    struct target_list list;
    struct problems problems;
    problems_init(&problems);
    assert_int_equal(inventory_select(inventory, &selection, &list, &problems),
                     0);
    char *secret = secret_read(inventory, &list.items[0], err);
    free(list.items);
    problems_release(&problems);
    return secret;
}

static void expect_password(struct inventory *inventory, const char *host,
                            const char *wanted)
{
    struct err err = {0};
    char *secret = read_password(inventory, host, &err);
    if (secret == NULL)
        fail_msg("%s: %s", host, err.text);
    assert_string_equal(secret, wanted);
    secret_free(secret);
}

static void expect_no_password(struct inventory *inventory, const char *host,
                               const char *why)
{
    struct err err = {0};
    char *secret = read_password(inventory, host, &err);
    assert_null(secret);
    if (strstr(err.text, why) == NULL)
        fail_msg("%s: %s", host, err.text);
}

static void test_passwords_are_read(void **state)
{
    (void)state;
    static const char line[] = "a b \r\n";
    struct inventory *inventory = inventory_text_good(
        "{'all': {'hosts': {"
        "'none': {}, 'text': {'ansible_password': 'x'},"
        "'env': {'wmifleet_password': {'env': 'LAB_PASSWORD'}},"
        "'noenv': {'wmifleet_password': {'env': 'LAB_NOTHING'}},"
        "'file': {'wmifleet_password': {'file': 'pw-{host}'}},"
        "'nofile': {'wmifleet_password': {'file': 'pw-{host}'}},"
        "'fails': {'wmifleet_password': {'command': "
        "['sh', '-c', 'echo hunter2; exit 4']}},"
        "'silent': {'wmifleet_password': {'command': ['true']}},"
        "'nothing': {'wmifleet_password': {'command': ['./no-such']}}}}}");
    setenv("LAB_PASSWORD", "from env", 1);
    unsetenv("LAB_NOTHING");
    inventory_text_file("pw-file", line, sizeof line - 1);
    struct err err = {.text = "untouched"};
    assert_null(read_password(inventory, "none", &err));
    assert_string_equal(err.text, "untouched");
    expect_password(inventory, "text", "x");
    expect_password(inventory, "env", "from env");
    expect_password(inventory, "file", "a b ");
    expect_no_password(inventory, "noenv",
                       "noenv: password: the environment variable LAB_NOTHING "
                       "is not set");
    expect_no_password(inventory, "nofile",
                       "nofile: password: pw-nofile: No such file");
    expect_no_password(inventory, "fails", "failed with exit status 4");
    expect_no_password(inventory, "silent", "the password there is empty");
    expect_no_password(inventory, "nothing", "cannot be started");
    unlink("pw-file");
    inventory_free(inventory);
}

/* Opening a FIFO waits for its writer, and with it would wait all hosts. */
static void test_a_password_from_a_fifo_stops_nothing(void **state)
{
    (void)state;
    struct inventory *inventory = inventory_text_good(
        "{'all': {'hosts': {"
        "'fifo': {'wmifleet_password': {'file': 'pw-{host}'}},"
        "'folder': {'wmifleet_password': {'file': '.'}}}}}");
    assert_int_equal(mkfifo("pw-fifo", 0600), 0);
    alarm(30);
    expect_no_password(inventory, "fifo", "pw-fifo: is not a file");
    alarm(0);
    expect_no_password(inventory, "folder", ".: is not a file");
    unlink("pw-fifo");
    inventory_free(inventory);
}

/* The command counts its calls in a file; one argument list is one call. */
static void test_a_command_is_run_once_per_argument_list(void **state)
{
    (void)state;
    struct inventory *inventory = inventory_text_good(
        "{'all': {'vars': {'wmifleet_password': {'command': ['sh', '-c',"
        " 'echo >>calls; echo pw of $WMIFLEET_HOST']}},"
        " 'hosts': {'a': {}, 'b': {}, 'c': {'wmifleet_password': {'command':"
        " ['sh', '-c', 'echo >>calls; echo $1 $WMIFLEET_HOST', '-',"
        " '{host}; touch shell']}}}}}");
    expect_password(inventory, "a", "pw of a");
    expect_password(inventory, "b", "pw of a");
    expect_password(inventory, "c", "c; touch shell c");
    FILE *calls = fopen("calls", "r");
    assert_non_null(calls);
    assert_int_equal(fseek(calls, 0, SEEK_END), 0);
    assert_int_equal(ftell(calls), 2);
    fclose(calls);
    assert_int_equal(access("shell", F_OK), -1);
    unlink("calls");
    inventory_free(inventory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_variables),
        cmocka_unit_test(test_bad_variables),
        cmocka_unit_test(test_no_secret_in_a_problem),
        cmocka_unit_test(test_a_jump_host_of_the_inventory_has_its_variables),
        cmocka_unit_test(test_jump_hosts_in_a_ring_are_an_error),
        cmocka_unit_test(test_what_a_jump_host_lacks_is_told_of_it),
        cmocka_unit_test(test_force_ssh_overlooks_winrm),
        cmocka_unit_test(test_one_word_for_many_hosts_is_told_once),
        cmocka_unit_test(test_shared_addresses_are_warned_of),
        cmocka_unit_test(test_wishes),
        cmocka_unit_test(test_mistakes_in_merged_wmi_have_their_place),
        cmocka_unit_test(test_wmi_is_merged_as_rfc_7396_says),
        cmocka_unit_test(test_passwords_are_read),
        cmocka_unit_test(test_a_password_from_a_fifo_stops_nothing),
        cmocka_unit_test(test_a_command_is_run_once_per_argument_list),
    };
    return cmocka_run_group_tests(tests, inventory_text_enter,
                                  inventory_text_leave);
}
