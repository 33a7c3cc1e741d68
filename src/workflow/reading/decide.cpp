#include "workflow/reading/decide.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/text.h"
#include "workflow/reading/internal/refresh.h"
#include "workflow/reading/internal/rows.h"
#include "workflow/reading/internal/tables.h"

namespace osler::workflow::reading {
namespace {

using storage::Transaction;

constexpr std::size_t kLongestNote = 2000;
constexpr std::size_t kLongestRead = 10'000;

std::string study_name(const StudyFacts& study) {
  return std::to_string(study.number);
}

Result<void> audit(Home& home, Transaction& change, const char* action, const Person& person,
                   std::map<std::string, std::string> facts) {
  facts.emplace("from", person.from);
  OSLER_TRY_DO(home.audit().append(
      change, {.actor = person.name, .action = action, .facts = std::move(facts)}));
  return {};
}

Result<Finding> find_card(Home& home, const StudyFacts& study, std::int64_t finding) {
  OSLER_TRY(auto findings, findings_of(home, study.number));
  const auto card = std::ranges::find(findings.cards, finding, &Finding::id);
  if (card == findings.cards.end()) {
    return Error(ErrorCode::NotFound, "the study has no such finding")
        .hint("it may have been superseded: open the study again");
  }
  return std::move(*card);
}

Result<void> check(const Finding& card, const NewDecision& decision) {
  if (!card.has_score() && decision.answer != Answer::Withdrawn) {
    return Error(ErrorCode::FailedPrecondition, "this finding has no score to answer");
  }
  const bool undecided = card.state == FindingState::Undecided;
  const bool asks_presence =
      decision.answer == Answer::Present || decision.answer == Answer::Absent;
  const bool asks_agreement =
      decision.answer == Answer::Agree || decision.answer == Answer::Disagree;
  if (asks_presence != undecided && (asks_presence || asks_agreement)) {
    return Error(ErrorCode::InvalidArgument, "this finding does not ask for that answer")
        .hint(undecided ? "it is undecided: answer present, absent or cannot_say"
                        : "answer agree, disagree or cannot_say");
  }
  const auto& reasons = coded_reasons();
  if (!decision.reason.empty() &&
      std::ranges::find(reasons, decision.reason, &CodedReason::code) == reasons.end()) {
    return Error(ErrorCode::InvalidArgument, "unknown reason")
        .hint("the study's finding lists the reasons");
  }
  if (decision.note.size() > kLongestNote) {
    return Error(ErrorCode::InvalidArgument, "a note has at most 2,000 bytes");
  }
  if (decision.shown != "off" && decision.shown != "outline" && decision.shown != "heat") {
    return Error(ErrorCode::InvalidArgument, "\"shown\" is off, outline or heat");
  }
  if (decision.seconds && !(std::isfinite(*decision.seconds) && *decision.seconds >= 0.0)) {
    return Error(ErrorCode::InvalidArgument, "\"seconds\" is not a duration");
  }
  return {};
}

bool says_the_same(const Finding& card, const NewDecision& decision) {
  if (!card.decision) {
    return decision.answer == Answer::Withdrawn;
  }
  return card.decision->answer == decision.answer && card.decision->reason == decision.reason &&
         card.decision->note == decision.note;
}

Result<void> insert(Home& home, const StudyFacts& study, const Finding& card,
                    const NewDecision& decision, const Person& person) {
  OSLER_TRY_DO(home.database().execute(
      "INSERT INTO decisions (result, study, decision, override, reason, note, person, at_ms, "
      "digest, state, tier, probability, threshold, shown, seconds) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {card.id, study.number, to_string(decision.answer),
       decision.answer == Answer::Disagree ? 1 : 0, decision.reason, decision.note, person.name,
       now_ms(home.clock()), card.digest, to_string(card.state), card.tier, card.probability,
       card.threshold, decision.shown, decision.seconds}));
  OSLER_TRY_DO(home.database().execute("UPDATE studies SET updated_ms = ? WHERE number = ?",
                                       {now_ms(home.clock()), study.number}));
  return {};
}

}  // namespace

Result<Finding> decide(Home& home, const StudyFacts& study, std::int64_t finding,
                       const NewDecision& decision, const Person& person) {
  OSLER_TRY(auto change, Transaction::begin(home.database()));
  OSLER_TRY(const auto card, find_card(home, study, finding));
  OSLER_TRY_DO(check(card, decision));
  if (says_the_same(card, decision)) {
    return card;
  }
  OSLER_TRY_DO(insert(home, study, card, decision, person));
  OSLER_TRY_DO(audit(home, change, "finding.decide", person,
                     {{"study", study_name(study)},
                      {"result", std::to_string(card.id)},
                      {"decision", std::string(to_string(decision.answer))},
                      {"reason", decision.reason},
                      {"model", card.model.reference()},
                      {"digest", card.digest},
                      {"shown", decision.shown}}));
  OSLER_TRY_DO(change.commit());
  return find_card(home, study, finding);
}

Result<std::vector<Decision>> decisions_of(Home& home, std::int64_t finding) {
  OSLER_TRY(auto rows, home.database().prepare(std::string("SELECT ") + internal::kDecisionColumns +
                                                   " FROM decisions WHERE result = ? ORDER BY id",
                                               {finding}));
  std::vector<Decision> list;
  while (true) {
    OSLER_TRY(const bool found, rows.step());
    if (!found) {
      return list;
    }
    list.push_back(internal::read_decision(rows));
  }
}

Result<void> acknowledge(Home& home, const StudyFacts& study, const Person& person) {
  const std::int64_t now = now_ms(home.clock());
  OSLER_TRY(auto change, Transaction::begin(home.database()));
  OSLER_TRY_DO(home.database().execute(
      "UPDATE studies SET acknowledged_by = ?, acknowledged_ms = ?, updated_ms = ? "
      "WHERE number = ? AND acknowledged_ms IS NULL",
      {person.name, now, now, study.number}));
  OSLER_TRY_DO(home.database().execute(
      "INSERT INTO acknowledgements (study, person, at_ms) VALUES (?, ?, ?)",
      {study.number, person.name, now}));
  OSLER_TRY_DO(audit(home, change, "study.acknowledge", person, {{"study", study_name(study)}}));
  return change.commit();
}

Result<FirstRead> enter_first_read(Home& home, const StudyFacts& study, const std::string& text,
                                   const Person& person) {
  if (trim(text).empty() || text.size() > kLongestRead) {
    return Error(ErrorCode::InvalidArgument, "a first read has 1 to 10,000 bytes");
  }
  const FirstRead read{.person = person.name, .at_ms = now_ms(home.clock()), .text = text};
  OSLER_TRY(auto change, Transaction::begin(home.database()));
  OSLER_TRY_DO(home.database().execute(
      "INSERT INTO first_reads (study, person, at_ms, text) VALUES (?, ?, ?, ?)",
      {study.number, read.person, read.at_ms, read.text}));
  OSLER_TRY_DO(audit(home, change, "study.first_read", person, {{"study", study_name(study)}}));
  OSLER_TRY_DO(change.commit());
  return read;
}

Result<std::optional<FirstRead>> first_read_of(Home& home, const StudyFacts& study) {
  OSLER_TRY(auto rows,
            home.database().prepare(
                "SELECT person, at_ms, text FROM first_reads WHERE study = ? ORDER BY id LIMIT 1",
                {study.number}));
  OSLER_TRY(const bool found, rows.step());
  if (!found) {
    return std::optional<FirstRead>();
  }
  return std::optional<FirstRead>(
      FirstRead{.person = rows.text(0), .at_ms = rows.integer(1), .text = rows.text(2)});
}

Result<void> note_opened(Home& home, const StudyFacts& study, const Person& person) {
  OSLER_TRY(auto change, Transaction::begin(home.database()));
  OSLER_TRY_DO(audit(home, change, "study.open", person, {{"study", study_name(study)}}));
  return change.commit();
}

Result<void> note_marks(Home& home, const StudyFacts& study, std::int64_t finding,
                        const std::string& marks, const Person& person) {
  if (marks != "outline" && marks != "heat") {
    return Error(ErrorCode::InvalidArgument, "\"marks\" is outline or heat");
  }
  OSLER_TRY(auto change, Transaction::begin(home.database()));
  OSLER_TRY(const auto card, find_card(home, study, finding));
  OSLER_TRY_DO(
      audit(home, change, "marks.show", person,
            {{"study", study_name(study)}, {"result", std::to_string(card.id)}, {"marks", marks}}));
  return change.commit();
}

Result<void> report_problem(Home& home, const StudyFacts& study,
                            std::optional<std::int64_t> finding, const std::string& text,
                            const Person& person) {
  if (trim(text).empty() || text.size() > kLongestRead) {
    return Error(ErrorCode::InvalidArgument, "describe the problem in 1 to 10,000 bytes");
  }
  OSLER_TRY(auto change, Transaction::begin(home.database()));
  if (finding) {
    OSLER_TRY_DO(find_card(home, study, *finding));
  }
  OSLER_TRY_DO(home.database().execute(
      "INSERT INTO problems (study, result, person, at_ms, text) VALUES (?, ?, ?, ?, ?)",
      {study.number, finding, person.name, now_ms(home.clock()), text}));
  OSLER_TRY_DO(
      audit(home, change, "problem.report", person,
            {{"study", study_name(study)}, {"result", finding ? std::to_string(*finding) : ""}}));
  return change.commit();
}

}  // namespace osler::workflow::reading
