#include "serve/http/internal/shared.h"

#include <algorithm>
#include <utility>

namespace osler::serve::http {
namespace {

constexpr std::string_view kTotal = "osler_http_requests_total";
constexpr std::string_view kSeconds = "http_server_request_duration_seconds";
constexpr std::string_view kRejected = "osler_http_rejected_total";
constexpr std::string_view kTimeouts = "osler_http_timeouts_total";

Counter& rejected(Registry& registry, const std::string& reason) {
  return registry.counter(kRejected, "Connections and requests turned away for lack of room.",
                          {{"reason", reason}});
}

Counter& timed_out(Registry& registry, const std::string& phase) {
  return registry.counter(kTimeouts, "Peers and handlers that took too long.", {{"phase", phase}});
}

}  // namespace

Meters::Meters(Registry& registry, const Router& router)
    : connections(registry.gauge("osler_http_connections", "Open connections.")),
      accepted(registry.counter("osler_http_connections_total", "Connections taken.")),
      rejected_connections(rejected(registry, "connections")),
      evicted(rejected(registry, "idle_connection")),
      rejected_queue(rejected(registry, "queue")),
      rejected_memory(rejected(registry, "memory")),
      handshakes_failed(rejected(registry, "tls")),
      timed_out_head(timed_out(registry, "head")),
      timed_out_body(timed_out(registry, "body")),
      timed_out_write(timed_out(registry, "write")),
      timed_out_handler(timed_out(registry, "handler")) {
  const auto add = [&](const std::string& id) {
    PerRoute made;
    for (std::size_t i = 0; i < made.by_class.size(); ++i) {
      made.by_class.at(i) = &registry.counter(
          kTotal, "Requests answered.", {{"route", id}, {"status", std::to_string(i + 2) + "xx"}});
    }
    made.seconds =
        &registry.histogram(kSeconds, "From a request's first byte to its answer's last.",
                            request_seconds(), {{"route", id}});
    routes_.push_back(made);
  };
  for (const Route& route : router.routes()) {
    add(route.id);
  }
  add("none");
}

void Meters::request(std::size_t route, int status, double seconds) {
  const PerRoute& one = routes_[route];
  const int at = std::clamp(status / 100, 2, 5) - 2;
  one.by_class.at(static_cast<std::size_t>(at))->add();
  one.seconds->observe(seconds);
}

Shared::Shared(ServerOptions given, Router routes, Guard guarding, bool over_tls)
    : options(std::move(given)),
      router(std::move(routes)),
      guard(std::move(guarding)),
      secure(over_tls),
      clock(options.clock != nullptr ? options.clock : &system_clock),
      registry(options.registry ? options.registry : std::make_shared<Registry>()),
      meters(*registry, router),
      defaults(over_tls, options.headers) {}

}  // namespace osler::serve::http
