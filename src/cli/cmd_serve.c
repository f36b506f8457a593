/*
 * cli/cmd_serve.c - `leat serve`: serves a folder over HTTP. serve_options.c has the options, and
 * serve/ does the work.
 */
#include "cli/commands.h"
#include "cli/serve_addresses.h"
#include "cli/serve_hash.h"
#include "cli/serve_options.h"

#include "host/clock.h"
#include "host/port_owner.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

static struct serve_program *
program_of(struct process *p)
{
	return container_of(p, struct serve_program, process);
}

static struct serve_options *
options_of(const struct process_plan *plan)
{
	return container_of((struct serve_run *)plan->settings, struct serve_options, run);
}

static int
folder_failed(const char *folder, int error)
{
	if (error == -ENOSYS)
		return error_line("serve", "the kernel has no openat2(2), which Linux has since 5.6");
	if (error == -ENOTDIR)
		return error_line("serve", "%s: is not a folder; name the folder that has the file", folder);
	return error_line("serve", "%s: cannot read this folder: %s", folder, strerror(-error));
}

/* The port is taken: says by whom, and what to do. */
static int
port_taken(const char *at, uint16_t port)
{
	struct port_owner o;

	if (port_owner_find(port, &o) && o.pid)
		return error_line("serve",
		    "%s: port %u is in use by %s (process %d); choose another with --port", at, port, o.name,
		    o.pid);
	return error_line("serve",
	    "%s: port %u is in use by another program, which root sees with `ss -ltnp`; choose another with "
	    "--port",
	    at, port);
}

/* True if --bind named no address, or names that have several. */
static bool
is_one_of_many(const struct serve_options *o, const struct endpoint *at)
{
	const struct serve_settings *s = &o->run.serve;
	bool metrics =
	    s->has_metrics && s->metrics.port == at->port && ipaddr_eq(&s->metrics.addr, &at->addr);

	return !metrics && o->addresses > o->binds;
}

static int
cannot_listen(struct process *p, const struct process_plan *plan, const struct endpoint *at, int error)
{
	char text[ENDPOINT_TEXT];

	endpoint_text(at, text);
	switch (-error) {
	case EADDRINUSE:
		return port_taken(text, at->port);
	case EACCES:
		return error_line(
		    "serve", "%s: ports below 1024 need root; choose another with --port", text);
	case EAFNOSUPPORT:
	case EADDRNOTAVAIL:
		if (is_one_of_many(options_of(plan), at)) /* a machine without IPv6, or without IPv4 */
			return 0;
		return error_line("serve", "%s: this machine does not have this address", text);
	default:
		return error_line("serve", "%s: cannot listen: %s", text, strerror(-error));
	}
}

static int
failed(const struct serve_run *r, enum serve_part part, int error)
{
	const struct serve_settings *s = &r->serve;

	if (part == SERVE_FOLDER)
		return folder_failed(s->site.folder, error);
	if (part == SERVE_LOG)
		return error_line("serve", "%s: cannot write the log: %s", s->log, strerror(-error));
	return error_line("serve", "cannot begin: %s", strerror(-error));
}

static void
log_failed(const struct serve_run *r, int error)
{
	error_line("serve", "%s: cannot open the log again, the old file is used on: %s", r->serve.log,
	    strerror(-error));
}

static void
ready(struct process *p, const struct process_plan *plan)
{
	const struct serve_options *o = options_of(plan);
	struct process_plan files = *plan;

	files.addresses -= o->run.serve.has_metrics;
	if (!o->quiet)
		serve_addresses_print(o->run.serve.site.folder, &files);
	if (o->qr)
		serve_addresses_print_qr(&files);
	if (!o->quiet)
		fputs("Press Ctrl-C to end.\n", stderr);
}

static int
load(struct process *p, struct process_plan *plan)
{
	struct serve_program *program = program_of(p);
	struct serve_options *o = program->first;
	int status = 0;

	program->first = NULL;
	if (!o)
		o = serve_options_load(program->line, &status);
	if (!o)
		return status;
	plan->addresses = o->addresses + o->run.serve.has_metrics;
	memcpy(plan->at, o->at, sizeof plan->at);
	plan->workers = o->workers;
	plan->user = o->user;
	plan->await_data = true;
	o->run.failed = failed;
	o->run.log_failed = log_failed;
	plan->settings = &o->run;
	return 0;
}

static void
unload(struct process *p, struct process_plan *plan)
{
	serve_options_free(options_of(plan));
}

static int
say(struct process *p, const char *line)
{
	return error_line("serve", "%s", line);
}

static void
ended(struct process *p, const struct process_plan *plan, const struct share *share)
{
	const struct serve_options *o = options_of(plan);
	uint64_t lost = share_sum(share, offsetof(struct serve_counts, log_lost) / sizeof(uint64_t));

	if (lost > 0)
		error_line("serve", "%s: lines of the log that could not be written: %" PRIu64,
		    o->run.serve.log, lost);
	if (!o->quiet)
		serve_summary(program_of(p), share);
}

static const struct process_ops serve_ops = {
    .load = load,
    .unload = unload,
    .cannot_listen = cannot_listen,
    .say = say,
    .ready = ready,
    .ended = ended,
};

static void
keep_line(void *config, int argc, char **argv)
{
	struct serve_options *o = config;

	o->argc = argc;
	o->argv = argv;
}

/* How many connections fit is decided once, for memory that all workers share. */
static int
serve(const struct serve_options *line, struct serve_options *first)
{
	struct serve_program program = {.line = line, .first = first, .began = clock_monotonic()};
	int status;

	program.process = (struct process){
	    .ops = &serve_ops, .service = &serve_service, .conns = first->run.serve.conns_most};
	status = process_run(&program.process);
	serve_options_free(program.first);
	return status;
}

static int
serve_command(void *config, int argc, char **argv)
{
	const struct serve_options *line = config;
	struct serve_options *o;
	int status;

	if (line->hash)
		return serve_hash();
	o = serve_options_load(line, &status);
	if (!o)
		return status;
	if (!line->check)
		return serve(line, o);
	status = serve_check(o);
	serve_options_free(o);
	return status;
}

const struct command cmd_serve = {
    .name = "serve",
    .summary = "serve a folder over HTTP: leat serve [options] [DIR]",
    .usage = "[options] [DIR]",
    .about = "Serves the files of DIR, or of the current folder, over HTTP until it is ended.\n"
	     "SIGTERM and Ctrl-C finish the responses under way; SIGUSR1 opens the log again,\n"
	     "SIGHUP reads the settings again, and SIGUSR2 starts the program anew; none of these loses\n"
	     "a connection.",
    .options = serve_option_rows,
    .word = "DIR",
    .words_min = 0,
    .words_max = 1,
    .mixed = true,
    .config_size = sizeof(struct serve_options),
    .defaults = serve_options_default,
    .line = keep_line,
    .main = serve_command,
};
