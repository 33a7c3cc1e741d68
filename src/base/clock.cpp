#include "base/clock.h"

#include <array>
#include <cstdio>
#include <ctime>

namespace osler {
namespace {

std::tm in_utc(std::chrono::system_clock::time_point time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  return parts;
}

std::string formatted(std::chrono::system_clock::time_point time, const char* format) {
  const std::tm parts = in_utc(time);
  std::array<char, 64> buffer{};
  const std::size_t size = std::strftime(buffer.data(), buffer.size(), format, &parts);
  return {buffer.data(), size};
}

}  // namespace

std::chrono::system_clock::time_point SystemClock::now() const {
  return std::chrono::system_clock::now();
}

std::string to_rfc3339(std::chrono::system_clock::time_point time) {
  return formatted(time, "%Y-%m-%dT%H:%M:%SZ");
}

std::int64_t now_ms(const Clock& clock) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(clock.now().time_since_epoch())
      .count();
}

std::string time_text(std::int64_t ms) {
  if (ms == 0) {
    return {};
  }
  return to_rfc3339(std::chrono::system_clock::time_point(std::chrono::milliseconds(ms)));
}

std::string to_reading(std::chrono::system_clock::time_point time) {
  std::string text = formatted(time, "%d %b %Y, %H:%M");
  return text.front() == '0' ? text.substr(1) : text;
}

double Stopwatch::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

}  // namespace osler
