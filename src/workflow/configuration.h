#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace osler::workflow {

// How soon a study wants eyes. The order is that of the worklist.
enum class Urgency : std::uint8_t { Critical, Urgent, Routine };
inline constexpr std::size_t kUrgencies = 3;
[[nodiscard]] std::string_view to_string(Urgency urgency);  // "critical", "urgent", "routine"

// Which films a model looks at, where the site does not leave that to the model's intended use. An
// empty list admits everything.
struct LooksAt {
  std::string model;  // its name, whatever the version
  std::vector<std::string> modality;
  std::vector<std::string> body_part;
};

// What the site has decided about a model, whatever its version.
struct ModelNotes {
  std::string model;                     // its name
  std::string owner;                     // "Radiology"; empty: nobody yet
  std::string risk;                      // the site's class: "II"; empty: not set
  std::string next_review;               // "2026-12-15"; empty: not set
  std::optional<double> override_limit;  // share of answers that may say the opposite, (0, 1]
};

// When AI marks may be shown on the film.
enum class MarksPolicy : std::uint8_t { OnRequest, AfterFirstRead };
[[nodiscard]] std::string_view to_string(MarksPolicy policy);  // "on_request", "after_first_read"

// What the site has decided, in HOME/config.json; absent keys have these values.
struct Configuration {
  bool deidentify_on_ingest = true;  // "deidentify_on_ingest"
  std::string actor;                 // "actor": who the audit names; empty: the login name
  std::string site;                  // "site": the hospital's name, for the pages
  bool test_system = false;          // "test_system": the pages say so
  MarksPolicy marks = MarksPolicy::OnRequest;  // "marks"
  // "targets_minutes": {"critical", "urgent", "routine"}: from arrival to acknowledgement.
  std::array<std::chrono::minutes, kUrgencies> targets{
      std::chrono::minutes(30), std::chrono::minutes(60), std::chrono::minutes(240)};
  // "ai_raises": a film above a threshold raises its study from routine to urgent.
  bool ai_raises = true;
  std::vector<LooksAt> looks_at;  // "looks_at": [{"model", "modality": […], "body_part": […]}]
  // "models": [{"name", "owner", "risk", "next_review", "override_limit"}], one entry a name
  std::vector<ModelNotes> models;

  // The notes on a model by name; none made: all empty.
  [[nodiscard]] ModelNotes notes_on(std::string_view model) const;
};

// The file's settings, or the defaults where there is no file.
// InvalidArgument: an unknown key (with the nearest), or a value outside its range. DataCorrupt:
// not JSON, or a value of another type.
[[nodiscard]] Result<Configuration> read_configuration(const std::filesystem::path& path);

}  // namespace osler::workflow
