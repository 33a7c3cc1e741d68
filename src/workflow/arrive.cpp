#include "workflow/internal/arrive.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"

namespace osler::workflow::internal {
namespace {

using storage::Transaction;

std::string sentence_case(const std::string& word) {
  std::string text = lower(word);
  if (!text.empty() && text.front() >= 'a' && text.front() <= 'z') {
    text.front() = static_cast<char>(text.front() - 'a' + 'A');
  }
  return text;
}

std::string view_words(const std::string& view) {
  if (view == "LL" || view == "RL" || view == "LAT" || view == "LATERAL") {
    return "lateral";
  }
  return view.size() <= 3 ? view : lower(view);
}

// "Chest PA and lateral", from the films of the study; without a body part what the study calls
// itself.
Result<std::string> title_of(Transaction& change, const clinical::Instance& instance) {
  OSLER_TRY(auto rows, change.database().prepare(
                           "SELECT DISTINCT body_part, view_position FROM originals "
                           "WHERE study_instance_uid = ? ORDER BY body_part, view_position DESC",
                           {instance.study_instance_uid}));
  std::string part;
  std::vector<std::string> views;
  while (true) {
    OSLER_TRY(const bool found, rows.step());
    if (!found) {
      break;
    }
    part = part.empty() ? rows.text(0) : part;
    const std::string view = view_words(rows.text(1));
    if (!view.empty() && std::ranges::find(views, view) == views.end()) {
      views.push_back(view);
    }
  }
  if (part.empty()) {
    return instance.study_description.empty() ? instance.modality : instance.study_description;
  }
  std::string title = sentence_case(part);
  if (!views.empty()) {
    title += " " + join(views, " and ");
  }
  return title;
}

Result<void> insert(Transaction& change, const clinical::Instance& instance,
                    const Arrival& arrival) {
  const Urgency urgency = urgency_of(instance.priority);
  const auto target = std::chrono::milliseconds(
      arrival.configuration->targets.at(static_cast<std::size_t>(urgency)));
  const std::string search = lower(instance.patient_name + " " + instance.patient_id + " " +
                                   instance.accession_number + " " + instance.location);
  OSLER_TRY_DO(change.database().execute(
      "INSERT INTO studies (study_instance_uid, patient_id, patient_name, birth_date, patient_sex, "
      "age_years, accession, study_date, study_time, title, place, question, search, urgency, "
      "raised_by, listed, arrived_ms, due_ms, ai, result, updated_ms) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?, ?, ?, ?, '', ?, ?, ?, 'none', '', ?)",
      {instance.study_instance_uid, instance.patient_id, instance.patient_name,
       instance.patient_birth_date, instance.patient_sex, instance.age_years,
       instance.accession_number, instance.study_date, instance.study_time, instance.location,
       instance.question, search, static_cast<std::int64_t>(urgency), arrival.listed ? 1 : 0,
       arrival.now_ms, arrival.now_ms + target.count(), arrival.now_ms}));
  return {};
}

// A study that was history, or was acknowledged before this film came, wants eyes from now on.
Result<void> list_again(Transaction& change, const clinical::Instance& instance,
                        const Arrival& arrival) {
  if (!arrival.listed) {
    return {};
  }
  OSLER_TRY(const auto urgency, change.database().integer(
                                    "SELECT urgency FROM studies WHERE study_instance_uid = ? AND "
                                    "(listed = 0 OR acknowledged_ms IS NOT NULL)",
                                    {instance.study_instance_uid}));
  if (!urgency) {
    return {};
  }
  const auto target = std::chrono::milliseconds(
      arrival.configuration->targets.at(static_cast<std::size_t>(*urgency)));
  OSLER_TRY_DO(change.database().execute(
      "UPDATE studies SET listed = 1, acknowledged_by = NULL, acknowledged_ms = NULL, "
      "arrived_ms = ?, due_ms = ? WHERE study_instance_uid = ?",
      {arrival.now_ms, arrival.now_ms + target.count(), instance.study_instance_uid}));
  return {};
}

}  // namespace

Urgency urgency_of(std::string_view priority) {
  constexpr std::array<std::string_view, 4> kCritical{"STAT", "CRITICAL", "IMMEDIATE", "S"};
  constexpr std::array<std::string_view, 4> kUrgent{"HIGH", "URGENT", "ASAP", "A"};
  if (std::ranges::find(kCritical, priority) != kCritical.end()) {
    return Urgency::Critical;
  }
  return std::ranges::find(kUrgent, priority) != kUrgent.end() ? Urgency::Urgent : Urgency::Routine;
}

Result<void> arrive(Transaction& change, const clinical::Instance& instance,
                    const crypto::Digest& original, const Arrival& arrival) {
  OSLER_TRY(const auto known,
            change.database().integer("SELECT 1 FROM studies WHERE study_instance_uid = ?",
                                      {instance.study_instance_uid}));
  if (known) {
    OSLER_TRY_DO(list_again(change, instance, arrival));
  } else {
    OSLER_TRY_DO(insert(change, instance, arrival));
  }
  if (arrival.listed) {
    OSLER_TRY_DO(
        change.database().execute("INSERT INTO arrivals (original) VALUES (?)", {original}));
  }
  OSLER_TRY(const std::string title, title_of(change, instance));
  OSLER_TRY_DO(change.database().execute(
      "UPDATE studies SET title = ?, updated_ms = ? WHERE study_instance_uid = ?",
      {title, arrival.now_ms, instance.study_instance_uid}));
  return {};
}

}  // namespace osler::workflow::internal
