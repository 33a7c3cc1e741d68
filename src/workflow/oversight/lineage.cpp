#include "workflow/oversight/internal/lineage.h"

#include <set>

#include "base/text.h"
#include "dataset/catalogue.h"
#include "workflow/oversight/internal/times.h"

namespace osler::workflow::oversight::internal {
namespace {

std::string films_in_words(const dataset::Manifest& manifest) {
  std::set<std::string_view> patients;
  std::int64_t without = 0;
  for (const auto& item : manifest.items) {
    if (item.patient.empty()) {
      ++without;
    } else {
      patients.insert(item.patient);
    }
  }
  const auto thousands = [](std::int64_t count, const char* what) {
    return with_thousands(count) + counted(count, what).substr(std::to_string(count).size());
  };
  std::string words = thousands(static_cast<std::int64_t>(manifest.items.size()), "film");
  if (!patients.empty()) {
    words += " of " + thousands(static_cast<std::int64_t>(patients.size()), "patient");
  }
  return without > 0 && !patients.empty() ? words + ", " + std::to_string(without) + " of unknown"
                                          : words;
}

void add_data(Home& home, const Run& run, std::vector<Origin>& lineage) {
  const auto version = home.catalogue().find(run.dataset);
  if (!version) {
    lineage.push_back({.kind = "dataset", .label = run.dataset});
    return;
  }
  if (const auto manifest = home.catalogue().manifest(*version); manifest) {
    const auto file = manifest->origin.find("file");
    lineage.push_back({.kind = "films",
                       .label = films_in_words(*manifest),
                       .digest = file == manifest->origin.end() ? "" : file->second});
  }
  lineage.push_back(
      {.kind = "dataset", .label = version->reference(), .digest = version->digest.hex()});
}

std::string page_of(const ModelVersion& model) {
  return "/oversight/" + model.name + "/" + std::to_string(model.version);
}

}  // namespace

DatasetName dataset_name(Home& home, const std::string& reference) {
  const auto version = home.catalogue().find(reference);
  if (!version) {
    return {.shown = reference, .digest = {}};
  }
  const std::string digest = version->digest.hex();
  return {.shown = version->name + "@" + digest.substr(0, 8), .digest = digest};
}

std::vector<Origin> lineage_of(const Registered& registered) {
  const auto& model = registered.model;
  std::vector<Origin> lineage{{.kind = "package",
                               .label = model.reference(),
                               .digest = model.digest,
                               .href = page_of(model)}};
  if (!registered.steps.empty()) {
    const auto& step = registered.steps.back();
    lineage.push_back({.kind = "stage",
                       .label = model.stage + " since " + day_in_words(step.time),
                       .digest = step.hash.hex(),
                       .href = page_of(model)});
  }
  return lineage;
}

std::vector<Origin> lineage_of(Home& home, const Run& run, const std::vector<Registered>& made) {
  std::vector<Origin> lineage;
  add_data(home, run, lineage);
  lineage.push_back({.kind = "run",
                     .label = run.name() + ", " + run.study + ", seed " + std::to_string(run.seed),
                     .href = "/runs/" + run.name()});
  for (const auto& registered : made) {
    const auto further = lineage_of(registered);
    lineage.insert(lineage.end(), further.begin(), further.end());
  }
  return lineage;
}

}  // namespace osler::workflow::oversight::internal
