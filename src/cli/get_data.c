/*
 * cli/get_data.c - the content of requests as options of `leat get` name it: -d and its relatives,
 * and the parts of -F.
 */
#include "cli/get_options.h"

#include "http/semantics/media_type.h"
#include "http/uri/percent.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { READ_PIECE = 65536 };

bool
get_octets_add(struct get_octets *o, const char *at, size_t n)
{
	char *more = realloc(o->at, o->n + n + 1);

	if (!more)
		return false;
	o->at = more;
	if (n > 0)
		memcpy(more + o->n, at, n);
	o->n += n;
	more[o->n] = '\0';
	return true;
}

const char *
get_read_file(struct get_octets *to, const char *path)
{
	FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	char piece[READ_PIECE];
	const char *wrong = NULL;
	size_t n;

	if (!f)
		return "cannot be read";
	while (!wrong && (n = fread(piece, 1, sizeof piece, f)) > 0) {
		if (!get_octets_add(to, piece, n))
			wrong = "does not fit into memory";
	}
	if (!wrong && ferror(f))
		wrong = "cannot be read";
	if (f != stdin)
		fclose(f);
	return wrong;
}

void
get_strip_lines(struct get_octets *o, size_t from)
{
	size_t to = from;

	for (size_t i = from; i < o->n; i++) {
		if (o->at[i] != '\r' && o->at[i] != '\n' && o->at[i] != '\0')
			o->at[to++] = o->at[i];
	}
	o->n = to;
}

static const char *
add_file(struct get_options *o, const char *path, bool text)
{
	size_t from = o->data.n;
	const char *wrong = get_read_file(&o->data, path);

	if (!wrong && text && o->data.at)
		get_strip_lines(&o->data, from);
	return wrong;
}

/* A space is "+", as in curl. Returns the length that is left. */
static size_t
plus_for_spaces(char *text, size_t n)
{
	size_t to = 0;

	for (size_t i = 0; i < n; i++) {
		bool space = n - i >= 3 && memcmp(text + i, "%20", 3) == 0;

		text[to++] = space ? '+' : text[i];
		i += space ? 2 : 0;
	}
	return to;
}

static const char *
add_octets(struct get_octets *to, const char *at, size_t n)
{
	return get_octets_add(to, at, n) ? NULL : "does not fit into memory";
}

/* Adds @raw, percent-encoded, after "NAME=" if there are octets at @name. */
static const char *
add_pair(struct get_options *o, const char *name, size_t name_len, const struct get_octets *raw)
{
	char *text = malloc(3 * raw->n + 1);
	const char *failed = NULL;
	struct http_writer w;

	if (!text)
		return "does not fit into memory";
	w = http_writer(text, 3 * raw->n);
	http_percent_encode(&w, (struct http_span){raw->at, raw->n}, HTTP_PLAIN_UNRESERVED);
	w.len = plus_for_spaces(text, w.len);
	if (name_len > 0)
		failed = add_octets(&o->data, name, name_len);
	if (!failed && name_len > 0)
		failed = add_octets(&o->data, "=", 1);
	if (!failed)
		failed = add_octets(&o->data, text, w.len);
	free(text);
	return failed;
}

/* "CONTENT", "=CONTENT", "NAME=CONTENT", "@FILE" or "NAME@FILE"; the content is encoded. */
static const char *
add_encoded(struct get_options *o, const char *value)
{
	size_t name = strcspn(value, "=@");
	const char *content = value + name + (value[name] != '\0');
	struct get_octets raw = {0};
	const char *wrong;

	if (value[name] == '\0') {
		content = value;
		name = 0;
	}
	if (value[name] == '@')
		wrong = get_read_file(&raw, content);
	else
		wrong = add_octets(&raw, content, strlen(content));
	if (!wrong)
		wrong = add_pair(o, value, name, &raw);
	free(raw.at);
	return wrong;
}

const char *
get_set_data(void *config, const struct option *option, const char *value)
{
	struct get_options *o = config;
	bool file = *value == '@' && option->tag != DATA_RAW;

	if (o->has_data && option->tag != DATA_JSON && !get_octets_add(&o->data, "&", 1))
		return "does not fit into memory";
	if (!o->has_data && !get_octets_add(&o->data, "", 0))
		return "does not fit into memory";
	o->has_data = true;
	o->json |= option->tag == DATA_JSON;
	if (option->tag == DATA_ENCODE)
		return add_encoded(o, value);
	if (file)
		return add_file(o, value + 1, option->tag == DATA_TEXT);
	return get_octets_add(&o->data, value, strlen(value)) ? NULL : "does not fit into memory";
}

/* Cuts ";type=…" and ";filename=…" off the end of @value. */
static void
cut_params(char *value, struct upload_part *p)
{
	char *semicolon;

	while ((semicolon = strrchr(value, ';'))) {
		char *param = semicolon + 1 + strspn(semicolon + 1, " ");

		if (strncmp(param, "type=", 5) == 0)
			p->type = param + 5;
		else if (strncmp(param, "filename=", 9) == 0)
			p->file_name = param + 9;
		else
			return;
		*semicolon = '\0';
	}
}

static const char *
last_segment(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* "=<file": the content of a file as a value. */
static const char *
read_value(struct get_options *o, struct upload_part *p, const char *path)
{
	struct get_octets read = {0};
	const char *wrong =
	    get_octets_add(&read, "", 0) ? get_read_file(&read, path) : "does not fit into memory";

	p->value = get_keep(o, read.at);
	p->len = read.n;
	return wrong ? wrong : p->value ? NULL : "does not fit into memory";
}

static const char *
read_part(struct get_options *o, struct upload_part *p, char *value, bool plain)
{
	if (plain || (*value != '@' && *value != '<')) {
		if (!plain)
			cut_params(value, p);
		p->value = value;
		p->len = strlen(value);
		return NULL;
	}
	cut_params(value + 1, p);
	if (*value == '<')
		return read_value(o, p, value + 1);
	p->path = value + 1;
	if (strcmp(p->path, "-") == 0)
		return "reads standard input, which a form cannot send; use a file";
	if (!p->file_name)
		p->file_name = last_segment(p->path);
	if (!p->type)
		p->type = http_media_type_of(http_span_of(p->file_name))->type;
	return NULL;
}

const char *
get_set_form(void *config, const struct option *option, const char *value)
{
	struct get_options *o = config;
	char *text = get_keep(o, strdup(value)), *equal = text ? strchr(text, '=') : NULL;
	struct upload_part *p = &o->part[o->parts];

	if (!text)
		return "does not fit into memory";
	if (!equal)
		return "is not NAME=CONTENT or NAME=@FILE";
	if (o->parts == GET_PARTS_MOST)
		return "is one part too many: a form has 200 at most";
	*equal = '\0';
	*p = (struct upload_part){.name = text};
	if (o->parts > 0)
		o->part[o->parts - 1].next = p;
	o->parts++;
	return read_part(o, p, equal + 1, option->tag == FORM_STRING);
}
