#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "serve/http/internal/encode.h"
#include "serve/http/internal/worker_pool.h"
#include "serve/http/server.h"

namespace osler::serve::http {

// The server's own metrics, looked up once.
class Meters {
 public:
  Meters(Registry& registry, const Router& router);
  // route: index into the router's routes, or their number for requests that met none.
  void request(std::size_t route, int status, double seconds);

  Gauge& connections;
  Counter& accepted;
  Counter& rejected_connections;  // no room
  Counter& evicted;               // idle ones, for new ones
  Counter& rejected_queue;        // all workers busy, and the queue full
  Counter& rejected_memory;       // bodies
  Counter& handshakes_failed;
  Counter& timed_out_head;
  Counter& timed_out_body;
  Counter& timed_out_write;
  Counter& timed_out_handler;

 private:
  struct PerRoute {
    std::array<Counter*, 4> by_class{};  // 2xx to 5xx
    Histogram* seconds = nullptr;
  };
  std::vector<PerRoute> routes_;
};

// What all loops and connections of a server share. Read-only, atomic, or locked by itself.
struct Shared {
  Shared(ServerOptions given, Router routes, Guard guarding, bool over_tls);

  ServerOptions options;
  Router router;
  Guard guard;
  bool secure;
  SystemClock system_clock;
  const Clock* clock;
  std::shared_ptr<Registry> registry;
  Meters meters;
  DefaultHeaders defaults;
  std::atomic<std::uint64_t> body_memory{0};
  std::shared_ptr<WorkerPool> workers;  // made by run()
  // Disk alone: an upload must not wait for handlers, nor a handler for disks.
  std::unique_ptr<WorkerPool> disk;
};

}  // namespace osler::serve::http
