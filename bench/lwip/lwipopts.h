/*
 * bench/lwip/lwipopts.h - configures lwIP for speed when it is built from its own source: no
 * operating system, large windows, no pool limits.
 *
 * bench/peer_lwip.c limits the window of a run on its connections.
 */
#ifndef LWIPOPTS_H
#define LWIPOPTS_H

#define NO_SYS               1
#define SYS_LIGHTWEIGHT_PROT 0
#define LWIP_NETCONN         0
#define LWIP_SOCKET          0
#define LWIP_TIMERS          1

#define MEM_LIBC_MALLOC  1
#define MEMP_MEM_MALLOC  1
#define MEM_ALIGNMENT    8
#define PBUF_POOL_SIZE   65535
#define MEMP_NUM_TCP_PCB 65535

#define LWIP_IPV6                     1
#define LWIP_IPV6_AUTOCONFIG          0
#define LWIP_IPV6_DUP_DETECT_ATTEMPTS 0
#define LWIP_IPV6_SEND_ROUTER_SOLICIT 0
#define LWIP_NETIF_TX_SINGLE_PBUF     1
#define ARP_QUEUEING                  1
#define LWIP_STATS                    0

#define TCP_MSS          1460
#define LWIP_WND_SCALE   1
#define TCP_RCV_SCALE    7
#define TCP_WND          (4 * 1024 * 1024)
#define TCP_SND_BUF      TCP_WND
#define TCP_SND_QUEUELEN ((4 * TCP_SND_BUF + TCP_MSS - 1) / TCP_MSS)
/* limited to 16 bits, however large the buffer is */
#define TCP_SNDLOWAT                       (0xffff - 4 * TCP_MSS - 1)
#define LWIP_CHECKSUM_ON_COPY              1
#define LWIP_CHKSUM_ALGORITHM              3
#define LWIP_NOASSERT                      1
#define LWIP_RANDOMIZE_INITIAL_LOCAL_PORTS 1

#endif
