#include "workflow/oversight/oversight.h"

#include <utility>

#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/text.h"
#include "serve/api/internal/context.h"
#include "workflow/reading/finding.h"
#include "workflow/reading/service.h"

namespace osler::serve::api::internal {
namespace {

namespace oversight = workflow::oversight;
namespace reading = workflow::reading;
using http::Request;
using http::Response;

constexpr std::uint64_t kLargestReport = std::uint64_t{64} << 20U;

Result<reading::ModelName> model_of(const Request& request) {
  const auto version = parse_integer(request.parameter("version").value_or(""));
  if (!version || *version < 1) {
    return Error(ErrorCode::NotFound, "there is no such model version");
  }
  return reading::ModelName{.name = request.parameter("model").value_or(""), .version = *version};
}

Result<Json> models(Context& context, const Request& /*request*/) {
  OSLER_TRY(const auto rows, context.oversight.models(context.scoring.broken()));
  Json list = Json::array();
  for (const auto& row : rows) {
    list.push_back(oversight::to_json(row));
  }
  return Json{{"models", std::move(list)}};
}

Result<Json> model(Context& context, const Request& request) {
  OSLER_TRY(const auto name, model_of(request));
  OSLER_TRY(const auto detail, context.oversight.model(name, context.scoring.broken()));
  return oversight::to_json(detail);
}

// The report is one file of our own making; it brings its styles along, and runs nothing.
Response html_file(const Result<std::filesystem::path>& path) {
  if (!path) {
    return http::error_response(path.error());
  }
  auto text = read_text(*path, kLargestReport);
  if (!text) {
    return http::error_response(text.error());
  }
  auto response = http::text_response(200, "text/html; charset=utf-8", *std::move(text));
  response.headers.emplace_back(
      "Content-Security-Policy",
      "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox");
  response.compressible = true;
  return response;
}

Response report(Context& context, const Request& request) {
  const auto name = model_of(request);
  return name ? html_file(context.oversight.model_report(*name))
              : http::error_response(name.error());
}

Result<std::string> reason_in(const Request& request) {
  OSLER_TRY(const Json body, json_body(request));
  return text_member(body, "reason");
}

Result<Json> standing(Context& context, const reading::ModelName& name) {
  OSLER_TRY(const auto pause, reading::pause_of(context.home, name));
  context.scoring.nudge();
  return Json{{"pause", oversight::to_json(pause)}};
}

Result<Json> ask_pause(Context& context, const Request& request) {
  OSLER_TRY(const auto name, model_of(request));
  OSLER_TRY(const std::string reason, reason_in(request));
  OSLER_TRY_DO(reading::ask_pause(context.home, name, reason, person(request)));
  return standing(context, name);
}

Result<Json> confirm_pause(Context& context, const Request& request) {
  OSLER_TRY(const auto name, model_of(request));
  OSLER_TRY_DO(reading::confirm_pause(context.home, name, person(request)));
  return standing(context, name);
}

Result<Json> withdraw_pause(Context& context, const Request& request) {
  OSLER_TRY(const auto name, model_of(request));
  OSLER_TRY_DO(reading::withdraw_pause(context.home, name, person(request)));
  return standing(context, name);
}

Result<Json> ask_resume(Context& context, const Request& request) {
  OSLER_TRY(const auto name, model_of(request));
  OSLER_TRY(const std::string reason, reason_in(request));
  OSLER_TRY_DO(reading::ask_resume(context.home, name, reason, person(request)));
  return standing(context, name);
}

Result<Json> confirm_resume(Context& context, const Request& request) {
  OSLER_TRY(const auto name, model_of(request));
  OSLER_TRY_DO(reading::confirm_resume(context.home, name, person(request)));
  return standing(context, name);
}

Result<Json> runs(Context& context, const Request& /*request*/) {
  OSLER_TRY(const auto rows, context.oversight.runs());
  Json list = Json::array();
  for (const auto& row : rows) {
    list.push_back(oversight::to_json(row));
  }
  return Json{{"runs", std::move(list)}};
}

Result<Json> run(Context& context, const Request& request) {
  OSLER_TRY(const auto detail, context.oversight.run(request.parameter("run").value_or("")));
  return oversight::to_json(detail);
}

Result<Json> compare(Context& context, const Request& request) {
  const auto a = request.query_value("a");
  const auto b = request.query_value("b");
  if (!a || !b) {
    return Error(ErrorCode::InvalidArgument, "name two runs").hint("/api/compare?a=r1&b=r2");
  }
  OSLER_TRY(const auto comparison, context.oversight.compare(*a, *b));
  return oversight::to_json(comparison);
}

Result<Json> lineage(Context& context, const Request& request) {
  OSLER_TRY(const auto id, reading::finding_id(request.query_value("finding").value_or("")));
  OSLER_TRY(const auto origins, context.oversight.lineage_of_finding(id));
  return Json{{"lineage", oversight::to_json(origins)}};
}

Response worst(Context& context, const Request& request) {
  const std::string name = request.parameter("run").value_or("");
  const auto number = parse_integer(request.parameter("number").value_or(""));
  if (!number || *number < 1) {
    return http::not_found();
  }
  auto picture = context.oversight.worst_picture(name, static_cast<std::size_t>(*number));
  if (!picture) {
    return http::error_response(picture.error());
  }
  Response response;
  response.content_type = "image/png";
  response.etag = crypto::sha256(*picture).hex().substr(0, 24);
  response.headers = {{"Cache-Control", "private, no-cache"}};
  response.body = *std::move(picture);
  return response;
}

using Answerer = Result<Json> (*)(Context&, const Request&);

void add(http::Router& router, Context& context, http::Method method, std::string pattern,
         std::string id, std::string summary, std::string access, Answerer answerer) {
  const bool takes_reason = id == "ask_pause" || id == "ask_resume";
  router.add(
      {.method = method,
       .pattern = std::move(pattern),
       .id = std::move(id),
       .summary = std::move(summary),
       .access = std::move(access),
       .request_schema =
           takes_reason
               ? R"({"type":"object","required":["reason"],"properties":{"reason":{"type":"string","maxLength":2000}}})"
               : "",
       .handler = [&context, answerer](const Request& request) {
         return reply(answerer(context, request));
       }});
}

}  // namespace

void add_runs(http::Router& router, Context& context) {
  const auto kGet = http::Method::Get;
  add(router, context, kGet, "/api/runs", "runs", "Trainings and imports, the newest first",
      "run.read", runs);
  add(router, context, kGet, "/api/runs/{run}", "run",
      "One run: curves, calibration, groups, gates, worst cases, where it came from", "run.read",
      run);
  add(router, context, kGet, "/api/compare", "compare",
      "Two runs side by side, on the same films where they have them", "run.read", compare);
  add(router, context, kGet, "/api/lineage", "lineage",
      "From a finding back to the films that its model was made of", "model.read", lineage);
  router.add({.pattern = "/api/runs/{run}/worst/{number}",
              .id = "worst",
              .summary = "A small picture of a film that the network was most wrong about",
              .access = "run.read",
              .response_type = "image/png",
              .handler = [&context](const Request& r) { return worst(context, r); }});
  router.add({.pattern = "/api/runs/{run}/report",
              .id = "run_report",
              .summary = "The run's evaluation report",
              .access = "run.read",
              .response_type = "text/html",
              .handler = [&context](const Request& r) {
                return html_file(context.oversight.run_report(r.parameter("run").value_or("")));
              }});
}

void add_oversight(http::Router& router, Context& context) {
  const auto kGet = http::Method::Get;
  const auto kPost = http::Method::Post;
  const std::string base = "/api/models/{model}/{version}";
  add(router, context, kGet, "/api/models", "models",
      "Every model version, by what needs a decision", "model.read", models);
  add(router, context, kGet, base, "model",
      "One model version: numbers, gates, history, card, pause", "model.read", model);
  add(router, context, kPost, base + "/pause", "ask_pause",
      "Ask to take a model out of service; another person confirms", "model.pause", ask_pause);
  add(router, context, kPost, base + "/pause/confirm", "confirm_pause",
      "Take it out of service, as the second person", "model.pause", confirm_pause);
  add(router, context, kPost, base + "/pause/withdraw", "withdraw_pause", "Take the question back",
      "model.pause", withdraw_pause);
  add(router, context, kPost, base + "/resume", "ask_resume",
      "Ask to bring it back into service; another person confirms", "model.pause", ask_resume);
  add(router, context, kPost, base + "/resume/confirm", "confirm_resume",
      "Bring it back, as the second person", "model.pause", confirm_resume);
  router.add({.pattern = base + "/report",
              .id = "model_report",
              .summary = "The evaluation report of the run that made it",
              .access = "model.read",
              .response_type = "text/html",
              .handler = [&context](const Request& r) { return report(context, r); }});
}

}  // namespace osler::serve::api::internal
