/*
 * get/url/mask.c - finds control characters, and masks them.
 */
#include "get/url/mask.h"

bool
mask_is_control(struct http_span s, size_t i)
{
	unsigned char c = (unsigned char)s.at[i], before = i > 0 ? (unsigned char)s.at[i - 1] : 0;
	unsigned char after = i + 1 < s.len ? (unsigned char)s.at[i + 1] : 0;

	if (c < 0x80)
		return (c < ' ' && c != '\t') || c == 0x7f;
	if (c == 0xc2)
		return after >= 0x80 && after < 0xa0;
	return c < 0xa0 && (before < 0x80 || before == 0xc2);
}

void
mask_controls(char *at, size_t n)
{
	unsigned char kept = 0;

	for (size_t i = 0; i < n; i++) {
		char pair[3] = {(char)kept, at[i], i + 1 < n ? at[i + 1] : '\0'};

		kept = (unsigned char)at[i];
		if (at[i] != '\r' && at[i] != '\n' &&
		    mask_is_control((struct http_span){pair, sizeof pair}, 1))
			at[i] = '?';
	}
}
