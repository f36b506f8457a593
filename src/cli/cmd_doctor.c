/*
 * cli/cmd_doctor.c - `leat doctor`: makes every check and reports what it found. doctor_checks.c
 * has the checks.
 */
#include "cli/commands.h"
#include "cli/doctor.h"

#include <jansson.h>
#include <stdbool.h>
#include <string.h>
#include <sys/utsname.h>

struct doctor_options {
	bool json;
};

static const char *
set_json(void *config, const struct option *option, const char *value)
{
	struct doctor_options *o = config;

	o->json = true;
	return NULL;
}

static const struct option rows[] = {{"json", NULL, "print the report as JSON", set_json, 0}, {0}};

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

/*
 * Makes all checks. Adds each result to @report, or prints it if @report is NULL. Returns true if
 * nothing is missing that `leat run` needs.
 */
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

static bool
report_json(const struct utsname *u)
{
	json_t *checks = json_array(), *report;
	bool able = examine(checks);

	report = json_pack("{s:s, s:s, s:b, s:o}", "kernel", u->release, "machine", u->machine, "able", able,
	    "checks", checks);
	json_dumpf(report, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(report);
	return able;
}

static bool
report_text(const struct utsname *u)
{
	bool able;

	printf("leat doctor: %s %s on %s\n", u->sysname, u->release, u->machine);
	able = examine(NULL);
	puts(able ? "leat run works here." : "leat run does not work here: see what is missing above.");
	return able;
}

static int
doctor_main(void *config, int argc, char **argv)
{
	const struct doctor_options *o = config;
	struct utsname u;

	uname(&u);
	return (o->json ? report_json(&u) : report_text(&u)) ? 0 : 1;
}

const struct command cmd_doctor = {
    .name = "doctor",
    .summary = "find out by trying what this machine allows, and what to do about the rest",
    .usage = "[--json]",
    .about = "Tries what `leat run` needs of this machine.\n"
	     "Exit status 0: leat run works here; 1: it does not.",
    .options = rows,
    .config_size = sizeof(struct doctor_options),
    .main = doctor_main,
};
