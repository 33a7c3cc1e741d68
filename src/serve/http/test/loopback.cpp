#include "serve/http/test/loopback.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/text.h"

namespace osler::serve::http::test {

std::string Answered::header(std::string_view name) const {
  const std::string wanted = "\r\n" + lower(name) + ":";
  const std::size_t at = lower(head).find(wanted);
  if (at == std::string::npos) {
    return {};
  }
  const std::size_t begin = at + wanted.size();
  return std::string(trim(std::string_view(head).substr(begin, head.find("\r\n", begin) - begin)));
}

Client::Client(std::uint16_t port) : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const timeval patience{.tv_sec = 5, .tv_usec = 0};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
}

Client::Client(Client&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), unread_(std::move(other.unread_)) {}

Client::~Client() {
  if (descriptor_ >= 0) {
    ::close(descriptor_);
  }
}

bool Client::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) {
      return false;
    }
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool Client::fill() {
  std::array<char, 65536> block{};
  const ssize_t got = ::recv(descriptor_, block.data(), block.size(), 0);
  if (got <= 0) {
    return false;
  }
  unread_.append(block.data(), static_cast<std::size_t>(got));
  return true;
}

Answered Client::receive(bool head) {
  std::size_t end = 0;
  while ((end = unread_.find("\r\n\r\n")) == std::string::npos) {
    if (!fill()) {
      return {};
    }
  }
  Answered answered{.head = unread_.substr(0, end + 4)};
  unread_.erase(0, end + 4);
  answered.status = std::atoi(answered.head.substr(9, 3).c_str());
  const std::string length = answered.header("Content-Length");
  const std::size_t size = length.empty() || head ? 0 : std::stoul(length);
  while (unread_.size() < size) {
    if (!fill()) {
      return {};
    }
  }
  answered.body = unread_.substr(0, size);
  unread_.erase(0, size);
  return answered;
}

bool Client::closed() {
  if (!unread_.empty()) {
    return false;
  }
  char byte = 0;
  const ssize_t got = ::recv(descriptor_, &byte, 1, 0);
  return got == 0 || (got < 0 && errno == ECONNRESET);
}

std::string get(std::string_view path, std::string_view more) {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n" + std::string(more) +
         "\r\n";
}

std::string post(std::string_view path, std::string_view body, std::string_view more) {
  return "POST " + std::string(path) +
         " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         std::string(more) + "\r\n" + std::string(body);
}

Running::Running(ServerOptions options, Router router, Guard guard) {
  auto made = Server::create(std::move(options), std::move(router), std::move(guard));
  if (!made) {
    ADD_FAILURE() << made.error().message;
    std::abort();
  }
  server_ = *std::move(made);
  thread_ = std::thread([this] { server_->run(); });
}

Running::~Running() {
  stop();
}

void Running::stop() {
  if (thread_.joinable()) {
    server_->stop();
    thread_.join();
  }
}

Route route(Method method, std::string pattern, std::function<Response(const Request&)> handler) {
  std::string id = lower(to_string(method));
  std::ranges::copy_if(pattern, std::back_inserter(id),
                       [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
  return {.method = method,
          .pattern = std::move(pattern),
          .id = std::move(id),
          .summary = "A test.",
          .handler = std::move(handler)};
}

Response text(std::string body) {
  return {.content_type = "text/plain", .body = std::move(body)};
}

}  // namespace osler::serve::http::test
