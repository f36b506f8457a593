/*
 * serve/auth/messages.h - what a server and its helper say to each other, one message each. For
 * helper.c and checks.c only.
 */
#ifndef SERVE_AUTH_MESSAGES_H
#define SERVE_AUTH_MESSAGES_H

#include "serve/auth/users.h"

#include <stdint.h>

struct helper_question {
	uint64_t number; /* from 1 on */
	char password[AUTH_PASSWORD_MOST + 1], hash[AUTH_HASH_MOST + 1];
};

struct helper_answer {
	uint64_t number;  /* of the question; 0: a helper took the place of one that has died */
	uint64_t verdict; /* enum auth_verdict */
};

#endif
