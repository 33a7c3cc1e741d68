// Puts studies without films on the worklist of a home, as if they had arrived over the last day:
//
//   osler_workflow_reading_many_studies HOME COUNT

#include <cstdio>
#include <string>

#include "base/clock.h"
#include "base/rng.h"
#include "base/text.h"
#include "workflow/home.h"
#include "workflow/reading/internal/tables.h"
#include "workflow/reading/service.h"

namespace {

using osler::Result;

constexpr std::int64_t kDayMs = 24L * 60 * 60 * 1000;
constexpr const char* kInsert =
    "INSERT INTO studies (study_instance_uid, patient_id, patient_name, birth_date, patient_sex, "
    "age_years, accession, study_date, study_time, title, place, question, search, urgency, "
    "raised_by, listed, arrived_ms, due_ms, ai, result, updated_ms) VALUES "
    "(?, ?, ?, '19630214', 'F', 63.0, ?, '20261124', '084200', 'Chest PA', 'Ward 3', "
    "'Cough for a week', ?, ?, '', 1, ?, ?, 'done', ?, ?)";
constexpr const char* kFinding =
    R"({"assessed":1,"findings":[{"label":"Opacity","reason":"","state":"below"}],"warnings":0})";

Result<void> fill(osler::workflow::Home& home, std::int64_t count) {
  OSLER_TRY_DO(osler::workflow::reading::prepare(home));
  const std::int64_t now = osler::now_ms(home.clock());
  osler::Rng rng(1);
  OSLER_TRY(auto change, osler::storage::Transaction::begin(home.database()));
  for (std::int64_t i = 0; i < count; ++i) {
    const std::string number = std::to_string(1'000'000 + i);
    const std::int64_t arrived = now - static_cast<std::int64_t>(rng.below(kDayMs));
    const std::int64_t urgency = rng.chance(0.02) ? 0 : rng.chance(0.1) ? 1 : 2;
    OSLER_TRY_DO(home.database().execute(
        kInsert, {"1.2.826.0.1.3680043.10.99." + number, "P" + number, "NAME" + number + "^GIVEN",
                  "A" + number, "name" + number + " given p" + number + " a" + number + " ward 3",
                  urgency, arrived, arrived + (urgency + 1) * kDayMs / 4, kFinding, now}));
  }
  return change.commit();
}

}  // namespace

int main(int count, char** values) {
  const auto studies = count == 3 ? osler::parse_integer(values[2]) : std::nullopt;
  if (!studies || *studies < 1) {
    std::fprintf(stderr, "usage: osler_workflow_reading_many_studies HOME COUNT\n");
    return 64;
  }
  const osler::SystemClock clock;
  auto home = osler::workflow::Home::open(values[1], clock);
  const Result<void> filled = home ? fill(*home, *studies) : Result<void>(home.error());
  if (!filled) {
    std::fprintf(stderr, "%s\n", filled.error().message.c_str());
    return osler::exit_code(filled.error().code);
  }
  return 0;
}
