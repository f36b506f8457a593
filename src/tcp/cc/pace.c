/* tcp/cc/pace.c - how much may leave at once. */
#include "tcp/cc/pace.h"

enum { QUANTUM_LEAST = 2, QUANTUM_MOST = 65536 /* octets: one super-segment */ };

#define QUANTUM_TIME MSEC

uint32_t
pace_quantum(uint64_t rate, uint32_t mss)
{
	uint64_t octets = rate / (uint64_t)(SEC / QUANTUM_TIME), segments;

	segments = (octets < QUANTUM_MOST ? octets : QUANTUM_MOST) / mss;
	return (uint32_t)(segments > QUANTUM_LEAST ? segments : QUANTUM_LEAST) * mss;
}
