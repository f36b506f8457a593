/*
 * packetdrill/interface.h - what packetdrill, given --so_filename, wants of a network stack: a table that the stack's library fills in.
 *
 * Restated from the behaviour of the tool, as members and their order are its binary interface. Each member is the system
 * call of its name, answering -1 with errno set, and gets `self` first. None is optional. What is not a system call:
 *
 *   release         the end: no call follows.
 *   packet_in       a bare IP packet arrives at the stack now. 0, or -1.
 *   packet_out      the next packet that the stack sends, with the time at which it left in microseconds: *len is the room in, the length out.
 *                   It is waited for, which for a virtual clock means to let time pass; *len = 0 says that none will ever come.
 *   gettimeofday    the stack's clock. The tool spins on it for the last microseconds before an event, so it must move by being asked.
 *   usleep          lets that much of the stack's time pass.
 *
 * Descriptors must be the process's own: the tool closes those that a script leaves open. Calls that a script expects to block come from a second
 * thread, with the tool's lock released.
 */
#ifndef PACKETDRILL_INTERFACE_H
#define PACKETDRILL_INTERFACE_H

#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/uio.h>

struct packetdrill_interface {
	void *self;
	void (*release)(void *self);
	int (*socket)(void *self, int family, int type, int protocol);
	int (*bind)(void *self, int fd, const struct sockaddr *addr, socklen_t len);
	int (*listen)(void *self, int fd, int backlog);
	int (*accept)(void *self, int fd, struct sockaddr *addr, socklen_t *len);
	int (*connect)(void *self, int fd, const struct sockaddr *addr, socklen_t len);
	ssize_t (*read)(void *self, int fd, void *to, size_t n);
	ssize_t (*readv)(void *self, int fd, const struct iovec *iov, int n);
	ssize_t (*recv)(void *self, int fd, void *to, size_t n, int flags);
	ssize_t (*recvfrom)(
	    void *self, int fd, void *to, size_t n, int flags, struct sockaddr *addr, socklen_t *len);
	ssize_t (*recvmsg)(void *self, int fd, struct msghdr *msg, int flags);
	ssize_t (*write)(void *self, int fd, const void *from, size_t n);
	ssize_t (*writev)(void *self, int fd, const struct iovec *iov, int n);
	ssize_t (*send)(void *self, int fd, const void *from, size_t n, int flags);
	ssize_t (*sendto)(void *self, int fd, const void *from, size_t n, int flags,
	    const struct sockaddr *addr, socklen_t len);
	ssize_t (*sendmsg)(void *self, int fd, const struct msghdr *msg, int flags);
	int (*fcntl)(void *self, int fd, int command, ...);
	int (*ioctl)(void *self, int fd, unsigned long request, ...);
	int (*close)(void *self, int fd);
	int (*shutdown)(void *self, int fd, int how);
	int (*getsockopt)(void *self, int fd, int level, int name, void *value, socklen_t *len);
	int (*setsockopt)(void *self, int fd, int level, int name, const void *value, socklen_t len);
	int (*poll)(void *self, struct pollfd *fds, nfds_t n, int timeout);
	int (*packet_in)(void *self, const void *packet, size_t len);
	int (*packet_out)(void *self, void *to, size_t *len, long long *when);
	int (*usleep)(void *self, useconds_t usec);
	int (*gettimeofday)(void *self, struct timeval *tv, struct timezone *tz);
	int (*epoll_create)(void *self, int size);
	int (*epoll_ctl)(void *self, int epfd, int op, int fd, struct epoll_event *event);
	int (*epoll_wait)(void *self, int epfd, struct epoll_event *events, int max, int timeout);
	int (*pipe)(void *self, int fd[2]);
	int (*splice)(void *self, int in, loff_t *off_in, int out, loff_t *off_out, size_t n, unsigned flags);
};

/* What the tool looks up by name. @flags: the word after --so_flags, or NULL. */
__attribute__((visibility("default"))) void packetdrill_interface_init(
    const char *flags, struct packetdrill_interface *ifc);

#endif
