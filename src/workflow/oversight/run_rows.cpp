#include "workflow/oversight/internal/run_rows.h"

#include <algorithm>

#include "workflow/oversight/internal/json_reading.h"
#include "workflow/oversight/internal/lineage.h"
#include "workflow/oversight/internal/times.h"

namespace osler::workflow::oversight::internal {
namespace {

// A run's documents are our own; one that cannot be read says nothing.
Json document(const std::string& text) {
  auto parsed = parse_json(text, "run");
  return parsed ? *std::move(parsed) : Json();
}

std::string finding_of(const Run& run) {
  return text_in(member(member(document(run.parameters), "study"), "finding"), "label");
}

// The model in production that this run would replace: of the same study, else of the same data and
// finding.
const Champion* champion_of(const Run& run, const std::vector<Champion>& all) {
  for (const auto& champion : all) {
    if (champion.run.study == run.study) {
      return &champion;
    }
  }
  for (const auto& champion : all) {
    if (champion.run.dataset == run.dataset && finding_of(champion.run) == finding_of(run)) {
      return &champion;
    }
  }
  return nullptr;
}

void compare(Sources& sources, const Run& run, const std::vector<Champion>& all, RunRow& row) {
  const Champion* const champion = champion_of(run, all);
  if (champion == nullptr) {
    row.difference = Estimate::none(0, "no model of this study is in production");
    return;
  }
  row.compared_with = champion->reference;
  row.difference = champion->run.number == run.number
                       ? Estimate::none(0, "it is the one in production")
                       : sources.differences.find(sources.home, sources.films, sources.reports, run,
                                                  champion->run);
}

double seconds_of(const Home& home, const Run& run, const Json& result) {
  if (const auto told = number_in(result, "seconds")) {
    return *told;
  }
  const auto started = time_ms(run.started);
  const auto ended = run.state == "running" ? now_ms(home.clock()) : time_ms(run.ended);
  return started && ended ? static_cast<double>(*ended - *started) / 1000.0 : 0.0;
}

}  // namespace

std::vector<Champion> champions(Home& home, const std::vector<Registered>& all) {
  std::vector<Champion> found;
  for (const auto& registered : all) {
    if (registered.model.stage != "production") {
      continue;
    }
    if (auto run = run_of(home, registered); run) {
      found.push_back({.reference = registered.model.reference(), .run = *std::move(run)});
    }
  }
  return found;
}

RunRow row_of(Sources& sources, const Run& run, const std::vector<Champion>& champions) {
  const Json result = document(run.result);
  const auto dataset = dataset_name(sources.home, run.dataset);
  RunRow row;
  row.name = run.name();
  row.study = run.study;
  row.kind = run.kind;
  row.state = run.state;
  row.error = run.state == "failed" ? text_in(result, "message") : "";
  row.dataset = dataset.shown;
  row.dataset_digest = dataset.digest;
  row.seed = run.seed;
  row.started = run.started;
  row.ended = run.ended;
  row.seconds = seconds_of(sources.home, run, result);
  row.revision = text_in(document(run.parameters), "code");
  if (const auto version = number_in(result, "version"); version && run.state == "done") {
    row.model =
        text_in(result, "model") + "@" + std::to_string(static_cast<std::int64_t>(*version));
  }
  if (run.state != "done") {
    row.auroc = Estimate::none(0, "the run is not done");
    row.difference = row.auroc;
    return row;
  }
  row.auroc = estimate_in(member(document(run.metrics), "test"), "auroc");
  compare(sources, run, champions, row);
  return row;
}

std::vector<Registered> made_by(const std::vector<Registered>& all, const Run& run) {
  std::vector<Registered> made;
  std::ranges::copy_if(all, std::back_inserter(made), [&](const Registered& registered) {
    return registered.run() == run.name();
  });
  return made;
}

}  // namespace osler::workflow::oversight::internal
