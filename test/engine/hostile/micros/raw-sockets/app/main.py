import socket

from attempt import serve, try_all


def make(family, kind, protocol=0):
    return lambda: socket.socket(family, kind, protocol).close()


def attack():
    return try_all(
        {
            "packet": make(17, socket.SOCK_RAW, 0x0300),
            "packet cooked": make(17, socket.SOCK_DGRAM, 0x0300),
            "raw icmp": make(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP),
            "raw tcp": make(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP),
            "raw ipv6": make(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6),
            "vsock": make(40, socket.SOCK_STREAM),
            "alg": make(38, socket.SOCK_SEQPACKET),
            "bluetooth": make(31, socket.SOCK_RAW, 1),
            "can": make(29, socket.SOCK_RAW, 1),
            "xdp": make(44, socket.SOCK_RAW),
            "netfilter": make(16, socket.SOCK_RAW, 12),
            "audit": make(16, socket.SOCK_RAW, 9),
            "kernel events": make(16, socket.SOCK_RAW, 15),
            "tcp": make(socket.AF_INET, socket.SOCK_STREAM),
        }
    )


app = serve({"attack": attack})
