/*
 * http/message/scan.h - searches for the octet that ends a line, or that may not stand in one.
 */
#ifndef HTTP_MESSAGE_SCAN_H
#define HTTP_MESSAGE_SCAN_H

#include <stddef.h>

/*
 * Returns the place of the first control octet but the tab (0x00 to 0x08, 0x0a to 0x1f, 0x7f)
 * within @p to @end, or @end. It reads nothing beyond @end.
 */
const char *http_scan(const char *p, const char *end);

/* The same, an octet at a time: the twin that a test compares. */
const char *http_scan_scalar(const char *p, const char *end);

#endif
