/*
 * serve/host.c - for which host names the server answers (RFC 9110, 7.4).
 *
 * A page of a stranger can let its own name lead to this machine after it was loaded, and then read
 * what a server here says to that name (DNS rebinding). So a server for few names refuses all
 * others. Addresses and localhost are no one's names, and are always answered; as are requests
 * without a Host, which no browser sends.
 */
#include "serve/impl.h"

#include "http/uri/authority.h"

bool
host_is_ours(const struct serve_settings *set, struct http_span authority)
{
	struct http_authority a, ours = {.kind = HTTP_HOST_NAME};

	if (set->hosts_n == 0 || authority.len == 0)
		return true;
	if (!http_authority_parse(authority, &a))
		return false;
	if (a.kind != HTTP_HOST_NAME || http_span_is(a.host, "localhost"))
		return true;
	a.has_port = false;
	a.port = 0;
	for (unsigned i = 0; i < set->hosts_n; i++) {
		ours.host = http_span_of(set->hosts[i]);
		if (http_authority_same(&a, &ours, 0))
			return true;
	}
	return false;
}
