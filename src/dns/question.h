/*
 * dns/question.h - matches answers to questions, for a forwarder of both.
 */
#ifndef DNS_QUESTION_H
#define DNS_QUESTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * True if the message @q of @n octets is a whole query with one question in it, to which an answer
 * can be matched.
 */
bool dns_is_question(const uint8_t *q, size_t n);

/* Do the questions @a and @b ask the same, under the same number? Both passed dns_is_question(). */
bool dns_same_question(const uint8_t *a, size_t na, const uint8_t *b, size_t nb);

/*
 * Does the message @r answer the question @q, which passed dns_is_question()? A server that did not
 * understand it may leave the question out (RFC 1035, 4.1.1: FORMERR, NOTIMP).
 */
bool dns_answers(const uint8_t *q, size_t nq, const uint8_t *r, size_t nr);

/*
 * Does @r, an answer, say no more than that this server cannot answer (SERVFAIL, NOTIMP, REFUSED),
 * so that the next one is asked?
 */
bool dns_declines(const uint8_t *r);

#endif
