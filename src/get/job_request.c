/*
 * get/job_request.c - the output of a job and the content of its request, before it begins.
 */
#include "get/job.h"

#include "get/output/name.h"
#include "host/random.h"

#include <stdlib.h>
#include <string.h>

/* Builds the path of the output. */
enum get_code
job_output(struct get_job *j, struct get_result *why)
{
	const struct get_run *r = j->process->run;
	struct get_url url = {0};
	char *name;

	if (j->target->place == GET_TO_STDOUT)
		return GET_OK;
	if (j->target->place == GET_TO_FILE) {
		j->path = output_path(*j->target->name == '/' ? NULL : r->folder, j->target->name);
		return j->path ? GET_OK : get_fail(why, GET_MEMORY, NULL);
	}
	if (get_url_read(&url, j->target->url, why))
		return why->code;
	name = output_name_of_path(url.uri.path);
	get_url_free(&url);
	if (name && *name)
		j->path = output_path(r->folder, name);
	else if (name)
		get_fail(why, GET_WRITE, "Remote file name has no length");
	free(name);
	return j->path ? GET_OK : why->code ? why->code : get_fail(why, GET_MEMORY, NULL);
}

static enum get_code
open_upload(struct get_job *j, struct get_result *why)
{
	const char *path = j->target->upload;
	int e = strcmp(path, "-") == 0 || strcmp(path, ".") == 0
		    ? upload_stdin(j->process->loop, &j->body)
		    : upload_file(path, 0, j->process->loop, &j->body);

	return e < 0 ? get_fail(why, GET_READ, "Can't open '%s': %s", path, strerror(-e)) : GET_OK;
}

static enum get_code
make_form(struct get_job *j, struct get_result *why)
{
	const struct upload_part *part;
	uint8_t random[16];
	int e;

	random_fill(random, sizeof random);
	e = upload_form(j->process->run->data.part, random, &j->body, &part);
	if (e == 0)
		return GET_OK;
	return part ? get_fail(why, GET_READ, "Can't read '%s': %s", part->path ? part->path : part->name,
			  strerror(-e))
		    : get_fail(why, GET_MEMORY, NULL);
}

enum get_code
job_body(struct get_job *j, struct get_result *why)
{
	const struct get_data *d = &j->process->run->data;

	if (j->target->upload)
		return open_upload(j, why);
	if (d->kind == GET_FORM)
		return make_form(j, why);
	if (d->kind == GET_OCTETS && !(j->body = upload_memory(d->at, d->len, d->type)))
		return get_fail(why, GET_MEMORY, NULL);
	return GET_OK;
}

enum transfer_method
job_method(const struct get_job *j)
{
	if (j->target->upload)
		return TRANSFER_PUT;
	if (j->process->run->head_only)
		return TRANSFER_HEAD;
	return j->body ? TRANSFER_POST : TRANSFER_GET;
}
