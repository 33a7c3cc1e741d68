#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "serve/http/access_log.h"
#include "serve/http/metrics.h"
#include "serve/http/request.h"
#include "serve/http/response.h"
#include "serve/http/router.h"

namespace osler::serve::http {

struct ServerOptions {
  std::string bind = "127.0.0.1";  // an address, or "localhost"
  std::uint16_t port = 0;          // 0: any free one
  // PEM: the certificate with its chain, and its key. Both or neither; without them `bind` must be
  // a loopback address.
  std::filesystem::path certificate;
  std::filesystem::path key;
  // Host headers that are answered ("films.example.org", without a port); empty: all. A loopback
  // server should name its own, or a web page can reach it through a name of its own (DNS
  // rebinding).
  std::vector<std::string> hosts;

  std::size_t network_threads = 1;
  std::size_t worker_threads = 0;  // 0: as many as the machine has
  std::size_t queue = 256;         // requests that wait for a worker; beyond: 503

  std::size_t max_connections = 2000;  // beyond: the one that idles longest goes, or the new one
  std::size_t max_head = std::size_t{64} << 10U;  // bytes of request line and header
  std::size_t max_target = std::size_t{8} << 10U;
  std::uint64_t max_body_memory = std::uint64_t{256} << 20U;  // of all requests together
  std::filesystem::path spool;  // folder for bodies of routes that spool; emptied of them at start

  std::chrono::milliseconds head_time{10'000};     // from the first byte; TLS handshakes too
  std::chrono::milliseconds grace{10'000};         // before the least rate counts
  std::uint64_t least_rate = 1024;                 // bytes a second, of bodies in and out
  std::chrono::milliseconds idle_time{60'000};     // between requests
  std::chrono::milliseconds write_time{30'000};    // without any progress
  std::chrono::milliseconds handler_time{60'000};  // from the end of the body to the answer
  std::chrono::milliseconds stop_time{10'000};  // what is in flight may end, once stop() is called
  // An idle connection may be closed for a new one when it has idled for so long.
  std::chrono::milliseconds evict_after{1000};

  std::vector<std::pair<std::string, std::string>>
      headers;                         // more defaults, or others in their place
  const Clock* clock = nullptr;        // must outlive the server; nullptr: the system's
  std::shared_ptr<Registry> registry;  // nullptr: one of its own
  // Called on a network or worker thread, one call at a time a thread: must be quick and
  // thread-safe.
  std::function<void(const AccessRecord&)> access_log;
  std::function<void(const Trouble&)> trouble_log;
};

// Asked on a worker after the header, before the body is read. A Response ends the request; without
// one it goes on, perhaps with an identity. Never asked for inline routes. May be called from
// several threads at once.
using Guard = std::function<std::optional<Response>(Request&, const Route&)>;

// An HTTP/1.1 server (RFC 9110, RFC 9112) over TCP, or TLS 1.2 and 1.3.
class Server {
 public:
  // Listens from here on; answers once run() is called.
  // InvalidArgument: a route or an address that cannot be, a certificate without a key, an address
  // beyond loopback without TLS, a spooling route without a folder, a permission without a guard.
  // Unavailable: the address is in use. Others as read_file(), of the certificate and the key.
  [[nodiscard]] static Result<Server> create(ServerOptions options, Router router, Guard guard);

  Server(Server&&) noexcept;
  Server& operator=(Server&&) noexcept;
  // Stops, where it runs no more.
  ~Server();

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] bool secure() const;  // speaks TLS
  // Serves until stop(); once only. Comes back when all handlers have.
  void run();
  // Accepts no more, closes idle connections, lets what is in flight end within `stop_time`, closes
  // the rest. From any thread, before or during run(); not from a signal handler.
  void stop();
  // Reads certificate and key again; new connections use them, old ones go on. From any thread.
  // Errors as create(); the old certificate then stays.
  [[nodiscard]] Result<void> reload();
  // Of this server and of whoever shares the registry.
  [[nodiscard]] Registry& metrics() const;

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace osler::serve::http
