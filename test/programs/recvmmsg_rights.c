/*
 * recvmmsg_rights COUNT FD: receives four messages with one recvmmsg(2), and prints of each the number of octets, the
 * number of descriptors, and the flags. It asks for COUNT messages, although memory ends after the fourth header. If
 * COUNT is -1, the headers are in write-only memory, and each message is received by recvmsg(2).
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MESSAGES = 4 };

/* Returns memory for the headers; no readable memory follows it. */
static struct mmsghdr *
headers(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *at = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED || munmap(at + page, page) < 0)
		exit(2);
	return (struct mmsghdr *)(void *)(at + page) - MESSAGES;
}

/* Receives the messages one by one, then the last with recvmmsg(2). Returns how many; on Linux none fails. */
static int
take_unreadable(int fd, struct mmsghdr *m)
{
	char *page = (char *)m + MESSAGES * sizeof *m - sysconf(_SC_PAGESIZE);
	int n = 0;

	mprotect(page, (size_t)sysconf(_SC_PAGESIZE), PROT_WRITE);
	while (n < MESSAGES - 1 && recvmsg(fd, &m[n].msg_hdr, MSG_DONTWAIT) >= 0)
		n++;
	if (recvmmsg(fd, &m[n], 1, MSG_DONTWAIT, NULL) == 1)
		n++;
	mprotect(page, (size_t)sysconf(_SC_PAGESIZE), PROT_READ | PROT_WRITE);
	return n;
}

int
main(int argc, char **argv)
{
	static char data[MESSAGES][16];
	static _Alignas(struct cmsghdr) char control[MESSAGES][64];
	struct iovec iov[MESSAGES];
	struct mmsghdr *m = headers();
	int n, fd = atoi(argv[argc - 1]), count = atoi(argv[argc - 2]);

	for (int i = 0; i < MESSAGES; i++) {
		iov[i] = (struct iovec){data[i], sizeof data[i]};
		m[i].msg_hdr = (struct msghdr){.msg_iov = &iov[i],
		    .msg_iovlen = 1,
		    .msg_control = control[i],
		    .msg_controllen = sizeof control[i]};
	}
	n = count < 0 ? take_unreadable(fd, m) : recvmmsg(fd, m, (unsigned)count, MSG_WAITFORONE, NULL);
	for (int i = 0; i < n; i++) {
		struct cmsghdr *h = CMSG_FIRSTHDR(&m[i].msg_hdr);

		printf("%u %zu %x\n", m[i].msg_len, h ? (h->cmsg_len - CMSG_LEN(0)) / sizeof(int) : 0,
		    (unsigned)m[i].msg_hdr.msg_flags);
	}
	return n != MESSAGES;
}
