#include "base/json.h"

#include <set>
#include <utility>

#include <nlohmann/json.hpp>

#include "workflow/labelling/agreement.h"
#include "workflow/labelling/finish.h"
#include "workflow/labelling/internal/tables.h"
#include "workflow/labelling/items.h"
#include "workflow/labelling/project.h"

namespace osler::workflow::labelling {
namespace {

Error wrong(std::string message) {
  return Error(ErrorCode::InvalidArgument, std::move(message));
}

Result<void> only_keys(const Json& body, const std::set<std::string>& known) {
  if (!body.is_object()) {
    return wrong("the request is not a JSON object");
  }
  for (const auto& [key, value] : body.items()) {
    if (!known.contains(key)) {
      return wrong("the request has a member that is not known here");
    }
  }
  return {};
}

// As json_string(), but for what a request says.
Result<std::string> text_at(const Json& body, const char* key) {
  const auto found = body.find(key);
  if (found == body.end() || !found->is_string()) {
    return wrong("\"" + std::string(key) + "\" is absent or not a text");
  }
  return found->get<std::string>();
}

Result<std::int64_t> whole_at(const Json& body, const char* key, std::int64_t most) {
  const auto found = body.find(key);
  if (found == body.end() || !found->is_number_integer() || *found < 0 || *found > most) {
    return wrong("\"" + std::string(key) + "\" is absent or not a whole number up to " +
                 std::to_string(most));
  }
  return found->get<std::int64_t>();
}

Result<std::vector<FindingName>> findings_at(const Json& body) {
  const auto list = body.find("findings");
  if (list == body.end() || !list->is_array()) {
    return wrong("\"findings\" is absent or not a list");
  }
  std::vector<FindingName> findings;
  for (const auto& one : *list) {
    OSLER_TRY_DO(only_keys(one, {"code", "label"}));
    OSLER_TRY(std::string code, text_at(one, "code"));
    OSLER_TRY(std::string label, text_at(one, "label"));
    findings.push_back({.code = std::move(code), .label = std::move(label)});
  }
  return findings;
}

Result<Box> box_from(const Json& box) {
  std::array<double, 4> ends{};
  const bool four = box.is_array() && box.size() == ends.size();
  for (std::size_t i = 0; i < ends.size(); ++i) {
    if (!four || !box[i].is_number()) {
      return wrong("a box is not [x0, y0, x1, y1]");
    }
    ends.at(i) = box[i].get<double>();
  }
  return Box{.x0 = ends[0], .y0 = ends[1], .x1 = ends[2], .y1 = ends[3]};
}

Json list_of(const Box& box) {
  return {box.x0, box.y0, box.x1, box.y1};
}

Json answers_json(const Answers& said) {
  Json out = Json::object();
  for (const auto& [finding, answer] : said.answers) {
    out[finding] = to_string(answer);
  }
  return out;
}

Json boxes_json(const Answers& said) {
  Json out = Json::object();
  for (const auto& [finding, box] : said.boxes) {
    out[finding] = list_of(box);
  }
  return out;
}

// A value that stands alone may have no interval; the reason then stands beside it.
Json estimate_json(const evaluate::metrics::Estimate& estimate) {
  if (!estimate.estimable()) {
    return nullptr;
  }
  Json out = evaluate::metrics::to_json(estimate);
  out.erase("not_estimable");
  return out;
}

}  // namespace

Json to_json(const Project& project) {
  Json findings = Json::array();
  for (const auto& [code, label] : project.findings) {
    findings.push_back({{"code", code}, {"label", label}});
  }
  return {
      {"id", project.reference()},
      {"name", project.name},
      {"dataset", project.dataset},
      {"findings", std::move(findings)},
      {"boxes", project.boxes},
      {"readers", project.readers},
      {"adjudicator", project.adjudicator},
      {"films", project.films},
      {"mine", {{"role", to_string(project.role)}, {"done", project.done}, {"left", project.left}}},
      {"answered", project.answered},
      {"disagreements", project.disagreements ? Json(*project.disagreements) : Json()},
      {"state", project.is_open() ? "open" : "closed"},
      {"result", project.result},
      {"created", time_text(project.created_ms)}};
}

Result<NewProject> project_from(const Json& body) {
  OSLER_TRY_DO(only_keys(
      body, {"name", "dataset", "findings", "boxes", "readers", "adjudicator", "films", "seed"}));
  NewProject project;
  OSLER_TRY(project.name, text_at(body, "name"));
  OSLER_TRY(project.dataset, text_at(body, "dataset"));
  OSLER_TRY(project.findings, findings_at(body));
  OSLER_TRY(project.adjudicator, text_at(body, "adjudicator"));
  if (const auto boxes = body.find("boxes"); boxes != body.end()) {
    if (!boxes->is_boolean()) {
      return wrong("\"boxes\" is neither true nor false");
    }
    project.boxes = boxes->get<bool>();
  }
  const auto readers = body.find("readers");
  if (readers == body.end() || !readers->is_array() || readers->size() != 2 ||
      !(*readers)[0].is_string() || !(*readers)[1].is_string()) {
    return wrong("\"readers\" is not a list of two names");
  }
  project.readers = {(*readers)[0].get<std::string>(), (*readers)[1].get<std::string>()};
  OSLER_TRY(const auto films, whole_at(body, "films", INT32_MAX));
  project.films = static_cast<std::size_t>(films);
  if (body.contains("seed")) {
    OSLER_TRY(const auto seed, whole_at(body, "seed", UINT32_MAX));
    project.seed = static_cast<std::uint32_t>(seed);
  }
  return project;
}

Json to_json(const LabelItem& item) {
  Json others = nullptr;
  for (const auto& [name, said] : item.others) {
    others.push_back(
        {{"reader", name}, {"answers", answers_json(said)}, {"boxes", boxes_json(said)}});
  }
  return {{"id", std::to_string(item.id)},
          {"number", item.number},
          {"of", item.of},
          {"asked", item.asked},
          {"answers", item.own ? answers_json(*item.own) : Json()},
          {"boxes", item.own ? boxes_json(*item.own) : Json()},
          {"others", std::move(others)}};
}

Result<NewAnswers> answers_from(const Json& body) {
  OSLER_TRY_DO(only_keys(body, {"answers", "boxes", "seconds"}));
  NewAnswers answers;
  const auto said = body.find("answers");
  if (said == body.end() || !said->is_object()) {
    return wrong("\"answers\" is absent or not an object");
  }
  for (const auto& [finding, word] : said->items()) {
    const auto answer = word.is_string() ? answer_from(word.get<std::string>()) : std::nullopt;
    if (!answer) {
      return wrong("an answer is present, absent or unsure");
    }
    answers.said.answers.emplace(finding, *answer);
  }
  if (const auto boxes = body.find("boxes"); boxes != body.end() && !boxes->is_null()) {
    if (!boxes->is_object()) {
      return wrong("\"boxes\" is not an object");
    }
    for (const auto& [finding, box] : boxes->items()) {
      OSLER_TRY(const Box read, box_from(box));
      answers.said.boxes.emplace(finding, read);
    }
  }
  if (const auto seconds = body.find("seconds"); seconds != body.end() && !seconds->is_null()) {
    if (!seconds->is_number()) {
      return wrong("\"seconds\" is not a number");
    }
    answers.seconds = seconds->get<double>();
  }
  return answers;
}

Json to_json(const Agreement& agreement) {
  Json findings = Json::array();
  for (const auto& one : agreement.findings) {
    Json row = {{"code", one.finding.code},
                {"label", one.finding.label},
                {"kappa", estimate_json(one.kappa)},
                {"kappa_with_unsure", estimate_json(one.kappa_with_unsure)},
                {"table",
                 {{"both_present", one.both_present},
                  {"only_first", one.only_first},
                  {"only_second", one.only_second},
                  {"both_absent", one.both_absent},
                  {"unsure", one.unsure}}},
                {"films", one.films}};
    if (!one.kappa.reason.empty()) {
      row["kappa_why"] = one.kappa.reason;
    }
    findings.push_back(std::move(row));
  }
  Json disagreements = Json::array();
  for (const auto& one : agreement.disagreements) {
    disagreements.push_back({{"item", std::to_string(one.item)},
                             {"number", one.item},
                             {"finding", one.finding},
                             {"answers", {to_string(one.answers[0]), to_string(one.answers[1])}},
                             {"settled", one.settled ? Json(to_string(*one.settled)) : Json()}});
  }
  return {{"findings", std::move(findings)}, {"disagreements", std::move(disagreements)}};
}

Json to_json(const Finished& finished) {
  return {{"dataset", finished.version.short_digest()},
          {"version", finished.version.number},
          {"digest", finished.version.digest.hex()},
          {"films", finished.films},
          {"left_out", finished.left_out},
          {"unsettled", finished.unsettled}};
}

}  // namespace osler::workflow::labelling
