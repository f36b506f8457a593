/*
 * run/process/kernel.h - what `leat run` uses of the Linux kernel that Debian 12's headers do not
 * name yet, and which of it this machine allows. It does not know what replaces a missing feature.
 *
 * The oldest kernel that works is Linux 6.1. There is a fallback for everything newer, and
 * LEAT_DISABLE=name,name... selects the fallback.
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
 * Errors that only the kernel uses, so that no header for programs has them. If the worker answers
 * a call with one of them, the kernel runs the signal's handler, and then restarts the call or ends
 * it with EINTR.
 */
enum {
	KERNEL_ERESTARTSYS = 512,    /* EINTR if the handler is without SA_RESTART */
	KERNEL_ERESTARTNOHAND = 514, /* EINTR if a handler ran */
};

struct kernel {
	bool pidfd_thread;  /* a pidfd may stand for one thread (PIDFD_THREAD) */
	bool sync_wakeup;   /* an answer wakes the caller on the CPU of the worker */
	bool wait_killable; /* once received, a call waits until it is answered or killed */
	bool addfd_send;    /* a descriptor is installed and returned in one step (Linux 5.14) */
	bool process_vm;    /* process_vm_readv(2) works; else /proc/PID/mem is used */
	bool hold;          /* threads may be stopped with ptrace(2), see hold.h */
	bool getfd;         /* pidfd_getfd(2) works; else see program_end in socket/sockrec.h */
};

/*
 * Sets each feature that LEAT_DISABLE does not name, and tries pidfd_getfd(2), which containers
 * forbid. Whether the kernel has the other features shows at their first use.
 */
void kernel_features(struct kernel *k);

/*
 * Tries pidfd_getfd(2) on this process. Returns 0; EPERM if a sandbox forbids the call; ENOSYS if
 * the kernel lacks it; or another errno.
 */
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

/* Returns true if the two tasks have the same descriptor table, or if the kernel does not say. */
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
