/* SPDX-License-Identifier: MIT */
/* What wmi.access and wmi.collector become, and what is wrong with them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/json.h"
#include "inventory/folded_range.h"
#include "inventory/state.h"
#include "tests/unit/inventory_text.h"

#define TEXT_MAX 65536

/* What the names of the tests are; counts the calls and the names. */
struct directory {
    size_t calls;
    size_t names;
};

static const char *const known[][2] = {
    {"mon-01", "10.0.0.5"},
    {"mon-02.lab", "10.0.0.6,2001:db8::6"},
    {"twin", "10.0.0.7"},
};

static int look_up(void *context, struct resolver_query *queries, size_t count)
{
    struct directory *directory = context;
    directory->calls++;
    directory->names += count;
    for (size_t i = 0; i < count; i++) {
        queries[i].trouble = "Name or service not known";
        for (size_t k = 0; k < sizeof known / sizeof *known; k++)
            if (strcmp(known[k][0], queries[i].name) == 0)
                queries[i].addresses = strdup(known[k][1]);
    }
    return 0;
}

static struct inventory *load(const char *text, struct directory *directory)
{
    struct inventory *inventory = inventory_text_good(text);
    *directory = (struct directory){0};
    inventory->resolve = look_up;
    inventory->resolve_context = directory;
    return inventory;
}

/* The tree as text in which ' stands for ". */
static void print(const cJSON *tree, struct buf *out)
{
    char *text = json_print(tree, -1);
    assert_non_null(text);
    for (char *c = text; *c != '\0'; c++)
        if (*c == '"')
            *c = '\'';
    buf_reset(out);
    buf_add_text(out, text);
    free(text);
}

/* --- the table ------------------------------------------------------------ */

/* Hosts, and a place for the `wmi` of `pc`. */
#define LAB                                                                    \
    "{'all': {'children': {"                                                   \
    "'pcs': {'hosts': {'pc': {'ansible_host': '10.0.1.1', 'wmi': %s},"         \
    "  'pc2': {'ansible_host': '10.0.1.2'},"                                   \
    "  'pc3': {'ansible_host': '10.0.1.4'}}},"                                 \
    "'monitors': {'hosts': {'mon-01': {}, 'mon-02': {'ansible_host':"          \
    "  'mon-02.lab'}}},"                                                       \
    "'empty': {}}}}"

#define GROUPS                                                                 \
    "'groups':[{'group':'distributed_com_users','members':['wmi-reader']}]"
#define GRANT                                                                  \
    "{'account':'wmi-reader','rights':['enable_account','remote_enable'],"     \
    "'subnamespaces':true}"
#define NAMESPACES                                                             \
    "'namespaces':[{'path':'root\\\\cimv2','grants':[" GRANT "]}]"
#define RULES(addresses)                                                       \
    "{'name':'DCOM','remote_addresses':[" addresses "]},"                      \
    "{'name':'WMI','remote_addresses':[" addresses "]}"
#define OUT(addresses)                                                         \
    "{'name':'WMI_OUT','remote_addresses':[" addresses                         \
    "],'when_outbound_blocked':true}"
#define ACCESS(more)                                                           \
    "'access':{'readers':['wmi-reader'],'collectors':['10.0.0.5']" more "}"

static const struct {
    const char *name;
    const char *wmi;
    const char *becomes;
} cases[] = {
    {"nothing to expand", "{'dcom':{'enabled':true}}",
     "{'dcom':{'enabled':true}}"},
    {"the least", "{" ACCESS("") "}",
     "{" GROUPS "," NAMESPACES
     ",'firewall':{'rules':[" RULES("'10.0.0.5'") "]}"
                                                  "}"},
    {"two readers, two namespaces",
     "{'access':{'readers':['a','b'],'collectors':['10.0.0.5'],"
     "'namespaces':['root\\\\wmi','root\\\\default']}}",
     "{'groups':[{'group':'distributed_com_users','members':['a','b']}],"
     "'namespaces':[{'path':'root\\\\wmi','grants':["
     "{'account':'a','rights':['enable_account','remote_enable'],"
     "'subnamespaces':true},"
     "{'account':'b','rights':['enable_account','remote_enable'],"
     "'subnamespaces':true}]},"
     "{'path':'root\\\\default','grants':["
     "{'account':'a','rights':['enable_account','remote_enable'],"
     "'subnamespaces':true},"
     "{'account':'b','rights':['enable_account','remote_enable'],"
     "'subnamespaces':true}]}],"
     "'firewall':{'rules':[" RULES("'10.0.0.5'") "]}}"},
    {"services and callbacks",
     "{" ACCESS(",'services':true,'asynchronous':true") "}",
     "{" GROUPS "," NAMESPACES ",'service_control':{'grants':["
     "{'account':'wmi-reader','rights':['connect','enumerate','query_lock',"
     "'read_control']}]},"
     "'firewall':{'rules':[" RULES("'10.0.0.5'") "," OUT(
         "'10.0.0.5'") "]},"
                       "'cimom':{'allow_anonymous_callback':1}}"},
    {"false is as absent",
     "{" ACCESS(",'services':false,'asynchronous':false") "}",
     "{" GROUPS "," NAMESPACES
     ",'firewall':{'rules':[" RULES("'10.0.0.5'") "]}"
                                                  "}"},
    {"every kind of word",
     "{'access':{'readers':['wmi-reader'],'collectors':['controller',"
     "'monitors','pc3','10.0.0.8/29','2001:db8::/64','LocalSubnet']}}",
     "{" GROUPS "," NAMESPACES ",'firewall':{'rules':[" RULES(
         "'10.0.0.5-10.0.0.6','10.0.0.8-10.0.0.15','10.0.1.4',"
         "'2001:db8::/64','controller','LocalSubnet'") "]}}"},
    {"a group by its mark, neighbours put together",
     "{'access':{'readers':['wmi-reader'],'collectors':['@pcs',"
     "'10.0.1.3']}}",
     "{" GROUPS "," NAMESPACES
     ",'firewall':{'rules':[" RULES("'10.0.1.1-10.0.1.4'") "]}}"},
    {"a fixed port", "{'fixed_port':{'enabled':true}," ACCESS("") "}",
     "{'fixed_port':{'enabled':true}," GROUPS "," NAMESPACES
     ",'firewall':{'rules':["
     "{'name':'DCOM','remote_addresses':['10.0.0.5']},"
     "{'name':'WMI','remote_addresses':['10.0.0.5'],'local_ports':24158}]}}"},
    {"another fixed port",
     "{'fixed_port':{'enabled':true,'port':5000}," ACCESS("") "}",
     "{'fixed_port':{'enabled':true,'port':5000}," GROUPS "," NAMESPACES
     ",'firewall':{'rules':["
     "{'name':'DCOM','remote_addresses':['10.0.0.5']},"
     "{'name':'WMI','remote_addresses':['10.0.0.5'],'local_ports':5000}]}}"},
    {"no fixed port any more",
     "{'fixed_port':{'enabled':false}," ACCESS("") "}",
     "{'fixed_port':{'enabled':false}," GROUPS "," NAMESPACES
     ",'firewall':{'rules':[" RULES("'10.0.0.5'") "]}}"},
    {"rules of one name",
     "{'firewall':{'rules':[{'name':'wmi','state':'absent','match':'name'},"
     "{'name':'own','direction':'in','program':'C:\\\\x.exe'}]}," ACCESS(
         "") "}",
     "{'firewall':{'rules':[{'name':'wmi','state':'absent','match':'name'},"
     "{'name':'own','direction':'in','program':'C:\\\\x.exe'},"
     "{'name':'DCOM','remote_addresses':['10.0.0.5']}]}," GROUPS "," NAMESPACES
     "}"},
    {"the rule group stays",
     "{'firewall':{'wmi_group':{'enabled':false}}," ACCESS("") "}",
     "{'firewall':{'wmi_group':{'enabled':false},'rules':[" RULES(
         "'10.0.0.5'") "]}," GROUPS "," NAMESPACES "}"},
    {"a group that is there",
     "{'groups':[{'group':'S-1-5-32-562','members':['x']}]," ACCESS("") "}",
     "{'groups':[{'group':'S-1-5-32-562','members':['x','wmi-reader']}]"
     "," NAMESPACES ",'firewall':{'rules':[" RULES("'10.0.0.5'") "]}}"},
    {"a member that is to be absent",
     "{'groups':[{'group':'distributed_com_users','state':'absent',"
     "'members':['WMI-Reader']}]," ACCESS("") "}",
     "{'groups':[{'group':'distributed_com_users','state':'absent',"
     "'members':['WMI-Reader']}]," NAMESPACES
     ",'firewall':{'rules':[" RULES("'10.0.0.5'") "]}}"},
    {"others that are to be absent",
     "{'groups':[{'group':'distributed_com_users','state':'absent',"
     "'members':['x']},{'group':'users','members':['wmi-reader']}]," ACCESS(
         "") "}",
     "{'groups':[{'group':'distributed_com_users','state':'absent',"
     "'members':['x']},{'group':'users','members':['wmi-reader']},"
     "{'group':'distributed_com_users','members':['wmi-reader']}]," NAMESPACES
     ",'firewall':{'rules':[" RULES("'10.0.0.5'") "]}}"},
    {"a grant of the account's own",
     "{'namespaces':[{'path':'ROOT\\\\CIMV2','grants':[{'account':"
     "'wmi-reader','rights':['enable_account']}]}]," ACCESS("") "}",
     "{'namespaces':[{'path':'ROOT\\\\CIMV2','grants':[{'account':"
     "'wmi-reader','rights':['enable_account']}]}]," GROUPS
     ",'firewall':{'rules':[" RULES("'10.0.0.5'") "]}}"},
    {"a grant of somebody else's",
     "{'namespaces':[{'path':'root\\\\cimv2','grants':[{'account':"
     "'x','rights':['enable_account']}]}]," ACCESS("") "}",
     "{'namespaces':[{'path':'root\\\\cimv2','grants':[{'account':"
     "'x','rights':['enable_account']}," GRANT "]}]," GROUPS
     ",'firewall':{'rules':[" RULES("'10.0.0.5'") "]}}"},
    {"a right to the service manager",
     "{'service_control':{'grants':[{'account':'WMI-READER','state':"
     "'absent'}]}," ACCESS(",'services':true") "}",
     "{'service_control':{'grants':[{'account':'WMI-READER','state':"
     "'absent'}]}," GROUPS "," NAMESPACES
     ",'firewall':{'rules':[" RULES("'10.0.0.5'") "]}}"},
    {"a value",
     "{'cimom':{'allow_anonymous_callback':'absent'}," ACCESS(
         ",'asynchronous':true") "}",
     "{'cimom':{'allow_anonymous_callback':'absent'}," GROUPS "," NAMESPACES
     ",'firewall':{'rules':[" RULES("'10.0.0.5'") "," OUT("'10.0.0.5'") "]}}"},
    {"a collector that is not called back", "{'collector':{'targets':['pcs']}}",
     "{'firewall':{'rules':[" OUT("'10.0.1.1-10.0.1.2','10.0.1.4'") "]}}"},
    {"a collector with sinks",
     "{'collector':{'targets':['pc2'],'asynchronous':true,'sinks':"
     "['%ProgramFiles%\\\\Mon\\\\mon.exe','C:\\\\b\\\\MON.exe'],"
     "'check_callbacks':true}}",
     "{'firewall':{'rules':["
     "{'name':'DCOM','remote_addresses':['10.0.1.2']},"
     "{'name':'UnsecApp','remote_addresses':['10.0.1.2']},"
     "{'name':'Sink mon.exe','remote_addresses':['10.0.1.2'],"
     "'direction':'in','program':'%ProgramFiles%\\\\Mon\\\\mon.exe',"
     "'protocol':'tcp','require_program':true},"
     "{'name':'Sink MON.exe 2','remote_addresses':['10.0.1.2'],"
     "'direction':'in','program':'C:\\\\b\\\\MON.exe',"
     "'protocol':'tcp','require_program':true}," OUT(
         "'10.0.1.2'") "]},"
                       "'cimom':{'unsecapp_access_control_default':1}}"},
    {"callbacks that are not checked",
     "{'collector':{'targets':['pc2'],'asynchronous':true,"
     "'check_callbacks':false},'firewall':{'rules':[{'name':'Sink a.exe',"
     "'direction':'in','program':'C:\\\\a.exe'}]}}",
     "{'firewall':{'rules':[{'name':'Sink a.exe','direction':'in',"
     "'program':'C:\\\\a.exe'},"
     "{'name':'DCOM','remote_addresses':['10.0.1.2']},"
     "{'name':'UnsecApp','remote_addresses':['10.0.1.2']}," OUT(
         "'10.0.1.2'") "]},'cimom':{'unsecapp_access_control_default':0}}"},
    {"read and reader in one",
     "{'collector':{'targets':['10.0.0.6'],'asynchronous':true}," ACCESS(
         ",'asynchronous':true") "}",
     "{" GROUPS "," NAMESPACES ",'firewall':{'rules':["
     "{'name':'DCOM','remote_addresses':['10.0.0.5-10.0.0.6']},"
     "{'name':'WMI','remote_addresses':['10.0.0.5']},"
     "{'name':'UnsecApp','remote_addresses':['10.0.0.6']}," OUT(
         "'10.0.0.5-10.0.0.6'") "]},'cimom':{'allow_anonymous_callback':1}}"},
    {"reader that is not called back",
     "{'collector':{'targets':['10.0.0.6']}," ACCESS("") "}",
     "{" GROUPS "," NAMESPACES
     ",'firewall':{'rules':[" RULES("'10.0.0.5'") "," OUT("'10.0.0.6'") "]}}"},
};

static void check_case(size_t i, struct buf *text, struct buf *got)
{
    struct directory directory;
    struct problems problems;
    struct target_list list;
    const struct selection selection = {.limit = "pc", .need = INVENTORY_WMI};
    buf_reset(text);
    buf_addf(text, LAB, cases[i].wmi);
    struct inventory *inventory = load(text->data, &directory);
    problems_init(&problems);
    if (inventory_select(inventory, &selection, &list, &problems) != 0)
        fail_msg("%s: %s", cases[i].name, problems.items[0].text);
    assert_int_equal(list.count, 1);
    print(list.items[0].wmi, got);
    if (strcmp(got->data, cases[i].becomes) != 0)
        fail_msg("%s: became\n%s\n  not\n%s", cases[i].name, got->data,
                 cases[i].becomes);
    free(list.items);
    problems_release(&problems);
    inventory_free(inventory);
}

static void test_table(void **state)
{
    struct buf text;
    struct buf got;
    (void)state;
    buf_init(&text, TEXT_MAX);
    buf_init(&got, TEXT_MAX);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_case(i, &text, &got);
    buf_release(&text);
    buf_release(&got);
}

/* --- mistakes ------------------------------------------------------------- */

static const struct {
    const char *wmi;
    const char *told; /* one of the lines begins so, behind the place */
} mistakes[] = {
    {"{" ACCESS(",'namespace':[]") "}",
     "host pc: wmi.access: `namespace` is not a property of the access; did "
     "you mean `namespaces`?"},
    {"{'access':{'readers':['r'],'collectors':['mon-1']}}",
     "host pc: wmi.access.collectors[0]: `mon-1` is no host and no group of "
     "the inventory, and no address; did you mean `mon-01`?"},
    {"{'access':{'readers':['r'],'collectors':['controler']}}",
     "host pc: wmi.access.collectors[0]: `controler` is no host and no group "
     "of the inventory, and no address; did you mean `controller`?"},
    {"{'access':{'readers':['r'],'collectors':['10.0.0.5','10.0.0.300']}}",
     "host pc: wmi.access.collectors[1]: `10.0.0.300` is no host"},
    {"{'access':{'readers':['r'],'collectors':['@mon-01']}}",
     "host pc: wmi.access.collectors[0]: `@mon-01` is no host and no group"},
    {"{'access':{'readers':['r'],'collectors':['@monitor']}}",
     "host pc: wmi.access.collectors[0]: `@monitor` is no host and no group of "
     "the inventory, and no address; did you mean `monitors`?"},
    {"{'access':{'readers':['r'],'collectors':['10.0.0.5','empty']}}",
     "host pc: wmi.access.collectors[1]: `empty` has no hosts"},
    {"{'collector':{'targets':['empty']}}",
     "host pc: wmi.collector.targets[0]: `empty` has no hosts"},
    {"{'access':{'readers':['everyone'],'collectors':['pcs']}}",
     "host pc: wmi.access.readers[0]: `everyone` is a group or an account of "
     "Windows' own"},
    {"{'access':{'readers':['{{ r }}'],'collectors':['pcs']}}",
     "host pc: wmi.access.readers[0] is a Jinja template"},
    {"{'access':{'readers':['r'],'collectors':['mon-02','pc4']}}",
     "host pc: wmi.access.collectors[1]: `pc4` is no host"},
};

static bool is_told(const struct problems *problems, const char *text)
{
    for (size_t i = 0; i < problems->count; i++) {
        const char *told = problems->items[i].text;
        const char *at = strstr(told, ": host ");
        if (strncmp(told, "lab.json:1:", 11) == 0 && at != NULL &&
            strncmp(at + 2, text, strlen(text)) == 0)
            return true;
    }
    return false;
}

static void test_mistakes(void **state)
{
    struct buf text;
    (void)state;
    buf_init(&text, TEXT_MAX);
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        struct directory directory;
        struct problems problems;
        struct target_list list;
        const struct selection selection = {.limit = "pc",
                                            .need = INVENTORY_WMI};
        buf_reset(&text);
        buf_addf(&text, LAB, mistakes[i].wmi);
        struct inventory *inventory = load(text.data, &directory);
        problems_init(&problems);
        assert_int_equal(
            inventory_select(inventory, &selection, &list, &problems), -1);
        if (!is_told(&problems, mistakes[i].told))
            fail_msg("told is\n%s\n  not\n%s", problems.items[0].text,
                     mistakes[i].told);
        problems_release(&problems);
        inventory_free(inventory);
    }
    buf_release(&text);
}

static int select_all(const char *text, struct directory *directory,
                      struct problems *problems)
{
    struct target_list list;
    const struct selection selection = {.need = INVENTORY_WMI};
    struct inventory *inventory = load(text, directory);
    problems_init(problems);
    int status = inventory_select(inventory, &selection, &list, problems);
    free(list.items);
    inventory_free(inventory);
    return status;
}

/* A word in a group is told once, and counts its hosts. */
static void test_a_name_without_address(void **state)
{
    struct directory directory;
    struct problems problems;
    (void)state;
    assert_int_equal(
        select_all("{'pcs': {'hosts': ['a', 'b', 'c'], 'vars': {'wmi':"
                   " {'access': {'readers': ['r'], 'collectors':"
                   " ['lost']}}}}, 'monitors': {'hosts': ['lost']}}",
                   &directory, &problems),
        -1);
    assert_int_equal(problems.error_count, 1);
    assert_string_equal(
        problems.items[0].text,
        "lab.json:1:97: host a (and 2 more): wmi.access.collectors[0]: the "
        "address of lost is wanted, and its name `lost` has none: Name or "
        "service not known; give it an ansible_host that is an address");
    problems_release(&problems);
}

static void test_a_host_whose_address_is_a_template(void **state)
{
    struct directory directory;
    struct problems problems;
    (void)state;
    assert_int_equal(select_all("{'all': {'hosts': {'a': {'wmi': {'collector':"
                                " {'targets': ['b']}}}, 'b': {'ansible_host':"
                                " '{{ address }}'}}}}",
                                &directory, &problems),
                     -1);
    assert_non_null(strstr(problems.items[0].text, "lab.json:1:"));
    assert_non_null(strstr(problems.items[0].text,
                           "host b: ansible_host is a Jinja template"));
    problems_release(&problems);
}

static void test_a_word_that_is_a_name_too(void **state)
{
    struct directory directory;
    struct problems problems;
    (void)state;
    assert_int_equal(
        select_all("{'pcs': {'hosts': ['10.0.0.1'], 'vars': {'wmi':"
                   " {'access': {'readers': ['r'], 'collectors':"
                   " ['controller']}}}}, 'controller': {'hosts': ['twin']}}",
                   &directory, &problems),
        -1);
    assert_non_null(strstr(problems.items[0].text,
                           "`controller` is a word of wmifleet's and a name "
                           "of the inventory"));
    problems_release(&problems);
    assert_int_equal(
        select_all("{'pcs': {'hosts': ['10.0.0.1'], 'vars': {'wmi':"
                   " {'access': {'readers': ['r'], 'collectors':"
                   " ['@controller']}}}}, 'controller': {'hosts': ['twin']}}",
                   &directory, &problems),
        0);
    problems_release(&problems);
}

/* --- many ----------------------------------------------------------------- */

/* Every name once, in one call, however many hosts are about it. */
static void test_names_are_looked_up_once(void **state)
{
    struct directory directory;
    struct problems problems;
    (void)state;
    assert_int_equal(
        select_all("{'pcs': {'hosts': ['10.0.1.1', '10.0.1.2'], 'vars':"
                   " {'wmi': {'access': {'readers': ['r'], 'collectors':"
                   " ['twin', 'monitors']}}}}, 'monitors': {'hosts':"
                   " {'mon-01': {'wmi': {'collector': {'targets':"
                   " ['pcs', 'twin']}}}, 'twin': {},"
                   " 'other': {'ansible_host': 'twin'}}}}",
                   &directory, &problems),
        0);
    problems_release(&problems);
    assert_int_equal(directory.calls, 1);
    assert_int_equal(directory.names, 2);
}

static void test_nothing_is_looked_up_without_names(void **state)
{
    struct directory directory;
    struct problems problems;
    (void)state;
    assert_int_equal(
        select_all("{'pcs': {'hosts': {'a': {'ansible_host':"
                   " 'fe80::1%eth0'}}, 'vars': {'wmi': {" ACCESS("") "}}}}",
                   &directory, &problems),
        0);
    assert_int_equal(directory.calls, 0);
    problems_release(&problems);
}

/* 10,000 targets, each an own `wmi`, and collectors among them. */
static void test_ten_thousand_hosts(void **state)
{
    struct buf text;
    struct directory directory;
    struct problems problems;
    (void)state;
    buf_init(&text, 8u << 20);
    buf_add_text(&text, "{'all': {'vars': {'wmi': {'access': {'readers': ['r'],"
                        " 'collectors': ['all']}}}, 'hosts': {");
    for (unsigned i = 0; i < 10000; i++)
        buf_addf(&text,
                 "%s'pc%u': {'ansible_host': '10.%u.%u.%u', 'wmi':"
                 " {'collector': {'targets': ['all']}}}",
                 i > 0 ? "," : "", i, i / 65536, i / 256 % 256, i % 256);
    buf_add_text(&text, "}}}");
    clock_t before = clock();
    assert_int_equal(select_all(text.data, &directory, &problems), 0);
    double seconds = (double)(clock() - before) / CLOCKS_PER_SEC;
    print_message("10,000 expansions of 10,000 hosts: %.2f s\n", seconds);
    assert_true(seconds < 20);
    problems_release(&problems);
    buf_release(&text);
}

/* Every other address: no two are neighbours. */
static int scattered(unsigned count, struct problems *problems)
{
    struct buf text;
    struct directory directory;
    buf_init(&text, 1u << 20);
    buf_add_text(&text, "{'all': {'hosts': {'a': {'ansible_host': '10.1.0.1',"
                        " 'wmi': {'collector': {'targets': ['far']}}}},"
                        " 'children': {'far': {'hosts': {");
    for (unsigned i = 0; i < count; i++)
        buf_addf(&text, "%s'pc%u': {'ansible_host': '10.0.%u.%u'}",
                 i > 0 ? "," : "", i, i * 2 / 256, i * 2 % 256);
    buf_add_text(&text, "}}}}}");
    int status = select_all(text.data, &directory, problems);
    buf_release(&text);
    return status;
}

static void test_more_than_a_rule_gets(void **state)
{
    struct problems problems;
    (void)state;
    assert_int_equal(scattered(1000, &problems), 0);
    problems_release(&problems);
    assert_int_equal(scattered(1001, &problems), -1);
    assert_non_null(strstr(problems.items[0].text,
                           "host a: wmi.collector.targets: 1001 addresses and "
                           "ranges are left when neighbours are put together, "
                           "and a firewall rule gets no more than 1000"));
    problems_release(&problems);
}

/* --- ranges --------------------------------------------------------------- */

static void test_folded_ranges(void **state)
{
    static const char *const pairs[][2] = {
        {"10.0.0.5", "10.0.0.5"},
        {"10.0.0.5/32", "10.0.0.5"},
        {"10.0.0.4/30", "10.0.0.4-10.0.0.7"},
        {"10.0.0.0/28", "10.0.0.0/28"},
        {"10.0.0.0-10.0.0.15", "10.0.0.0/28"},
        {"10.0.0.1-10.0.0.16", "10.0.0.1-10.0.0.16"},
        {"10.0.0.0-10.0.0.16", "10.0.0.0-10.0.0.16"},
        {"10.0.0.0/255.255.0.0", "10.0.0.0/16"},
        {"0.0.0.0/0", "0.0.0.0/0"},
        {"2001:DB8:0:0::1", "2001:db8::1"},
        {"2001:db8::/32", "2001:db8::/32"},
        {"::/0", "::/0"},
        {"2001:db8::1-2001:db8::ff", "2001:db8::1-2001:db8::ff"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct address_range range;
        char text[FOLDED_RANGE_SIZE];
        assert_true(address_range_parse(pairs[i][0], &range));
        folded_range_print(&range, text);
        assert_string_equal(text, pairs[i][1]);
    }
}

/* --- what is shown, and the system's resolver ----------------------------- */

static void test_host_shows_both(void **state)
{
    struct directory directory;
    struct problems problems;
    struct buf text;
    struct buf wmi;
    struct err err;
    (void)state;
    buf_init(&text, TEXT_MAX);
    buf_init(&wmi, TEXT_MAX);
    buf_addf(&wmi, LAB,
             "{" ACCESS("") ",'account':{'name':'wmi-reader',"
                            "'password':{'env':'PW'}}}");
    struct inventory *inventory = load(wmi.data, &directory);
    problems_init(&problems);
    assert_int_equal(
        inventory_print_host(inventory, "pc", false, &text, &problems), 0);
    cJSON *shown = json_parse("shown", text.data, text.len, &err);
    assert_non_null(shown);
    print(json_member(shown, "wmi"), &wmi);
    assert_string_equal(wmi.data,
                        "{'access':{'collectors':['10.0.0.5'],'readers':"
                        "['wmi-reader']},'account':{'name':'wmi-reader',"
                        "'password':{'env':'PW'}}}");
    print(json_member(shown, "wmifleet_expansion"), &wmi);
    assert_string_equal(
        wmi.data,
        "{'account':{'name':'wmi-reader','password':{'env':'PW'}},"
        "'firewall':{'rules':[" RULES(
            "'10.0.0.5'") "]}," GROUPS ",'namespaces':[{'grants':[" GRANT
                          "],'path':'root\\\\cimv2'}]}");
    cJSON_Delete(shown);
    buf_reset(&text);
    assert_int_equal(
        inventory_print_host(inventory, "pc2", false, &text, &problems), 0);
    assert_null(strstr(text.data, "wmifleet_expansion"));
    buf_reset(&text);
    assert_int_equal(
        inventory_print_list(inventory, NULL, false, &text, &problems), 0);
    assert_null(strstr(text.data, "wmifleet_expansion"));
    problems_release(&problems);
    buf_release(&text);
    buf_release(&wmi);
    inventory_free(inventory);
}

static void test_system_resolver(void **state)
{
    struct resolver_query queries[40] = {{.name = NULL}};
    (void)state;
    for (size_t i = 0; i < 40; i++)
        queries[i].name = i % 2 == 0 ? "192.0.2.7" : "localhost";
    assert_int_equal(resolver_look_up(NULL, queries, 40), 0);
    for (size_t i = 0; i < 40; i++) {
        if (i % 2 == 0)
            assert_string_equal(queries[i].addresses, "192.0.2.7");
        else
            assert_null(queries[i].addresses);
        assert_int_equal(queries[i].trouble == NULL, i % 2 == 0);
        free(queries[i].addresses);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_a_name_without_address),
        cmocka_unit_test(test_a_host_whose_address_is_a_template),
        cmocka_unit_test(test_a_word_that_is_a_name_too),
        cmocka_unit_test(test_names_are_looked_up_once),
        cmocka_unit_test(test_nothing_is_looked_up_without_names),
        cmocka_unit_test(test_ten_thousand_hosts),
        cmocka_unit_test(test_more_than_a_rule_gets),
        cmocka_unit_test(test_folded_ranges),
        cmocka_unit_test(test_host_shows_both),
        cmocka_unit_test(test_system_resolver),
    };
    return cmocka_run_group_tests(tests, inventory_text_enter,
                                  inventory_text_leave);
}
