#!/usr/bin/python3
"""Makes frames.h (for test_text.c) and fuzz/corpus/wire_frame/ from frames that scapy builds.

Run it by hand when a frame is added. Its output is kept in the repository, so neither
building nor testing needs scapy.
"""
import pathlib

from scapy.all import (ARP, BOOTP, DHCP, DNS, DNSRR, DNSQR, ICMP, IP, TCP, UDP, Dot1Q, Ether, ICMPv6DestUnreach, ICMPv6EchoRequest,
                       ICMPv6MLDMultAddrRec, ICMPv6MLReport2, ICMPv6ND_NA, ICMPv6ND_NS, ICMPv6NDOptDstLLAddr,
                       ICMPv6NDOptSrcLLAddr, ICMPv6PacketTooBig, IPOption_Router_Alert, IPv6, IPv6ExtHdrFragment,
                       IPv6ExtHdrHopByHop, Padding, RouterAlert, fragment)
from scapy.contrib.igmp import IGMP

KEEP = 300  # octets of a frame that frames.h holds; the rest is payload

A, B = '52:54:00:12:34:56', '02:00:00:00:00:01'
ALL = 'ff:ff:ff:ff:ff:ff'
eth = Ether(dst=B, src=A)


def ip(**fields):
    return eth / bare_ip(**fields)


def bare_ip(**fields):
    return IP(**{'src': '10.0.2.15', 'dst': '10.0.2.2', **fields})


def back(**fields):
    return eth / IP(src='10.0.2.2', dst='10.0.2.15', **fields)


ip6 = IPv6(src='fd00:2::15', dst='fd00:2::2')
query = DNSQR(qname='www.example.org')
answers = (DNSRR(rrname='www.example.org', type='CNAME', rdata='a.example.org') /
           DNSRR(rrname='a.example.org', type='A', rdata='192.0.2.7'))
pieces = fragment(bare_ip(id=9) / UDP(sport=1000, dport=2000) / (b'q' * 2000), fragsize=1400)

FRAMES = {
    'syn_ack': ip() / TCP(sport=40000, dport=80, flags='SA', seq=1, ack=1, window=65535, options=[
        ('MSS', 1460), ('SAckOK', b''), ('Timestamp', (100, 200)), ('NOP', None), ('WScale', 7)]),
    'sack': ip() / TCP(sport=40000, dport=80, flags='A', seq=5, ack=9, window=512, options=[
        ('NOP', None), ('NOP', None), ('SAck', (100, 200, 300, 400))]),
    'data6': eth / ip6 / TCP(sport=40000, dport=80, flags='PA', seq=7, ack=8, window=9) / b'hello',
    'rst': ip() / TCP(sport=1, dport=2, flags='R', seq=7, window=0),
    'urgent': ip() / TCP(sport=1, dport=2, flags='FPAU', seq=7, ack=1, window=1, urgptr=3) / b'abc',
    'no_flags': ip() / TCP(sport=1, dport=2, flags=0, window=1),
    'padded_ce': ip(tos=3) / TCP(sport=1, dport=2, flags='A', window=1) / Padding(b'\0' * 6),
    'dns_query': ip() / UDP(sport=40000, dport=53) / DNS(id=4660, rd=1, qd=DNSQR(qname='x.test', qtype='AAAA')),
    'dns_answer': back() / UDP(sport=53, dport=40000) / DNS(id=4660, qr=1, ra=1, rd=1, qd=query, an=answers),
    'dns_nxdomain': back() / UDP(sport=53, dport=40000) / DNS(id=1, qr=1, rcode=3, qd=DNSQR(qname='x.test')),
    'dhcp': (eth / IP(src='0.0.0.0', dst='255.255.255.255') / UDP(sport=68, dport=67) /
             BOOTP(chaddr=bytes.fromhex('525400123456'), xid=7) / DHCP(options=[('message-type', 'discover'), 'end'])),
    'arp_request': Ether(dst=ALL, src=A) / ARP(op=1, hwsrc=A, psrc='10.0.2.15', pdst='10.0.2.2'),
    'arp_reply': eth / ARP(op=2, hwsrc=A, psrc='10.0.2.15', hwdst=B, pdst='10.0.2.2'),
    'arp_probe': Ether(dst=ALL, src=A) / ARP(op=1, hwsrc=A, psrc='0.0.0.0', pdst='10.0.2.2'),
    'arp_announce': Ether(dst=ALL, src=A) / ARP(op=1, hwsrc=A, psrc='10.0.2.2', pdst='10.0.2.2'),
    'ping': ip() / ICMP(type=8, id=77, seq=3) / (b'x' * 56),
    'port_unreachable': back() / ICMP(type=3, code=3) / bare_ip() / UDP(sport=4000, dport=9) / b'zz',
    'fragmentation_needed': back() / ICMP(type=3, code=4, nexthopmtu=1400) / bytes(
        bare_ip() / TCP(sport=4000, dport=9))[:28],
    'igmp': eth / IP(src='10.0.2.15', dst='224.0.0.251', ttl=1, options=[IPOption_Router_Alert()]) / IGMP(
        type=0x16, gaddr='224.0.0.251'),
    'igmp_query': eth / IP(src='10.0.2.2', dst='224.0.0.1', ttl=1) / IGMP(type=0x11, mrcode=100, gaddr='0.0.0.0'),
    'igmp3_report': eth / IP(src='10.0.2.15', dst='224.0.0.22', ttl=1, proto=2) / bytes.fromhex(
        '2200f9010000000104000000e00000fb'),
    'dns_answer6': eth / ip6 / UDP(sport=53, dport=40000) / DNS(
        id=2, qr=1, tc=1, qd=DNSQR(qname='x.test', qtype='AAAA'), an=DNSRR(rrname='x.test', type='AAAA', rdata='2001:db8::7')),
    'unreachable6': eth / IPv6(src='fd00::1', dst='fd00:2::15') / ICMPv6DestUnreach(code=4) / ip6 / UDP(
        sport=40000, dport=9),
    'neighbor_solicit': eth / IPv6(src='fe80::1', dst='ff02::1:ff00:2', hlim=255) / ICMPv6ND_NS(
        tgt='fe80::2') / ICMPv6NDOptSrcLLAddr(lladdr=A),
    'neighbor_advert': eth / IPv6(src='fe80::2', dst='fe80::1', hlim=255) / ICMPv6ND_NA(
        tgt='fe80::2', R=0, S=1, O=1) / ICMPv6NDOptDstLLAddr(lladdr=A),
    'too_big': eth / IPv6(src='fd00::1', dst='fd00:2::15') / ICMPv6PacketTooBig(mtu=1280) / ip6 / TCP(
        sport=40000, dport=80),
    'ping6': eth / ip6 / ICMPv6EchoRequest(id=1, seq=2, data=b'abcd'),
    'mld2_report': eth / IPv6(src='fe80::1', dst='ff02::16', hlim=1) / IPv6ExtHdrHopByHop(
        options=[RouterAlert()]) / ICMPv6MLReport2(records=[ICMPv6MLDMultAddrRec(dst='ff02::fb', rtype=4)]),
    'first_fragment': eth / pieces[0],
    'last_fragment': eth / pieces[1],
    'last_fragment6': eth / ip6 / IPv6ExtHdrFragment(nh=17, offset=181, m=0, id=99) / (b'w' * 100),
    'vlan': Ether(dst=B, src=A) / Dot1Q(vlan=5) / bare_ip() / UDP(sport=1, dport=2) / b'abc',
    'lldp': Ether(dst='01:80:c2:00:00:0e', src=A, type=0x88cc) / (b'\2\7' + b'\0' * 44),
    'sctp': ip(proto=132) / (b'\0' * 12),
    'unknown_protocol': ip(proto=253) / (b'\0' * 12),
}


def main():
    here = pathlib.Path(__file__).resolve().parent
    corpus = here.parents[2] / 'fuzz' / 'corpus' / 'wire_frame'
    corpus.mkdir(parents=True, exist_ok=True)
    out = ['/* Generated by make_frames.py: the first octets of frames that scapy built. */', '/* clang-format off */']
    for name, frame in FRAMES.items():
        octets = bytes(frame)
        (corpus / name).write_bytes(octets)
        kept = octets[:KEEP]
        out.append(f'static const uint8_t FRAME_{name.upper()}[] = {{')
        out += ['\t' + ' '.join(f'0x{o:02x},' for o in kept[i:i + 16]) for i in range(0, len(kept), 16)]
        out.append('};')
        out.append(f'enum {{ FRAME_{name.upper()}_LEN = {len(octets)} }};')
    out.append('/* clang-format on */')
    (here / 'frames.h').write_text('\n'.join(out) + '\n')


if __name__ == '__main__':
    main()
