/*
 * cli/common/options_file.c - reads options from a YAML file, one event of libyaml's parser after
 * the other. Anchors, tags and nested mappings have no use here and are refused.
 */
#include "cli/common/options_file.h"

#include "cli/common/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

enum { FILE_MOST = 1 << 20, ROWS_MOST = 256 };

struct value {
	struct value *next;
	char text[];
};

struct options_file {
	struct value *values;
};

/* The file, read so far that a device or a pipe without an end does no harm. */
struct input {
	FILE *from;
	size_t left;
	int error; /* as errno */
};

struct file_reader {
	const char *command, *path;
	const struct option *tables[2];
	void *config;
	struct options_file *file;
	struct input input;
	yaml_parser_t yaml;
	yaml_event_t event;
	bool seen[2][ROWS_MOST];
};

__attribute__((format(printf, 2, 3))) static int
complain(const struct file_reader *r, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	error_line(r->command, "%s:%zu: %s", r->path, r->event.start_mark.line + 1, text);
	return -1;
}

static int
complain_yaml(const struct file_reader *r)
{
	const yaml_parser_t *y = &r->yaml;

	if (y->error == YAML_MEMORY_ERROR)
		error_line(r->command, "%s: out of memory", r->path);
	else if (r->input.error)
		error_line(r->command, "%s: %s", r->path, strerror(r->input.error));
	else if (y->error == YAML_READER_ERROR)
		error_line(r->command, "%s: octet %zu: %s", r->path, y->problem_offset + 1, y->problem);
	else
		error_line(r->command, "%s:%zu: is not YAML: %s%s%s", r->path, y->problem_mark.line + 1,
		    y->context ? y->context : "", y->context ? ": " : "", y->problem);
	return -1;
}

/* Takes the next event. Returns 0, or -1 after a message. */
static int
step(struct file_reader *r)
{
	yaml_event_delete(&r->event);
	if (!yaml_parser_parse(&r->yaml, &r->event)) {
		memset(&r->event, 0, sizeof r->event);
		return complain_yaml(r);
	}
	return 0;
}

/* Takes @n events; the last of them is kept. */
static int
steps(struct file_reader *r, int n)
{
	int e = 0;

	for (int i = 0; e == 0 && i < n; i++)
		e = step(r);
	return e;
}

/* Copies the scalar, which libyaml frees. Returns NULL after a message. */
static const char *
keep_scalar(struct file_reader *r)
{
	size_t n = r->event.data.scalar.length;
	struct value *v;

	if (memchr(r->event.data.scalar.value, 0, n)) {
		complain(r, "a value has a NUL character");
		return NULL;
	}
	v = malloc(sizeof *v + n + 1);
	if (!v) {
		complain(r, "out of memory");
		return NULL;
	}
	memcpy(v->text, r->event.data.scalar.value, n);
	v->text[n] = 0;
	v->next = r->file->values;
	r->file->values = v;
	return v->text;
}

static bool
is_word(const char *text, const char *const *words)
{
	for (; *words; words++)
		if (strcmp(text, *words) == 0)
			return true;
	return false;
}

static int
set_flag(struct file_reader *r, const struct option *o, const char *text)
{
	static const char *const yes[] = {"true", "yes", "on", "True", "Yes", "On", NULL};
	static const char *const no[] = {"false", "no", "off", "False", "No", "Off", NULL};
	const char *wrong;

	if (is_word(text, no))
		return 0;
	if (!is_word(text, yes))
		return complain(r, "%s: '%s' is neither true nor false", o->name, text);
	wrong = o->set(r->config, o, NULL);
	return wrong ? complain(r, "%s: %s", o->name, wrong) : 0;
}

static int
set_scalar(struct file_reader *r, const struct option *o)
{
	const char *text = keep_scalar(r), *wrong;

	if (!text)
		return -1;
	if (!o->arg)
		return set_flag(r, o, text);
	wrong = o->set(r->config, o, text);
	return wrong ? complain(r, "%s: '%s' %s", o->name, text, wrong) : 0;
}

static int
set_list(struct file_reader *r, const struct option *o)
{
	if (!o->arg)
		return complain(r, "%s: is true or false, not a list", o->name);
	if (!o->repeats)
		return complain(r, "%s: takes one value, not a list", o->name);
	for (;;) {
		if (step(r))
			return -1;
		if (r->event.type == YAML_SEQUENCE_END_EVENT)
			return 0;
		if (r->event.type != YAML_SCALAR_EVENT)
			return complain(r, "%s: a list has plain values only", o->name);
		if (set_scalar(r, o))
			return -1;
	}
}

static int
read_value(struct file_reader *r, const struct option *o)
{
	if (step(r))
		return -1;
	switch (r->event.type) {
	case YAML_SCALAR_EVENT:
		return set_scalar(r, o);
	case YAML_SEQUENCE_START_EVENT:
		return set_list(r, o);
	default:
		return complain(r, "%s: is neither a plain value nor a list", o->name);
	}
}

static int
complain_key(const struct file_reader *r, const char *name)
{
	const char *meant = options_meant(r->tables[0], name);

	if (!meant && r->tables[1])
		meant = options_meant(r->tables[1], name);
	if (meant)
		return complain(r, "unknown option '%s'; did you mean %s?", name, meant);
	return complain(r, "unknown option '%s'", name);
}

/* The row that a key names. Returns NULL after a message. */
static const struct option *
find_row(struct file_reader *r, const char *name)
{
	for (int t = 0; t < 2; t++) {
		const struct option *o = r->tables[t] ? options_find(r->tables[t], name, strlen(name)) : NULL;

		if (!o || !o->name[1])
			continue;
		if (o->line_only)
			complain(r, "%s: belongs on the command line", name);
		else if (r->seen[t][o - r->tables[t]])
			complain(r, "%s: stands here twice%s", name,
			    o->repeats ? "; several values are a list" : "");
		else {
			r->seen[t][o - r->tables[t]] = true;
			return o;
		}
		return NULL;
	}
	complain_key(r, name);
	return NULL;
}

static int
read_pair(struct file_reader *r)
{
	const struct option *o;
	const char *name;

	if (r->event.type != YAML_SCALAR_EVENT)
		return complain(r, "an option's name is a plain word");
	name = keep_scalar(r);
	o = name ? find_row(r, name) : NULL;
	return o ? read_value(r, o) : -1;
}

static int
read_mapping(struct file_reader *r)
{
	for (;;) {
		if (step(r))
			return -1;
		if (r->event.type == YAML_MAPPING_END_EVENT)
			return 0;
		if (read_pair(r))
			return -1;
	}
}

/* An empty file has no options and is right. */
static int
read_document(struct file_reader *r)
{
	if (steps(r, 2)) /* the stream, and the document or the end */
		return -1;
	if (r->event.type == YAML_STREAM_END_EVENT)
		return 0;
	if (step(r))
		return -1;
	if (r->event.type != YAML_MAPPING_START_EVENT)
		return complain(r, "is not a list of 'option: value' lines");
	if (read_mapping(r) || steps(r, 2))
		return -1;
	return r->event.type == YAML_STREAM_END_EVENT ? 0 : complain(r, "a second document begins here");
}

static int
read_input(void *arg, unsigned char *at, size_t room, size_t *got)
{
	struct input *in = arg;

	*got = fread(at, 1, room < in->left ? room : in->left, in->from);
	in->left -= *got;
	if (ferror(in->from))
		in->error = errno;
	else if (in->left == 0)
		in->error = EFBIG;
	return in->error == 0;
}

static int
read_open(struct file_reader *r)
{
	int e;

	if (!yaml_parser_initialize(&r->yaml)) {
		error_line(r->command, "%s: out of memory", r->path);
		return -1;
	}
	yaml_parser_set_input(&r->yaml, read_input, &r->input);
	e = read_document(r);
	yaml_event_delete(&r->event);
	yaml_parser_delete(&r->yaml);
	return e;
}

int
options_file_read(const char *command, const char *path, const struct option *options,
    const struct option *more, void *config, struct options_file **out)
{
	struct file_reader r = {
	    .command = command, .path = path, .tables = {options, more}, .config = config};
	int e = -1;

	r.input = (struct input){fopen(path, "re"), FILE_MOST, 0};
	if (!r.input.from) {
		error_line(command, "%s: %s", path, strerror(errno));
		return -1;
	}
	r.file = calloc(1, sizeof *r.file);
	if (r.file)
		e = read_open(&r);
	else
		error_line(command, "%s: out of memory", path);
	fclose(r.input.from);
	if (e)
		options_file_free(r.file);
	else
		*out = r.file;
	return e;
}

void
options_file_free(struct options_file *f)
{
	while (f && f->values) {
		struct value *v = f->values;

		f->values = v->next;
		free(v);
	}
	free(f);
}
