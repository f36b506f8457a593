/*
 * test/unit/addr.h - addresses and endpoints from text. A text that is no address fails the test.
 */
#ifndef TEST_ADDR_H
#define TEST_ADDR_H

/* cmocka.h needs these before it */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/ipaddr.h"

static inline struct ipaddr
addr(const char *text)
{
	struct ipaddr a;

	assert_int_equal(ipaddr_parse(text, &a), 0);
	return a;
}

static inline struct endpoint
at(const char *text, uint16_t port)
{
	return (struct endpoint){.addr = addr(text), .port = port};
}

#endif
