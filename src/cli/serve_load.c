/*
 * cli/serve_load.c - the options of `leat serve` from its file and its command line, put together
 * and checked; at the start, and again for each reload.
 */
#include "cli/commands.h"
#include "cli/serve_options.h"

#include "serve/qr/qr.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int
check(const struct serve_options *o)
{
	const struct serve_settings *s = &o->run.serve;

	if (s->spa && !s->site.index)
		return error_line("serve", "--spa answers with the index file: --index needs a name");
	if (s->public_read && o->auths == 0)
		return error_line(
		    "serve", "--public-read says who may read without a password: it needs --auth");
	if (o->qr && !qr_available())
		return error_line("serve",
		    "--qr: this build has no QR codes, since libqrencode was not there when it was built");
	if (s->has_metrics && s->metrics.port == o->port)
		return error_line(
		    "serve", "--metrics: port %u is that of the files; choose another", o->port);
	if (o->addresses + s->has_metrics > PROCESS_ADDRESSES)
		return error_line("serve", "--metrics: is one address too many");
	return 0;
}

static void
settle(struct serve_options *o, const char *folder)
{
	struct serve_settings *s = &o->run.serve;

	if (folder)
		s->site.folder = folder;
	if (!*s->log)
		s->log = NULL;
	s->head = (struct http_span){o->head.at, o->head.len};
	s->site.head = (struct http_span){o->cache.at, o->cache.len};
	for (unsigned i = 0; i < o->addresses; i++)
		o->at[i].port = o->port;
	if (s->has_metrics)
		o->at[o->addresses] = s->metrics;
}

/* Returns where the words of the line begin, or -1 after a message. */
static int
parse(struct serve_options *o, const struct serve_options *line)
{
	serve_options_default(o);
	if (line->config &&
	    options_file_read("serve", line->config, serve_option_rows, serve_file_rows, o, &o->file) < 0)
		return -1;
	return command_parse_over(&cmd_serve, o, line->argc, line->argv);
}

static int
load(struct serve_options *o, const struct serve_options *line)
{
	int words = parse(o, line), status;

	if (words < 0)
		return EXIT_LEAT;
	status = serve_bind(o);
	if (status == 0)
		status = check(o);
	if (status == 0)
		status = serve_users(o);
	if (status == 0)
		settle(o, words < line->argc ? line->argv[words] : o->folder);
	return status;
}

struct serve_options *
serve_options_load(const struct serve_options *line, int *status)
{
	struct serve_options *o = calloc(1, sizeof *o);

	*status = o ? load(o, line) : error_line("serve", "out of memory");
	if (*status == 0)
		return o;
	serve_options_free(o);
	return NULL;
}

void
serve_options_free(struct serve_options *o)
{
	if (!o)
		return;
	auth_users_free(o->users);
	options_file_free(o->file);
	free(o);
}

/* Opens @path and closes it. 0, or errno. */
static int
try_open(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0666);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

int
serve_check(const struct serve_options *o)
{
	const struct serve_settings *s = &o->run.serve;
	int e = try_open(s->site.folder, O_RDONLY | O_DIRECTORY);

	if (e)
		return error_line("serve", "%s: cannot read this folder: %s", s->site.folder, strerror(e));
	if (s->log && strcmp(s->log, "-") != 0)
		e = try_open(s->log, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK);
	if (e && e != ENXIO) /* a named pipe without a reader keeps lines for one */
		return error_line("serve", "%s: cannot write the log: %s", s->log, strerror(e));
	if (o->user && !getpwnam(o->user))
		return error_line("serve", "there is no user %s", o->user);
	puts("leat serve: the settings are right");
	return 0;
}
