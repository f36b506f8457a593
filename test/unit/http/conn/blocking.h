/*
 * test/unit/http/conn/blocking.h - a connection driven by calls that wait.
 */
#ifndef TEST_HTTP_BLOCKING_H
#define TEST_HTTP_BLOCKING_H

#include "http/conn/conn.h"

/*
 * Drives @c over the socket @fd until it is over; returns what it wants then. A program that does
 * not answer from within a callback never will, so that counts as a timeout.
 */
unsigned blocking_drive(struct http_conn *c, int fd);

#endif
