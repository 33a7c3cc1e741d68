#include "dicom/deidentify/internal/values.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

#include "base/text.h"

namespace osler::dicom::deidentify {
namespace {

using io::vr;
using std::chrono::sys_days;
using std::chrono::year_month_day;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

int to_int(std::string_view digits) {
  return std::ranges::all_of(digits, is_digit) && !digits.empty() && digits.size() < 9
             ? static_cast<int>(parse_integer(digits).value_or(-1))
             : -1;
}

// A date as it is written: which parts, what between them, what after them.
struct Written {
  year_month_day day{};
  std::size_t parts = 3;  // year; year and month; all
  char separator = '\0';
  std::string_view rest;
};

// What may follow a date in DT: HHMMSS or a part of it, a fraction, a zone.
bool is_time_and_zone(std::string_view text) {
  const auto take = [&](std::size_t most) {
    const std::string_view head = text.substr(0, most);
    const auto digits =
        static_cast<std::size_t>(std::ranges::find_if_not(head, is_digit) - head.begin());
    text.remove_prefix(digits);
    return digits;
  };
  take(6);
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    take(6);
  }
  if (text.starts_with('+') || text.starts_with('-')) {
    text.remove_prefix(1);
    return take(4) == 4 && text.empty();
  }
  return text.empty();
}

std::optional<Written> read_date(std::string_view text) {
  Written out;
  const auto digits =
      static_cast<std::size_t>(std::ranges::find_if_not(text, is_digit) - text.begin());
  std::string_view year = text.substr(0, 4);
  std::string_view month;
  std::string_view day;
  if (digits == 4 && text.size() >= 10 && (text[4] == '.' || text[4] == '-') &&
      text[7] == text[4] && is_digit(text[5])) {
    out.separator = text[4];
    month = text.substr(5, 2);
    day = text.substr(8, 2);
    out.rest = text.substr(10);
  } else if (digits == 4 || digits == 6) {
    out.parts = digits / 2 - 1;
    month = text.substr(4, digits - 4);
    out.rest = text.substr(digits);
  } else if (digits >= 8 && digits <= 14) {
    month = text.substr(4, 2);
    day = text.substr(6, 2);
    out.rest = text.substr(8);
  } else {
    return std::nullopt;
  }
  // The middle stands for what is not said, so that the shift is right on average.
  out.day = year_month_day{
      std::chrono::year(to_int(year)),
      std::chrono::month(static_cast<unsigned>(out.parts > 1 ? to_int(month) : 7)),
      std::chrono::day(
          static_cast<unsigned>(out.parts > 2 ? to_int(day) : (out.parts > 1 ? 15 : 1)))};
  if (!out.day.ok() || to_int(year) < 1) {
    return std::nullopt;
  }
  if (!is_time_and_zone(out.rest)) {
    return std::nullopt;
  }
  return out;
}

std::string write_date(const Written& written) {
  std::array<char, 32> text{};
  const int year = static_cast<int>(written.day.year());
  const auto month = static_cast<unsigned>(written.day.month());
  const auto day = static_cast<unsigned>(written.day.day());
  if (written.separator != '\0') {
    std::snprintf(text.data(), text.size(), "%04d%c%02u%c%02u", year, written.separator, month,
                  written.separator, day);
  } else {
    std::snprintf(text.data(), text.size(), "%04d%02u%02u", year, month, day);
  }
  std::string out(text.data());
  if (written.parts < 3) {
    out.resize(written.parts * 2 + 2);
  }
  return out.append(written.rest);
}

}  // namespace

std::string_view plain(std::string_view value) {
  constexpr std::string_view kBlank(" \0", 2);
  const auto first = value.find_first_not_of(kBlank);
  if (first == std::string_view::npos) {
    return {};
  }
  return value.substr(first, value.find_last_not_of(kBlank) - first + 1);
}

std::optional<std::string> shift_dates(std::string_view values, int days) {
  std::string out;
  out.reserve(values.size());
  while (true) {
    const auto end = values.find('\\');
    const std::string_view value = plain(values.substr(0, end));
    if (!value.empty()) {
      auto written = read_date(value);
      if (!written) {
        return std::nullopt;
      }
      written->day = sys_days(written->day) + std::chrono::days(days);
      if (static_cast<int>(written->day.year()) < 1) {
        return std::nullopt;
      }
      out += write_date(*written);
    }
    if (end == std::string_view::npos) {
      return out;
    }
    out += '\\';
    values.remove_prefix(end + 1);
  }
}

bool is_time(std::string_view values) {
  return std::ranges::all_of(split(plain(values), '\\'), [](const std::string& value) {
    return value.find_first_not_of("0123456789.:+- ") == std::string::npos && value.size() <= 16;
  });
}

std::optional<std::string> coarse_age(std::string_view value) {
  value = plain(value);
  if (value.empty()) {
    return "";
  }
  const char last = value.back();
  const bool has_unit = std::string_view("DWMY").find(last) != std::string_view::npos;
  const int number = to_int(value.substr(0, value.size() - (has_unit ? 1 : 0)));
  const char unit = has_unit ? last : 'Y';
  const int per_year = unit == 'Y' ? 1 : unit == 'M' ? 12 : unit == 'W' ? 52 : 365;
  if (number < 0) {
    return std::nullopt;
  }
  if (number >= 90 * per_year) {
    return "090Y";
  }
  if (number > 999) {
    return std::nullopt;
  }
  std::string text = std::to_string(number);
  return text.insert(0, 3 - text.size(), '0') + unit;
}

std::optional<std::string> age_between(std::string_view birth_date, std::string_view study_date) {
  const auto born = read_date(plain(birth_date));
  const auto then = read_date(plain(study_date));
  if (!born || !then || born->parts < 3 || then->parts < 3 || then->day < born->day) {
    return std::nullopt;
  }
  const int months =
      (static_cast<int>(then->day.year()) - static_cast<int>(born->day.year())) * 12 +
      static_cast<int>(static_cast<unsigned>(then->day.month())) -
      static_cast<int>(static_cast<unsigned>(born->day.month())) -
      (then->day.day() < born->day.day() ? 1 : 0);
  if (months >= 24) {
    return months / 12 > 149 ? std::nullopt : coarse_age(std::to_string(months / 12));
  }
  if (months >= 1) {
    return coarse_age(std::to_string(months) + "M");
  }
  return coarse_age(std::to_string((sys_days(then->day) - sys_days(born->day)).count()) + "D");
}

std::string_view dummy(io::Vr code) {
  struct Row {
    io::Vr code;
    std::string_view value;
  };
  constexpr std::string_view kZeros("\0\0\0\0\0\0\0\0", 8);
  static constexpr std::array kRows{
      Row{vr("PN"), "Anonymous"},
      Row{vr("DA"), "19000101"},
      Row{vr("DT"), "19000101000000"},
      Row{vr("TM"), "000000"},
      Row{vr("AS"), "000Y"},
      Row{vr("DS"), "0"},
      Row{vr("IS"), "0"},
      Row{vr("UR"), "urn:removed"},
      Row{vr("UI"), "2.25.0"},
      Row{vr("US"), kZeros.substr(0, 2)},
      Row{vr("SS"), kZeros.substr(0, 2)},
      Row{vr("UL"), kZeros.substr(0, 4)},
      Row{vr("SL"), kZeros.substr(0, 4)},
      Row{vr("AT"), kZeros.substr(0, 4)},
      Row{vr("FL"), kZeros.substr(0, 4)},
      Row{vr("FD"), kZeros},
      Row{vr("UV"), kZeros},
      Row{vr("SV"), kZeros},
      Row{vr("OB"), kZeros.substr(0, 2)},
      Row{vr("OW"), kZeros.substr(0, 2)},
      Row{vr("OF"), kZeros.substr(0, 4)},
      Row{vr("OL"), kZeros.substr(0, 4)},
      Row{vr("OD"), kZeros},
      Row{vr("OV"), kZeros},
      Row{vr("UN"), kZeros.substr(0, 2)},
  };
  const auto* found = std::ranges::find(kRows, code, &Row::code);
  return found == kRows.end() ? "REMOVED" : found->value;
}

}  // namespace osler::dicom::deidentify
