/*
 * run/process/watchdog.c - ends the worker if it uses processor time without a turn of its loop.
 */
#include "run/process/watchdog.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static atomic_ulong turns; /* lock-free, so that the handler may read it */
static unsigned long turns_then;
static timer_t timer;

/* A signal that nobody sends by hand; one that was sent all the same is not the timer's. */
static int
watchdog_signal(void)
{
	return SIGRTMAX;
}

static void
look(int signal_number, siginfo_t *info, void *context)
{
	static const char words[] =
	    "leat: the network goes round without an end, which is an error in Leat; it gives up\n";
	unsigned long now = atomic_load(&turns);

	if (info->si_code != SI_TIMER)
		return;
	if (now == turns_then) {
		ssize_t told = write(STDERR_FILENO, words, sizeof words - 1);

		(void)told;
		abort();
	}
	turns_then = now;
}

int
watchdog_begin(nsec_t limit)
{
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = watchdog_signal()};
	struct sigaction action = {.sa_sigaction = look, .sa_flags = SA_SIGINFO | SA_RESTART};
	struct itimerspec each = {.it_value = {limit / SEC, limit % SEC}};
	sigset_t set;

	each.it_interval = each.it_value;
	turns_then = atomic_load(&turns);
	sigemptyset(&set);
	sigaddset(&set, watchdog_signal());
	if (timer_create(CLOCK_PROCESS_CPUTIME_ID, &event, &timer) < 0)
		return -errno;
	if (sigaction(watchdog_signal(), &action, NULL) < 0 || sigprocmask(SIG_UNBLOCK, &set, NULL) < 0 ||
	    timer_settime(timer, 0, &each, NULL) < 0)
		return -errno;
	return 0;
}

void
watchdog_turn(void)
{
	atomic_fetch_add_explicit(&turns, 1, memory_order_relaxed);
}

void
watchdog_end(void)
{
	timer_delete(timer);
}
