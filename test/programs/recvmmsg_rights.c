/* recvmmsg_rights FD: takes four messages at once; of each the octets, the descriptors, and the flags. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { MESSAGES = 4 };

int
main(int argc, char **argv)
{
	static char data[MESSAGES][16];
	static _Alignas(struct cmsghdr) char control[MESSAGES][64];
	struct iovec iov[MESSAGES];
	struct mmsghdr m[MESSAGES];
	int n;

	memset(m, 0, sizeof m);
	for (int i = 0; i < MESSAGES; i++) {
		iov[i] = (struct iovec){data[i], sizeof data[i]};
		m[i].msg_hdr = (struct msghdr){.msg_iov = &iov[i],
		    .msg_iovlen = 1,
		    .msg_control = control[i],
		    .msg_controllen = sizeof control[i]};
	}
	n = recvmmsg(atoi(argv[argc - 1]), m, MESSAGES, MSG_WAITFORONE, NULL);
	for (int i = 0; i < n; i++) {
		struct cmsghdr *h = CMSG_FIRSTHDR(&m[i].msg_hdr);

		printf("%u %zu %x\n", m[i].msg_len, h ? (h->cmsg_len - CMSG_LEN(0)) / sizeof(int) : 0,
		    (unsigned)m[i].msg_hdr.msg_flags);
	}
	return n != MESSAGES;
}
