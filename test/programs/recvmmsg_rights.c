/*
 * recvmmsg_rights COUNT FD: takes four messages at once; of each the octets, the descriptors, and the flags. It asks
 * for COUNT, though there is no memory for the headers behind the fourth. With -1 for COUNT the headers lie in memory
 * that is for writing alone, and each message is taken by recvmsg().
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MESSAGES = 4 };

/* Room for the headers at the end of what may be read. */
static struct mmsghdr *
headers(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *at = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED || munmap(at + page, page) < 0)
		exit(2);
	return (struct mmsghdr *)(void *)(at + page) - MESSAGES;
}

/* All messages, one after the other and then together. How many: natively none is refused. */
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
