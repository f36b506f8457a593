/*
 * base/err.c - the name and the text of each error.
 */
#include "base/err.h"

#include <string.h>

struct err_entry {
	const char *name, *text;
};

#define ERR(number, text) [LEAT_##number] = {#number, text}

/* clang-format off */
static const struct err_entry table[] = {
	ERR(EPERM,           "not permitted"),
	ERR(ENOENT,          "no such file or directory"),
	ERR(EINTR,           "interrupted by a signal"),
	ERR(EIO,             "input or output error"),
	ERR(EBADF,           "not an open descriptor"),
	ERR(EAGAIN,          "not now: try again"),
	ERR(ENOMEM,          "out of memory"),
	ERR(EACCES,          "access denied"),
	ERR(EFAULT,          "bad memory address"),
	ERR(EBUSY,           "busy"),
	ERR(EEXIST,          "exists already"),
	ERR(ENODEV,          "no such interface"),
	ERR(EINVAL,          "invalid argument"),
	ERR(ENFILE,          "too many open files in the system"),
	ERR(EMFILE,          "too many open descriptors"),
	ERR(ENOSPC,          "no room left"),
	ERR(EPIPE,           "the sending side is closed"),
	ERR(ENOSYS,          "function not implemented"),
	ERR(ENONET,          "host is cut off from the network"),
	ERR(EPROTO,          "protocol error"),
	ERR(ENOTSOCK,        "not a socket"),
	ERR(EDESTADDRREQ,    "destination address required"),
	ERR(EMSGSIZE,        "message too long"),
	ERR(EPROTOTYPE,      "wrong protocol for this type of socket"),
	ERR(ENOPROTOOPT,     "no such option"),
	ERR(EPROTONOSUPPORT, "protocol not supported"),
	ERR(ESOCKTNOSUPPORT, "socket type not supported"),
	ERR(EOPNOTSUPP,      "operation not supported"),
	ERR(EAFNOSUPPORT,    "address family not supported"),
	ERR(EADDRINUSE,      "address already in use"),
	ERR(EADDRNOTAVAIL,   "address not available"),
	ERR(ENETDOWN,        "network is down"),
	ERR(ENETUNREACH,     "network unreachable"),
	ERR(ECONNABORTED,    "connection aborted"),
	ERR(ECONNRESET,      "connection reset by peer"),
	ERR(ENOBUFS,         "no buffer space"),
	ERR(EISCONN,         "already connected"),
	ERR(ENOTCONN,        "not connected"),
	ERR(ETIMEDOUT,       "connection timed out"),
	ERR(ECONNREFUSED,    "connection refused"),
	ERR(EHOSTDOWN,       "host is down"),
	ERR(EHOSTUNREACH,    "host unreachable"),
	ERR(EALREADY,        "already in progress"),
	ERR(EINPROGRESS,     "in progress"),
};
/* clang-format on */

enum { ENTRIES = sizeof table / sizeof table[0] };

static const struct err_entry *
find(int err)
{
	unsigned number = err < 0 ? 0u - (unsigned)err : (unsigned)err;

	return number < ENTRIES && table[number].name ? &table[number] : NULL;
}

const char *
err_name(int err)
{
	const struct err_entry *e = find(err);

	return e ? e->name : "E?";
}

const char *
err_text(int err)
{
	const struct err_entry *e = find(err);
	const char *system;

	if (err == 0)
		return "no error";
	if (e)
		return e->text;
	/*
	 * The number comes from a system call, not from a socket of Leat. The numbers of leat.h are
	 * Linux's, so the C library knows it.
	 */
	system = strerrordesc_np(err < 0 ? (int)(0u - (unsigned)err) : err);
	return system ? system : "unknown error";
}
