/*
 * cli/cmd_doctor.c - `leat doctor`: try everything, say what it means.
 */
#include "cli/commands.h"
#include "cli/common/options.h"
#include "cli/doctor.h"

#include <jansson.h>
#include <stdbool.h>
#include <string.h>
#include <sys/utsname.h>

struct doctor_options {
	bool json, help;
};

static const char *
set_flag(void *config, const struct option *option, const char *value)
{
	struct doctor_options *o = config;

	*(option->tag ? &o->help : &o->json) = true;
	return NULL;
}

static const struct option rows[] = {{"json", NULL, "for machines", set_flag, 0},
    {"help", NULL, "this text", set_flag, 1}, {"h", NULL, NULL, set_flag, 1}, {0}};

static const char *
finding_name(enum finding f)
{
	static const char *const names[] = {"ok", "worse", "missing", "optional"};

	return names[f];
}

static json_t *
row_json(const struct check *c, enum finding f, int err)
{
	return json_pack("{s:s, s:s, s:s, s:s?, s:s?, s:s?}", "name", c->name, "finding", finding_name(f),
	    "for", c->why, "error", err ? strerror(err) : NULL, "cure", err ? c->cure : NULL, "found",
	    c->found ? c->found() : NULL);
}

static void
print_row(const struct check *c, enum finding f, int err)
{
	printf("  %-9s %-34s %s\n", finding_name(f), c->name, c->why);
	if (c->found)
		printf("  %-9s %-34s %s\n", "", "", c->found());
	if (err)
		printf("  %-9s %-34s %s: %s\n", "", "", strerror(err), c->cure);
}

/* True when nothing that `leat run` cannot do without is missing. */
static bool
examine(json_t *report)
{
	bool able = true;

	for (const struct check *c = doctor_checks; c->name; c++) {
		int err = c->try();
		enum finding f = err ? c->lack : FOUND_OK;

		able = able && f != FOUND_FATAL;
		if (report)
			json_array_append_new(report, row_json(c, f, err));
		else
			print_row(c, f, err);
	}
	return able;
}

int
cmd_doctor(int argc, char **argv)
{
	struct doctor_options o = {0};
	struct utsname u;
	json_t *report;
	bool able;
	int at = options_parse("doctor", rows, &o, argc, argv);

	if (at < 0)
		return EXIT_LEAT;
	if (at < argc) {
		fprintf(stderr, "leat doctor: '%s' is not understood: it takes options only\n", argv[at]);
		return EXIT_LEAT;
	}
	if (o.help) {
		puts("usage: leat doctor [--json]\nTries what `leat run` needs of this machine. Exit status "
		     "0: it can work; 1: it cannot.");
		options_help(rows, stdout);
		return 0;
	}
	uname(&u);
	if (!o.json) {
		printf("leat doctor: %s %s on %s\n", u.sysname, u.release, u.machine);
		able = examine(NULL);
		puts(able ? "leat run works here."
			  : "leat run does not work here: see what is missing above.");
		return able ? 0 : 1;
	}
	report = json_array();
	able = examine(report);
	report = json_pack("{s:s, s:s, s:b, s:o}", "kernel", u.release, "machine", u.machine, "able", able,
	    "checks", report);
	json_dumpf(report, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(report);
	return able ? 0 : 1;
}
