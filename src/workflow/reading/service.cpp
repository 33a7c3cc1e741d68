#include "workflow/reading/service.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "workflow/models.h"
#include "workflow/reading/internal/refresh.h"
#include "workflow/reading/internal/tables.h"

namespace osler::workflow::reading {
namespace {

using storage::Transaction;

constexpr const char* kColumns =
    "model, version, reason, asked_by, asked_ms, confirmed_by, confirmed_ms, resume_reason, "
    "resume_asked_by, resume_asked_ms, id";

struct Row {
  Pause pause;
  std::int64_t id = 0;
};

Row read_row(const storage::Statement& rows, std::int64_t now) {
  Row row;
  Pause& pause = row.pause;
  pause.model = {.name = rows.text(0), .version = rows.integer(1)};
  pause.reason = rows.text(2);
  pause.asked_by = rows.text(3);
  pause.asked_ms = rows.integer(4);
  pause.confirmed_by = rows.text(5);
  pause.confirmed_ms = rows.integer(6);
  row.id = rows.integer(10);
  if (pause.confirmed_ms == 0) {
    pause.lapses_ms = pause.asked_ms + kPatienceMs;
    return row;
  }
  pause.state = Pause::State::Paused;
  const std::int64_t resume_asked_ms = rows.integer(9);
  if (resume_asked_ms != 0 && now < resume_asked_ms + kPatienceMs) {
    pause.state = Pause::State::ResumeAsked;
    pause.resume_reason = rows.text(7);
    pause.resume_asked_by = rows.text(8);
    pause.resume_asked_ms = resume_asked_ms;
    pause.lapses_ms = resume_asked_ms + kPatienceMs;
  }
  return row;
}

// Rows that are asked for or in force now.
Result<std::vector<Row>> open_rows(Home& home) {
  const std::int64_t now = now_ms(home.clock());
  OSLER_TRY(auto rows,
            home.database().prepare(std::string("SELECT ") + kColumns +
                                        " FROM pauses WHERE withdrawn_ms IS NULL AND resumed_ms IS "
                                        "NULL AND (confirmed_ms IS NOT NULL OR asked_ms > ?) "
                                        "ORDER BY model, version, id",
                                    {now - kPatienceMs}));
  std::vector<Row> list;
  while (true) {
    OSLER_TRY(const bool found, rows.step());
    if (!found) {
      return list;
    }
    list.push_back(read_row(rows, now));
  }
}

Result<std::optional<Row>> find_row(Home& home, const ModelName& model) {
  OSLER_TRY(const auto list, open_rows(home));
  const auto found =
      std::ranges::find_if(list, [&](const Row& row) { return row.pause.model == model; });
  return found == list.end() ? std::nullopt : std::optional<Row>(*found);
}

Error nothing_asked(const char* what) {
  return Error(ErrorCode::FailedPrecondition, std::string("nobody has asked for ") + what)
      .hint("an asking lapses after 30 minutes; ask again");
}

Error not_the_same() {
  return Error(ErrorCode::PermissionDenied, "this takes a second person: you asked for it yourself")
      .hint("somebody else of the same right confirms it");
}

Result<void> audit(Home& home, Transaction& change, const char* action, const Pause& pause,
                   const Person& person, const std::string& reason) {
  OSLER_TRY_DO(home.audit().append(
      change,
      {.actor = person.name,
       .action = action,
       .facts = {{"model", pause.model.reference()}, {"reason", reason}, {"from", person.from}}}));
  return {};
}

// Changes one pause's row and says so in the audit, or neither; the worklist's words follow.
Result<void> act(Home& home, const Row& row, const char* action, const char* sql,
                 std::initializer_list<storage::database::Value> values, const Person& person,
                 const std::string& reason) {
  OSLER_TRY(auto change, Transaction::begin(home.database()));
  OSLER_TRY_DO(home.database().execute(sql, values));
  OSLER_TRY_DO(audit(home, change, action, row.pause, person, reason));
  OSLER_TRY_DO(internal::refresh_waiting(home, change, row.pause.model));
  return change.commit();
}

Result<void> check_reason(const std::string& reason) {
  if (trim(reason).empty() || reason.size() > 2000) {
    return Error(ErrorCode::InvalidArgument, "say why, in at most 2,000 characters")
        .hint("the reason stands on every page where the model would have spoken");
  }
  return {};
}

Result<Pause> now_standing(Home& home, const ModelName& model) {
  OSLER_TRY(auto row, find_row(home, model));
  if (!row) {
    return nothing_asked("this");
  }
  return std::move(row->pause);
}

}  // namespace

std::string_view to_string(Pause::State state) {
  constexpr std::array<std::string_view, 3> kWords{"asked", "paused", "resume_asked"};
  return kWords.at(static_cast<std::size_t>(state));
}

Result<void> prepare(Home& home) {
  return internal::migrate(home.database());
}

Result<std::optional<Pause>> pause_of(Home& home, const ModelName& model) {
  OSLER_TRY(auto row, find_row(home, model));
  return row ? std::optional<Pause>(std::move(row->pause)) : std::nullopt;
}

Result<std::vector<Pause>> pauses_in_force(Home& home) {
  OSLER_TRY(auto rows, open_rows(home));
  std::vector<Pause> list;
  for (auto& row : rows) {
    if (row.pause.in_force()) {
      list.push_back(std::move(row.pause));
    }
  }
  return list;
}

Result<Pause> ask_pause(Home& home, const ModelName& model, const std::string& reason,
                        const Person& person) {
  OSLER_TRY_DO(check_reason(reason));
  OSLER_TRY(const auto found, find_model(home, model.reference()));
  if (found.stage != "production" && found.stage != "shadow") {
    return Error(ErrorCode::FailedPrecondition, model.reference() + " is not in service");
  }
  OSLER_TRY(auto change, Transaction::begin(home.database()));
  OSLER_TRY(const auto before, find_row(home, model));
  if (before) {
    return Error(ErrorCode::FailedPrecondition, before->pause.in_force()
                                                    ? model.reference() + " is paused already"
                                                    : "a pause is asked for already");
  }
  OSLER_TRY_DO(home.database().execute(
      "INSERT INTO pauses (model, version, reason, asked_by, asked_ms) VALUES (?, ?, ?, ?, ?)",
      {model.name, model.version, reason, person.name, now_ms(home.clock())}));
  OSLER_TRY(auto pause, now_standing(home, model));
  OSLER_TRY_DO(audit(home, change, "model.pause.ask", pause, person, reason));
  OSLER_TRY_DO(change.commit());
  return pause;
}

Result<Pause> confirm_pause(Home& home, const ModelName& model, const Person& person) {
  OSLER_TRY(const auto row, find_row(home, model));
  if (!row || row->pause.in_force()) {
    return nothing_asked("a pause");
  }
  if (row->pause.asked_by == person.name) {
    return not_the_same();
  }
  OSLER_TRY_DO(act(home, *row, "model.pause",
                   "UPDATE pauses SET confirmed_by = ?, confirmed_ms = ? WHERE id = ? AND "
                   "confirmed_ms IS NULL",
                   {person.name, now_ms(home.clock()), row->id}, person, row->pause.reason));
  return now_standing(home, model);
}

Result<void> withdraw_pause(Home& home, const ModelName& model, const Person& person) {
  OSLER_TRY(const auto row, find_row(home, model));
  if (!row || row->pause.in_force()) {
    return nothing_asked("a pause");
  }
  return act(home, *row, "model.pause.withdraw",
             "UPDATE pauses SET withdrawn_ms = ? WHERE id = ? AND confirmed_ms IS NULL",
             {now_ms(home.clock()), row->id}, person, row->pause.reason);
}

Result<Pause> ask_resume(Home& home, const ModelName& model, const std::string& reason,
                         const Person& person) {
  OSLER_TRY_DO(check_reason(reason));
  OSLER_TRY(const auto row, find_row(home, model));
  if (!row || row->pause.state != Pause::State::Paused) {
    return Error(ErrorCode::FailedPrecondition,
                 row && row->pause.in_force() ? "it is asked for already" : "it is not paused");
  }
  OSLER_TRY_DO(act(home, *row, "model.resume.ask",
                   "UPDATE pauses SET resume_reason = ?, resume_asked_by = ?, resume_asked_ms = ? "
                   "WHERE id = ?",
                   {reason, person.name, now_ms(home.clock()), row->id}, person, reason));
  return now_standing(home, model);
}

Result<void> confirm_resume(Home& home, const ModelName& model, const Person& person) {
  OSLER_TRY(const auto row, find_row(home, model));
  if (!row || row->pause.state != Pause::State::ResumeAsked) {
    return nothing_asked("its return to service");
  }
  if (row->pause.resume_asked_by == person.name) {
    return not_the_same();
  }
  return act(home, *row, "model.resume",
             "UPDATE pauses SET resumed_by = ?, resumed_ms = ? WHERE id = ?",
             {person.name, now_ms(home.clock()), row->id}, person, row->pause.resume_reason);
}

Result<std::vector<InService>> in_service(Home& home) {
  OSLER_TRY(const auto models, list_models(home));
  OSLER_TRY(const auto pauses, pauses_in_force(home));
  std::vector<InService> list;
  for (const auto& model : models) {
    if (model.stage != "production" && model.stage != "shadow") {
      continue;
    }
    const ModelName name{.name = model.name, .version = model.version};
    list.push_back({.model = name,
                    .digest = model.digest,
                    .shown = model.stage == "production",
                    .paused = std::ranges::any_of(
                        pauses, [&](const Pause& pause) { return pause.model == name; })});
  }
  return list;
}

Result<std::vector<Notice>> notices(Home& home) {
  OSLER_TRY(const auto pauses, pauses_in_force(home));
  std::vector<Notice> list;
  for (const auto& pause : pauses) {
    list.push_back({.state = "paused",
                    .subject = pause.model.reference(),
                    .text = pause.model.name + " " + std::to_string(pause.model.version) +
                            " is off: " + pause.reason,
                    .since_ms = pause.confirmed_ms,
                    .advice = "Read as if it were not there."});
  }
  return list;
}

}  // namespace osler::workflow::reading
