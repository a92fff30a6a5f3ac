/*
 * The floor: sends to MariaDB the packets that rustsql sends, as recorder.php has written them down, waits for each answer, and
 * does nothing else. What rustsql takes longer is its own and PHP's.
 *
 *     raw fresh|kept SOCKET PASSWORD RECORD      each line N on stdin: N sessions; prints the median in microseconds
 *
 * A line of the record is a session: its packets in hexadecimal, with blanks between them. Fresh, the first is the login. Kept,
 * the login and the statements to prepare are a line of their own before all others. Each write names the version that it
 * found and the one that it leaves; here as there, it is the next one each time, and the counter in the data is another: a
 * server does not write what stays the same.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define MOST_PACKETS 16
enum { COM_QUIT = 1, COM_QUERY = 3, COM_STMT_PREPARE = 0x16, COM_STMT_EXECUTE = 0x17 };
#define MARK_BITS 19 /* src/store/version.rs */

typedef struct {
    size_t length;
    unsigned char *bytes;
    int writes;
    char *from, *to; /* the versions, as digits or as eight bytes */
    int from_digits, to_digits;
    char *counter; /* a digit of it */
} Packet;

typedef struct {
    int count;
    Packet packet[MOST_PACKETS];
    unsigned long long version;
} Session;

static int fd, kept;
static const char *path, *password;
static unsigned char in[1 << 20];
static size_t in_length, in_at;

static void die(const char *text) {
    fprintf(stderr, "raw: %s (%s)\n", text, strerror(errno));
    exit(1);
}

static uint32_t turned(uint32_t x, int by) { return x << by | x >> (32 - by); }

/* For messages shorter than 56 bytes. */
static void sha1(const unsigned char *message, size_t length, unsigned char *digest) {
    uint32_t h[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0}, w[80];
    unsigned char block[64] = {0};
    memcpy(block, message, length);
    block[length] = 0x80, block[62] = length * 8 >> 8, block[63] = length * 8;
    for (int i = 0; i < 16; i++) w[i] = (uint32_t)block[4 * i] << 24 | block[4 * i + 1] << 16 | block[4 * i + 2] << 8 | block[4 * i + 3];
    for (int i = 16; i < 80; i++) w[i] = turned(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
    uint32_t a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];
    for (int i = 0; i < 80; i++) {
        uint32_t f = i < 20 ? (b & c) | (~b & d) : i < 40 ? b ^ c ^ d : i < 60 ? (b & c) | (b & d) | (c & d) : b ^ c ^ d;
        uint32_t k = i < 20 ? 0x5a827999 : i < 40 ? 0x6ed9eba1 : i < 60 ? 0x8f1bbcdc : 0xca62c1d6;
        uint32_t next = turned(a, 5) + f + e + k + w[i];
        e = d, d = c, c = turned(b, 30), b = a, a = next;
    }
    h[0] += a, h[1] += b, h[2] += c, h[3] += d, h[4] += e;
    for (int i = 0; i < 20; i++) digest[i] = h[i / 4] >> (24 - 8 * (i % 4));
}

static unsigned char *next_packet(size_t *length) {
    for (;;) {
        size_t have = in_length - in_at;
        unsigned char *p = in + in_at;
        if (have >= 4) {
            *length = p[0] | p[1] << 8 | p[2] << 16;
            if (have >= 4 + *length) return in_at += 4 + *length, p + 4;
        }
        if (in_at == in_length) in_at = in_length = 0;
        if (in_length == sizeof in) die("an answer is too long");
        struct pollfd wait = {.fd = fd, .events = POLLIN}; /* see src/db/socket.rs */
        if (poll(&wait, 1, 60000) != 1) die("no answer");
        ssize_t got = recv(fd, in + in_length, sizeof in - in_length, 0);
        if (got <= 0) die("the server hung up");
        in_length += got;
    }
}

static void put(const unsigned char *bytes, size_t length) {
    for (ssize_t sent; length; bytes += sent, length -= sent)
        if ((sent = send(fd, bytes, length, MSG_NOSIGNAL)) <= 0) die("send");
}

/* All results of one packet; how many rows the first changed. */
static int answers(void) {
    int changed = -1;
    for (int more = 1; more;) {
        size_t length;
        unsigned char *p = next_packet(&length);
        if (p[0] == 0xff) fprintf(stderr, "%.*s\n", (int)length - 3, p + 3), die("the server refused a packet");
        if (p[0] == 0) {
            if (p[1] >= 0xfb || p[2] >= 0xfb) die("an answer that is not understood");
            if (changed < 0) changed = p[1];
            more = (p[3] | p[4] << 8) & 8;
            continue;
        }
        for (int ends = 0; ends < 2;) { /* one after the columns, one after the rows */
            p = next_packet(&length);
            if (p[0] == 0xff) fprintf(stderr, "%.*s\n", (int)length - 3, p + 3), die("the server refused a packet");
            if (p[0] == 0xfe && length < 9) ends++, more = (p[3] | p[4] << 8) & 8;
        }
    }
    return changed;
}

static unsigned char numbers[MOST_PACKETS][4]; /* of the prepared statements, as the server counts them; the record says 1, 2, ... */
static int known_numbers;

/* Of a statement to prepare: its number, and what describes its parameters and columns. */
static void prepared(void) {
    size_t length;
    unsigned char *p = next_packet(&length);
    if (p[0] != 0) die("a statement cannot be prepared");
    memcpy(numbers[known_numbers++], p + 1, 4);
    int ends = !!(p[5] | p[6]) + !!(p[7] | p[8]);
    while (ends) {
        p = next_packet(&length);
        if (p[0] == 0xfe && length < 9) ends--;
    }
}

static void login(Packet *recorded) {
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    snprintf(to.sun_path, sizeof to.sun_path, "%s", path);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to)) die("connect");
    in_at = in_length = 0;
    size_t length;
    unsigned char *p = next_packet(&length), salted[40], once[20], twice[20], mixed[20];
    p += 1 + strlen((char *)p + 1) + 1 + 4;
    memcpy(salted, p, 8), memcpy(salted + 8, p + 8 + 19, 12);
    sha1((const unsigned char *)password, strlen(password), once);
    sha1(once, 20, twice);
    memcpy(salted + 20, twice, 20);
    sha1(salted, 40, mixed);
    unsigned char *b = recorded->bytes;
    b[4 + 3] &= ~1; /* CLIENT_DEPRECATE_EOF: this program wants all packets of an answer */
    if (!(b[4] & 1)) memset(b + 4 + 28, 0, 4); /* MariaDB's own flags, among them that it may leave out the columns */
    unsigned char *scramble = b + 4 + 32 + strlen((char *)b + 36) + 1;
    if (*scramble++ != 20) die("a login without mysql_native_password");
    for (int i = 0; i < 20; i++) scramble[i] = once[i] ^ mixed[i];
    put(b, recorded->length);
    p = next_packet(&length);
    if (p[0] != 0) die("the login was refused");
}

static int prepares, update = -1;
static char *update_text;
static size_t statement_length;

static void parse(Session *session, char *line) {
    for (char *hex = strtok(line, " \n"); hex; hex = strtok(NULL, " \n")) {
        if (session->count == MOST_PACKETS) die("too many packets");
        Packet *p = &session->packet[session->count++];
        p->length = strlen(hex) / 2, p->bytes = calloc(1, p->length + 1);
        for (size_t i = 0; i < p->length; i++) sscanf(hex + 2 * i, "%2hhx", &p->bytes[i]);
        if (p->length < 6) continue;
        unsigned char *text = p->bytes + 5;
        if (p->bytes[4] == COM_STMT_PREPARE) {
            if (!memcmp(text, "UPDATE", 6))
                update = prepares, update_text = (char *)text, statement_length = p->length - 5;
            prepares++;
        } else if (p->bytes[4] == COM_STMT_EXECUTE) {
            int number = text[0] - 1;
            if (number < 0 || number >= known_numbers) die("a statement that nobody prepared");
            memcpy(text, numbers[number], 4);
            if (number != update) continue;
            /* Its first value is the version that it leaves, its last the one that it found. */
            int values = 0;
            for (size_t i = 0; i < statement_length; i++) values += update_text[i] == '?';
            p->writes = 1;
            p->to = (char *)text + 4 + 1 + 4 + (values + 7) / 8 + 1 + 2 * values;
            p->from = (char *)p->bytes + p->length - 8;
            memcpy(&session->version, p->to, 8);
        } else if (p->bytes[4] == COM_QUERY && !memcmp(text, "UPDATE", 6)) {
            p->writes = 1;
            char *at = strstr((char *)text, "version=");
            if (!at) die("a write without versions");
            p->to = at + 8, p->to_digits = strspn(p->to, "0123456789");
            /* Behind the data, which may hold anything but this. */
            char *where = memmem(text, p->length - 5, " AND version=", 13);
            if (!where) die("a write that is not fenced");
            p->from = where + 13, p->from_digits = strspn(p->from, "0123456789");
            session->version = strtoull(p->to, NULL, 10);
        }
        if (!p->writes) continue;
        p->counter = memmem(text, p->length - 5, "n|i:", 4);
        if (!p->counter) die("a write without a counter");
        p->counter += 4;
    }
}

static void number(char *to, int digits, unsigned long long value) {
    char text[32];
    if (!digits) {
        memcpy(to, &value, 8);
        return;
    }
    if (snprintf(text, sizeof text, "%0*llu", digits, value) != digits) die("a version has grown");
    memcpy(to, text, digits);
}

static void run(Session *session) {
    if (!kept) login(&session->packet[0]);
    for (int i = !kept; i < session->count; i++) {
        Packet *p = &session->packet[i];
        if (p->writes) {
            number(p->from, p->from_digits, session->version);
            number(p->to, p->to_digits, session->version += 1ull << MARK_BITS);
            *p->counter = *p->counter == '9' ? '0' : *p->counter + 1;
        }
        put(p->bytes, p->length);
        if (p->bytes[4] == COM_QUIT) break; /* nobody answers */
        int changed = answers();
        if (p->writes && changed != 1) die("a write changed nothing");
    }
    if (!kept) close(fd);
}

static int by_value(const void *a, const void *b) { return *(double *)a < *(double *)b ? -1 : *(double *)a > *(double *)b; }

int main(int count, char **argument) {
    if (count != 5) return 2;
    kept = !strcmp(argument[1], "kept"), path = argument[2], password = argument[3];
    FILE *file = fopen(argument[4], "r");
    if (!file) die(argument[4]);
    Session *sessions = NULL;
    size_t known = 0, room = 0;
    char *line = NULL;
    Session setup = {0};
    if (kept && getline(&line, &room, file) > 0) {
        parse(&setup, line);
        login(&setup.packet[0]);
        for (int i = 1; i < setup.count; i++) {
            put(setup.packet[i].bytes, setup.packet[i].length);
            if (setup.packet[i].bytes[4] == COM_STMT_PREPARE) prepared();
            else answers();
        }
    }
    while (getline(&line, &room, file) > 0) {
        sessions = realloc(sessions, (known + 1) * sizeof *sessions);
        sessions[known] = (Session){0};
        parse(&sessions[known++], line);
    }
    if (!known) die("an empty record");
    size_t next = 0;
    for (int n; scanf("%d", &n) == 1;) {
        double *took = calloc(n, sizeof *took);
        for (int i = 0; i < n; i++, next = (next + 7) % known) {
            struct timespec from, to;
            clock_gettime(CLOCK_MONOTONIC, &from);
            run(&sessions[next]);
            clock_gettime(CLOCK_MONOTONIC, &to);
            took[i] = (to.tv_sec - from.tv_sec) * 1e6 + (to.tv_nsec - from.tv_nsec) / 1e3;
        }
        qsort(took, n, sizeof *took, by_value);
        printf("%.2f\n", took[n / 2]);
        fflush(stdout);
        free(took);
    }
    return 0;
}
