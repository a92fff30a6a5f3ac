/*
 * Delays IP packets, for kernels without netem. A client that connects to 10.98.N.2 reaches the server on 10.98.N.1 of this
 * machine, and every packet between them is delayed in both directions, also while they connect.
 *
 *     delay N MICROSECONDS        runs until it is killed; prints a line when the interface delayN exists
 *
 * The interface is a TUN device. The program reads a packet, exchanges its source and destination address, and writes it back
 * after the delay: a packet from 10.98.N.1 to 10.98.N.2 so becomes one from 10.98.N.2 to 10.98.N.1, and so does its answer.
 * The checksums stay valid, because they are sums over both addresses.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#define WAITING 4096 /* the most packets that wait; further ones are dropped */
#define LARGEST 1600

static struct packet {
    int64_t due;
    ssize_t length;
    unsigned char bytes[LARGEST];
} ring[WAITING];

static int64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    int64_t delay = atoll(argv[2]) * 1000;
    struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
    snprintf(request.ifr_name, sizeof request.ifr_name, "delay%d", atoi(argv[1]));
    int tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
    if (tun < 0 || ioctl(tun, TUNSETIFF, &request) < 0) {
        perror("/dev/net/tun");
        return 1;
    }
    /* By default the kernel wakes a process up to 50 microseconds late. */
    prctl(PR_SET_TIMERSLACK, 1);
    puts("ready");
    fflush(stdout);

    unsigned first = 0, last = 0;
    for (;;) {
        int64_t left = first == last ? -1 : ring[first % WAITING].due - now();
        struct timespec wait = {left / 1000000000, left % 1000000000};
        struct pollfd at = {.fd = tun, .events = POLLIN};
        if (first == last || left > 0)
            ppoll(&at, 1, first == last ? NULL : &wait, NULL);
        for (;;) {
            struct packet lost, *p = last - first < WAITING ? &ring[last % WAITING] : &lost;
            p->length = read(tun, p->bytes, LARGEST);
            if (p->length <= 0)
                break;
            if (p == &lost || p->length < 20 || p->bytes[0] >> 4 != 4)
                continue;
            unsigned char source[4];
            memcpy(source, p->bytes + 12, 4);
            memcpy(p->bytes + 12, p->bytes + 16, 4);
            memcpy(p->bytes + 16, source, 4);
            p->due = now() + delay;
            last++;
        }
        while (first != last && ring[first % WAITING].due <= now()) {
            struct packet *p = &ring[first % WAITING];
            if (write(tun, p->bytes, p->length) != p->length)
                perror("a packet is lost");
            first++;
        }
    }
}
