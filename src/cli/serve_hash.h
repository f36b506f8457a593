/*
 * cli/serve_hash.h - `leat serve --hash`.
 */
#ifndef CLI_SERVE_HASH_H
#define CLI_SERVE_HASH_H

/*
 * Asks for a password, or reads one line of standard input, and prints its hash for --auth. Returns
 * the exit status.
 */
int serve_hash(void);

#endif
