#include "fhir/resources/times.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace osler::fhir::resources {
namespace {

using std::chrono::milliseconds;

bool is_digit(char letter) {
  return letter >= '0' && letter <= '9';
}

// Reads a text from the left; each take_* leaves it where it was when it finds nothing.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool done() const { return rest_.empty(); }

  bool take(char letter) {
    if (!rest_.starts_with(letter)) {
      return false;
    }
    rest_.remove_prefix(1);
    return true;
  }

  std::optional<int> take_digits(std::size_t count) {
    if (rest_.size() < count ||
        !std::all_of(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(count), is_digit)) {
      return std::nullopt;
    }
    int number = 0;
    for (const char letter : rest_.substr(0, count)) {
      number = number * 10 + (letter - '0');
    }
    rest_.remove_prefix(count);
    return number;
  }

  std::string_view take_all_digits() {
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_digit);
    const auto digits = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
    rest_.remove_prefix(digits.size());
    return digits;
  }

 private:
  std::string_view rest_;
};

std::optional<std::chrono::sys_days> day_of(int year, int month, int day) {
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (year < 1 || year > 9999 || !date.ok()) {
    return std::nullopt;
  }
  return std::chrono::sys_days(date);
}

std::string padded(int number, std::size_t width) {
  std::string digits = std::to_string(number);
  return std::string(width - std::min(width, digits.size()), '0') + digits;
}

// "Z", "+01:00"; a blank for the plus. At most 14 hours, as FHIR has it.
std::optional<std::chrono::minutes> take_zone(Cursor& cursor) {
  if (cursor.take('Z')) {
    return std::chrono::minutes(0);
  }
  const bool west = cursor.take('-');
  if (!west && !cursor.take('+') && !cursor.take(' ')) {
    return std::nullopt;
  }
  const auto hours = cursor.take_digits(2);
  if (!hours || !cursor.take(':')) {
    return std::nullopt;
  }
  const auto minutes = cursor.take_digits(2);
  if (!minutes || *minutes > 59 || *hours * 60 + *minutes > 14 * 60) {
    return std::nullopt;
  }
  const std::chrono::minutes east(*hours * 60 + *minutes);
  return west ? -east : east;
}

struct TimeOfDay {
  milliseconds from{0};
  milliseconds width{60'000};
};

std::optional<TimeOfDay> take_time(Cursor& cursor) {
  const auto hour = cursor.take_digits(2);
  if (!hour || *hour > 23 || !cursor.take(':')) {
    return std::nullopt;
  }
  const auto minute = cursor.take_digits(2);
  if (!minute || *minute > 59) {
    return std::nullopt;
  }
  TimeOfDay time{.from = std::chrono::hours(*hour) + std::chrono::minutes(*minute)};
  if (!cursor.take(':')) {
    return time;
  }
  const auto second = cursor.take_digits(2);
  if (!second || *second > 60) {
    return std::nullopt;
  }
  // A leap second is counted with the second before it, as POSIX time has no other place for it.
  time.from += std::chrono::seconds(std::min(*second, 59));
  time.width = milliseconds(1000);
  if (cursor.take('.')) {
    const auto digits = cursor.take_all_digits();
    if (digits.empty() || digits.size() > 9) {
      return std::nullopt;
    }
    int unit = 1000;
    for (const char digit : digits.substr(0, 3)) {
      unit /= 10;
      time.from += milliseconds((digit - '0') * unit);
    }
    time.width = milliseconds(unit);
  }
  return time;
}

struct DatePart {
  std::chrono::sys_days from;
  std::chrono::sys_days to;
  bool whole = false;  // down to the day, so that a time may follow
};

std::optional<DatePart> take_date(Cursor& cursor) {
  const auto year = cursor.take_digits(4);
  if (!year) {
    return std::nullopt;
  }
  const auto from_year = day_of(*year, 1, 1);
  if (!from_year) {
    return std::nullopt;
  }
  const std::chrono::year_month_day first(*from_year);
  if (!cursor.take('-')) {
    return DatePart{*from_year, std::chrono::sys_days(first + std::chrono::years(1))};
  }
  const auto month = cursor.take_digits(2);
  const auto from_month = month ? day_of(*year, *month, 1) : std::nullopt;
  if (!from_month) {
    return std::nullopt;
  }
  if (!cursor.take('-')) {
    const std::chrono::year_month_day start(*from_month);
    return DatePart{*from_month, std::chrono::sys_days(start + std::chrono::months(1))};
  }
  const auto day = cursor.take_digits(2);
  const auto date = day ? day_of(*year, *month, *day) : std::nullopt;
  if (!date) {
    return std::nullopt;
  }
  return DatePart{*date, *date + std::chrono::days(1), true};
}

// "142031.5", "1420", "14:20:31": hours, minutes, seconds; nothing without the minutes.
std::optional<std::string> dicom_time(std::string_view time) {
  std::string digits(time);
  std::erase(digits, ':');
  Cursor cursor(digits);
  const auto hour = cursor.take_digits(2);
  const auto minute = cursor.take_digits(2);
  if (!hour || !minute || *hour > 23 || *minute > 59) {
    return std::nullopt;
  }
  std::string text = padded(*hour, 2) + ":" + padded(*minute, 2) + ":";
  if (cursor.done()) {
    return text + "00";
  }
  const auto second = cursor.take_digits(2);
  if (!second || *second > 60) {
    return std::nullopt;
  }
  text += padded(std::min(*second, 59), 2);
  if (cursor.take('.')) {
    const auto fraction = cursor.take_all_digits();
    if (fraction.empty() || fraction.size() > 6) {
      return std::nullopt;
    }
    text += "." + std::string(fraction);
  }
  return cursor.done() ? std::optional(text) : std::nullopt;
}

// "+0100" as "+01:00"; DICOM's range, -1200 to +1400 (PS3.3 C.12.1.1.8).
std::optional<std::string> dicom_zone(std::string_view offset) {
  if (offset.size() != 5 || (offset[0] != '+' && offset[0] != '-')) {
    return std::nullopt;
  }
  Cursor cursor(offset.substr(1));
  const auto hours = cursor.take_digits(2);
  const auto minutes = cursor.take_digits(2);
  const int limit = offset[0] == '-' ? 12 * 60 : 14 * 60;
  if (!hours || !minutes || *minutes > 59 || *hours * 60 + *minutes > limit) {
    return std::nullopt;
  }
  return offset[0] + padded(*hours, 2) + ":" + padded(*minutes, 2);
}

std::string_view trimmed(std::string_view text) {
  while (text.ends_with(' ') || text.ends_with('\0')) {
    text.remove_suffix(1);
  }
  while (text.starts_with(' ')) {
    text.remove_prefix(1);
  }
  return text;
}

}  // namespace

std::optional<std::string> instant_text(Instant time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const int year = static_cast<int>(date.year());
  if (year < 1 || year > 9999) {
    return std::nullopt;
  }
  const std::chrono::hh_mm_ss clock(time - day);
  std::string text = padded(year, 4) + "-" + padded(static_cast<int>(unsigned(date.month())), 2) +
                     "-" + padded(static_cast<int>(unsigned(date.day())), 2) + "T" +
                     padded(static_cast<int>(clock.hours().count()), 2) + ":" +
                     padded(static_cast<int>(clock.minutes().count()), 2) + ":" +
                     padded(static_cast<int>(clock.seconds().count()), 2);
  if (const auto parts = clock.subseconds().count(); parts != 0) {
    text += "." + padded(static_cast<int>(parts), 3);
  }
  return text + "Z";
}

std::optional<Instant> parse_instant(std::string_view text) {
  Cursor cursor(text);
  const auto date = take_date(cursor);
  if (!date || !date->whole || !cursor.take('T')) {
    return std::nullopt;
  }
  const auto time = take_time(cursor);
  if (!time || time->width > milliseconds(1000)) {
    return std::nullopt;
  }
  const auto zone = take_zone(cursor);
  if (!zone || !cursor.done()) {
    return std::nullopt;
  }
  return Instant(date->from) + time->from - *zone;
}

std::optional<Span> parse_span(std::string_view text) {
  Cursor cursor(text);
  const auto date = take_date(cursor);
  if (!date) {
    return std::nullopt;
  }
  if (cursor.done()) {
    return Span{Instant(date->from), Instant(date->to)};
  }
  if (!date->whole || !cursor.take('T')) {
    return std::nullopt;
  }
  const auto time = take_time(cursor);
  if (!time) {
    return std::nullopt;
  }
  std::chrono::minutes east(0);
  if (!cursor.done()) {
    const auto zone = take_zone(cursor);
    if (!zone || !cursor.done()) {
      return std::nullopt;
    }
    east = *zone;
  }
  const Instant from = Instant(date->from) + time->from - east;
  return Span{from, from + time->width};
}

std::optional<std::string> dicom_date(std::string_view date) {
  std::string digits(trimmed(date));
  if (digits.size() == 10 && digits[4] == '.' && digits[7] == '.') {
    std::erase(digits, '.');
  }
  if (digits.size() != 8) {
    return std::nullopt;
  }
  Cursor cursor(digits);
  const auto year = cursor.take_digits(4);
  const auto month = cursor.take_digits(2);
  const auto day = cursor.take_digits(2);
  if (!year || !month || !day || !day_of(*year, *month, *day)) {
    return std::nullopt;
  }
  return padded(*year, 4) + "-" + padded(*month, 2) + "-" + padded(*day, 2);
}

std::optional<std::string> dicom_date_time(std::string_view date, std::string_view time,
                                           std::string_view utc_offset) {
  const auto day = dicom_date(date);
  if (!day) {
    return std::nullopt;
  }
  const auto clock = dicom_time(trimmed(time));
  const auto zone = dicom_zone(trimmed(utc_offset));
  return clock && zone ? *day + "T" + *clock + *zone : *day;
}

}  // namespace osler::fhir::resources
