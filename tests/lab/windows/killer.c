/* SPDX-License-Identifier: MIT */
/*
 * A debugger that ends a program in front of its Nth write to the registry.
 * The program is the one that is shipped: 0xCC goes over the first byte of
 * the ntdll entries through which every such write of a process goes, its
 * own and those of the lab's stand-ins in it (which keep the machine's state
 * in the registry). Processes that it starts are watched and ended with it.
 *
 *   killer N PROGRAM [WORD...]   a line for each write, then "ended: STATUS";
 *                                N 0: to its end; PROGRAM's output is lost
 *
 * Not counted: what the lab notes of the security of files, and opening a
 * key that is there with the call that could make it. An account is made by
 * one call of Windows, and by several values of the stand-in: they count once.
 * So do a right of an account and the key that is made for its first one, and
 * the change of a service, whose begin and end the stand-in tells.
 *
 * Theory of operation. Windows stops all threads of a process, and of that
 * process alone, from an event of it until it is answered. A breakpoint is
 * never lifted: the instruction that it lies on is done here, in the context
 * of the thread, so that no thread runs past a place without one. What can
 * still happen to a process in an event is that another ends it, as the
 * payload does with its children, and then nothing of it can be read or
 * written any more: its end is an event of its own, still to come. And Wine
 * tells of an event a little before the thread has left its context, which
 * can be asked for again.
 */
#include <windows.h>
#include <winternl.h>
#include <stdbool.h>
#include <stdio.h>
#include <wchar.h>

#define NAME_COUNT 600u /* characters of a key's name */
#define LINE_COUNT 4096u
#define PROCESSES_MAX 32u
#define PATIENCE_MS 30000u /* for a process to end, for a context to come */
#define ARRAY_LEN(array) (sizeof(array) / sizeof *(array))
#define KILLED 99u

typedef NTSTATUS(NTAPI *query_key_fn)(HANDLE, int, void *, ULONG, ULONG *);
typedef NTSTATUS(NTAPI *open_key_fn)(HANDLE *, ACCESS_MASK,
                                     OBJECT_ATTRIBUTES *);

/* The entries; the second argument of some is the value's name. */
static const struct entry {
    const char *function;
    const char *verb;
    bool names_value;
    bool makes_key;
} ENTRIES[] = {
    {"NtSetValueKey", "set", true, false},
    {"NtDeleteValueKey", "delete", true, false},
    {"NtDeleteKey", "delete key", false, false},
    {"NtCreateKey", "make key", false, true},
    {"NtRenameKey", "rename key", false, false},
    {"NtRestoreKey", "restore key", false, false},
};

/* Of the change of a service. */
enum part { PART_NONE, PART_FIRST, PART_LATER };

struct killer {
    unsigned victim; /* the number of the write, 0: none */
    unsigned count;
    WCHAR account[NAME_COUNT]; /* the account's key that is being written */
    WCHAR values[LINE_COUNT];  /* what of it, each between bars */
    DWORD changing;            /* the thread that changes a service, or 0 */
    bool killed;
    struct process {
        DWORD id; /* 0: it has ended */
        HANDLE handle;
        bool prepared;
    } processes[PROCESSES_MAX];
    size_t process_count;
    DWORD status; /* of the first process */
};

static FARPROC ntdll(const char *function)
{
    return GetProcAddress(GetModuleHandleW(L"ntdll.dll"), function);
}

static int fail(const char *what)
{
    fprintf(stderr, "killer: %s: error %lu\n", what,
            (unsigned long)GetLastError());
    ExitProcess(2);
}

/* --- what a write is about ----------------------------------------------- */

static bool peek(HANDLE process, ULONG_PTR from, void *to, size_t len)
{
    SIZE_T got = 0;

    return ReadProcessMemory(process, (const void *)from, to, len, &got) &&
           got == len;
}

/* A UNICODE_STRING of the other process, ended with a zero. */
static bool peek_text(HANDLE process, ULONG_PTR from, WCHAR text[NAME_COUNT])
{
    UNICODE_STRING string;

    text[0] = 0;
    if (from == 0 || !peek(process, from, &string, sizeof string) ||
        string.Length >= NAME_COUNT * sizeof *text ||
        !peek(process, (ULONG_PTR)string.Buffer, text, string.Length))
        return false;
    text[string.Length / sizeof *text] = 0;
    return true;
}

static HANDLE own_copy(HANDLE process, HANDLE key)
{
    HANDLE own = NULL;

    DuplicateHandle(process, key, GetCurrentProcess(), &own, 0, FALSE,
                    DUPLICATE_SAME_ACCESS);
    return own;
}

static void name_of_key(HANDLE key, WCHAR name[NAME_COUNT])
{
    enum { KEY_NAME_INFORMATION = 3 };
    struct {
        ULONG len;
        WCHAR name[NAME_COUNT];
    } full = {0};
    ULONG len;
    query_key_fn query = (query_key_fn)(void *)ntdll("NtQueryKey");

    name[0] = 0;
    if (query(key, KEY_NAME_INFORMATION, &full, sizeof full - sizeof *name,
              &len) == 0)
        wcscpy(name, full.name);
}

static bool key_is_there(HANDLE root, WCHAR *path)
{
    UNICODE_STRING name;
    OBJECT_ATTRIBUTES place;
    HANDLE key;

    RtlInitUnicodeString(&name, path);
    InitializeObjectAttributes(&place, &name, OBJ_CASE_INSENSITIVE, root, NULL);
    if (((open_key_fn)(void *)ntdll("NtOpenKey"))(&key, KEY_READ, &place) != 0)
        return false;
    CloseHandle(key);
    return true;
}

/* The key is missing, and what it would be made in is there. */
static bool would_be_made(HANDLE root, const WCHAR *path)
{
    WCHAR parent[NAME_COUNT];
    WCHAR *end;

    wcscpy(parent, path);
    if (key_is_there(root, parent))
        return false;
    end = wcsrchr(parent, L'\\');
    if (end == NULL)
        return true;
    *end = 0;
    return key_is_there(root, parent);
}

/* False when NtCreateKey(…, …, `attributes`, …) only opens. */
static bool made_key(HANDLE process, ULONG_PTR attributes,
                     WCHAR name[NAME_COUNT])
{
    OBJECT_ATTRIBUTES place;
    WCHAR path[NAME_COUNT];
    HANDLE root = NULL;
    bool made;

    name[0] = 0;
    if (!peek(process, attributes, &place, sizeof place) ||
        !peek_text(process, (ULONG_PTR)place.ObjectName, path))
        return false;
    if (place.RootDirectory != NULL)
        root = own_copy(process, place.RootDirectory);
    made = would_be_made(root, path);
    if (root != NULL) {
        name_of_key(root, name);
        CloseHandle(root);
    }
    if (wcslen(name) + wcslen(path) + 2 < NAME_COUNT) {
        wcscat(name, name[0] != 0 ? L"\\" : L"");
        wcscat(name, path);
    }
    return made;
}

/*
 * Another value of the account that the last write was about. A value that
 * is written again is another call's.
 */
static bool continues(struct killer *killer, const WCHAR *key,
                      const WCHAR *value)
{
    WCHAR part[NAME_COUNT + 2];
    bool rights = wcsstr(key, L"\\wmifleet-lab\\accountrights\\") != NULL;
    bool same;

    if (!rights && wcsstr(key, L"\\wmifleet-lab\\accounts\\") == NULL) {
        killer->account[0] = 0;
        return false;
    }
    swprintf(part, ARRAY_LEN(part), L"|%ls|", value);
    same = wcscmp(killer->account, key) == 0 &&
           wcsstr(killer->values, part) == NULL &&
           (!rights || wcscmp(killer->values, L"||") == 0) &&
           wcslen(killer->values) + wcslen(part) < LINE_COUNT;
    if (!same) {
        wcscpy(killer->account, key);
        killer->values[0] = 0;
    }
    wcscat(killer->values, part);
    return same;
}

/*
 * The service manager changes a service at once, the stand-in in several
 * steps. It deletes values that are never there, to tell of the first
 * ("begins NAME") and of the last ("ends"): the first counts for all.
 */
static enum part part_of_change(struct killer *killer, DWORD thread,
                                const WCHAR *key, const WCHAR *value)
{
    static const WCHAR begins[] = L"begins ";
    bool tells = wcsstr(key, L"\\wmifleet-lab\\servicechange") != NULL;

    if (tells && wcsncmp(value, begins, wcslen(begins)) == 0) {
        killer->changing = thread;
        return PART_FIRST;
    }
    if (killer->changing != thread)
        return PART_NONE;
    if (tells)
        killer->changing = 0;
    return PART_LATER;
}

/* False for what is not counted. */
static bool describe(struct killer *killer, const struct entry *entry,
                     HANDLE process, DWORD thread, const CONTEXT *context,
                     WCHAR line[LINE_COUNT])
{
    WCHAR name[NAME_COUNT];
    WCHAR value[NAME_COUNT] = L"";
    bool counts = true;
    enum part part;

    if (entry->makes_key) {
        counts = made_key(process, context->R8, name);
    } else {
        HANDLE key = own_copy(process, (HANDLE)context->Rcx);
        name_of_key(key, name);
        CloseHandle(key);
    }
    if (entry->names_value)
        peek_text(process, context->Rdx, value);
    swprintf(line, LINE_COUNT, L"%hs %ls%ls%ls", entry->verb, name,
             entry->names_value ? L" | " : L"", value);
    _wcslwr(name);
    part = part_of_change(killer, thread, name, value);
    if (part != PART_NONE)
        return part == PART_FIRST;
    return counts && wcsstr(name, L"\\wmifleet-lab\\filesecurity") == NULL &&
           !continues(killer, name, value);
}

static void print_line(unsigned number, const WCHAR *line)
{
    char bytes[3 * LINE_COUNT];

    if (WideCharToMultiByte(CP_UTF8, 0, line, -1, bytes, sizeof bytes, NULL,
                            NULL) > 0)
        printf("%u %s\n", number, bytes);
}

/* --- the breakpoints ------------------------------------------------------ */

static const unsigned char BREAK = 0xCC;
/* mov r10, rcx, in either spelling: how each of the entries begins. */
static const unsigned char FIRST[2][3] = {{0x4c, 0x8b, 0xd1},
                                          {0x49, 0x89, 0xca}};

/*
 * For when something cannot be done with a process: whether that is because
 * another has ended it.
 */
static bool has_ended(const struct process *process)
{
    return WaitForSingleObject(process->handle, PATIENCE_MS) == WAIT_OBJECT_0;
}

static bool plant_one(HANDLE process, void *at)
{
    unsigned char now[3];
    SIZE_T put;

    if (!peek(process, (ULONG_PTR)at, now, sizeof now))
        return false;
    if (memcmp(now, FIRST[0], 3) != 0 && memcmp(now, FIRST[1], 3) != 0)
        fail("an entry of ntdll does not begin as it should");
    return WriteProcessMemory(process, at, &BREAK, 1, &put) &&
           FlushInstructionCache(process, at, 1);
}

static void plant(struct process *process)
{
    process->prepared = true;
    for (size_t i = 0; i < ARRAY_LEN(ENTRIES); i++) {
        if (plant_one(process->handle, (void *)ntdll(ENTRIES[i].function)))
            continue;
        if (!has_ended(process))
            fail("a breakpoint");
        return;
    }
}

static void kill_all(struct killer *killer)
{
    killer->killed = true;
    for (size_t i = 0; i < killer->process_count; i++)
        if (killer->processes[i].id != 0)
            TerminateProcess(killer->processes[i].handle, KILLED);
}

/* False when the process has ended. */
static bool context_of(const struct process *process, HANDLE thread,
                       CONTEXT *context)
{
    ULONGLONG until = GetTickCount64() + PATIENCE_MS;

    while (!GetThreadContext(thread, context)) {
        if (WaitForSingleObject(process->handle, 1) == WAIT_OBJECT_0)
            return false;
        if (GetTickCount64() > until)
            fail("GetThreadContext");
    }
    return true;
}

/* Goes on behind the instruction that the breakpoint lies on. */
static void step_over(const struct process *process, HANDLE thread,
                      CONTEXT *context, ULONG_PTR at)
{
    context->R10 = context->Rcx;
    context->Rip = at + sizeof FIRST[0];
    if (!SetThreadContext(thread, context) && !has_ended(process))
        fail("SetThreadContext");
}

static void hit(struct killer *killer, const struct entry *entry,
                const struct process *process, DWORD thread_id)
{
    static WCHAR line[LINE_COUNT];
    CONTEXT context = {.ContextFlags = CONTEXT_CONTROL | CONTEXT_INTEGER};
    HANDLE thread = OpenThread(THREAD_ALL_ACCESS, FALSE, thread_id);

    if (thread == NULL && !has_ended(process))
        fail("OpenThread");
    if (thread != NULL && context_of(process, thread, &context)) {
        if (describe(killer, entry, process->handle, thread_id, &context,
                     line)) {
            print_line(++killer->count, line);
            if (killer->count == killer->victim)
                kill_all(killer);
        }
        if (!killer->killed)
            step_over(process, thread, &context,
                      (ULONG_PTR)ntdll(entry->function));
    }
    if (thread != NULL)
        CloseHandle(thread);
}

/* --- the debugger --------------------------------------------------------- */

/* NULL when it is none of ours. */
static struct process *process_of(struct killer *killer, DWORD id)
{
    for (size_t i = 0; i < killer->process_count; i++)
        if (killer->processes[i].id == id)
            return &killer->processes[i];
    return NULL;
}

/* One that was being started when the others were killed ends with them. */
static void process_began(struct killer *killer, const DEBUG_EVENT *event)
{
    struct process *process = &killer->processes[killer->process_count];

    if (killer->process_count == PROCESSES_MAX)
        fail("too many processes");
    *process = (struct process){.id = event->dwProcessId,
                                .handle = event->u.CreateProcessInfo.hProcess};
    killer->process_count++;
    if (killer->killed)
        TerminateProcess(process->handle, KILLED);
    if (event->u.CreateProcessInfo.hFile != NULL)
        CloseHandle(event->u.CreateProcessInfo.hFile);
}

static void process_ended(struct killer *killer, const DEBUG_EVENT *event)
{
    struct process *process = process_of(killer, event->dwProcessId);

    if (process == NULL)
        return;
    if (process == killer->processes)
        killer->status = event->u.ExitProcess.dwExitCode;
    process->id = 0;
}

/*
 * The first breakpoint of a process is the loader's: all is mapped by then.
 * What those that were killed still had to tell changes nothing.
 */
static DWORD exception(struct killer *killer, const DEBUG_EVENT *event)
{
    const EXCEPTION_RECORD *record = &event->u.Exception.ExceptionRecord;
    struct process *process = process_of(killer, event->dwProcessId);

    if (record->ExceptionCode != EXCEPTION_BREAKPOINT || process == NULL)
        return DBG_EXCEPTION_NOT_HANDLED;
    if (killer->killed)
        return DBG_CONTINUE;
    for (size_t k = 0; k < ARRAY_LEN(ENTRIES); k++)
        if (record->ExceptionAddress == (void *)ntdll(ENTRIES[k].function)) {
            hit(killer, &ENTRIES[k], process, event->dwThreadId);
            return DBG_CONTINUE;
        }
    if (!process->prepared)
        plant(process);
    return DBG_CONTINUE;
}

/* False when the last process has ended. */
static bool turn(struct killer *killer)
{
    DEBUG_EVENT event;
    DWORD answer = DBG_CONTINUE;

    if (!WaitForDebugEvent(&event, INFINITE))
        fail("WaitForDebugEvent");
    if (event.dwDebugEventCode == CREATE_PROCESS_DEBUG_EVENT)
        process_began(killer, &event);
    if (event.dwDebugEventCode == EXCEPTION_DEBUG_EVENT)
        answer = exception(killer, &event);
    if (event.dwDebugEventCode == LOAD_DLL_DEBUG_EVENT &&
        event.u.LoadDll.hFile != NULL)
        CloseHandle(event.u.LoadDll.hFile);
    if (event.dwDebugEventCode == EXIT_PROCESS_DEBUG_EVENT)
        process_ended(killer, &event);
    if (!ContinueDebugEvent(event.dwProcessId, event.dwThreadId, answer))
        fail("ContinueDebugEvent");
    for (size_t i = 0; i < killer->process_count; i++)
        if (killer->processes[i].id != 0)
            return true;
    return false;
}

/* The words come without blanks or quotes in them. */
static void start(WCHAR **words)
{
    static WCHAR line[LINE_COUNT];
    SECURITY_ATTRIBUTES inherit = {sizeof inherit, NULL, TRUE};
    STARTUPINFOW startup = {.cb = sizeof startup,
                            .dwFlags = STARTF_USESTDHANDLES};
    PROCESS_INFORMATION process;
    HANDLE nowhere =
        CreateFileW(L"NUL", GENERIC_READ | GENERIC_WRITE, 0, &inherit,
                    OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);

    for (; *words != NULL; words++) {
        if (wcslen(line) + wcslen(*words) + 2 > LINE_COUNT)
            fail("a long command");
        wcscat(line, *words);
        wcscat(line, words[1] != NULL ? L" " : L"");
    }
    startup.hStdInput = startup.hStdOutput = startup.hStdError = nowhere;
    if (!CreateProcessW(NULL, line, NULL, NULL, TRUE, DEBUG_PROCESS, NULL, NULL,
                        &startup, &process))
        fail("CreateProcess");
    CloseHandle(process.hThread);
    CloseHandle(process.hProcess);
}

int wmain(int argc, WCHAR **argv);

int wmain(int argc, WCHAR **argv)
{
    static struct killer killer;

    if (argc < 3) {
        fprintf(stderr, "usage: killer N PROGRAM [WORD...]\n");
        return 2;
    }
    killer.victim = (unsigned)wcstoul(argv[1], NULL, 10);
    start(argv + 2);
    while (turn(&killer))
        ;
    printf("ended: %lu\n", (unsigned long)killer.status);
    return 0;
}
