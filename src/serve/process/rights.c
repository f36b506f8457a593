/*
 * serve/process/rights.c - what a worker may do: as which user it runs, and that it has no
 * capabilities and never gets any.
 */
#include "serve/process/impl.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int
rights_check(struct process *p, const char *user)
{
	if (!user)
		return 0;
	if (!getpwnam(user))
		return process_say(p, "there is no user %s", user);
	if (geteuid() != 0)
		return process_say(
		    p, "workers run as another user (%s) only if the server is started by root", user);
	return 0;
}

static int
become(const char *user)
{
	const struct passwd *pw;

	errno = ENOENT;
	pw = getpwnam(user);
	if (!pw || initgroups(user, pw->pw_gid) < 0 || setgid(pw->pw_gid) < 0 || setuid(pw->pw_uid) < 0)
		return -errno;
	return 0;
}

/* Not even a program of root gets capabilities from now on. Only root can say so. */
static void
bound_capabilities(void)
{
	for (unsigned long i = 0; prctl(PR_CAPBSET_DROP, i, 0, 0, 0) == 0; i++)
		;
}

static int
drop_capabilities(void)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};

	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (syscall(SYS_capset, &head, none) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	return 0;
}

int
rights_drop(const char *user)
{
	int e;

	bound_capabilities();
	e = user ? become(user) : 0;
	return e < 0 ? e : drop_capabilities();
}
