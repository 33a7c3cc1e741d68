#pragma once

#include <array>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <nlohmann/json.hpp>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/crypto.h"
#include "base/json.h"
#include "base/text.h"

namespace osler::test {

struct Reply {
  int status = 0;
  std::string head;
  std::string body;

  // Without case of the name; empty when absent.
  [[nodiscard]] std::string header(std::string_view name) const {
    const std::string wanted = "\r\n" + lower(name) + ":";
    const std::size_t at = lower(head).find(wanted);
    if (at == std::string::npos) {
      return {};
    }
    const std::size_t begin = at + wanted.size();
    return std::string(
        trim(std::string_view(head).substr(begin, head.find("\r\n", begin) - begin)));
  }
  // Null where the body is no JSON.
  [[nodiscard]] Json document() const {
    const auto parsed = parse_json(body, "an answer");
    return parsed ? *parsed : Json();
  }
};

// A client of a server on this machine that may be killed at any moment: a call that was not
// answered is told, not failed. One connection, opened when it is needed, kept between calls.
class Caller {
 public:
  Caller(std::uint16_t port, std::string token) : port_(port), token_(std::move(token)) {}
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;
  ~Caller() { hang_up(); }

  // `more`: header lines, each with its "\r\n". Nothing: no whole answer came.
  std::optional<Reply> ask(std::string_view method, std::string_view path,
                           std::string_view body = {}, std::string_view more = {}) {
    if (!connected() || !send(head_of(method, path, body.size(), more)) || !send(body)) {
      hang_up();
      return std::nullopt;
    }
    auto reply = receive();
    if (!reply || lower(reply->header("Connection")) == "close") {
      hang_up();
    }
    return reply;
  }
  std::optional<Reply> get(std::string_view path) { return ask("GET", path); }
  std::optional<Reply> post(std::string_view path, const Json& body) {
    return ask("POST", path, dump_json(body), "Content-Type: application/json\r\n");
  }

 private:
  [[nodiscard]] std::string head_of(std::string_view method, std::string_view path,
                                    std::size_t length, std::string_view more) const {
    return std::string(method) + " " + std::string(path) +
           " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: " + std::to_string(length) + "\r\n" +
           (token_.empty() ? "" : "Authorization: Bearer " + token_ + "\r\n") + std::string(more) +
           "\r\n";
  }

  bool connected() {
    if (socket_ >= 0) {
      return true;
    }
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval patience{.tv_sec = 30, .tv_usec = 0};
    const int on = 1;
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }

  bool send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) {
        return false;
      }
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  bool fill() {
    std::array<char, 65536> block{};
    const ssize_t got = ::recv(socket_, block.data(), block.size(), 0);
    if (got <= 0) {
      return false;
    }
    unread_.append(block.data(), static_cast<std::size_t>(got));
    return true;
  }

  std::optional<Reply> receive() {
    std::size_t end = 0;
    while ((end = unread_.find("\r\n\r\n")) == std::string::npos) {
      if (!fill()) {
        return std::nullopt;
      }
    }
    Reply reply{.head = unread_.substr(0, end + 4), .body = {}};
    reply.status = std::atoi(reply.head.substr(9, 3).c_str());
    const std::string length = reply.header("Content-Length");
    const std::size_t size = length.empty() ? 0 : std::stoul(length);
    while (unread_.size() < end + 4 + size) {
      if (!fill()) {
        return std::nullopt;
      }
    }
    reply.body = unread_.substr(end + 4, size);
    unread_.erase(0, end + 4 + size);
    return reply;
  }

  void hang_up() {
    if (socket_ >= 0) {
      ::close(socket_);
    }
    socket_ = -1;
    unread_.clear();
  }

  std::uint16_t port_;
  std::string token_;
  int socket_ = -1;
  std::string unread_;
};

// Files as a form of multipart/form-data for kFormType.
inline constexpr std::string_view kFormType = "Content-Type: multipart/form-data; boundary=XX\r\n";
inline void add_to_form(std::string& form, std::string_view name, BytesView bytes) {
  form += "--XX\r\nContent-Disposition: form-data; name=\"films\"; filename=\"";
  form += name;
  form += "\"\r\n\r\n";
  form.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  form += "\r\n";
}
inline void end_form(std::string& form) {
  form += "--XX--\r\n";
}

}  // namespace osler::test
