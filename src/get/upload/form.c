/*
 * get/upload/form.c - multipart/form-data (RFC 7578), produced piece by piece: the heads of the
 * parts are built at once, and files are read while they are sent.
 */
#include "get/upload/upload.h"

#include "base/err.h"
#include "base/list.h"
#include "http/message/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BOUNDARY = 24 + 32, HEAD_ROOM = 256 };

/* A run of octets of the form: memory of ours, borrowed memory, or a file. */
struct piece {
	const char *at;
	uint64_t len;
	int fd; /* -1: it is memory */
	bool ours;
};

struct form_upload {
	struct get_body body;
	struct piece *piece;
	size_t pieces, piece_at;
	uint64_t offset; /* within the present piece */
	char boundary[BOUNDARY + 1];
	char type[64 + BOUNDARY];
};

static struct form_upload *
form_of(struct get_body *b)
{
	return container_of(b, struct form_upload, body);
}

static void
free_form(struct get_body *b)
{
	struct form_upload *f = form_of(b);

	for (size_t i = 0; i < f->pieces; i++) {
		if (f->piece[i].ours)
			free((char *)(uintptr_t)f->piece[i].at);
		if (f->piece[i].fd >= 0)
			close(f->piece[i].fd);
	}
	free(f->piece);
	free(f);
}

static int
begin(struct get_body *b, struct http_content *content)
{
	struct form_upload *f = form_of(b);
	uint64_t length = 0;

	f->piece_at = 0;
	f->offset = 0;
	for (size_t i = 0; i < f->pieces; i++)
		length += f->piece[i].len;
	*content = http_produced(length);
	return 0;
}

static ssize_t
read_piece(const struct piece *p, uint64_t offset, char *at, size_t room)
{
	size_t n = p->len - offset < room ? (size_t)(p->len - offset) : room;
	ssize_t got;

	if (p->fd < 0) {
		memcpy(at, p->at + offset, n);
		return (ssize_t)n;
	}
	got = pread(p->fd, at, n, (off_t)offset);
	return got < 0 ? -errno : got == 0 ? -EIO : got; /* a file that has become shorter breaks the form */
}

static ssize_t
produce(struct get_body *b, char *at, size_t room)
{
	struct form_upload *f = form_of(b);
	ssize_t n;

	while (f->piece_at < f->pieces && f->offset == f->piece[f->piece_at].len) {
		f->piece_at++;
		f->offset = 0;
	}
	if (f->piece_at == f->pieces)
		return 0;
	n = read_piece(&f->piece[f->piece_at], f->offset, at, room);
	if (n > 0)
		f->offset += (uint64_t)n;
	return n;
}

static int
add_piece(struct form_upload *f, struct piece p)
{
	f->piece[f->pieces++] = p;
	return 0;
}

/* A name within quotes, as browsers write it (WHATWG HTML, 4.10.21.8). */
static void
put_quoted(struct http_writer *w, const char *name)
{
	for (; *name; name++) {
		switch (*name) {
		case '"':
			http_put_text(w, "%22");
			break;
		case '\r':
			http_put_text(w, "%0D");
			break;
		case '\n':
			http_put_text(w, "%0A");
			break;
		default:
			http_put(w, name, 1);
		}
	}
}

static void
put_head(struct http_writer *w, const struct form_upload *f, const struct upload_part *p)
{
	http_put_text(w, f->pieces > 0 ? "\r\n--" : "--");
	http_put_text(w, f->boundary);
	http_put_text(w, "\r\nContent-Disposition: form-data; name=\"");
	put_quoted(w, p->name);
	if (p->file_name) {
		http_put_text(w, "\"; filename=\"");
		put_quoted(w, p->file_name);
	}
	http_put_text(w, p->type ? "\"\r\nContent-Type: " : "\"");
	http_put_text(w, p->type ? p->type : "");
	http_put_text(w, "\r\n\r\n");
}

static int
add_head(struct form_upload *f, const struct upload_part *p)
{
	size_t most = HEAD_ROOM + 3 * (strlen(p->name) + (p->file_name ? strlen(p->file_name) : 0)) +
		      (p->type ? strlen(p->type) : 0);
	char *at = malloc(most);
	struct http_writer w;

	if (!at)
		return -ENOMEM;
	w = http_writer(at, most);
	put_head(&w, f, p);
	add_piece(f, (struct piece){.at = at, .len = w.len, .fd = -1, .ours = true});
	return 0;
}

static int
add_file(struct form_upload *f, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), e = 0;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		e = -errno;
	else if (!S_ISREG(st.st_mode))
		e = S_ISDIR(st.st_mode) ? -EISDIR : -ESPIPE;
	if (e == 0)
		add_piece(f, (struct piece){.len = (uint64_t)st.st_size, .fd = fd});
	else if (fd >= 0)
		close(fd);
	return e;
}

static int
add_part(struct form_upload *f, const struct upload_part *p)
{
	int e = add_head(f, p);

	if (e < 0 || !p->value)
		return e < 0 ? e : add_file(f, p->path);
	add_piece(f, (struct piece){.at = p->value, .len = p->len, .fd = -1});
	return 0;
}

static int
add_end(struct form_upload *f)
{
	char *at;
	int n = asprintf(&at, "%s--%s--\r\n", f->pieces > 0 ? "\r\n" : "", f->boundary);

	if (n < 0)
		return -ENOMEM;
	add_piece(f, (struct piece){.at = at, .len = (uint64_t)n, .fd = -1, .ours = true});
	return 0;
}

static void
make_boundary(struct form_upload *f, const uint8_t random[static 16])
{
	char *at = f->boundary;

	at += sprintf(at, "------------------------");
	for (unsigned i = 0; i < 16; i++)
		at += sprintf(at, "%02x", random[i]);
	snprintf(f->type, sizeof f->type, "multipart/form-data; boundary=%s", f->boundary);
}

static struct form_upload *
form_new(const struct upload_part *first)
{
	static const struct get_body_ops ops = {begin, produce, free_form};
	struct form_upload *f = calloc(1, sizeof *f);
	size_t most = 1;

	for (const struct upload_part *p = first; p; p = p->next)
		most += 2;
	if (f && !(f->piece = calloc(most, sizeof *f->piece))) {
		free(f);
		return NULL;
	}
	if (f)
		f->body = (struct get_body){.ops = &ops, .type = f->type};
	return f;
}

int
upload_form(const struct upload_part *first, const uint8_t random[static 16], struct get_body **out,
    const struct upload_part **part)
{
	struct form_upload *f = form_new(first);
	int e = 0;

	if (!f)
		return -ENOMEM;
	make_boundary(f, random);
	for (*part = first; *part && (e = add_part(f, *part)) == 0;)
		*part = (*part)->next;
	if (e == 0)
		e = add_end(f);
	if (e < 0)
		free_form(&f->body);
	else
		*out = &f->body;
	return e;
}
