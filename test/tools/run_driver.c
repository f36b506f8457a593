/*
 * run_driver - `leat run` with few options and no words, for the system tests of src/run: run_driver [-p HOST:PROGRAM]... [-u HOST:PROGRAM]... [-l LOSS_PPM] [-d DELAY_MS] [-n NAMESERVER_PORT] -- PROGRAM...
 */
#include "run/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { PUBLISH_MOST = 16 };

int
main(int argc, char **argv)
{
	struct run_publish publish[PUBLISH_MOST];
	struct run_config config;
	unsigned outside, inside;
	int opt;

	run_config_default(&config);
	config.publish = publish;
	while ((opt = getopt(argc, argv, "+p:u:l:d:n:")) != -1) {
		switch (opt) {
		case 'p':
		case 'u':
			if (sscanf(optarg, "%u:%u", &outside, &inside) != 2 ||
			    config.npublish == PUBLISH_MOST)
				return 125;
			publish[config.npublish++] = (struct run_publish){
			    .outside = {.addr = IPADDR_LOOPBACK4, .port = (uint16_t)outside},
			    .inside = (uint16_t)inside,
			    .udp = opt == 'u'};
			break;
		case 'l':
			config.impair[0].loss = config.impair[1].loss = (uint32_t)atoi(optarg) * 1000;
			break;
		case 'd':
			config.impair[0].delay = config.impair[1].delay = atoi(optarg) * MSEC;
			break;
		case 'n': /* a name server on loopback */
			config.nameserver =
			    (struct endpoint){.addr = IPADDR_LOOPBACK4, .port = (uint16_t)atoi(optarg)};
			break;
		default:
			return 125;
		}
	}
	config.argv = argv + optind;
	return run_main(&config);
}
