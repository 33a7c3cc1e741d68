#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "serve/http/internal/net.h"
#include "serve/http/internal/shared.h"

namespace osler::serve::http {

class Connection;

// One network thread: an event loop and the connections that live on it. All but post-and-forget
// calls happen on that thread, so nothing here is locked. Time-outs are deadlines that one timer
// looks through, which is cheaper than a timer for each read.
class Loop {
 public:
  Loop(Shared& shared, std::size_t most_connections);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  [[nodiscard]] asio::io_context& context() { return context_; }
  [[nodiscard]] Shared& shared() { return shared_; }

  // From any thread.
  void stop();
  void set_tls(std::shared_ptr<asio::ssl::context> tls);
  // Comes back once stopped and without connections.
  void run();

  // On the loop's thread.
  void adopt(Socket socket);
  void forget(const Connection& connection);
  [[nodiscard]] bool stopping() const { return stopping_; }
  [[nodiscard]] std::string_view date();
  [[nodiscard]] std::string make_id();

 private:
  void tick();
  void begin_stop();
  [[nodiscard]] bool make_room();

  Shared& shared_;
  std::size_t most_connections_;
  asio::io_context context_{1};
  Timer timer_;
  std::chrono::milliseconds tick_every_;
  std::shared_ptr<asio::ssl::context> tls_;
  std::vector<std::shared_ptr<Connection>> connections_;
  Time last_tick_;
  bool spared_ = false;  // the last tick let deadlines be
  bool stopping_ = false;
  Time stop_by_ = Time::max();
  std::string date_;
  std::int64_t date_second_ = -1;
  std::string id_prefix_;
  std::uint64_t next_id_ = 0;
};

// Takes connections from the listening socket and deals them out to the loops in turn.
class Listener {
 public:
  Listener(Acceptor acceptor, std::vector<Loop*> loops);
  void start();
  // From any thread.
  void stop();
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  void accept();
  [[nodiscard]] bool take_waiting();

  Acceptor acceptor_;
  std::vector<Loop*> loops_;
  Timer pause_;
  tcp protocol_;
  std::uint16_t port_;
  std::size_t next_ = 0;
  bool stopped_ = false;
};

}  // namespace osler::serve::http
