#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "serve/http/server.h"

namespace osler::serve::http::test {

// An answer as it came over the wire.
struct Answered {
  int status = 0;  // 0: the connection ended before one came
  std::string head;
  std::string body;

  // A header's value without case of its name; empty when absent.
  [[nodiscard]] std::string header(std::string_view name) const;
};

// A client that sends what it is told, byte for byte. Gives up after 5 s without an answer.
class Client {
 public:
  explicit Client(std::uint16_t port);
  Client(Client&& other) noexcept;
  Client& operator=(Client&&) = delete;
  ~Client();

  // False: the server has cut the connection.
  bool send(std::string_view bytes) const;
  // The next answer; of a HEAD request without a body. Interim 100s are answers too.
  Answered receive(bool head = false);
  Answered ask(std::string_view bytes) {
    send(bytes);
    return receive(bytes.starts_with("HEAD "));
  }
  // The server has closed its side, and nothing is left to read.
  bool closed();
  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  bool fill();
  int descriptor_;
  std::string unread_;
};

// "GET /path HTTP/1.1", a Host header, more header lines each with its "\r\n", the empty line.
[[nodiscard]] std::string get(std::string_view path, std::string_view more = {});
[[nodiscard]] std::string post(std::string_view path, std::string_view body,
                               std::string_view more = {});

// A server that runs while this lives.
class Running {
 public:
  Running(ServerOptions options, Router router, Guard guard = nullptr);
  ~Running();
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  [[nodiscard]] Client client() const { return Client(server_->port()); }
  [[nodiscard]] Server& server() { return *server_; }
  // stop(), and waits for run() to come back.
  void stop();

 private:
  std::optional<Server> server_;
  std::thread thread_;
};

// A route with its own pattern as id, made of letters only.
[[nodiscard]] Route route(Method method, std::string pattern,
                          std::function<Response(const Request&)> handler);
[[nodiscard]] Response text(std::string body);

}  // namespace osler::serve::http::test
