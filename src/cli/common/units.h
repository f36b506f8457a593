/*
 * cli/common/units.h - numbers with units, as people type them: "40ms", "1%", "10mbit".
 *
 * A number without a unit is refused if a unit belongs to it. Tools differ in what they make of it
 * (milliseconds or microseconds, percent or fraction, bits or bytes), and a wrong guess is worse
 * than an error. The parsing functions return NULL; or what is wrong, as static text, with *out
 * untouched.
 */
#ifndef CLI_COMMON_UNITS_H
#define CLI_COMMON_UNITS_H

#include "base/ipaddr.h"
#include "base/nsec.h"

#include <stddef.h>
#include <stdint.h>

const char *unit_duration(const char *text, nsec_t *out); /* "300us", "40ms", "1.5s" */
const char *unit_share(const char *text, uint32_t *out);  /* "1%", "0.05%": in parts per 1,000,000,000 */
const char *unit_rate(const char *text, uint64_t *out);   /* "64kbit", "10mbit", "1gbit": in bit/s */
const char *unit_octets(const char *text, uint64_t *out); /* "500B", "64K", "10M", "2G": powers of 1024 */
const char *unit_count(const char *text, uint64_t min, uint64_t max, uint64_t *out);

/* Write a value into @buf and return @buf: "20ms", "0.5%", "50mbit". */
enum { UNIT_TEXT = 32 };
char *unit_duration_text(nsec_t t, char buf[static UNIT_TEXT]);
char *unit_share_text(uint32_t ppb, char buf[static UNIT_TEXT]);
char *unit_rate_text(uint64_t bits, char buf[static UNIT_TEXT]);
char *unit_octets_text(uint64_t octets, char buf[static UNIT_TEXT]); /* "10.5 MB" */

#endif
