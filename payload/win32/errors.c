/* SPDX-License-Identifier: MIT */
#include "payload/win32/errors.h"

#include <stdbool.h>
#include <stdio.h>
#include <strings.h>

#include "payload/protocol.h"

struct known_error {
    unsigned long code;
    const char *name;
    const char *text;
};

static const struct known_error known_errors[] = {
    {2, "ERROR_FILE_NOT_FOUND", "it does not exist"},
    {3, "ERROR_PATH_NOT_FOUND", "the path does not exist"},
    {5, "ERROR_ACCESS_DENIED", "access is denied"},
    {6, "ERROR_INVALID_HANDLE", "the handle is not valid"},
    {8, "ERROR_NOT_ENOUGH_MEMORY", "memory is short"},
    {13, "ERROR_INVALID_DATA", "the data is not valid"},
    {14, "ERROR_OUTOFMEMORY", "memory is short"},
    {19, "ERROR_WRITE_PROTECT", "the medium is write-protected"},
    {32, "ERROR_SHARING_VIOLATION", "another program has it open"},
    {33, "ERROR_LOCK_VIOLATION", "another program has locked it"},
    {50, "ERROR_NOT_SUPPORTED", "this Windows does not support it"},
    {80, "ERROR_FILE_EXISTS", "the file exists"},
    {87, "ERROR_INVALID_PARAMETER", "a parameter is not valid"},
    {109, "ERROR_BROKEN_PIPE", "the other end of the pipe is gone"},
    {112, "ERROR_DISK_FULL", "the disk is full"},
    {120, "ERROR_CALL_NOT_IMPLEMENTED", "this Windows does not have the call"},
    {122, "ERROR_INSUFFICIENT_BUFFER", "the buffer is too small"},
    {123, "ERROR_INVALID_NAME", "the name is not valid"},
    {126, "ERROR_MOD_NOT_FOUND", "the library does not exist"},
    {127, "ERROR_PROC_NOT_FOUND", "the library lacks the function"},
    {183, "ERROR_ALREADY_EXISTS", "it exists already"},
    {206, "ERROR_FILENAME_EXCED_RANGE", "the name is too long"},
    {225, "ERROR_VIRUS_INFECTED", "the virus scanner stopped it"},
    {226, "ERROR_VIRUS_DELETED", "the virus scanner deleted it"},
    {232, "ERROR_NO_DATA", "the pipe is being closed"},
    {234, "ERROR_MORE_DATA", "there is more data"},
    {259, "ERROR_NO_MORE_ITEMS", "there is nothing more"},
    {665, "ERROR_FILE_SYSTEM_LIMITATION", "the file system cannot do it"},
    {1018, "ERROR_KEY_DELETED", "the registry key is being deleted"},
    {1051, "ERROR_DEPENDENT_SERVICES_RUNNING",
     "services that depend on it are running"},
    {1052, "ERROR_INVALID_SERVICE_CONTROL", "the service does not take it"},
    {1053, "ERROR_SERVICE_REQUEST_TIMEOUT", "the service did not answer"},
    {1056, "ERROR_SERVICE_ALREADY_RUNNING", "the service runs already"},
    {1058, "ERROR_SERVICE_DISABLED", "the service is disabled"},
    {1060, "ERROR_SERVICE_DOES_NOT_EXIST", "the service does not exist"},
    {1061, "ERROR_SERVICE_CANNOT_ACCEPT_CTRL",
     "the service is on its way up or down"},
    {1062, "ERROR_SERVICE_NOT_ACTIVE", "the service does not run"},
    {1066, "ERROR_SERVICE_SPECIFIC_ERROR", "the service failed by itself"},
    {1067, "ERROR_PROCESS_ABORTED", "its process ended"},
    {1068, "ERROR_SERVICE_DEPENDENCY_FAIL",
     "a service that it needs did not start"},
    {1115, "ERROR_SHUTDOWN_IN_PROGRESS", "the machine is shutting down"},
    {1168, "ERROR_NOT_FOUND", "it was not found"},
    {1260, "ERROR_ACCESS_DISABLED_BY_POLICY",
     "a software restriction policy forbids it"},
    {1300, "ERROR_NOT_ALL_ASSIGNED", "the token lacks the privilege"},
    {1307, "ERROR_INVALID_OWNER", "this token may not make that account owner"},
    {1314, "ERROR_PRIVILEGE_NOT_HELD", "the token lacks a privilege"},
    {1317, "ERROR_NO_SUCH_USER", "there is no such account"},
    {1325, "ERROR_PASSWORD_RESTRICTION",
     "the password does not meet the machine's policy"},
    {1326, "ERROR_LOGON_FAILURE", "the user name or password is wrong"},
    {1327, "ERROR_ACCOUNT_RESTRICTION", "an account restriction forbids it"},
    {1332, "ERROR_NONE_MAPPED", "the account name is not known"},
    {1355, "ERROR_NO_SUCH_DOMAIN", "no domain controller answered"},
    {1358, "ERROR_INTERNAL_DB_ERROR", "the repository is damaged"},
    {1371, "ERROR_SPECIAL_ACCOUNT", "it is one of Windows' own accounts"},
    {1376, "ERROR_NO_SUCH_ALIAS", "there is no such local group"},
    {1377, "ERROR_MEMBER_NOT_IN_ALIAS", "it is no member of the group"},
    {1378, "ERROR_MEMBER_IN_ALIAS", "it is a member of the group already"},
    {1379, "ERROR_ALIAS_EXISTS", "a local group of this name exists"},
    {1385, "ERROR_LOGON_TYPE_NOT_GRANTED",
     "this account may not log on in this way"},
    {1387, "ERROR_NO_SUCH_MEMBER", "there is no such account"},
    {1388, "ERROR_INVALID_MEMBER", "this account cannot be a member"},
    {1450, "ERROR_NO_SYSTEM_RESOURCES", "system resources are short"},
    {1460, "ERROR_TIMEOUT", "it took too long"},
    {1702, "RPC_S_INVALID_BINDING", "the RPC binding is not valid"},
    {1722, "RPC_S_SERVER_UNAVAILABLE", "the RPC server is unavailable"},
    {1726, "RPC_S_CALL_FAILED", "the remote procedure call failed"},
    {1727, "RPC_S_CALL_FAILED_DNE",
     "the remote procedure call failed and was not done"},
    {1753, "EPT_S_NOT_REGISTERED", "the service is not registered with RPC"},
    {2202, "NERR_BadUsername", "the name is not one that an account may have"},
    {2220, "NERR_GroupNotFound", "there is no such group"},
    {2221, "NERR_UserNotFound", "there is no such account"},
    {2223, "NERR_GroupExists", "a group of this name exists"},
    {2224, "NERR_UserExists", "an account of this name exists"},
    {2245, "NERR_PasswordTooShort",
     "the password does not meet the machine's policy"},
    {4390, "ERROR_NOT_A_REPARSE_POINT", "it is no reparse point"},
    {4551, "ERROR_SYSTEM_INTEGRITY_POLICY_VIOLATION",
     "an application control policy forbids it"},
    {0x8000000Aul, "E_PENDING", "the data is not available yet"},
    {0x80004001ul, "E_NOTIMPL", "it is not implemented here"},
    {0x80004002ul, "E_NOINTERFACE", "the interface is not there"},
    {0x80004003ul, "E_POINTER", "a pointer is not valid"},
    {0x80004004ul, "E_ABORT", "it was aborted"},
    {0x80004005ul, "E_FAIL", "it failed without a reason"},
    {0x8000FFFFul, "E_UNEXPECTED", "it failed unexpectedly"},
    {0x80010108ul, "RPC_E_DISCONNECTED", "the server went away"},
    {0x80010111ul, "RPC_E_INVALID_HEADER", "the call's header is not valid"},
    {0x8001011Bul, "RPC_E_ACCESS_DENIED", "the callback was refused"},
    {0x80020009ul, "DISP_E_EXCEPTION", "the object raised an exception"},
    {0x80040154ul, "REGDB_E_CLASSNOTREG",
     "the component is not registered on this machine"},
    {0x800401F0ul, "CO_E_NOTINITIALIZED", "COM is not initialised"},
    {0x80041001ul, "WBEM_E_FAILED", "WMI failed without a reason"},
    {0x80041002ul, "WBEM_E_NOT_FOUND", "WMI did not find the object"},
    {0x80041003ul, "WBEM_E_ACCESS_DENIED", "WMI denied access"},
    {0x80041006ul, "WBEM_E_OUT_OF_MEMORY", "WMI is short of memory"},
    {0x80041008ul, "WBEM_E_INVALID_PARAMETER", "WMI refuses a parameter"},
    {0x8004100Eul, "WBEM_E_INVALID_NAMESPACE", "the namespace does not exist"},
    {0x8004100Ful, "WBEM_E_INVALID_OBJECT", "the object is not valid"},
    {0x80041010ul, "WBEM_E_INVALID_CLASS", "the class does not exist"},
    {0x80041014ul, "WBEM_E_INITIALIZATION_FAILURE", "WMI could not start"},
    {0x80041015ul, "WBEM_E_TRANSPORT_FAILURE", "the network failed"},
    {0x80041062ul, "WBEM_E_PRIVILEGE_NOT_HELD", "the token lacks a privilege"},
    {0x80041064ul, "WBEM_E_LOCAL_CREDENTIALS",
     "credentials are not allowed for a local connection"},
    {0x80041087ul, "WBEM_E_ENCRYPTED_CONNECTION_REQUIRED",
     "the namespace requires an encrypted connection"},
    {0x80070005ul, "E_ACCESSDENIED", "access is denied"},
    {0x80070006ul, "E_HANDLE", "the handle is not valid"},
    {0x8007000Eul, "E_OUTOFMEMORY", "memory is short"},
    {0x80070057ul, "E_INVALIDARG", "an argument is not valid"},
    {CODE_NOT_EFFECTIVE, "not_effective", "it was written and did not take"},
    {CODE_BLOCKED_BY_RULE, "blocked_by_rule",
     "a firewall rule with the action Block wins"},
    {CODE_GROUP_MISSING, "group_missing",
     "the firewall's rule group does not exist"},
    {CODE_INTERRUPTED, "interrupted", "the run was ended meanwhile"},
    {CODE_NO_SNAPSHOT, "no_snapshot",
     "the earlier state could not be saved, so nothing was written"},
    {CODE_RULE_NOT_OURS, "rule_not_ours",
     "a firewall rule of this name is another one"},
    {CODE_RULE_OF_SSH, "rule_of_ssh",
     "the firewall rule lets the SSH server in"},
    {CODE_DOMAIN_MEMBER, "domain_member",
     "the machine is a member of a domain"},
    {CODE_SET_BY_POLICY, "set_by_policy", "a policy decides it"},
    {CODE_DENIED_BY_ENTRY, "denied_by_entry", "an entry denies it"},
    {CODE_OLD_DESCRIPTOR, "old_descriptor",
     "the permissions are in COM's old format"},
    {CODE_BAD_DESCRIPTOR, "bad_descriptor",
     "the permissions are no valid security descriptor"},
    {CODE_ACCOUNT_TO_COME, "account_to_come",
     "the setting `account` makes the account"},
    {CODE_IRREVERSIBLE, "irreversible", "no undo brings it back"},
    {CODE_DOMAIN_CONTROLLER, "domain_controller",
     "the machine is a domain controller"},
    {CODE_PROTECTED_ACCOUNT, "protected_account",
     "the account is not one to be changed here"},
    {CODE_REQUEST_MISSING, PROTOCOL_REQUEST_MISSING,
     "the request is not in the folder any more"},
};

static const struct known_error *find(unsigned long code)
{
    for (size_t i = 0; i < sizeof known_errors / sizeof *known_errors; i++) {
        if (known_errors[i].code == code)
            return &known_errors[i];
    }
    return NULL;
}

static const struct known_error *find_wrapped(unsigned long code)
{
    const struct known_error *known = find(code);
    if (known == NULL && (code & 0xFFFF0000ul) == 0x80070000ul)
        known = find(code & 0xFFFFul);
    return known;
}

const char *error_name(unsigned long code)
{
    const struct known_error *known = find_wrapped(code);
    return known != NULL ? known->name : NULL;
}

unsigned long error_from_name(const char *name)
{
    for (size_t i = 0; i < sizeof known_errors / sizeof *known_errors; i++) {
        if (strcasecmp(known_errors[i].name, name) == 0)
            return known_errors[i].code;
    }
    return 0;
}

const char *error_text(unsigned long code)
{
    const struct known_error *known = find_wrapped(code);
    return known != NULL ? known->text : "Windows refused";
}

static bool add_text(cJSON *object, const char *key, const char *text)
{
    return text == NULL || *text == '\0' ||
           cJSON_AddStringToObject(object, key, text) != NULL;
}

cJSON *error_to_json(unsigned long code, const char *name, const char *text,
                     const char *hint)
{
    char digits[24] = "";
    if (code != 0) {
        snprintf(digits, sizeof digits, "0x%08lX", code);
        if (name == NULL)
            name = error_name(code);
        if (text == NULL || *text == '\0')
            text = error_text(code);
    }
    cJSON *object = cJSON_CreateObject();
    if (object != NULL && add_text(object, "code", digits) &&
        add_text(object, "name", name) && add_text(object, "text", text) &&
        add_text(object, "hint", hint))
        return object;
    cJSON_Delete(object);
    return NULL;
}
