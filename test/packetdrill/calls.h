/*
 * packetdrill/calls.h - the members of packetdrill's table that are system calls. `self` is a struct
 * host.
 */
#ifndef PACKETDRILL_CALLS_H
#define PACKETDRILL_CALLS_H

#include "host.h"
#include "interface.h"

#ifndef SIOCINQ
#define SIOCINQ  0x541B /* linux/sockios.h clashes with sys/ioctl.h's own headers */
#define SIOCOUTQ 0x5411
#endif

/* Returns what a system call returns: @result, or -1 with errno if it is negative. */
long calls_answer(long result);

/* Returns the file of @fd; NULL if it has none. */
struct file *calls_file(struct host *h, int fd);

/* Returns a new descriptor for @sk (NULL: for an epoll set), or -EMFILE. */
int calls_new_fd(struct host *h, struct sock *sk, bool nonblock);

/* Ends the file of @fd. The descriptor itself stays open. The caller holds the lock. */
void calls_end(struct host *h, int fd);

int call_socket(void *self, int family, int type, int protocol);
int call_bind(void *self, int fd, const struct sockaddr *addr, socklen_t len);
int call_listen(void *self, int fd, int backlog);
int call_accept(void *self, int fd, struct sockaddr *addr, socklen_t *len);
int call_connect(void *self, int fd, const struct sockaddr *addr, socklen_t len);
ssize_t call_read(void *self, int fd, void *to, size_t n);
ssize_t call_readv(void *self, int fd, const struct iovec *iov, int n);
ssize_t call_recv(void *self, int fd, void *to, size_t n, int flags);
ssize_t call_recvfrom(
    void *self, int fd, void *to, size_t n, int flags, struct sockaddr *addr, socklen_t *len);
ssize_t call_recvmsg(void *self, int fd, struct msghdr *msg, int flags);
ssize_t call_write(void *self, int fd, const void *from, size_t n);
ssize_t call_writev(void *self, int fd, const struct iovec *iov, int n);
ssize_t call_send(void *self, int fd, const void *from, size_t n, int flags);
ssize_t call_sendto(
    void *self, int fd, const void *from, size_t n, int flags, const struct sockaddr *addr, socklen_t len);
ssize_t call_sendmsg(void *self, int fd, const struct msghdr *msg, int flags);
int call_fcntl(void *self, int fd, int command, ...);
int call_ioctl(void *self, int fd, unsigned long request, ...);
int call_shutdown(void *self, int fd, int how);
int call_getsockopt(void *self, int fd, int level, int name, void *value, socklen_t *len);
int call_setsockopt(void *self, int fd, int level, int name, const void *value, socklen_t len);

/* poll.c */
int call_close(void *self, int fd);
int call_poll(void *self, struct pollfd *fds, nfds_t n, int timeout);
int call_epoll_create(void *self, int size);
int call_epoll_ctl(void *self, int epfd, int op, int fd, struct epoll_event *event);
int call_epoll_wait(void *self, int epfd, struct epoll_event *events, int max, int timeout);
int call_pipe(void *self, int fd[2]);
int call_splice(void *self, int in, loff_t *off_in, int out, loff_t *off_out, size_t n, unsigned flags);

#endif
