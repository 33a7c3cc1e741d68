#include "cli/terminal.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include <nlohmann/json.hpp>
#include <unistd.h>

#include "base/json.h"
#include "base/text.h"

namespace osler::cli {
namespace {

constexpr std::size_t kNameWidth = 11;
constexpr std::size_t kTimeColumn = 92;
constexpr double kRedraw_s = 0.1;
constexpr double kPlainLine_s = 10.0;

// The environment is only read, before any thread is started.
std::string environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
  return value == nullptr ? "" : value;
}

bool locale_is_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string value = lower(environment(name));
    if (!value.empty()) {
      return value.find("utf-8") != std::string::npos || value.find("utf8") != std::string::npos;
    }
  }
  return false;
}

std::string bar(double fraction, bool utf8) {
  constexpr int kWidth = 32;
  const int filled = static_cast<int>(std::clamp(fraction, 0.0, 1.0) * kWidth);
  std::string text;
  for (int i = 0; i < kWidth; ++i) {
    text += i < filled ? (utf8 ? "━" : "#") : (utf8 ? "─" : "-");
  }
  return text;
}

}  // namespace

std::string padded(std::string_view text, std::size_t width, std::size_t gap) {
  const auto starts_letter = [](char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
  };
  const auto shown = static_cast<std::size_t>(std::ranges::count_if(text, starts_letter));
  std::string result(text);
  result.append(std::max(shown < width ? width - shown : 0, gap), ' ');
  return result;
}

bool shows_utf8() {
  return locale_is_utf8();
}

TerminalProgress::TerminalProgress()
    // A script that passes the bars on to a terminal asks for them.
    : terminal_(::isatty(STDERR_FILENO) == 1 || environment("OSLER_PROGRESS") == "bar"),
      utf8_(locale_is_utf8()),
      colour_(::isatty(STDERR_FILENO) == 1 && environment("NO_COLOR").empty()) {}

void TerminalProgress::begin(std::string_view step, std::uint64_t total) {
  const std::lock_guard lock(mutex_);
  step_ = step;
  total_ = total;
  since_begin_ = Stopwatch();
  last_drawn_ = 0.0;
}

void TerminalProgress::at(std::uint64_t done, std::string_view note) {
  const std::lock_guard lock(mutex_);
  const double now = since_begin_.seconds();
  if (now - last_drawn_ >= (terminal_ ? kRedraw_s : kPlainLine_s)) {
    last_drawn_ = now;
    draw(done, note);
  }
}

void TerminalProgress::draw(std::uint64_t done, std::string_view note) {
  const double elapsed = since_begin_.seconds();
  std::string time = clock_time(elapsed);
  std::string line = padded(step_, kNameWidth, 1);
  if (total_ > 0) {
    const double fraction = static_cast<double>(done) / static_cast<double>(total_);
    if (fraction > 0.0) {
      time += ", " + clock_time(elapsed * (1.0 - fraction) / fraction) + " left";
    }
    line += (terminal_ ? bar(fraction, utf8_)
                       : with_thousands(static_cast<std::int64_t>(done)) + " of " +
                             with_thousands(static_cast<std::int64_t>(total_))) +
            "  ";
  }
  line += note;
  line = padded(line, kTimeColumn, 1) + time;
  std::fprintf(stderr, terminal_ ? "\r\x1b[K%s" : "%s\n", line.c_str());
  std::fflush(stderr);
}

void TerminalProgress::end(std::string_view result) {
  const std::lock_guard lock(mutex_);
  const std::string line = step_line(step_, result, clock_time(since_begin_.seconds()));
  if (colour_) {
    std::fprintf(stderr, "\r\x1b[K\x1b[1m%s\x1b[0m%s\n", line.substr(0, step_.size()).c_str(),
                 line.substr(step_.size()).c_str());
  } else {
    std::fprintf(stderr, "%s%s\n", terminal_ ? "\r\x1b[K" : "", line.c_str());
  }
  std::fflush(stderr);
}

std::string step_line(std::string_view step, std::string_view result, std::string_view time) {
  return padded(padded(step, kNameWidth, 1) + std::string(result), kTimeColumn, 1) +
         std::string(time);
}

std::string error_text(const Error& error) {
  std::string text = "error   " + error.message + "\n";
  if (!error.where.empty()) {
    text += "where   " + error.where + "\n";
  }
  if (!error.advice.empty()) {
    text += "do      " + error.advice + "\n";
  }
  return text;
}

std::string error_json(const Error& error) {
  return dump_json(Json{{"error",
                         {{"code", std::string(to_string(error.code))},
                          {"message", error.message},
                          {"where", error.where},
                          {"hint", error.advice}}}}) +
         "\n";
}

}  // namespace osler::cli
