#include "workflow/oversight/internal/concerns.h"

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "workflow/oversight/internal/times.h"

namespace osler::workflow::oversight::internal {
namespace {

// What comes first in the inventory.
enum Urgency : int { kReview = 1, kOverrides, kGates, kPaused, kWaiting, kBroken };

std::string hundredths(double share) {
  return fixed(100.0 * share, 0) + " %";
}

class Needs {
 public:
  void add(int urgency, const std::string& sentence) {
    urgency_ = std::max(urgency_, urgency);
    sentences_.push_back(sentence);
  }
  void write(ModelRow& row) const {
    row.urgency = urgency_;
    row.decision_needed = join(sentences_, " ");
  }

 private:
  int urgency_ = 0;
  std::vector<std::string> sentences_;
};

void pause_needs(const reading::Pause& pause, Needs& needs) {
  using State = reading::Pause::State;
  switch (pause.state) {
    case State::Asked:
      needs.add(kWaiting,
                "Pause asked by " + pause.asked_by + ": a second person must confirm it.");
      return;
    case State::ResumeAsked:
      needs.add(kWaiting, "Return to service asked by " + pause.resume_asked_by +
                              ": a second person must confirm it.");
      return;
    case State::Paused:
      needs.add(kPaused, "Paused since " + day_in_words(time_text(pause.confirmed_ms)) +
                             ": return it to service or retire it.");
      return;
  }
}

// A limit is passed where the whole interval lies above it, as a gate fails.
void override_needs(const ModelRow& row, double limit, Needs& needs) {
  const auto& found = row.overrides;
  if (!found.has_interval() || found.lower <= limit) {
    return;
  }
  needs.add(kOverrides, "Readers override " + hundredths(found.value) + " (" +
                            hundredths(found.lower) + " to " + hundredths(found.upper) + ", " +
                            counted(static_cast<std::int64_t>(found.n), "answer") +
                            "), more than the limit of " + hundredths(limit) + ".");
}

}  // namespace

void say_what_is_needed(const Circumstances& circumstances, ModelRow& row) {
  if (row.stage == "retired") {
    return;
  }
  const bool in_service = row.stage == "production" || row.stage == "shadow";
  Needs needs;
  if (!circumstances.refused.empty()) {
    needs.add(kBroken, std::string(in_service ? "It scores nothing: its" : "Its") +
                           " package cannot be opened, " + circumstances.refused + ".");
  }
  if (circumstances.pause) {
    pause_needs(*circumstances.pause, needs);
  }
  if (!circumstances.open_gates.empty()) {
    needs.add(kGates, "Not signed off: " + circumstances.open_gates + ".");
  }
  if (circumstances.notes.override_limit) {
    override_needs(row, *circumstances.notes.override_limit, needs);
  }
  // Days in this order of digits compare as days.
  if (in_service && !row.next_review.empty() && row.next_review < circumstances.today) {
    needs.add(kReview, "Review overdue since " + day_in_words(row.next_review) + ".");
  }
  needs.write(row);
}

}  // namespace osler::workflow::oversight::internal
