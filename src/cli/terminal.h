#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/progress.h"
#include "base/result.h"

namespace osler::cli {

// Progress on standard error, as docs/guides/cli.md describes it: on a terminal a bar drawn over
// itself, replaced by the step's line of result when it ends; elsewhere one plain line every ten
// seconds. Callable from several threads.
class TerminalProgress final : public Progress {
 public:
  TerminalProgress();
  void begin(std::string_view step, std::uint64_t total) override;
  void at(std::uint64_t done, std::string_view note) override;
  void end(std::string_view result) override;

 private:
  void draw(std::uint64_t done, std::string_view note);

  std::mutex mutex_;
  bool terminal_ = false;
  bool utf8_ = false;
  bool colour_ = false;
  std::string step_;
  std::uint64_t total_ = 0;
  Stopwatch since_begin_;
  double last_drawn_ = 0.0;
};

// True where standard output is a terminal that can show more than ASCII.
[[nodiscard]] bool shows_utf8();

// "error / where / do", as people read it, with a new line at the end.
[[nodiscard]] std::string error_text(const Error& error);
// {"error": {"code", "message", "where", "hint"}} on one line.
[[nodiscard]] std::string error_json(const Error& error);

// Blanks after the text until it is `width` letters wide, at least `gap`. Letters are counted, not
// bytes, so that columns with names in any script line up.
[[nodiscard]] std::string padded(std::string_view text, std::size_t width, std::size_t gap = 0);

// A step's line: its name, what came out, and how long it took.
[[nodiscard]] std::string step_line(std::string_view step, std::string_view result,
                                    std::string_view time);

}  // namespace osler::cli
