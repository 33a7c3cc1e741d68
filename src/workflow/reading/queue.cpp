#include "workflow/reading/internal/queue.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/text.h"
#include "workflow/reading/internal/refresh.h"
#include "workflow/reading/internal/tables.h"

namespace osler::workflow::reading::internal {
namespace {

using storage::Transaction;

// A film as the rules see it.
struct Arrived {
  std::string original;
  std::string sop_instance_uid;
  std::string modality;
  std::string body_part;
  bool has_pixels = false;
  std::int64_t study = 0;
};

constexpr const char* kFilmColumns =
    "o.digest, o.sop_instance_uid, o.modality, o.body_part, o.pixels IS NOT NULL, s.number";

Arrived read_film(const storage::Statement& rows) {
  return {.original = rows.text(0),
          .sop_instance_uid = rows.text(1),
          .modality = rows.text(2),
          .body_part = rows.text(3),
          .has_pixels = rows.integer(4) == 1,
          .study = rows.integer(5)};
}

Result<std::vector<Arrived>> collect(storage::Statement rows) {
  std::vector<Arrived> films;
  while (true) {
    OSLER_TRY(const bool found, rows.step());
    if (!found) {
      return films;
    }
    films.push_back(read_film(rows));
  }
}

bool admits(const std::vector<std::string>& list, const std::string& value) {
  return list.empty() || value.empty() || std::ranges::any_of(list, [&](const std::string& entry) {
           return lower(entry) == lower(value);
         });
}

// The site's rule where there is one, else the model's own modality and body part. What the film
// does not state is left to the model, which then says why it gives no result.
bool looks_at(const Configuration& configuration, const Candidate& candidate, const Arrived& film) {
  const auto& name = candidate.service.model.name;
  bool ruled = false;
  for (const auto& rule : configuration.looks_at) {
    if (rule.model == name) {
      ruled = true;
      if (admits(rule.modality, film.modality) && admits(rule.body_part, film.body_part)) {
        return true;
      }
    }
  }
  const auto& use = candidate.scorer->intended_use();
  return !ruled && admits(use.modality, film.modality) && admits(use.body_part, film.body_part);
}

// Whether another version of this model has a result of this film that readers see: then a newer
// version does not speak up again of an old film.
Result<bool> has_spoken(Home& home, const Candidate& candidate, const Arrived& film) {
  if (!candidate.service.shown) {
    return false;
  }
  OSLER_TRY(const auto found,
            home.database().integer("SELECT 1 FROM results WHERE sop_instance_uid = ? AND model = "
                                    "? AND shown = 1 LIMIT 1",
                                    {film.sop_instance_uid, candidate.service.model.name}));
  return found.has_value();
}

Result<bool> enqueue(Home& home, const Candidate& candidate, const Arrived& film) {
  if (!film.has_pixels || !looks_at(home.configuration(), candidate, film)) {
    return false;
  }
  OSLER_TRY(const bool spoken, has_spoken(home, candidate, film));
  if (spoken) {
    return false;
  }
  OSLER_TRY(const auto made,
            home.database().execute(
                "INSERT OR IGNORE INTO results (study, sop_instance_uid, original, model, version, "
                "digest, shown, state, reason, label, code, tier, warnings, queued_ms) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, 'queued', '', ?, ?, '', '', ?)",
                {film.study, film.sop_instance_uid, film.original, candidate.service.model.name,
                 candidate.service.model.version, candidate.service.digest,
                 candidate.service.shown ? 1 : 0, candidate.scorer->label(),
                 candidate.scorer->package().contents().finding, now_ms(home.clock())}));
  return made == 1;
}

Result<std::size_t> enqueue_all(Home& home, Transaction& change, std::span<const Arrived> films,
                                std::span<const Candidate> candidates) {
  std::size_t made = 0;
  std::set<std::int64_t> studies;
  for (const auto& film : films) {
    for (const auto& candidate : candidates) {
      OSLER_TRY(const bool one, enqueue(home, candidate, film));
      made += one ? 1 : 0;
      if (one && candidate.service.shown) {
        studies.insert(film.study);
      }
    }
  }
  for (const std::int64_t study : studies) {
    OSLER_TRY_DO(refresh_study(home, change, study));
  }
  return made;
}

Bytes float_bytes(const std::vector<float>& values) {
  Bytes bytes(values.size() * sizeof(float));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

storage::database::Value map_text(const ScoredFilm& scored) {
  if (!scored.map) {
    return {};
  }
  Json values = Json::array();
  for (const float value : scored.map->values) {
    // Two decimals are more than a contour shows.
    values.push_back(static_cast<double>(static_cast<int>(value * 100.0F + 0.5F)) / 100.0);
  }
  return dump_json({{"width", scored.map->width},
                    {"height", scored.map->height},
                    {"values", std::move(values)},
                    {"box", scored.map->box}});
}

Result<std::int64_t> write_row(Home& home, const Waiting& film, const ScoredFilm& scored) {
  const auto& result = scored.result;
  const std::string state(to_string(result.outcome));
  const std::string warnings = result.warnings.empty() ? "" : dump_json(Json(result.warnings));
  if (result.findings.empty()) {
    return home.database().execute(
        "UPDATE results SET state = ?, reason = ?, warnings = ?, novelty = ?, scored_ms = ? "
        "WHERE id = ? AND state = 'queued'",
        {state, result.reason, warnings, result.novelty, now_ms(home.clock()), film.result});
  }
  const auto& reading = result.findings.front().reading;
  return home.database().execute(
      "UPDATE results SET state = ?, reason = '', probability = ?, lower = ?, upper = ?, "
      "threshold = ?, positive = ?, tier = ?, similar_n = ?, similar_positive = ?, warnings = ?, "
      "novelty = ?, map = ?, features = ?, scored_ms = ? WHERE id = ? AND state = 'queued'",
      {state, reading.probability, reading.lower, reading.upper, reading.threshold,
       reading.positive ? 1 : 0, clinical::to_string(reading.tier), reading.similar_n,
       reading.similar_positive, warnings, result.novelty, map_text(scored),
       float_bytes(scored.features), now_ms(home.clock()), film.result});
}

}  // namespace

Result<std::size_t> plan(Home& home, const std::vector<Candidate>& candidates) {
  OSLER_TRY(const auto newest, home.database().integer("SELECT max(number) FROM arrivals"));
  if (!newest) {
    return std::size_t{0};
  }
  OSLER_TRY(auto change, Transaction::begin(home.database()));
  std::vector<Arrived> films;
  {
    OSLER_TRY(auto rows, home.database().prepare(
                             std::string("SELECT ") + kFilmColumns +
                                 " FROM arrivals AS a JOIN originals AS o ON o.digest = a.original "
                                 "JOIN studies AS s ON s.study_instance_uid = o.study_instance_uid "
                                 "WHERE a.number <= ? ORDER BY a.number",
                             {*newest}));
    OSLER_TRY(films, collect(std::move(rows)));
  }
  OSLER_TRY(const std::size_t made, enqueue_all(home, change, films, candidates));
  OSLER_TRY_DO(home.database().execute("DELETE FROM arrivals WHERE number <= ?", {*newest}));
  OSLER_TRY_DO(change.commit());
  return made;
}

Result<std::size_t> plan_open_studies(Home& home, const Candidate& candidate) {
  OSLER_TRY(auto change, Transaction::begin(home.database()));
  std::vector<Arrived> films;
  {
    OSLER_TRY(auto rows,
              home.database().prepare(
                  std::string("SELECT ") + kFilmColumns +
                  " FROM studies AS s JOIN originals AS o ON o.study_instance_uid = "
                  "s.study_instance_uid WHERE s.listed = 1 AND s.acknowledged_ms IS NULL AND "
                  "o.revision = 1 ORDER BY s.due_ms"));
    OSLER_TRY(films, collect(std::move(rows)));
  }
  OSLER_TRY(const std::size_t made,
            enqueue_all(home, change, films, std::span<const Candidate>(&candidate, 1)));
  OSLER_TRY_DO(change.commit());
  return made;
}

Result<std::vector<Waiting>> next_films(Home& home, const std::vector<Candidate>& candidates,
                                        std::size_t count) {
  OSLER_TRY(auto rows, home.database().prepare(
                           "SELECT r.id, r.study, r.original, r.model, r.version FROM results AS r "
                           "JOIN studies AS s ON s.number = r.study WHERE r.state = 'queued' "
                           "ORDER BY r.shown DESC, s.urgency, r.queued_ms"));
  std::vector<Waiting> films;
  while (films.size() < count) {
    OSLER_TRY(const bool found, rows.step());
    if (!found) {
      break;
    }
    Waiting film{.result = rows.integer(0),
                 .study = rows.integer(1),
                 .original = rows.text(2),
                 .model = {.name = rows.text(3), .version = rows.integer(4)}};
    const bool ready = std::ranges::any_of(candidates, [&](const Candidate& candidate) {
      return candidate.service.model == film.model && !candidate.service.paused;
    });
    if (ready) {
      films.push_back(std::move(film));
    }
  }
  return films;
}

Result<void> write_result(Home& home, const Waiting& film, const std::string& digest,
                          const ScoredFilm& scored) {
  OSLER_TRY(auto change, Transaction::begin(home.database()));
  OSLER_TRY(const std::int64_t rows, write_row(home, film, scored));
  if (rows == 0) {
    return {};
  }
  OSLER_TRY_DO(refresh_study(home, change, film.study));
  OSLER_TRY_DO(home.audit().append(
      change,
      home.event("film.score", {{"result", std::to_string(film.result)},
                                {"model", film.model.reference()},
                                {"digest", digest},
                                {"outcome", std::string(to_string(scored.result.outcome))}})));
  return change.commit();
}

}  // namespace osler::workflow::reading::internal
