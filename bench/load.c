/*
 * load: the traffic for comparing proxies. One program is the origin server and the clients, so that every
 * proxy carries exactly the same.
 *
 *   load origin PORT
 *   load down|up|echo|open|idle|stall-down|stall-up VIA ORIGIN CONNECTIONS BYTES SECONDS
 *
 * VIA is where the clients connect to: "connect:ADDRESS:PORT" is a proxy that is asked with CONNECT,
 * "plain:ADDRESS:PORT" a forwarder of its own target, "direct" the origin itself. ORIGIN is ADDRESS:PORT.
 *   down, up   each connection streams as fast as it can, until the time is over (BYTES is of no meaning)
 *   echo       each connection sends BYTES (at most 16 KiB, which any socket takes at once), waits until they are back,
 *              and goes on
 *   open       each connection does that once, and is then reset and replaced by a new one
 *   idle       each connection does that once, and then stays
 *   stall-down each connection is offered a stream without end and reads nothing of it
 *   stall-up   each connection offers a stream without end to an origin that reads nothing of it
 *
 * The last three end when every connection is open and, for streams, nothing has moved for a second; SECONDS is the
 * longest that may take. They print their result, hold the connections until standard input ends, then print how many of
 * them were lost meanwhile, and reset the others.
 *
 * Prints one JSON object: bytes and seconds, operations, failures (connections that failed or never carried anything), how
 * many are held, and the times of an operation in microseconds.
 * Linux, IPv4, one thread.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BUFFER = 256 * 1024, EVENTS = 512, MOST_SAMPLES = 8 * 1000 * 1000, WAVE = 256, MOST_MESSAGE_BYTES = 16 * 1024 };

static char buffer[BUFFER];

static void die(const char *what) {
  perror(what);
  exit(1);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static void watch(int poll, int socket, void *data, uint32_t events, int operation) {
  struct epoll_event event = {.events = events, .data.ptr = data};
  if (epoll_ctl(poll, operation, socket, &event) < 0) die("epoll_ctl");
}

static int new_socket(void) {
  int s = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;
  if (s < 0) die("socket");
  setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return s;
}

/* ---- The origin: the first byte of a connection says what it does with the rest. */

typedef struct {
  int socket;
  char task;    /* 0 before the first byte; 'D' sends, 'U' discards, 'E' echoes, 'S' reads no more, 'Q' tells `streamed` */
  char *unsent; /* what an echo could not write yet */
  int unsent_bytes;
} Served;

static uint64_t streamed; /* bytes that were written to all that asked for a stream */

static void end_served(Served *s) {
  close(s->socket);
  free(s->unsent);
  free(s);
}

/* Sends what is left of an echo. False: the connection is over. */
static bool flush_echo(int poll, Served *s) {
  ssize_t n = write(s->socket, s->unsent, s->unsent_bytes);
  if (n < 0) return errno == EAGAIN;
  s->unsent_bytes -= n;
  memmove(s->unsent, s->unsent + n, s->unsent_bytes);
  if (s->unsent_bytes == 0) watch(poll, s->socket, s, EPOLLIN, EPOLL_CTL_MOD);
  return true;
}

static bool echo(int poll, Served *s, const char *bytes, int length) {
  ssize_t n = write(s->socket, bytes, length);
  if (n < 0 && errno != EAGAIN) return false;
  if (n < 0) n = 0;
  if (n < length) {
    if (!s->unsent) s->unsent = malloc(BUFFER);
    memcpy(s->unsent, bytes + n, length - n);
    s->unsent_bytes = length - n;
    watch(poll, s->socket, s, EPOLLOUT, EPOLL_CTL_MOD);
  }
  return true;
}

static bool stream(Served *s) {
  ssize_t n = write(s->socket, buffer, BUFFER);
  if (n > 0) streamed += n;
  return n > 0 || errno == EAGAIN;
}

static bool begin_task(int poll, Served *s, char task) {
  s->task = task;
  if (task == 'D') watch(poll, s->socket, s, EPOLLOUT, EPOLL_CTL_MOD);
  if (task == 'S') watch(poll, s->socket, s, 0, EPOLL_CTL_MOD);
  return task != 'Q' || write(s->socket, &streamed, sizeof streamed) == sizeof streamed;
}

static bool serve(int poll, Served *s) {
  if (s->unsent_bytes) return flush_echo(poll, s);
  if (s->task == 'D') return stream(s);
  if (s->task == 'S') return false; /* nothing is watched, so it is an error or a reset */
  ssize_t n = read(s->socket, buffer, BUFFER);
  if (n <= 0) return n < 0 && errno == EAGAIN;
  int start = 0;
  if (!s->task && !begin_task(poll, s, buffer[start++])) return false;
  return s->task != 'E' || n == start || echo(poll, s, buffer + start, n - start);
}

static void accept_some(int poll, int listener) {
  int on = 1;
  for (int i = 0; i < WAVE; i++) {
    int accepted = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (accepted < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM)) die("accept");
    if (accepted < 0) return;
    setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    Served *s = calloc(1, sizeof *s);
    s->socket = accepted;
    watch(poll, accepted, s, EPOLLIN, EPOLL_CTL_ADD);
  }
}

static void run_origin(int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int listener = new_socket(), on = 1, poll = epoll_create1(EPOLL_CLOEXEC);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(listener, (void *)&address, sizeof address) < 0) die("bind");
  if (listen(listener, 4096) < 0) die("listen");
  watch(poll, listener, NULL, EPOLLIN, EPOLL_CTL_ADD);
  for (struct epoll_event events[EVENTS];;) {
    int ready = epoll_wait(poll, events, EVENTS, -1);
    for (int i = 0; i < ready; i++) {
      Served *s = events[i].data.ptr;
      if (s) {
        if (!serve(poll, s)) end_served(s);
        continue;
      }
      accept_some(poll, listener);
    }
  }
}

/* ---- The clients. */

typedef struct {
  int socket;
  enum { CONNECTING, ASKING, RUNNING, HELD } step;
  bool used; /* an operation was done, a byte was streamed */
  char head[1024]; /* the proxy's answer so far */
  int head_bytes;
  int back; /* bytes of the current echo that are back */
  double began;
} Client;

static int poller, message_bytes;
static bool asks, opens, holds, streams_up, streams_down;
static struct sockaddr_in via;
static const char *origin;
static double deadline;
static uint64_t bytes, operations, failures;
static float *samples;
static size_t sample_count;
static unsigned connected;

static struct sockaddr_in parse_address(const char *text) {
  struct sockaddr_in address = {.sin_family = AF_INET};
  char host[64];
  const char *colon = strrchr(text, ':');
  if (!colon) die("address");
  snprintf(host, sizeof host, "%.*s", (int)(colon - text), text);
  address.sin_port = htons(atoi(colon + 1));
  if (inet_pton(AF_INET, host, &address.sin_addr) != 1) die("address");
  return address;
}

static void begin(Client *c) {
  int on = 1;
  struct linger reset = {1, 0};
  c->socket = new_socket();
  c->step = CONNECTING;
  c->head_bytes = c->back = 0;
  c->began = now();
  if (opens || holds) { /* without TIME_WAIT, and from many addresses, so that ports last */
    struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000002 + connected++ / 20000 % 200)};
    setsockopt(c->socket, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    setsockopt(c->socket, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    if (bind(c->socket, (void *)&from, sizeof from) < 0) die("bind");
  }
  if (connect(c->socket, (void *)&via, sizeof via) < 0 && errno != EINPROGRESS) die("connect");
  watch(poller, c->socket, c, EPOLLOUT, EPOLL_CTL_ADD);
}

static void again(Client *c, bool failed) {
  failures += failed;
  close(c->socket);
  begin(c);
}

static void send_message(Client *c, bool first) {
  int start = first ? 0 : 1; /* the first byte is the origin's task */
  buffer[0] = 'E';
  c->back = 0;
  if (!opens) c->began = now();
  int length = message_bytes + 1 - start;
  if (write(c->socket, buffer + start, length) != length) again(c, true);
}

static void hold(Client *c) {
  c->step = HELD;
  c->used = true;
  watch(poller, c->socket, c, 0, EPOLL_CTL_MOD);
}

static void run(Client *c) {
  c->step = RUNNING;
  char task = streams_down ? 'D' : holds ? 'S' : 'U';
  watch(poller, c->socket, c, streams_up ? EPOLLOUT : EPOLLIN, EPOLL_CTL_MOD);
  if (!streams_down && !streams_up) return send_message(c, true);
  if (write(c->socket, &task, 1) != 1) return again(c, true);
  if (streams_down && holds) hold(c);
}

static void ask(Client *c) {
  int error = 0;
  socklen_t length = sizeof error;
  getsockopt(c->socket, SOL_SOCKET, SO_ERROR, &error, &length);
  if (error) return again(c, true);
  if (!asks) return run(c);
  char request[256];
  int n = snprintf(request, sizeof request, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n\r\n", origin, origin);
  if (write(c->socket, request, n) != n) return again(c, true);
  c->step = ASKING;
  watch(poller, c->socket, c, EPOLLIN, EPOLL_CTL_MOD);
}

/* The origin says nothing of its own, so what comes before the task is sent is the proxy's answer alone. */
static void hear_answer(Client *c) {
  ssize_t n = read(c->socket, c->head + c->head_bytes, sizeof c->head - 1 - c->head_bytes);
  if (n < 0 && errno == EAGAIN) return;
  if (n <= 0) return again(c, true);
  c->head_bytes += n;
  c->head[c->head_bytes] = 0;
  if (!strstr(c->head, "\r\n\r\n")) return;
  if (strncmp(c->head + 8, " 200", 4) != 0) return again(c, true);
  run(c);
}

static void hear_echo(Client *c, int n) {
  c->back += n;
  if (c->back < message_bytes) return;
  if (c->back > message_bytes) return again(c, true);
  operations++;
  if (sample_count < MOST_SAMPLES) samples[sample_count++] = (now() - c->began) * 1e6;
  if (holds) hold(c);
  else if (opens) again(c, false);
  else send_message(c, false);
}

static void act(Client *c) {
  if (c->step == HELD) return again(c, true); /* nothing is watched, so it is an error or a reset */
  if (c->step == CONNECTING) return ask(c);
  if (c->step == ASKING) return hear_answer(c);
  ssize_t n = streams_up ? write(c->socket, buffer, BUFFER) : read(c->socket, buffer, BUFFER);
  if (n < 0 && errno == EAGAIN) return;
  if (n <= 0) return again(c, true);
  bytes += n;
  c->used = true;
  if (!streams_up && !streams_down) hear_echo(c, n);
}

static int by_size(const void *a, const void *b) {
  float x = *(const float *)a, y = *(const float *)b;
  return (x > y) - (x < y);
}

static double percentile(double part) { return samples[(size_t)(sample_count * part)]; }

static void print_result(double seconds, int held) {
  qsort(samples, sample_count, sizeof *samples, by_size);
  printf("{\"bytes\":%llu,\"seconds\":%.3f,\"operations\":%llu,\"failures\":%llu", (unsigned long long)bytes, seconds,
         (unsigned long long)operations, (unsigned long long)failures);
  if (holds) printf(",\"held\":%d", held);
  if (sample_count)
    printf(",\"p50_us\":%.1f,\"p99_us\":%.1f,\"p999_us\":%.1f", percentile(0.5), percentile(0.99), percentile(0.999));
  printf("}\n");
  fflush(stdout);
}

static void act_on_events(int milliseconds) {
  struct epoll_event events[EVENTS];
  int ready = epoll_wait(poller, events, EVENTS, milliseconds);
  for (int i = 0; i < ready; i++) act(events[i].data.ptr);
}

static void run_clients(Client *clients, int count) {
  for (int i = 0; i < count; i++) begin(&clients[i]);
  while (now() < deadline) act_on_events(100);
  for (int i = 0; i < count; i++) failures += !clients[i].used;
}

/* ---- Connections that stay. */

/* What the origin has streamed so far, asked past the proxy. */
static uint64_t streamed_by_origin(void) {
  struct sockaddr_in address = parse_address(origin);
  uint64_t total = 0;
  int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect(s, (void *)&address, sizeof address) < 0 || write(s, "Q", 1) != 1 ||
      recv(s, &total, sizeof total, MSG_WAITALL) != sizeof total)
    die("the origin's count");
  close(s);
  return total;
}

static int settled(const Client *clients, int count) {
  int n = 0;
  for (int i = 0; i < count; i++) n += clients[i].step == HELD || (streams_up && clients[i].step == RUNNING);
  return n;
}

/* Opens them in waves, so that no backlog overflows. */
static void open_all(Client *clients, int count) {
  for (int begun = 0, open = 0; open < count && now() < deadline; open = settled(clients, begun)) {
    while (begun < count && begun < open + WAVE) begin(&clients[begun++]);
    act_on_events(100);
  }
}

static void wait_until_nothing_moves(uint64_t before) {
  double last_moved = now();
  while (now() < deadline && now() < last_moved + 1) {
    uint64_t seen = bytes;
    act_on_events(100);
    if (streams_down) bytes = streamed_by_origin() - before;
    if (bytes != seen) last_moved = now();
  }
}

static int lost_of(Client *clients, int count) {
  int lost = 0;
  for (int i = 0; i < count; i++) {
    char next;
    ssize_t n = recv(clients[i].socket, &next, 1, MSG_PEEK | MSG_DONTWAIT);
    lost += n == 0 || (n < 0 && errno != EAGAIN);
  }
  return lost;
}

static void hold_clients(Client *clients, int count) {
  double start = now();
  uint64_t before = streams_down ? streamed_by_origin() : 0;
  open_all(clients, count);
  if (streams_down || streams_up) wait_until_nothing_moves(before);
  print_result(now() - start, settled(clients, count));
  for (char rest[64]; read(STDIN_FILENO, rest, sizeof rest) > 0;) continue;
  printf("{\"lost\":%d}\n", lost_of(clients, count));
}

static bool parse_mode(const char *mode) {
  opens = !strcmp(mode, "open");
  holds = !strcmp(mode, "idle") || !strncmp(mode, "stall-", 6);
  streams_down = !strcmp(mode, "down") || !strcmp(mode, "stall-down");
  streams_up = !strcmp(mode, "up") || !strcmp(mode, "stall-up");
  return opens || holds || streams_down || streams_up || !strcmp(mode, "echo");
}

int main(int count, char **arguments) {
  signal(SIGPIPE, SIG_IGN);
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  if (count == 3 && !strcmp(arguments[1], "origin")) run_origin(atoi(arguments[2]));
  if (count != 7 || !parse_mode(arguments[1])) {
    fprintf(stderr, "usage: load origin PORT | load down|up|echo|open|idle|stall-down|stall-up VIA ORIGIN CONNECTIONS BYTES SECONDS\n");
    return 2;
  }
  asks = !strncmp(arguments[2], "connect:", 8);
  origin = arguments[3];
  via = parse_address(asks ? arguments[2] + 8 : !strncmp(arguments[2], "plain:", 6) ? arguments[2] + 6 : origin);
  int connections = atoi(arguments[4]);
  message_bytes = atoi(arguments[5]);
  if (message_bytes < 1 && !streams_down && !streams_up) message_bytes = 1;
  if (message_bytes > MOST_MESSAGE_BYTES) message_bytes = MOST_MESSAGE_BYTES;
  deadline = now() + atof(arguments[6]);
  samples = malloc(MOST_SAMPLES * sizeof *samples);
  poller = epoll_create1(EPOLL_CLOEXEC);
  Client *clients = calloc(connections, sizeof *clients);
  if (holds) {
    hold_clients(clients, connections);
  } else {
    double start = now();
    run_clients(clients, connections);
    print_result(now() - start, 0);
  }
  return 0;
}
