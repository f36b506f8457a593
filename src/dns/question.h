/*
 * dns/question.h - matches answers to questions, for a forwarder of both. It reads messages only,
 * and changes none.
 */
#ifndef DNS_QUESTION_H
#define DNS_QUESTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Returns true if the message @q of @n octets is a complete query with one question, to which an
 * answer can be matched.
 */
bool dns_is_question(const uint8_t *q, size_t n);

/*
 * Returns true if @a and @b ask the same question and have the same number. Both have passed
 * dns_is_question().
 */
bool dns_same_question(const uint8_t *a, size_t na, const uint8_t *b, size_t nb);

/*
 * Returns true if the message @r answers the question @q, which has passed dns_is_question(). A
 * server that did not understand the question may leave it out (RFC 1035, 4.1.1: FORMERR, NOTIMP).
 */
bool dns_answers(const uint8_t *q, size_t nq, const uint8_t *r, size_t nr);

/*
 * Returns true if the answer @r only says that this server cannot answer (SERVFAIL, NOTIMP,
 * REFUSED), so that the next server should be asked.
 */
bool dns_declines(const uint8_t *r);

#endif
