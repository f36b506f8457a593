/*
 * run/process/watchdog.c - aborts the worker if it uses processor time without a turn of its loop.
 * It does not know what a turn does.
 */
#include "run/process/watchdog.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static atomic_ulong turns; /* lock-free, so the handler may read it */
static unsigned long last_turns;
static timer_t timer;

/*
 * Returns the signal of the timer. Programs do not send it by hand; if one does, it is ignored,
 * since it does not come from the timer.
 */
static int
watchdog_signal(void)
{
	return SIGRTMAX;
}

static void
check(int signal_number, siginfo_t *info, void *context)
{
	static const char message[] =
	    "leat: the network is in an endless loop, which is a bug in Leat; it gives up\n";
	unsigned long now = atomic_load(&turns);

	if (info->si_code != SI_TIMER)
		return;
	if (now == last_turns) {
		ssize_t written = write(STDERR_FILENO, message, sizeof message - 1);

		(void)written;
		abort();
	}
	last_turns = now;
}

int
watchdog_begin(nsec_t limit)
{
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = watchdog_signal()};
	struct sigaction action = {.sa_sigaction = check, .sa_flags = SA_SIGINFO | SA_RESTART};
	struct itimerspec each = {.it_value = {limit / SEC, limit % SEC}};
	sigset_t set;

	each.it_interval = each.it_value;
	last_turns = atomic_load(&turns);
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
