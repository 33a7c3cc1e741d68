#include <nlohmann/json.hpp>

#include "workflow/oversight/internal/times.h"
#include "workflow/oversight/models.h"

namespace osler::workflow::oversight {
namespace {

Json latency_json(const std::optional<Latency>& latency) {
  return latency ? Json{{"p50", latency->p50_ms}, {"p95", latency->p95_ms}} : Json(nullptr);
}

Json answers_json(const AnswerCounts& counts) {
  return {{"answers", counts.answers},
          {"agree", counts.agree},
          {"disagree", counts.disagree},
          {"cannot_say", counts.cannot_say},
          {"undecided", counts.undecided}};
}

Json days_json(const std::vector<DayRow>& days) {
  Json list = Json::array();
  for (const auto& day : days) {
    const auto& latency = day.latency;
    list.push_back({{"day", day.day},
                    {"films", day.films},
                    {"scored", day.scored},
                    {"failed", day.failed},
                    {"p50_ms", latency ? Json(latency->p50_ms) : Json(nullptr)},
                    {"p95_ms", latency ? Json(latency->p95_ms) : Json(nullptr)},
                    {"agree", day.agree},
                    {"answers", day.answers}});
  }
  return list;
}

template <typename Row, typename Make>
Json list_of(const std::vector<Row>& rows, Make make) {
  Json list = Json::array();
  for (const auto& row : rows) {
    list.push_back(make(row));
  }
  return list;
}

Json sign_offs_json(const std::vector<SignOffRow>& rows) {
  return list_of(rows, [](const SignOffRow& row) {
    return Json{{"gate", row.gates}, {"by", row.person}, {"reason", row.reason}};
  });
}

Json history_json(const std::vector<StageStep>& steps) {
  return list_of(steps, [](const StageStep& step) {
    return Json{{"to", step.to}, {"by", step.person}, {"reason", step.reason}, {"time", step.time}};
  });
}

void add_counts(const ModelDetail& detail, Json& document) {
  document["days"] = days_json(detail.days);
  document["overrides"] = list_of(detail.weeks, [](const WeekRow& row) {
    return Json{{"week", row.week}, {"answers", row.answers}, {"overrides", row.overrides}};
  });
  document["reasons"] = list_of(detail.reasons, [](const ReasonRow& row) {
    return Json{{"code", row.code}, {"text", row.text}, {"count", row.count}};
  });
  document["by_tier"] = list_of(detail.by_tier, [](const TierRow& row) {
    return Json{{"tier", row.tier}, {"answers", row.answers}, {"overrides", row.overrides}};
  });
  document["by_version"] = list_of(detail.by_version, [](const VersionRow& row) {
    return Json{{"version", row.version}, {"answers", row.answers}, {"overrides", row.overrides}};
  });
}

}  // namespace

Json to_json(const ModelRow& row) {
  return {{"name", row.model.name},
          {"version", row.model.version},
          {"finding", row.finding},
          {"intended_use", row.intended_use},
          {"owner", row.owner},
          {"risk", row.risk},
          {"stage", row.stage},
          {"state", row.state},
          {"since", row.since},
          {"last_validation", row.last_validation},
          {"next_review", row.next_review},
          {"run", row.run},
          {"window_days", kWindowDays},
          {"scored", row.scored},
          {"films", row.films},
          {"no_result", row.no_result},
          {"failed", row.failed},
          {"latency_ms", latency_json(row.latency)},
          {"answers", answers_json(row.answers)},
          {"agreement", estimate_json(row.agreement)},
          {"agreement_why", row.agreement.reason},
          {"override", estimate_json(row.overrides)},
          {"override_why", row.overrides.reason},
          {"gap", to_json(row.gap)},
          {"gap_why", row.gap_why},
          {"digest", row.digest},
          {"decision_needed", row.decision_needed}};
}

Json to_json(const ModelDetail& detail) {
  Json document = to_json(detail.row);
  document["card"] = detail.card;
  document["gates"] = to_json(detail.gates);
  document["sign_offs"] = sign_offs_json(detail.sign_offs);
  document["history"] = history_json(detail.history);
  add_counts(detail, document);
  document["subgroups"] = to_json(detail.subgroups);
  document["subgroups_why"] = detail.subgroups_why;
  document["pause"] = to_json(detail.pause);
  document["report"] = detail.has_report ? "/api/models/" + detail.row.model.name + "/" +
                                               std::to_string(detail.row.model.version) + "/report"
                                         : "";
  return document;
}

Json to_json(const std::optional<reading::Pause>& pause) {
  if (!pause) {
    return nullptr;
  }
  return {{"state", to_string(pause->state)},
          {"reason", pause->reason},
          {"asked_by", pause->asked_by},
          {"asked_at", time_text(pause->asked_ms)},
          {"confirmed_by", pause->confirmed_by},
          {"confirmed_at", time_text(pause->confirmed_ms)},
          {"resume_reason", pause->resume_reason},
          {"resume_asked_by", pause->resume_asked_by},
          {"resume_asked_at", time_text(pause->resume_asked_ms)},
          {"lapses", time_text(pause->lapses_ms)}};
}

}  // namespace osler::workflow::oversight
