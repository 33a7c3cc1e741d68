#include "workflow/oversight/internal/times.h"

#include <chrono>

#include "base/text.h"

namespace osler::workflow::oversight::internal {
namespace {

using std::chrono::system_clock;

system_clock::time_point point(std::int64_t ms) {
  return system_clock::time_point(std::chrono::milliseconds(ms));
}

std::optional<std::int64_t> day_from(std::string_view text) {
  if (text.size() < 10) {
    return std::nullopt;
  }
  const auto year = parse_integer(text.substr(0, 4));
  const auto month = parse_integer(text.substr(5, 2));
  const auto day = parse_integer(text.substr(8, 2));
  if (!year || !month || !day || *month < 1 || *day < 1) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) {
    return std::nullopt;
  }
  return std::chrono::sys_days(date).time_since_epoch().count();
}

}  // namespace

std::optional<std::int64_t> time_ms(std::string_view text) {
  const auto day = day_from(text);
  if (!day || text.size() != 20 || text.back() != 'Z') {
    return std::nullopt;
  }
  const auto hour = parse_integer(text.substr(11, 2));
  const auto minute = parse_integer(text.substr(14, 2));
  const auto second = parse_integer(text.substr(17, 2));
  if (!hour || !minute || !second) {
    return std::nullopt;
  }
  return *day * kDayMs + ((*hour * 60 + *minute) * 60 + *second) * 1000;
}

std::int64_t day_of(std::int64_t ms) {
  return ms >= 0 ? ms / kDayMs : (ms - kDayMs + 1) / kDayMs;
}

std::int64_t monday_of(std::int64_t day) {
  // 1970-01-01 was a Thursday.
  const std::int64_t since_monday = ((day + 3) % 7 + 7) % 7;
  return day - since_monday;
}

std::string day_text(std::int64_t day) {
  return to_rfc3339(point(day * kDayMs)).substr(0, 10);
}

std::string day_in_words(std::string_view text) {
  const auto day = day_from(text);
  if (!day) {
    return std::string(text);
  }
  const std::string words = to_reading(point(*day * kDayMs));
  return words.substr(0, words.find(','));
}

}  // namespace osler::workflow::oversight::internal
