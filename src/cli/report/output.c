/*
 * cli/report/output.c - opens the files that a run writes for its user, waits for the reader of a
 * FIFO, and reports errors. It does not know what is written.
 */
#include "cli/report/output.h"

#include "cli/common/error.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READER_WAIT_S = 10, READER_LOOK_MS = 20 };

static bool
is_fifo(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISFIFO(st.st_mode);
}

/*
 * A reader is often started together with us, as in `wireshark -k -i FIFO &`, and may come a little
 * later.
 */
static int
wait_for_reader(const char *option, const char *path, struct file **out)
{
	int err = -ENXIO;

	error_line("run", "%s %s: no process reads this FIFO yet; waiting %d s for a reader", option, path,
	    READER_WAIT_S);
	for (int i = 0; err == -ENXIO && i < READER_WAIT_S * 1000 / READER_LOOK_MS; i++) {
		poll(NULL, 0, READER_LOOK_MS);
		err = file_create(path, NULL, out);
	}
	return err;
}

int
output_open(const char *option, const char *path, struct file **out)
{
	int err = file_create(path, NULL, out);

	if (err == -ENXIO && is_fifo(path))
		err = wait_for_reader(option, path, out);
	if (!err)
		return 0;
	output_refused(option, path, err);
	return -1;
}

void
output_refused(const char *option, const char *path, int err)
{
	bool unread = err == -ENXIO && is_fifo(path);

	error_line("run", "%s %s: %s", option, path, unread ? "no process reads this FIFO" : strerror(-err));
}

void
output_incomplete(const char *option, const char *path, int err)
{
	error_line("run", "%s %s is incomplete: %s", option, path, strerror(-err));
}

bool
output_stderr_open(void)
{
	int flags = fcntl(STDERR_FILENO, F_GETFL);

	return flags >= 0 && (flags & O_ACCMODE) != O_RDONLY;
}

static ssize_t
write_lines(void *cookie, const char *text, size_t len)
{
	int *error = cookie;
	size_t done = 0;

	while (done < len && *error == 0) {
		ssize_t n = write(STDERR_FILENO, text + done, len - done);

		if (n >= 0)
			done += (size_t)n;
		else if (errno == EAGAIN)
			poll(&(struct pollfd){.fd = STDERR_FILENO, .events = POLLOUT}, 1, -1);
		else if (errno != EINTR)
			*error = -errno;
	}
	return (ssize_t)done;
}

FILE *
output_lines(int *error)
{
	FILE *f = fopencookie(error, "w", (cookie_io_functions_t){.write = write_lines});

	if (f)
		setvbuf(f, NULL, _IOLBF, BUFSIZ);
	return f;
}
