/*
 * packetdrill/interface.h - the table that a library for packetdrill's --so_filename fills in.
 *
 * It follows from the behaviour of the tool: the members and their order are its binary interface. All
 * members must be set. Each is the system call of its name, which returns -1 and sets errno, and gets
 * `self` as its first argument. These are no system calls:
 *
 *   release         ends the stack. No call follows.
 *   packet_in       an IP packet, without a link header, arrives now. Returns 0 or -1.
 *   packet_out      waits for the next packet that the stack sends. *len is the room, then the length.
 *                   Also returns the time at which it left, in microseconds. With a virtual clock, time
 *                   passes here. *len = 0: no packet will ever come.
 *   gettimeofday    returns the stack's clock. The tool asks in a loop for the last microseconds before
 *                   an event, so each question must move the clock.
 *   usleep          lets that much of the stack's time pass.
 *
 * Descriptors must be those of the process, because the tool closes those that a script leaves open. If
 * a script expects a call to block, the tool makes it on a second thread, without holding its lock.
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

/* The tool looks this function up by its name. @flags: the argument of --so_flags, or NULL. */
__attribute__((visibility("default"))) void packetdrill_interface_init(
    const char *flags, struct packetdrill_interface *ifc);

#endif
