#include "workflow/reading/worklist.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/text.h"
#include "workflow/reading/internal/rows.h"
#include "workflow/reading/internal/tables.h"

namespace osler::workflow::reading {
namespace internal {
namespace {

std::string date_text(const std::string& date) {
  return date.size() == 8 ? date.substr(0, 4) + "-" + date.substr(4, 2) + "-" + date.substr(6, 2)
                          : "";
}

// "2026-11-24T08:42:00" of DA and TM.
std::string acquired_text(const std::string& date, const std::string& time) {
  std::string day = date_text(date);
  const bool has_time = time.size() >= 4 && std::ranges::all_of(time.substr(0, 4), [](char c) {
                          return c >= '0' && c <= '9';
                        });
  if (day.empty() || !has_time) {
    return day;
  }
  const std::string seconds = time.size() >= 6 ? time.substr(4, 2) : "00";
  return day + "T" + time.substr(0, 2) + ":" + time.substr(2, 2) + ":" + seconds;
}

std::string age_text(double years) {
  if (years >= 2.0) {
    return fixed(std::floor(years), 0) + " y";
  }
  if (years >= 1.0 / 6.0) {
    return fixed(std::floor(years * 12.0), 0) + " mo";
  }
  return fixed(std::floor(years * 365.25), 0) + " d";
}

}  // namespace

const char* const kStudyColumns =
    "s.number, s.study_instance_uid, s.patient_id, s.patient_name, s.birth_date, s.patient_sex, "
    "s.age_years, s.accession, s.study_date, s.study_time, s.title, s.place, s.question, "
    "s.urgency, s.raised_by, s.arrived_ms, s.due_ms, s.ai, s.result, s.acknowledged_by, "
    "s.acknowledged_ms, s.updated_ms";

StudyFacts read_study(const storage::Statement& rows) {
  StudyFacts study;
  study.number = rows.integer(0);
  study.study_instance_uid = rows.text(1);
  study.patient_name_dicom = rows.text(3);
  study.patient = {.name = reading_name(study.patient_name_dicom),
                   .id = rows.text(2),
                   .sex = rows.text(5),
                   .age = rows.is_null(6) ? "" : age_text(rows.number(6)),
                   .birth_date = date_text(rows.text(4))};
  study.accession = rows.text(7);
  study.acquired = acquired_text(rows.text(8), rows.text(9));
  study.title = rows.text(10);
  study.place = rows.text(11);
  study.question = rows.text(12);
  study.urgency = static_cast<Urgency>(rows.integer(13));
  study.raised_by = rows.text(14);
  study.arrived_ms = rows.integer(15);
  study.due_ms = rows.integer(16);
  study.ai = rows.text(17);
  study.result = rows.text(18);
  study.acknowledged_by = rows.text(19);
  study.acknowledged_ms = rows.integer(20);
  study.updated_ms = rows.integer(21);
  return study;
}

}  // namespace internal

namespace {

using storage::database::Value;

constexpr std::int64_t kDayMs = 24L * 60 * 60 * 1000;
constexpr std::size_t kMostRows = 500;

std::string view_condition(View view, std::int64_t now) {
  const std::string since = std::to_string(now - kDayMs);
  switch (view) {
    case View::Open:
      return "s.listed = 1 AND s.acknowledged_ms IS NULL";
    case View::Acknowledged:
      return "s.listed = 1 AND s.acknowledged_ms >= " + since;
    case View::All:
      return "s.listed = 1 AND (s.acknowledged_ms IS NULL OR s.acknowledged_ms >= " + since + ")";
  }
  return "0";
}

// Only words of our own stand in the text of a condition; what a user wrote is bound.
std::string filters(const WorklistQuery& query) {
  std::string text;
  if (!query.urgency.empty()) {
    std::vector<std::string> list;
    list.reserve(query.urgency.size());
    for (const Urgency urgency : query.urgency) {
      list.push_back(std::to_string(static_cast<int>(urgency)));
    }
    text += " AND s.urgency IN (" + join(list, ", ") + ")";
  }
  constexpr std::array<std::string_view, 6> kKnown{"queued",       "done",   "failed",
                                                   "out_of_scope", "paused", "none"};
  std::vector<std::string> states;
  for (const auto& state : query.ai) {
    if (std::ranges::find(kKnown, state) != kKnown.end()) {
      states.push_back("'" + state + "'");
    }
  }
  if (!states.empty()) {
    text += " AND s.ai IN (" + join(states, ", ") + ")";
  }
  if (!query.find.empty()) {
    text += " AND instr(s.search, ?) > 0";
  }
  return text;
}

Result<std::int64_t> count(Home& home, const std::string& condition, const std::string& find) {
  const std::string sql = "SELECT count(*) FROM studies AS s WHERE " + condition;
  const auto found =
      find.empty() ? home.database().integer(sql) : home.database().integer(sql, {find});
  if (!found) {
    return found.error();
  }
  return found->value_or(0);
}

void add_to_ai(WorklistCounts& counts, const std::string& state, std::int64_t studies) {
  const auto entry =
      std::ranges::find(counts.ai, state, &std::pair<std::string, std::int64_t>::first);
  if (entry != counts.ai.end()) {
    entry->second += studies;
  }
}

// Both are answered by indexes that hold all they ask for, so that a long list is counted in time.
Result<void> count_view(Home& home, View view, bool shown, std::int64_t now,
                        WorklistCounts& counts) {
  OSLER_TRY(auto rows,
            home.database().prepare("SELECT s.urgency, s.ai, count(*) FROM studies AS s WHERE " +
                                    view_condition(view, now) + " GROUP BY s.urgency, s.ai"));
  while (true) {
    OSLER_TRY(const bool found, rows.step());
    if (!found) {
      return {};
    }
    const std::int64_t studies = rows.integer(2);
    counts.view.at(static_cast<std::size_t>(view)) += studies;
    if (shown) {
      counts.urgency.at(static_cast<std::size_t>(rows.integer(0))) += studies;
      add_to_ai(counts, rows.text(1), studies);
    }
  }
}

Result<void> count_due(Home& home, std::int64_t now, WorklistCounts& counts) {
  const std::string due = view_condition(View::Open, now) + " AND s.due_ms ";
  const std::string at = std::to_string(now);
  OSLER_TRY(counts.group[0], count(home, due + "< " + at, ""));
  OSLER_TRY(counts.group[1],
            count(home, due + "BETWEEN " + at + " AND " + std::to_string(now + kSoonMs - 1), ""));
  counts.group[2] = counts.view[0] - counts.group[0] - counts.group[1];
  return {};
}

Result<WorklistCounts> counts_of(Home& home, View view, std::int64_t now) {
  WorklistCounts counts;
  for (const char* state : {"done", "queued", "failed", "out_of_scope", "paused", "none"}) {
    counts.ai.emplace_back(state, 0);
  }
  OSLER_TRY_DO(count_view(home, View::Open, view != View::Acknowledged, now, counts));
  OSLER_TRY_DO(count_view(home, View::Acknowledged, view != View::Open, now, counts));
  OSLER_TRY_DO(count_due(home, now, counts));
  counts.view[2] = counts.view[0] + counts.view[1];
  return counts;
}

Result<std::vector<StudyFacts>> page(Home& home, const WorklistQuery& query,
                                     const std::string& condition, const std::string& find) {
  const std::string order = query.view == View::Open ? "s.due_ms, s.urgency, s.study_instance_uid"
                            : query.view == View::Acknowledged
                                ? "s.acknowledged_ms DESC"
                                : "s.acknowledged_ms IS NOT NULL, s.acknowledged_ms DESC, s.due_ms";
  const std::string sql = std::string("SELECT ") + internal::kStudyColumns +
                          " FROM studies AS s WHERE " + condition + " ORDER BY " + order +
                          " LIMIT " + std::to_string(std::min(query.limit, kMostRows)) +
                          " OFFSET " + std::to_string(query.offset);
  auto prepared =
      find.empty() ? home.database().prepare(sql) : home.database().prepare(sql, {find});
  OSLER_TRY(auto rows, std::move(prepared));
  std::vector<StudyFacts> list;
  while (true) {
    OSLER_TRY(const bool found, rows.step());
    if (!found) {
      return list;
    }
    list.push_back(internal::read_study(rows));
  }
}

Result<StudyFacts> find_row(Home& home, const char* condition, const Value& value) {
  OSLER_TRY(auto rows, home.database().prepare(std::string("SELECT ") + internal::kStudyColumns +
                                                   " FROM studies AS s WHERE " + condition,
                                               {value}));
  OSLER_TRY(const bool found, rows.step());
  if (!found) {
    return Error(ErrorCode::NotFound, "there is no such study");
  }
  return internal::read_study(rows);
}

}  // namespace

Result<WorklistPage> worklist(Home& home, const WorklistQuery& query) {
  const std::int64_t now = now_ms(home.clock());
  const std::string find = lower(trim(query.find));
  WorklistQuery asked = query;
  asked.find = find;
  const std::string condition = view_condition(query.view, now) + filters(asked);
  WorklistPage result;
  OSLER_TRY(result.counts, counts_of(home, query.view, now));
  const bool filtered = !query.urgency.empty() || !query.ai.empty() || !find.empty();
  if (filtered) {
    OSLER_TRY(result.total, count(home, condition, find));
  } else {
    result.total = result.counts.view.at(static_cast<std::size_t>(query.view));
  }
  OSLER_TRY(result.rows, page(home, query, condition, find));
  return result;
}

Result<std::string> worklist_revision(Home& home) {
  // What one connection wrote, and what others did: together they move with every change.
  OSLER_TRY(const auto others, home.database().integer("PRAGMA data_version"));
  OSLER_TRY(const auto own, home.database().integer("SELECT total_changes()"));
  return std::to_string(others.value_or(0)) + "." + std::to_string(own.value_or(0));
}

Result<StudyFacts> find_study(Home& home, const std::string& study_instance_uid) {
  return find_row(home, "s.study_instance_uid = ?", study_instance_uid);
}

Result<StudyFacts> find_study(Home& home, std::int64_t number) {
  return find_row(home, "s.number = ?", number);
}

Result<Place> place_of(Home& home, const StudyFacts& study) {
  const std::string open = view_condition(View::Open, 0);
  const std::string key = "(s.due_ms, s.urgency, s.study_instance_uid)";
  const auto urgency = static_cast<std::int64_t>(study.urgency);
  const auto neighbour = [&](const char* side, const char* direction) {
    return home.database().text("SELECT s.study_instance_uid FROM studies AS s WHERE " + open +
                                    " AND " + key + " " + side + " (?, ?, ?) ORDER BY s.due_ms " +
                                    direction + ", s.urgency " + direction +
                                    ", s.study_instance_uid " + direction + " LIMIT 1",
                                {study.due_ms, urgency, study.study_instance_uid});
  };
  Place place;
  OSLER_TRY(const auto before,
            home.database().integer(
                "SELECT count(*) FROM studies AS s WHERE " + open + " AND " + key + " < (?, ?, ?)",
                {study.due_ms, urgency, study.study_instance_uid}));
  place.position = before.value_or(0) + 1;
  OSLER_TRY(place.of, count(home, open, ""));
  OSLER_TRY(const auto next, neighbour(">", "ASC"));
  OSLER_TRY(const auto previous, neighbour("<", "DESC"));
  place.next = next.value_or("");
  place.previous = previous.value_or("");
  return place;
}

Result<std::vector<StudyFacts>> priors_of(Home& home, const StudyFacts& study) {
  std::vector<StudyFacts> list;
  if (study.patient.id.empty()) {
    return list;
  }
  OSLER_TRY(auto rows, home.database().prepare(
                           std::string("SELECT ") + internal::kStudyColumns +
                               " FROM studies AS s WHERE s.patient_id = ? AND s.number <> ? "
                               "ORDER BY s.study_date DESC, s.study_time DESC LIMIT 5",
                           {study.patient.id, study.number}));
  while (true) {
    OSLER_TRY(const bool found, rows.step());
    if (!found) {
      return list;
    }
    list.push_back(internal::read_study(rows));
  }
}

std::string reading_name(const std::string& dicom) {
  const auto groups = split(dicom, '=');
  const auto words = [](const std::string& group) {
    const auto parts = split(group, '^');
    std::vector<std::string> given;
    for (std::size_t i = 1; i < parts.size() && i < 3; ++i) {
      if (!trim(parts[i]).empty()) {
        given.emplace_back(trim(parts[i]));
      }
    }
    const std::string family(parts.empty() ? "" : trim(parts.front()));
    return std::pair(family, join(given, " "));
  };
  const auto [family, given] = words(groups.empty() ? "" : groups.front());
  std::string alphabetic = given.empty() ? family : family + ", " + given;
  if (groups.size() < 2 || trim(groups[1]).empty()) {
    return alphabetic;
  }
  const auto [other_family, other_given] = words(groups[1]);
  const std::string other = other_given.empty() ? other_family : other_family + " " + other_given;
  return alphabetic.empty() ? other : other + " (" + alphabetic + ")";
}

}  // namespace osler::workflow::reading
