/*
 * get/split.h - one file over several connections (--parts). For get only.
 *
 * The octets go to FILE.parts, and what is missing of them to FILE.parts.txt, from which a later
 * run goes on. FILE is there when it is whole. Parts of two versions are never joined: each
 * response has to have the validator and the length of the first one.
 */
#ifndef GET_SPLIT_H
#define GET_SPLIT_H

#include "get/parts/parts.h"
#include "get/parts/version.h"
#include "get/transfer/transfer.h"

struct get_job;
struct split;

/*
 * *@begun says if the job's file is fetched in parts. Then job_end() will be called; or, if the
 * server does not send parts, job_start(). Returns GET_OK, or a code with @why.
 */
enum get_code split_begin(struct get_job *j, bool *begun, struct get_result *why);

/* How far it is. Returns false if the length is not known yet. */
bool split_progress(const struct split *s, uint64_t *have, uint64_t *length);

void split_free(struct split *s);

#endif
