/*
 * The load client: so many visitors, each on a kept HTTP connection of its own, each of whom sends its next request when the
 * last is answered, or, with rate=, all together so many requests a second whether the answers come or not (their time then
 * runs from when they were due). Every answer is looked at, and what it acknowledged is kept in a file for do=check.
 *
 *     load port=8080 path=/files ids=b2048 sessions=2000 state=FILE clients=8 do=changed seconds=2 warmup=0.3
 *          [size=2048] [work=5000] [rate=50] [series=1] [pause=1000]
 *
 * With pause=, each visitor waits so many milliseconds after an answer.
 *
 *     do=fill      makes each session once      do=check    reads each session that was changed, and compares
 *     do=changed, unchanged, read (read_and_close), new: for so many seconds, on sessions chosen at random
 *
 * It prints one object of JSON. The page (web/page.php) answers in one line:
 *
 *     ok|warned|failed COUNTER WHEN_IT_HAD_THE_SESSION WHEN_IT_LET_GO SESSION_ID TEXT
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MOST_CLIENTS 256
#define ANSWER 4096
#define GIVES_UP 60e9 /* ns after the end */
#define MOST_NEW 500  /* new sessions of one run that are remembered, for do=check sessions=0 */

typedef struct {
    int fd, busy;
    int64_t due, answered;
    uint32_t session, requests;
    size_t length;
    char in[ANSWER + 1];
} Client;

typedef struct {
    int64_t nanoseconds, had, let_go;
    uint32_t session;
} Request;

typedef struct {
    char id[65];
    uint32_t expected;
} New;

static const char *path = "/", *ids = "b", *what = "changed", *state_file = NULL;
static int port, clients = 1, sessions = 1, size = 100, work = 0, series = 0, pause_ms = 0;
static double seconds = 1, warmup = 0, rate = 0;

static Client client[MOST_CLIENTS];
static Request *done;
static size_t done_count, done_room;
static uint32_t *expected; /* by session: what its counter must be, of all that was acknowledged */
static New *made;
static size_t made_count, made_room;
static uint64_t all, warned, failed, refused, lost, from_nowhere, checked;
static char first_failure[400] = "", first_warning[400] = "";
static int64_t start, measure_from, end;
static uint64_t random_state = 88172645463325252ull;

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000ll + t.tv_nsec;
}

static void die(const char *text) {
    fprintf(stderr, "load: %s: %s\n", text, strerror(errno));
    exit(2);
}

static uint32_t dice(uint32_t sides) {
    random_state ^= random_state << 13, random_state ^= random_state >> 7, random_state ^= random_state << 17;
    return (random_state >> 11) % sides;
}

static void *grown(void *array, size_t *room, size_t count, size_t each) {
    if (count < *room) return array;
    *room = *room ? *room * 2 : 4096;
    array = realloc(array, *room * each);
    return array ? array : (die("memory"), NULL);
}

static void dial(int epoll, Client *c) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int one = 1;
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&to, sizeof to)) die("connect");
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &event)) die("epoll");
}

static void ask(Client *c, int64_t due) {
    char out[1024], cookie[200] = "";
    int is_new = !strcmp(what, "new");
    if (!strcmp(what, "check") && made_count)
        snprintf(cookie, sizeof cookie, "Cookie: PHPSESSID=%s\r\n", made[c->session].id);
    else if (!is_new)
        snprintf(cookie, sizeof cookie, "Cookie: PHPSESSID=%s-%08u\r\n", ids, c->session);
    int length = snprintf(out, sizeof out, "GET %s?do=%s&size=%d&work=%d HTTP/1.1\r\nHost: bench\r\n%s\r\n", path,
                          !strcmp(what, "check") ? "read" : what, size, work, cookie);
    c->busy = 1, c->length = 0, c->due = due;
    if (write(c->fd, out, length) != length) die("send");
}

static void keep(char *to, size_t room, const char *text) {
    if (*to) return;
    snprintf(to, room, "%s", text);
    for (char *at = to; *at; at++)
        if (*at == '"' || *at == '\\' || (unsigned char)*at < ' ') *at = '\'';
}

/* The whole answer is here: what did it say? */
static void judge(Client *c, int status, char *body) {
    char word[16] = "", id[65] = "-";
    long long n = -1, had = 0, let_go = 0;
    int text = 0;
    int64_t ended = now();
    all++, c->busy = 0, c->answered = ended;
    if (status != 200 || sscanf(body, "%15s %lld %lld %lld %64s %n", word, &n, &had, &let_go, id, &text) < 5 || !strcmp(word, "failed")) {
        failed++;
        if (status == 200 && !strcmp(word, "failed")) refused++;
        keep(first_failure, sizeof first_failure, text ? body + text : body);
        return;
    }
    if (!strcmp(word, "warned")) warned++, keep(first_warning, sizeof first_warning, body + text);
    if (!strcmp(what, "check")) {
        uint32_t must = made_count ? made[c->session].expected : expected[c->session];
        checked++;
        if (n < must) lost += must - n;
        if (n > must) from_nowhere += n - must;
        return;
    }
    if (!strcmp(what, "new")) {
        made = grown(made, &made_room, made_count, sizeof *made);
        snprintf(made[made_count].id, sizeof made->id, "%s", id);
        made[made_count++].expected = 1;
    }
    if (!strcmp(what, "changed")) expected[c->session]++;
    if (!strcmp(what, "fill")) expected[c->session] = 0;
    if (c->due >= measure_from) {
        done = grown(done, &done_room, done_count, sizeof *done);
        done[done_count++] = (Request){ended - c->due, had, let_go, c->session};
        c->requests++;
    }
}

static void hear(int epoll, Client *c) {
    ssize_t got = read(c->fd, c->in + c->length, ANSWER - c->length);
    if (got <= 0) {
        close(c->fd);
        if (c->busy) judge(c, 0, "the connection was closed");
        dial(epoll, c);
        return;
    }
    c->length += got;
    c->in[c->length] = 0;
    char *body = strstr(c->in, "\r\n\r\n"), *length = strcasestr(c->in, "\r\nContent-Length:");
    if (!body) return;
    if (!length || length > body) {
        close(c->fd);
        judge(c, 0, "an answer without its length");
        dial(epoll, c);
    } else if (c->length >= (size_t)(body + 4 - c->in) + atol(length + 17)) {
        judge(c, atoi(c->in + 9), body + 4);
    } else if (c->length == ANSWER) {
        die("an answer is too long");
    }
}

static int by_time(const void *a, const void *b) {
    int64_t x = ((const Request *)a)->nanoseconds, y = ((const Request *)b)->nanoseconds;
    return x < y ? -1 : x > y;
}

static int by_session(const void *a, const void *b) {
    const Request *x = a, *y = b;
    if (x->session != y->session) return x->session < y->session ? -1 : 1;
    return x->had < y->had ? -1 : x->had > y->had;
}

/* Two requests that had one session at the same time: one of them had no lock. */
static uint64_t overlaps(void) {
    uint64_t count = 0;
    qsort(done, done_count, sizeof *done, by_session);
    int64_t until = 0;
    for (size_t i = 0; i < done_count; i++) {
        if (i && done[i].session == done[i - 1].session && done[i].had < until) count++;
        if (!i || done[i].session != done[i - 1].session || done[i].let_go > until) until = done[i].let_go;
    }
    return count;
}

static double percentile(double share) {
    return done_count ? done[(size_t)(share * (done_count - 1))].nanoseconds / 1e3 : 0;
}

static void load_state(void) {
    expected = calloc(sessions, sizeof *expected);
    FILE *file = state_file ? fopen(state_file, "rb") : NULL;
    if (!file) return;
    if (!strcmp(what, "check") && !sessions) {
        for (New it; fread(&it, sizeof it, 1, file) == 1;) {
            made = grown(made, &made_room, made_count, sizeof *made);
            made[made_count++] = it;
        }
    } else if (fread(expected, sizeof *expected, sessions, file) != (size_t)sessions) {
        die("the state is short");
    }
    fclose(file);
}

static void save_state(void) {
    int is_new = !strcmp(what, "new");
    FILE *file = state_file ? fopen(state_file, is_new ? "ab" : "wb") : NULL;
    if (!file) return;
    size_t count = is_new ? (made_count < MOST_NEW ? made_count : MOST_NEW) : (size_t)sessions;
    if (fwrite(is_new ? (void *)made : expected, is_new ? sizeof *made : sizeof *expected, count, file) != count) die("state");
    fclose(file);
}

int main(int count, char **argument) {
    for (int i = 1; i < count; i++) {
        char *value = strchr(argument[i], '=');
        if (!value) return 2;
        *value++ = 0;
#define IS(key) !strcmp(argument[i], key)
        if (IS("port")) port = atoi(value);
        else if (IS("path")) path = value;
        else if (IS("ids")) ids = value;
        else if (IS("do")) what = value;
        else if (IS("state")) state_file = value;
        else if (IS("clients")) clients = atoi(value);
        else if (IS("sessions")) sessions = atoi(value);
        else if (IS("size")) size = atoi(value);
        else if (IS("work")) work = atoi(value);
        else if (IS("pause")) pause_ms = atoi(value);
        else if (IS("series")) series = atoi(value);
        else if (IS("seconds")) seconds = atof(value);
        else if (IS("warmup")) warmup = atof(value);
        else if (IS("rate")) rate = atof(value);
        else if (IS("seed")) random_state ^= strtoull(value, NULL, 10) * 2654435761ull;
        else return 2;
    }
    if (clients > MOST_CLIENTS) return 2;
    int once = !strcmp(what, "fill") || !strcmp(what, "check");
    load_state();
    uint32_t next = 0, total = made_count ? made_count : (size_t)sessions;
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    for (int i = 0; i < clients; i++) dial(epoll, &client[i]);
    start = now(), measure_from = start + warmup * 1e9, end = measure_from + seconds * 1e9;
    uint64_t sent = 0;
    for (int busy = 1; busy;) {
        int64_t at = now(), wait = 100000000;
        int more = once ? next < total : at < end;
        if (at > end + GIVES_UP && !once) break;
        busy = more;
        for (int i = 0; i < clients; i++) {
            Client *c = &client[i];
            if (c->busy) { busy = 1; continue; }
            if (!more) continue;
            int64_t due = at, rested = c->answered ? c->answered + pause_ms * 1000000ll : 0;
            if (rested > at) { wait = rested - at < wait ? rested - at : wait; continue; }
            if (rate > 0) {
                due = start + sent / rate * 1e9;
                if (due > at) { wait = due - at < wait ? due - at : wait; continue; }
            }
            if (once) {
                if (!strcmp(what, "check") && !made_count) while (next < total && !expected[next]) next++;
                if (next >= total) { more = 0; continue; }
                c->session = next++;
            } else {
                c->session = sessions > 1 ? dice(sessions) : 0;
            }
            sent++, ask(c, due), busy = 1;
        }
        struct epoll_event event[MOST_CLIENTS];
        struct timespec limit = {0, wait};
        int ready = epoll_pwait2(epoll, event, MOST_CLIENTS, &limit, NULL);
        for (int i = 0; i < ready; i++) hear(epoll, event[i].data.ptr);
    }
    int64_t stopped = now();
    for (int i = 0; i < clients; i++) if (client[i].busy) all++, failed++, keep(first_failure, sizeof first_failure, "no answer within a minute");
    if (!once || !strcmp(what, "fill")) save_state();

    int locks = !strcmp(what, "changed") || !strcmp(what, "unchanged");
    uint64_t together = locks ? overlaps() : 0;
    qsort(done, done_count, sizeof *done, by_time);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    double cpu = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    double took = once ? (stopped - start) / 1e9 : seconds;
    printf("{\"requests\":%zu,\"all\":%llu,\"seconds\":%.3f,\"rps\":%.2f,\"p50\":%.1f,\"p90\":%.1f,\"p99\":%.1f,\"max\":%.1f,", done_count,
           (unsigned long long)all, took, done_count / took, percentile(.5), percentile(.9), percentile(.99), percentile(1));
    printf("\"failed\":%llu,\"refused\":%llu,\"warned\":%llu,\"unlocked\":%llu,\"checked\":%llu,\"lost\":%llu,\"nowhere\":%llu,\"cpu\":%.4f,",
           (unsigned long long)failed, (unsigned long long)refused, (unsigned long long)warned, (unsigned long long)together,
           (unsigned long long)checked, (unsigned long long)lost, (unsigned long long)from_nowhere, cpu);
    printf("\"failure\":\"%s\",\"warning\":\"%s\",\"clients\":[", first_failure, first_warning);
    for (int i = 0; i < clients; i++) printf("%s%u", i ? "," : "", client[i].requests);
    printf("]");
    if (series) { /* every time, in microseconds */
        printf(",\"series\":[");
        for (size_t i = 0; i < done_count; i++) printf("%s%.0f", i ? "," : "", done[i].nanoseconds / 1e3);
        printf("]");
    }
    printf("}\n");
    return 0;
}
