/*
 * sock/opt.h - socket options as tables: one table for each level, one row for each option, found
 * by the option's number.
 *
 * A row says in which states the option may be set, which values it takes, where the value is kept,
 * and which transport is handed it. A row has functions of its own only if that is not enough. This
 * header does not know any option.
 */
#ifndef SOCK_OPT_H
#define SOCK_OPT_H

#include "sock/impl.h"

#include <stddef.h>

/* How the value that setsockopt() is given is read. */
enum opt_length {
	OPT_LENGTH_OF_LEVEL,
	OPT_INT,           /* an int; shorter values are refused */
	OPT_INT_OR_OCTET,  /* an int, or the first octet of a shorter value */
	OPT_INT_OR_NOTHING /* as OPT_INT_OR_OCTET; a value of no octets means 0 */
};

/* States of a socket, as a mask. */
enum opt_state {
	OPT_STREAM = 1,
	OPT_DGRAM = 2,
	OPT_PING = 4,
	OPT_BOUND = 8, /* it has a port */
	OPT_CONNECTION = 16,
	OPT_LISTENER = 32
};

/* The transports that are handed the socket's settings after a change, as a mask. */
enum opt_push { OPT_PUSH_DATAGRAM = 1, OPT_PUSH_STREAM = 2, OPT_PUSH_BOTH = 3 };

/* The type of the field that keeps an option's value. */
enum opt_type { OPT_NO_FIELD, OPT_BOOL, OPT_UINT8, OPT_UINT16, OPT_INT32 };

/* One option. A row that can be neither set nor read stands for an option that does not exist. */
struct sock_opt {
	uint8_t length;    /* enum opt_length; not used with set_raw */
	uint8_t push;      /* enum opt_push, in addition to the level's */
	uint8_t absent_in; /* states in which the option does not exist */
	uint8_t refuse_in; /* states in which setting the option returns -refusal */
	uint8_t refusal;
	uint8_t type; /* enum opt_type of the field at offset @at of struct sock */
	uint16_t at;
	int32_t min, max; /* other values are -LEAT_EINVAL; both 0: every value is taken */
	int32_t arg;      /* for the functions of the row */

	/*
	 * Stores the value. NULL: it is stored in the field. Returns 0, or an error with nothing
	 * changed.
	 */
	int (*set)(struct sock *sk, const struct sock_opt *o, int v);
	/* Called after the transports have the new value. NULL: there is nothing more to do. */
	void (*applied)(struct sock *sk, int v);
	/* Replaces @set for an option that is not an int. Also checks the length. */
	int (*set_raw)(struct sock *sk, const struct sock_opt *o, const void *value, size_t len);
	/* Reads the value. NULL: it is read from the field. Returns 0 with *@v, or an error. */
	int (*get)(struct sock *sk, const struct sock_opt *o, int *v);
	/* Replaces @get for an option that is not an int. Returns as sock_getopt(). */
	int (*get_raw)(struct sock *sk, const struct sock_opt *o, void *value, size_t *len);
};

/* The field that keeps an option's value, as members of a row. */
/* clang-format off */
#define OPT_FIELD(f) \
	.at = offsetof(struct sock, f), .type = _Generic(((struct sock *)0)->f, \
		bool: OPT_BOOL, uint8_t: OPT_UINT8, uint16_t: OPT_UINT16, int32_t: OPT_INT32, uint32_t: OPT_INT32)
/* clang-format on */

struct sock_opt_level {
	const struct sock_opt *opt; /* the row of option n is opt[n] */
	int count;
	uint8_t length; /* enum opt_length; also applies to options that do not exist */
	uint8_t push;   /* enum opt_push, for every row without set_raw */
	/*
	 * If there is less room than for an int, getsockopt() gives one octet if the value fits
	 * (ip(7)).
	 */
	bool octet_answer;
};

#define OPT_LEVEL(rows) .opt = (rows), .count = sizeof(rows) / sizeof *(rows)

extern const struct sock_opt_level opt_level_socket, opt_level_tcp, opt_level_udp, opt_level_ip4,
    opt_level_ip6, opt_level_leat;

/* setsockopt() and getsockopt() at one level; return as sock_setopt() and sock_getopt(). */
int opt_set(const struct sock_opt_level *l, struct sock *sk, int name, const void *value, size_t len);
int opt_get(const struct sock_opt_level *l, struct sock *sk, int name, void *value, size_t *len);

/* Stores @v in the row's field. Returns 0. */
int opt_store(struct sock *sk, const struct sock_opt *o, int v);

/* For rows of options that are always 0. */
int opt_get_zero(struct sock *sk, const struct sock_opt *o, int *v);

/*
 * Copies @size octets to @value, or as many as *@len says that it holds, and sets *@len to their
 * number. Returns 0.
 */
int opt_put(const void *from, size_t size, void *value, size_t *len);

#endif
