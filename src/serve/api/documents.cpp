#include "serve/api/internal/documents.h"

#include <chrono>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/text.h"

namespace osler::serve::api::internal {
namespace {

namespace reading = workflow::reading;
using reading::FindingState;

Json optional_number(const std::optional<double>& number) {
  return number ? Json(*number) : Json();
}

Json orientation_document(const std::optional<reading::Sides>& sides) {
  if (!sides) {
    return nullptr;
  }
  return {{"left", sides->left},
          {"right", sides->right},
          {"top", sides->top},
          {"bottom", sides->bottom}};
}

Json answers_of(const reading::Finding& finding) {
  if (finding.state == FindingState::Undecided) {
    return {"present", "absent", "cannot_say"};
  }
  return finding.has_score() ? Json{"agree", "disagree", "cannot_say"} : Json::array();
}

Json reasons_document() {
  Json list = Json::array();
  for (const auto& reason : reading::coded_reasons()) {
    list.push_back({{"code", reason.code}, {"text", reason.text}});
  }
  return list;
}

Json parsed_or_null(const std::string& text) {
  if (text.empty()) {
    return nullptr;
  }
  auto document = parse_json(text, "results");
  return document ? *std::move(document) : Json();
}

Json code_document(const reading::Finding& finding) {
  const Json code = parsed_or_null(finding.code);
  const auto text = [&](const char* key) {
    return code.is_object() && code.contains(key) && code[key].is_string()
               ? code[key].get<std::string>()
               : std::string();
  };
  return {{"system", text("system")}, {"code", text("code")}, {"display", finding.label}};
}

std::string stage_of(const Context& context, const reading::ModelName& model) {
  for (const auto& service : context.scoring.models()) {
    if (service.model == model) {
      return service.shown ? "production" : "shadow";
    }
  }
  return "former";
}

std::string intended_use_of(const Context& context, const reading::ModelName& model) {
  const auto scorer = context.scoring.find(model);
  if (!scorer) {
    return {};
  }
  const auto use = parse_json(scorer->package().contents().intended_use, "intended use");
  return use && use->contains("statement") && (*use)["statement"].is_string()
             ? (*use)["statement"].get<std::string>()
             : std::string();
}

Json similar_document(const reading::Finding& finding) {
  Json list = Json::array();
  for (const auto& film : finding.similar) {
    list.push_back({{"thumbnail", "/api/similar/" + finding.model.name + "/" +
                                      std::to_string(finding.model.version) + "/" +
                                      std::to_string(film.place)},
                    {"label", film.positive ? finding.label : "Not " + lower(finding.label)},
                    {"positive", film.positive},
                    {"text", "label of a validation film"}});
  }
  return list;
}

}  // namespace

Json study_document(const reading::StudyFacts& study, const workflow::Configuration& configuration,
                    std::int64_t now) {
  const auto target = configuration.targets.at(static_cast<std::size_t>(study.urgency));
  const std::int64_t until = study.acknowledged_ms != 0 ? study.acknowledged_ms : now;
  return {{"study", study.study_instance_uid},
          {"urgency", std::string(workflow::to_string(study.urgency))},
          {"raised_by", study.raised_by},
          {"arrived", time_or_null(study.arrived_ms)},
          {"due", time_or_null(study.due_ms)},
          {"waiting_seconds", std::max<std::int64_t>(0, (until - study.arrived_ms) / 1000)},
          {"target_seconds", std::chrono::seconds(target).count()},
          {"patient",
           {{"name", study.patient.name},
            {"id", study.patient.id},
            {"sex", study.patient.sex},
            {"age", study.patient.age},
            {"birth_date", study.patient.birth_date}}},
          {"title", study.title},
          {"place", study.place},
          {"acquired", study.acquired},
          {"accession", study.accession},
          {"acknowledged",
           study.acknowledged_ms == 0
               ? Json()
               : Json{{"by", study.acknowledged_by}, {"at", time_or_null(study.acknowledged_ms)}}}};
}

Json image_document(const reading::FilmFacts& film, const std::string& at) {
  Json windows = Json::array();
  for (const auto& window : film.windows) {
    windows.push_back({{"name", window.name}, {"center", window.centre}, {"width", window.width}});
  }
  return {{"sop", film.sop_instance_uid},
          {"series", film.series_instance_uid},
          {"number", film.instance_number},
          {"rows", film.rows},
          {"columns", film.columns},
          {"bits_stored", film.bits_stored},
          {"signed", film.is_signed},
          {"photometric", film.photometric},
          {"slope", film.slope},
          {"intercept", film.intercept},
          {"frames", film.frames},
          {"windows", std::move(windows)},
          {"range", film.range},
          {"spacing_mm", film.spacing_mm ? Json(*film.spacing_mm) : Json()},
          {"spacing_source", film.spacing_source},
          {"orientation", orientation_document(film.sides)},
          {"laterality", film.laterality},
          {"modality", film.modality},
          {"view", film.view},
          {"pixels", at + "/pixels"},
          {"thumbnail", at + "/thumbnail"}};
}

Json decision_document(const reading::Decision& decision) {
  return {{"decision", std::string(reading::to_string(decision.answer))},
          {"override", decision.is_override},
          {"reason", decision.reason},
          {"note", decision.note},
          {"by", decision.person},
          {"at", time_or_null(decision.at_ms)},
          {"model_digest", decision.digest},
          {"state", decision.state},
          {"tier", decision.tier},
          {"probability", optional_number(decision.probability)},
          {"threshold", optional_number(decision.threshold)},
          {"shown", decision.shown},
          {"seconds", optional_number(decision.seconds)}};
}

Json finding_document(const Context& context, const reading::Finding& finding, std::size_t place) {
  const bool scored = finding.has_score();
  const auto score = [&](const std::optional<double>& number) {
    return scored ? optional_number(number) : Json();
  };
  const std::int64_t n = scored ? finding.similar_n : 0;
  Json decision;
  if (finding.decision) {
    decision = decision_document(*finding.decision);
    decision["count"] = finding.decisions;
  }
  return {{"id", "f" + std::to_string(finding.id)},
          {"tag", std::string(1, static_cast<char>('A' + static_cast<char>(place % 26)))},
          {"code", code_document(finding)},
          {"label", finding.label},
          {"state", std::string(reading::to_string(finding.state))},
          {"sentence", reading::sentence_of(finding)},
          {"reason", finding.reason},
          {"sop", finding.sop_instance_uid},
          {"probability", score(finding.probability)},
          {"lower", score(finding.lower)},
          {"upper", score(finding.upper)},
          {"threshold", score(finding.threshold)},
          {"tier", scored ? finding.tier : ""},
          {"tier_text", reading::tier_text(finding)},
          {"similar_n", n},
          {"similar_positive", scored ? finding.similar_positive : 0},
          {"per_100", n == 0 ? Json() : Json((200 * finding.similar_positive + n) / (2 * n))},
          {"model",
           {{"name", finding.model.name},
            {"version", finding.model.version},
            {"digest", finding.digest},
            {"stage", stage_of(context, finding.model)},
            {"href",
             "/oversight/" + finding.model.name + "/" + std::to_string(finding.model.version)}}},
          {"scored", time_or_null(finding.scored_ms)},
          {"intended_use", intended_use_of(context, finding.model)},
          {"map", parsed_or_null(finding.map)},
          {"answers", answers_of(finding)},
          {"reasons", reasons_document()},
          {"decision", std::move(decision)},
          {"similar", similar_document(finding)}};
}

http::Response pixels_response(Result<reading::FilmPixels> pixels) {
  if (!pixels) {
    return http::error_response(pixels.error());
  }
  http::Response response;
  response.content_type = "application/octet-stream";
  response.headers = {{"X-Osler-Rows", std::to_string(pixels->rows)},
                      {"X-Osler-Columns", std::to_string(pixels->columns)},
                      {"X-Osler-Samples", std::to_string(pixels->samples)},
                      {"X-Osler-Offset", std::to_string(pixels->offset)},
                      {"Cache-Control", "private, no-cache"}};
  response.etag = pixels->etag;
  response.body = std::move(pixels->bytes);
  return response;
}

http::Response picture_response(Result<std::string> png, const std::string& etag) {
  if (!png) {
    return http::error_response(png.error());
  }
  http::Response response;
  response.content_type = "image/png";
  response.headers = {{"Cache-Control", "private, no-cache"}};
  response.etag = etag;
  response.body = *std::move(png);
  return response;
}

}  // namespace osler::serve::api::internal
