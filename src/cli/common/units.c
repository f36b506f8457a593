/*
 * cli/common/units.c - parses and prints durations, shares, rates and counts with their units. It
 * does not know which option a value is for.
 */
#include "cli/common/units.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct unit {
	const char *name;
	double scale;
};

/*
 * Splits a number without a sign from the unit after it. Returns false if there is no number.
 * strtod() alone would also take "inf", "0x1p3" and leading blanks.
 */
static bool
split_number(const char *text, double *number, const char **unit)
{
	size_t digits = strspn(text, "0123456789.");
	char *end;

	if (digits == 0 || digits > 30 || text[digits] == 'e' || text[digits] == 'E')
		return false;
	*number = strtod(text, &end);
	*unit = end;
	return end == text + digits;
}

static const struct unit *
find_unit(const struct unit *units, const char *name)
{
	for (; units->name; units++)
		if (!strcmp(units->name, name))
			return units;
	return NULL;
}

const char *
unit_duration(const char *text, nsec_t *out)
{
	static const struct unit units[] = {{"us", 1e3}, {"usec", 1e3}, {"usecs", 1e3}, {"ms", 1e6},
	    {"msec", 1e6}, {"msecs", 1e6}, {"s", 1e9}, {"sec", 1e9}, {"secs", 1e9}, {NULL, 0}};
	const struct unit *u;
	const char *name;
	double n;

	if (!split_number(text, &n, &name))
		return "is not a time: write 300us, 40ms or 1.5s";
	if (*name == '\0')
		return "has no unit: us, ms or s";
	u = find_unit(units, name);
	if (!u)
		return "is not a time: the units are us, ms and s";
	if (n * u->scale > 3600e9)
		return "is longer than an hour";
	*out = (nsec_t)llround(n * u->scale);
	return NULL;
}

const char *
unit_share(const char *text, uint32_t *out)
{
	const char *name;
	double n;

	if (!split_number(text, &n, &name))
		return "is not a share: write a percentage, such as 0.5%";
	if (*name == '\0')
		return "has no unit: a percentage, such as 0.5%";
	if (strcmp(name, "%") != 0)
		return "is not a share: write a percentage, such as 0.5%";
	if (n > 100)
		return "is more than 100%";
	*out = (uint32_t)llround(n * 1e7);
	return NULL;
}

const char *
unit_rate(const char *text, uint64_t *out)
{
	static const struct unit units[] = {
	    {"bit", 1}, {"kbit", 1e3}, {"mbit", 1e6}, {"gbit", 1e9}, {NULL, 0}};
	static const struct unit doubtful[] = {{"bps", 0}, {"kbps", 0}, {"mbps", 0}, {"gbps", 0}, {"Kbps", 0},
	    {"Mbps", 0}, {"Gbps", 0}, {NULL, 0}};
	const struct unit *u;
	const char *name;
	double n;

	if (!split_number(text, &n, &name))
		return "is not a rate: write 64kbit, 10mbit or 1gbit";
	if (*name == '\0')
		return "has no unit: kbit, mbit or gbit";
	if (find_unit(doubtful, name))
		return "is ambiguous: tc reads mbps as megabytes, others as megabits; write kbit, mbit "
		       "or gbit";
	u = find_unit(units, name);
	if (!u)
		return "is not a rate: the units are kbit, mbit and gbit";
	if (n * u->scale > 1e12)
		return "is more than 1000gbit";
	if (n * u->scale < 1000)
		return "is less than 1kbit: no frame would ever arrive";
	*out = (uint64_t)llround(n * u->scale);
	return NULL;
}

const char *
unit_octets(const char *text, uint64_t *out)
{
	static const struct unit units[] = {{"B", 1}, {"k", 1024}, {"K", 1024}, {"m", 0x1p20}, {"M", 0x1p20},
	    {"g", 0x1p30}, {"G", 0x1p30}, {"t", 0x1p40}, {"T", 0x1p40}, {NULL, 0}};
	const struct unit *u;
	const char *name;
	double n;

	if (!split_number(text, &n, &name))
		return "is not a size: write 500K, 100M or 2G";
	if (*name == '\0')
		return "has no unit: B, K, M, G or T";
	u = find_unit(units, name);
	if (!u)
		return "is not a size: the units are B, K, M, G and T";
	if (n * u->scale >= 0x1p62 || n * u->scale < 1)
		return n * u->scale < 1 ? "is too small" : "is too large";
	*out = (uint64_t)llround(n * u->scale);
	return NULL;
}

const char *
unit_count(const char *text, uint64_t min, uint64_t max, uint64_t *out)
{
	unsigned long long n;
	char *end;

	if (text[strspn(text, "0123456789")] != '\0' || *text == '\0' || strlen(text) > 20)
		return "is not a number";
	n = strtoull(text, &end, 10);
	if (strlen(text) == 20 && n == ~0ull && strcmp(text, "18446744073709551615") != 0)
		return "is too large";
	if (n < min)
		return "is too small";
	if (n > max)
		return "is too large";
	*out = n;
	return NULL;
}

/*
 * Writes "20", "0.5" or "1.25" and the unit: at most three digits after the point, without zeros at
 * the end.
 */
static char *
write_number(double n, const char *unit, char buf[static UNIT_TEXT])
{
	size_t len;

	snprintf(buf, UNIT_TEXT, "%.3f", n);
	len = strlen(buf);
	while (buf[len - 1] == '0')
		len--;
	if (buf[len - 1] == '.')
		len--;
	snprintf(buf + len, UNIT_TEXT - len, "%s", unit);
	return buf;
}

char *
unit_duration_text(nsec_t t, char buf[static UNIT_TEXT])
{
	if (t >= SEC)
		return write_number((double)t / 1e9, "s", buf);
	if (t >= MSEC || t == 0)
		return write_number((double)t / 1e6, "ms", buf);
	return write_number((double)t / 1e3, "us", buf);
}

char *
unit_share_text(uint32_t ppb, char buf[static UNIT_TEXT])
{
	snprintf(buf, UNIT_TEXT, "%.6g%%", ppb / 1e7);
	return buf;
}

char *
unit_rate_text(uint64_t bits, char buf[static UNIT_TEXT])
{
	if (bits >= 1000000000)
		return write_number((double)bits / 1e9, "gbit", buf);
	if (bits >= 1000000)
		return write_number((double)bits / 1e6, "mbit", buf);
	return write_number((double)bits / 1e3, "kbit", buf);
}

char *
unit_octets_text(uint64_t octets, char buf[static UNIT_TEXT])
{
	static const char *const names[] = {"kB", "MB", "GB", "TB"};
	double n = (double)octets / 1000;
	unsigned i = 0;

	if (octets < 10000) {
		snprintf(buf, UNIT_TEXT, "%llu bytes", (unsigned long long)octets);
		return buf;
	}
	for (; n >= 1000 && i < 3; i++)
		n /= 1000;
	snprintf(buf, UNIT_TEXT, "%.*f %s", n < 100 ? 2 : 1, n, names[i]);
	return buf;
}
