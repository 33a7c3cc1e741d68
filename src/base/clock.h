#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace osler {

// Where the time comes from; given to whoever needs it, so that tests stand still.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual std::chrono::system_clock::time_point now() const = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] std::chrono::system_clock::time_point now() const override;
};

class FixedClock final : public Clock {
 public:
  explicit FixedClock(std::chrono::system_clock::time_point now) : now_(now) {}
  [[nodiscard]] std::chrono::system_clock::time_point now() const override { return now_; }
  void set(std::chrono::system_clock::time_point now) { now_ = now; }

 private:
  std::chrono::system_clock::time_point now_;
};

// "2026-11-24T09:12:31Z" (RFC 3339, UTC, whole seconds).
[[nodiscard]] std::string to_rfc3339(std::chrono::system_clock::time_point time);
// Milliseconds since 1970: how rows keep times. time_text() is the same as RFC 3339, empty for 0.
[[nodiscard]] std::int64_t now_ms(const Clock& clock);
[[nodiscard]] std::string time_text(std::int64_t ms);
// "24 Nov 2026, 09:12", in UTC: how people read it.
[[nodiscard]] std::string to_reading(std::chrono::system_clock::time_point time);

// Seconds since it was made.
class Stopwatch {
 public:
  Stopwatch() : start_(std::chrono::steady_clock::now()) {}
  [[nodiscard]] double seconds() const;

 private:
  std::chrono::steady_clock::time_point start_;
};

}  // namespace osler
