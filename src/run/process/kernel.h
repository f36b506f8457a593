/*
 * run/process/kernel.h - what `leat run` needs of the Linux kernel and Debian 12's headers do not
 * name yet, and which of it this machine lets us use.
 *
 * The floor is Linux 6.1. Everything newer has a way around it, and LEAT_DISABLE=name,name... takes
 * that way on purpose.
 */
#ifndef RUN_PROCESS_KERNEL_H
#define RUN_PROCESS_KERNEL_H

#include <linux/kcmp.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef PIDFD_THREAD
#define PIDFD_THREAD 0200 /* O_EXCL; since 6.9 */
#endif
#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, __u64) /* since 6.6 */
#endif
#ifndef SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP (1UL << 0)
#endif
#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5) /* since 5.19 */
#endif

/*
 * The kernel's own errors, which no header for programs has: a call answered so is begun again
 * after the signal's handler, or not.
 */
enum {
	KERNEL_ERESTARTSYS = 512,    /* not if the handler is without SA_RESTART */
	KERNEL_ERESTARTNOHAND = 514, /* not if there was a handler */
};

struct kernel {
	bool pidfd_thread;  /* a thread may be named by a pidfd of its own */
	bool sync_wakeup;   /* an answer wakes its caller on this CPU */
	bool wait_killable; /* once received, a call waits for its answer whatever signals come */
	bool addfd_send;    /* a descriptor can be installed and returned in one step (5.14) */
	bool process_vm;    /* process_vm_readv(2), else /proc/PID/mem */
	bool hold;          /* a thread is stopped for a moment with ptrace(2), see hold.h */
	bool getfd;         /* pidfd_getfd(2); else the worker keeps what it needs, see desc.h on `own` */
};

/*
 * Sets what LEAT_DISABLE leaves, and tries pidfd_getfd(2), which containers forbid. What else is
 * missing is found at the first use.
 */
void kernel_features(struct kernel *k);

/* Tries pidfd_getfd(2) on this process: 0, or EPERM where a sandbox forbids the call, or ENOSYS. */
int kernel_try_getfd(void);

static inline int
kernel_pidfd_open(pid_t pid, unsigned flags)
{
	return (int)syscall(SYS_pidfd_open, pid, flags);
}

static inline int
kernel_pidfd_getfd(int pidfd, int fd)
{
	return (int)syscall(SYS_pidfd_getfd, pidfd, fd, 0);
}

/* Returns true if two tasks have one descriptor table; also if the kernel does not say. */
static inline bool
kernel_same_files(pid_t a, pid_t b)
{
	return syscall(SYS_kcmp, a, b, KCMP_FILES, 0, 0) <= 0;
}

static inline bool
kernel_pidfd_alive(int pidfd)
{
	return syscall(SYS_pidfd_send_signal, pidfd, 0, NULL, 0) == 0;
}

static inline int
kernel_seccomp(unsigned op, unsigned flags, void *arg)
{
	return (int)syscall(SYS_seccomp, op, flags, arg);
}

#endif
