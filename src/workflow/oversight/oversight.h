#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "workflow/home.h"
#include "workflow/oversight/models.h"
#include "workflow/oversight/runs.h"
#include "workflow/reading/scoring.h"
#include "workflow/reading/service.h"

namespace osler::workflow::oversight {

// What the governance officer and the engineer see of a home. Keeps what it read of packages and
// finished runs, neither of which ever changes, so a server keeps one. Callable from several
// threads.
class Oversight {
 public:
  // Makes the indices it counts by; reading::prepare() comes first. `home` must outlive it.
  [[nodiscard]] static Result<Oversight> create(Home& home);
  Oversight(Oversight&&) noexcept;
  Oversight& operator=(Oversight&&) noexcept;
  ~Oversight();

  // Every model version, those about which somebody has to decide first. A package that cannot be
  // read fails its row, not the list. `broken`: what reading::Scoring could not open.
  [[nodiscard]] Result<std::vector<ModelRow>> models(
      const std::vector<reading::BrokenModel>& broken = {}) const;
  // NotFound: no such model or version.
  [[nodiscard]] Result<ModelDetail> model(
      const reading::ModelName& name, const std::vector<reading::BrokenModel>& broken = {}) const;
  // The evaluation report of the run that made it, one HTML file. NotFound: there is none.
  [[nodiscard]] Result<std::filesystem::path> model_report(const reading::ModelName& name) const;

  // Every run, the newest first. A run whose files are gone keeps its row.
  [[nodiscard]] Result<std::vector<RunRow>> runs() const;
  // "r12" or "12". NotFound: no such run.
  [[nodiscard]] Result<RunDetail> run(const std::string& name) const;
  // One HTML file. NotFound: no such run, or it has no report.
  [[nodiscard]] Result<std::filesystem::path> run_report(const std::string& name) const;
  // A PNG of at most 192 pixels a side of the run's n-th worst film, from 1, whatever the film's
  // source. NotFound: there is none, it cannot be drawn, or osler-decode is not there.
  [[nodiscard]] Result<std::string> worst_picture(const std::string& name,
                                                  std::size_t number) const;
  // NotFound: one of both is no run.
  [[nodiscard]] Result<Comparison> compare(const std::string& a, const std::string& b) const;
  // From the films that the model was made of to the finding that stands on a study's page (see
  // reading::finding_id). Names no patient and no study. NotFound: no such finding.
  [[nodiscard]] Result<std::vector<Origin>> lineage_of_finding(std::int64_t finding) const;

 private:
  struct State;
  explicit Oversight(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace osler::workflow::oversight
