#pragma once

#include <any>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/crypto.h"
#include "serve/http/query.h"

namespace osler::serve::http {

enum class Method : std::uint8_t { Get, Head, Post, Put, Delete };
inline constexpr std::size_t kMethods = 5;
[[nodiscard]] std::string_view to_string(Method method);  // "GET"

// The header lines of a request, in one block of memory. Names are compared without case.
class Headers {
 public:
  void add(std::string_view name, std::string_view value);
  // The first value of that name; empty when there is none.
  [[nodiscard]] std::string_view value(std::string_view name) const;
  [[nodiscard]] bool contains(std::string_view name) const;
  [[nodiscard]] std::size_t size() const { return lines_.size(); }
  void clear();

 private:
  struct Line {
    std::size_t name = 0;  // where it begins in text_
    std::size_t value = 0;
    std::size_t end = 0;
  };
  [[nodiscard]] const Line* find(std::string_view name) const;
  [[nodiscard]] std::string_view name_of(const Line& line) const;

  std::string text_;
  std::vector<Line> lines_;
};

// What a handler sees of a request. All of it has been checked for form; nothing of it is to be
// trusted, and nothing of it belongs in a log: paths and queries may name patients.
class Request {
 public:
  Method method = Method::Get;
  std::string path;  // decoded; begins with '/'; never holds ".", "..", '\' or a control character
  Pairs query;       // decoded, in order
  Pairs parameters;  // what stood at the pattern's "{study}", decoded
  Headers headers;   // at most 100
  std::string remote;   // the peer's address, without its port
  std::string id;       // 8 to 64 of [A-Za-z0-9-]: the peer's X-Request-Id, or made here
  bool secure = false;  // it came over TLS
  std::chrono::steady_clock::time_point received;  // when its header was whole

  // What stood at "{name}" of the route's pattern.
  [[nodiscard]] std::optional<std::string> parameter(std::string_view name) const;
  // The first value of that name in the query.
  [[nodiscard]] std::optional<std::string> query_value(std::string_view name) const;
  // Without case; empty when absent.
  [[nodiscard]] std::string_view header(std::string_view name) const { return headers.value(name); }
  // RFC 6265 section 5.4; as it stands, not decoded.
  [[nodiscard]] std::optional<std::string> cookie(std::string_view name) const;

  // The body, where the route does not spool; valid as long as the request is.
  [[nodiscard]] BytesView body() const { return as_bytes(body_); }
  [[nodiscard]] std::string_view text() const { return body_; }
  // The file that holds the body where the route spools; empty where it does not. It is removed
  // with the request: a handler that wants to keep it renames it.
  [[nodiscard]] std::filesystem::path spooled() const {
    return spooled_ ? *spooled_ : std::filesystem::path();
  }
  void set_body(std::string body) { body_ = std::move(body); }
  // Whoever makes the pointer says in its deleter what becomes of the file.
  void set_spooled(std::shared_ptr<const std::filesystem::path> file) {
    spooled_ = std::move(file);
  }

  // Who asks, as the guard found out: a type of the guard's own.
  template <typename T>
  void set_identity(std::shared_ptr<const T> identity) {
    identity_ = std::move(identity);
  }
  // nullptr: the guard set none, or one of another type.
  template <typename T>
  [[nodiscard]] const T* identity() const {
    const auto* held = std::any_cast<std::shared_ptr<const T>>(&identity_);
    return held == nullptr ? nullptr : held->get();
  }

  // The client has been answered for the handler, which took too long, or is gone: stop.
  [[nodiscard]] bool abandoned() const {
    return abandoned_ != nullptr && abandoned_->load(std::memory_order_relaxed);
  }
  void set_abandoned(const std::atomic<bool>* flag) { abandoned_ = flag; }

  // As if new, with its memory kept.
  void clear();

 private:
  std::string body_;
  std::shared_ptr<const std::filesystem::path> spooled_;
  std::any identity_;
  const std::atomic<bool>* abandoned_ = nullptr;
};

// 8 to 64 of [A-Za-z0-9-].
[[nodiscard]] bool is_request_id(std::string_view text);

}  // namespace osler::serve::http
