#include "run/hold.h"

#include <signal.h>
#include <stdint.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

bool
hold_thread(pid_t tid)
{
	if (ptrace(PTRACE_SEIZE, tid, NULL, NULL) < 0)
		return false;
	/* Fails only if the thread has ended since, which wait(2) reports. */
	ptrace(PTRACE_INTERRUPT, tid, NULL, NULL);
	return true;
}

/* A traced thread also stops before each signal that it takes: then it takes the signal as it goes on. */
bool
hold_stopped(pid_t pid, int status)
{
	bool event = status >> 16 == PTRACE_EVENT_STOP;
	uintptr_t signal = event ? 0 : (uintptr_t)WSTOPSIG(status);

	return WIFSTOPPED(status) && ptrace(PTRACE_DETACH, pid, NULL, signal) == 0;
}
