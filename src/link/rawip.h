/*
 * link/rawip.h - links that carry bare IP packets: a TUN device, loopback. No header, no
 * neighbours.
 */
#ifndef LINK_RAWIP_H
#define LINK_RAWIP_H

#include "core/iface.h"

extern const struct link_ops rawip_ops;

#endif
