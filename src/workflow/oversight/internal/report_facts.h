#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "workflow/home.h"
#include "workflow/oversight/evidence.h"
#include "workflow/oversight/runs.h"
#include "workflow/runs.h"

namespace osler::workflow::oversight::internal {

// What a run's report.json says, as far as pages need it.
struct ReportFacts {
  std::string split;
  std::string finding;
  double threshold = 0.5;
  std::size_t films = 0;
  std::size_t positives = 0;
  std::map<std::string, Estimate> metrics;  // by their names there
  std::optional<Estimate> metadata;         // AUROC of the metadata alone
  Reliability reliability;
  Subgroups subgroups;
  std::optional<WidestGap> gap;
  std::vector<GateRow> gates;
  std::vector<EpochRow> curve;
};

// NotFound: there is no report. DataCorrupt: it is none.
[[nodiscard]] Result<ReportFacts> read_report(const std::filesystem::path& run_folder);

// Reports of finished runs, read once: a finished run never changes. Callable from several threads.
class ReportShelf {
 public:
  // NotFound: the run has no report, or not yet. DataCorrupt: as read_report.
  [[nodiscard]] Result<ReportFacts> find(const Home& home, const Run& run);

 private:
  std::mutex mutex_;
  std::map<std::int64_t, std::pair<std::string, ReportFacts>> by_run_;  // with the run's end
};

}  // namespace osler::workflow::oversight::internal
