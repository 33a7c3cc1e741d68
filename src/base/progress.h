#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace osler {

// How far a long step is. A room that works for more than a second takes one by reference and calls
// it; what is drawn, if anything, is the program's affair. Callable from several threads.
class Progress {
 public:
  virtual ~Progress() = default;
  // A new step: "train", of `total` units (0: unknown).
  virtual void begin(std::string_view step, std::uint64_t total) = 0;
  // `done` of the total; `note` beside the bar ("epoch 7 of 12, val AUPRC 0.991").
  virtual void at(std::uint64_t done, std::string_view note) = 0;
  // The step's line of result, which replaces the bar.
  virtual void end(std::string_view result) = 0;
};

class NoProgress final : public Progress {
 public:
  void begin(std::string_view, std::uint64_t) override {}
  void at(std::uint64_t, std::string_view) override {}
  void end(std::string_view) override {}
};

}  // namespace osler
