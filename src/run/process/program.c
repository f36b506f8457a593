/*
 * run/process/program.c - finds the program's file and reports, before it is run, why it cannot run
 * under Leat. It does not execute it.
 */
#include "run/process/program.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

/*
 * Finds the file in PATH that execvp(3) would take for @name: the first that can be executed (@mode
 * X_OK), or the first that exists (F_OK).
 */
static bool
find_in_path(const char *name, int mode, char path[static PATH_MAX])
{
	const char *at = getenv("PATH"), *end;

	for (at = at ? at : "/bin:/usr/bin";; at = end + 1) {
		end = strchrnul(at, ':');
		if (snprintf(path, PATH_MAX, "%.*s/%s", (int)(end - at), at, name) < PATH_MAX &&
		    access(path, mode) == 0)
			return true;
		if (!*end)
			return false;
	}
}

/* Finds the file that @name stands for. Returns 0, or the exit status after a line on stderr. */
static int
find(const char *name, char path[static PATH_MAX], struct stat *st)
{
	bool named = strchr(name, '/') || !*name;

	if (named)
		snprintf(path, PATH_MAX, "%s", name);
	else if (!find_in_path(name, X_OK, path) && !find_in_path(name, F_OK, path)) {
		fprintf(stderr, "leat: %s: no such program in PATH\n", name);
		return 127;
	}
	if (stat(path, st) < 0 && errno == ENOENT) {
		fprintf(stderr, "leat: %s: %s\n", *name ? name : "''", strerror(ENOENT));
		return 127;
	}
	return 0;
}

/*
 * Returns true for a program of another calling convention that this kernel has beside its native
 * one. A program of another machine is not meant: an interpreter (binfmt_misc) runs it.
 */
static bool
is_32_bit(const char *path)
{
#ifdef __aarch64__
	static const unsigned machines[] = {EM_ARM};
#else
	static const unsigned machines[] = {EM_386, EM_X86_64}; /* EM_X86_64 in a 32-bit file is x32 */
#endif
	Elf32_Ehdr h = {.e_ident = {0}};
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, &h, sizeof h);
	bool found = false;

	if (fd >= 0)
		close(fd);
	if (n != (ssize_t)sizeof h || memcmp(h.e_ident, ELFMAG, SELFMAG) != 0 ||
	    h.e_ident[EI_CLASS] != ELFCLASS32)
		return false;
	for (size_t i = 0; i < sizeof machines / sizeof machines[0]; i++)
		found |= h.e_machine == machines[i];
	return found;
}

int
program_check(const char *name)
{
	char path[PATH_MAX];
	struct stat st = {0};
	int rc = find(name, path, &st);

	if (rc)
		return rc;
	if (S_ISDIR(st.st_mode)) {
		fprintf(stderr, "leat: %s: %s\n", path, strerror(EISDIR));
		return 126;
	}
	if (!S_ISREG(st.st_mode))
		return 0; /* execve(2) reports best what else is wrong */
	if (((st.st_mode & S_ISUID) && st.st_uid != geteuid()) ||
	    ((st.st_mode & S_ISGID) && (st.st_mode & S_IXGRP) && st.st_gid != getegid())) {
		fprintf(stderr,
		    "leat: %s: changes its user or group (setuid), which no program can do inside; start "
		    "leat itself as that user\n",
		    path);
		return 126;
	}
	if (access(path, X_OK) == 0 && access(path, R_OK) < 0) {
		fprintf(stderr,
		    "leat: %s: may be executed but not read, so the kernel lets no process look into it "
		    "and Leat cannot answer its system calls\n",
		    path);
		return 126;
	}
	if (is_32_bit(path)) {
		fprintf(stderr,
		    "leat: %s: a 32-bit program, whose system calls Leat does not answer; use a 64-bit "
		    "build\n",
		    path);
		return 126;
	}
	if (geteuid() != 0 && getxattr(path, "security.capability", NULL, 0) > 0)
		fprintf(stderr,
		    "leat: %s: has file capabilities, which no program gets inside; it runs without\n", path);
	return 0;
}
