/*
 * cli/run_ports.h - the options of `leat run` that have addresses and ports: -p and --dns.
 */
#ifndef CLI_RUN_PORTS_H
#define CLI_RUN_PORTS_H

#include "cli/common/options.h"

/* set() of struct option. @run_options is a struct run_options. */
const char *run_ports_set_dns(void *run_options, const struct option *option, const char *value);
const char *run_ports_set_publish(void *run_options, const struct option *option, const char *value);

#endif
