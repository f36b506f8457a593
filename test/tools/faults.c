/*
 * faults.so: a library that is preloaded into leat. It makes calls that return a descriptor or allocate memory fail, as
 * a file in shared memory says (FAULTS_CONTROL). It counts calls in the supervisor and the worker only, not in the
 * program, nor in the process that will execute it.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum kind { NONE, DESCRIPTORS, MEMORY };

/* The layout that test_run_faults.py and fault_rounds.py use. */
struct control {
	_Atomic int64_t kind;   /* which calls are counted; NONE = nothing fails */
	_Atomic int64_t at;     /* the first that fails, counted from 1 */
	_Atomic int64_t many;   /* how many fail in a row */
	_Atomic int64_t seen;   /* number of calls until now */
	_Atomic int64_t failed; /* number of calls that failed */
};

static struct control *control;
static pid_t supervisor;

#define EXPORT __attribute__((visibility("default")))

/* The function that the one of the same name here replaces. */
#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void
begin(void)
{
	const char *path = getenv("FAULTS_CONTROL");
	int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
	void *at;

	unsetenv("LD_PRELOAD");
	if (fd < 0)
		return;
	at = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	supervisor = getpid();
	if (at != MAP_FAILED)
		control = at;
}

/* Prints a backtrace, for addr2line(1). */
static void
show_caller(void)
{
	void *at[24];

	backtrace_symbols_fd(at, backtrace(at, 24), STDERR_FILENO);
}

static bool
fails(enum kind kind)
{
	int64_t n;

	if (!control || atomic_load(&control->kind) != (int64_t)kind)
		return false;
	if (getpid() != supervisor && getppid() != supervisor)
		return false;
	n = atomic_fetch_add(&control->seen, 1) + 1;
	if (n < atomic_load(&control->at) || n >= atomic_load(&control->at) + atomic_load(&control->many))
		return false;
	atomic_fetch_add(&control->failed, 1);
	if (getenv("FAULTS_TRACE"))
		show_caller();
	errno = kind == MEMORY ? ENOMEM : EMFILE;
	return true;
}

EXPORT int
socket(int family, int type, int protocol)
{
	return fails(DESCRIPTORS) ? -1 : REAL(socket)(family, type, protocol);
}

EXPORT int
socketpair(int family, int type, int protocol, int pair[2])
{
	return fails(DESCRIPTORS) ? -1 : REAL(socketpair)(family, type, protocol, pair);
}

EXPORT int
accept4(int fd, struct sockaddr *addr, socklen_t *len, int flags)
{
	return fails(DESCRIPTORS) ? -1 : REAL(accept4)(fd, addr, len, flags);
}

EXPORT int
dup(int fd)
{
	return fails(DESCRIPTORS) ? -1 : REAL(dup)(fd);
}

EXPORT int
memfd_create(const char *name, unsigned flags)
{
	return fails(DESCRIPTORS) ? -1 : REAL(memfd_create)(name, flags);
}

EXPORT int
epoll_create1(int flags)
{
	return fails(DESCRIPTORS) ? -1 : REAL(epoll_create1)(flags);
}

EXPORT DIR *
opendir(const char *path)
{
	return fails(DESCRIPTORS) ? NULL : REAL(opendir)(path);
}

EXPORT FILE *
fopen64(const char *path, const char *mode)
{
	return fails(DESCRIPTORS) ? NULL : REAL(fopen64)(path, mode);
}

EXPORT int
open64(const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list ap;

	va_start(ap, flags);
	if (flags & (O_CREAT | O_TMPFILE))
		mode = va_arg(ap, mode_t);
	va_end(ap);
	return fails(DESCRIPTORS) ? -1 : REAL(open64)(path, flags, mode);
}

EXPORT int
openat64(int dir, const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list ap;

	va_start(ap, flags);
	if (flags & (O_CREAT | O_TMPFILE))
		mode = va_arg(ap, mode_t);
	va_end(ap);
	return fails(DESCRIPTORS) ? -1 : REAL(openat64)(dir, path, flags, mode);
}

EXPORT int
signalfd(int fd, const sigset_t *set, int flags)
{
	return fails(DESCRIPTORS) ? -1 : REAL(signalfd)(fd, set, flags);
}

EXPORT int
timerfd_create(int clock, int flags)
{
	return fails(DESCRIPTORS) ? -1 : REAL(timerfd_create)(clock, flags);
}

EXPORT int
fcntl64(int fd, int cmd, ...)
{
	void *arg;
	va_list ap;

	va_start(ap, cmd);
	arg = va_arg(ap, void *);
	va_end(ap);
	if ((cmd == F_DUPFD || cmd == F_DUPFD_CLOEXEC) && fails(DESCRIPTORS))
		return -1;
	return REAL(fcntl64)(fd, cmd, arg);
}

EXPORT long
syscall(long number, ...)
{
	long arg[6];
	va_list ap;

	va_start(ap, number);
	for (int i = 0; i < 6; i++)
		arg[i] = va_arg(ap, long);
	va_end(ap);
	if ((number == SYS_pidfd_open || number == SYS_pidfd_getfd) && fails(DESCRIPTORS))
		return -1;
	return REAL(syscall)(number, arg[0], arg[1], arg[2], arg[3], arg[4], arg[5]);
}

/* glibc's own functions: dlsym(3) would allocate memory. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *at, size_t size);

EXPORT void *
malloc(size_t size)
{
	return fails(MEMORY) ? NULL : __libc_malloc(size);
}

EXPORT void *
calloc(size_t n, size_t size)
{
	return fails(MEMORY) ? NULL : __libc_calloc(n, size);
}

void *__libc_memalign(size_t align, size_t size);

EXPORT void *
aligned_alloc(size_t align, size_t size)
{
	return fails(MEMORY) ? NULL : __libc_memalign(align, size);
}

EXPORT void *
reallocarray(void *at, size_t n, size_t size)
{
	return fails(MEMORY) ? NULL : REAL(reallocarray)(at, n, size);
}

EXPORT void *
mmap64(void *at, size_t len, int prot, int flags, int fd, off_t offset)
{
	return fails(MEMORY) ? MAP_FAILED : REAL(mmap64)(at, len, prot, flags, fd, offset);
}

EXPORT void *
realloc(void *at, size_t size)
{
	return fails(MEMORY) ? NULL : __libc_realloc(at, size);
}
