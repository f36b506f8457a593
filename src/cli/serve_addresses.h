/*
 * cli/serve_addresses.h - tells people at which addresses `leat serve` can be opened.
 */
#ifndef CLI_SERVE_ADDRESSES_H
#define CLI_SERVE_ADDRESSES_H

#include "cli/serve_options.h"

/* Prints @folder and a line for each address that a browser can open. */
void serve_addresses_print(const char *folder, const struct process_plan *plan);

/* Prints the address that a phone in the same network can open as a QR code; or why it cannot. */
void serve_addresses_print_qr(const struct process_plan *plan);

#endif
