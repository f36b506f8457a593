/*
 * get/upload/upload.c - content from memory, from a file, and from a pipe as its octets come.
 */
#include "get/upload/upload.h"

#include "base/err.h"
#include "base/list.h"
#include "host/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

struct plain_upload {
	struct get_body body;
	struct http_content content;
	struct loop *loop;
	struct loop_fd input; /* of a pipe */
	bool watched, owned, begun;
};

static struct plain_upload *
upload_of(struct get_body *b)
{
	return container_of(b, struct plain_upload, body);
}

static int
begin_again(struct get_body *b, struct http_content *content)
{
	*content = upload_of(b)->content;
	return 0;
}

static int
begin_once(struct get_body *b, struct http_content *content)
{
	struct plain_upload *u = upload_of(b);

	if (u->begun)
		return -LEAT_EOPNOTSUPP;
	*content = u->content;
	return 0;
}

static void
stop_watching(struct plain_upload *u)
{
	if (u->watched)
		loop_del(u->loop, &u->input);
	u->watched = false;
}

static void
free_upload(struct get_body *b)
{
	struct plain_upload *u = upload_of(b);

	stop_watching(u);
	if (u->owned)
		close(u->input.fd);
	free(u);
}

static void
on_input(struct loop_fd *w, uint32_t events)
{
	struct plain_upload *u = container_of(w, struct plain_upload, input);

	stop_watching(u);
	u->body.ready(u->body.ready_arg);
}

/*
 * Waits for octets before it reads them, since the descriptor may block, and others may share it.
 * What epoll(7) does not know never blocks.
 */
static bool
must_wait(struct plain_upload *u)
{
	u->input.events = EPOLLIN;
	u->input.fn = on_input;
	u->watched = loop_add(u->loop, &u->input) == 0;
	return u->watched;
}

static bool
has_octets(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	return poll(&p, 1, 0) != 0;
}

static ssize_t
produce(struct get_body *b, char *at, size_t room)
{
	struct plain_upload *u = upload_of(b);
	ssize_t n;

	if (!has_octets(u->input.fd) && must_wait(u))
		return -LEAT_EAGAIN;
	u->begun = true;
	n = read(u->input.fd, at, room);
	return n < 0 ? -errno : n;
}

static const struct get_body_ops ready_ops = {begin_again, NULL, free_upload};
static const struct get_body_ops pipe_ops = {begin_once, produce, free_upload};

static struct plain_upload *
upload_new(const struct get_body_ops *ops, struct http_content content)
{
	struct plain_upload *u = calloc(1, sizeof *u);

	if (u) {
		u->body.ops = ops;
		u->content = content;
	}
	return u;
}

struct get_body *
upload_memory(const char *at, size_t len, const char *type)
{
	struct plain_upload *u = upload_new(&ready_ops, http_memory(at, len));

	if (!u)
		return NULL;
	u->body.type = type;
	return &u->body;
}

static int
upload_pipe(int fd, bool owned, struct loop *loop, struct get_body **out)
{
	struct plain_upload *u = upload_new(&pipe_ops, http_produced(HTTP_LENGTH_UNKNOWN));

	if (!u)
		return -ENOMEM;
	u->loop = loop;
	u->input.fd = fd;
	u->owned = owned;
	*out = &u->body;
	return 0;
}

static int
upload_regular(int fd, off_t size, uint64_t from, struct get_body **out)
{
	uint64_t length = from < (uint64_t)size ? (uint64_t)size - from : 0;
	struct plain_upload *u = upload_new(&ready_ops, http_file(fd, (int64_t)from, length));

	if (!u)
		return -ENOMEM;
	u->input.fd = fd;
	u->owned = true;
	*out = &u->body;
	return 0;
}

int
upload_file(const char *path, uint64_t from, struct loop *loop, struct get_body **out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), e;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		e = -errno;
	else if (S_ISDIR(st.st_mode))
		e = -EISDIR;
	else if (S_ISREG(st.st_mode))
		e = upload_regular(fd, st.st_size, from, out);
	else
		e = upload_pipe(fd, true, loop, out);
	if (e < 0 && fd >= 0)
		close(fd);
	return e;
}

int
upload_stdin(struct loop *loop, struct get_body **out)
{
	return upload_pipe(STDIN_FILENO, false, loop, out);
}
