#include "workflow/reading/worklist.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "serve/api/internal/context.h"
#include "serve/api/internal/documents.h"

namespace osler::serve::api::internal {
namespace {

namespace reading = workflow::reading;
using http::Request;
using http::Response;
using workflow::Urgency;

Result<std::size_t> count_value(const Request& request, const char* name, std::size_t otherwise,
                                std::size_t most) {
  const auto text = request.query_value(name);
  if (!text) {
    return otherwise;
  }
  const auto number = parse_integer(*text);
  if (!number || *number < 0 || static_cast<std::uint64_t>(*number) > most) {
    return Error(ErrorCode::InvalidArgument,
                 std::string(name) + " is not a number of 0 to " + std::to_string(most));
  }
  return static_cast<std::size_t>(*number);
}

Result<std::vector<Urgency>> urgencies(const std::string& text) {
  std::vector<Urgency> list;
  for (const auto& word : split(text, ',')) {
    bool known = false;
    for (const Urgency urgency : {Urgency::Critical, Urgency::Urgent, Urgency::Routine}) {
      if (word == workflow::to_string(urgency)) {
        list.push_back(urgency);
        known = true;
      }
    }
    if (!known) {
      return Error(ErrorCode::InvalidArgument, "an urgency is critical, urgent or routine");
    }
  }
  return list;
}

Result<reading::View> view_of(std::string_view word) {
  if (word == "open") {
    return reading::View::Open;
  }
  if (word == "acknowledged") {
    return reading::View::Acknowledged;
  }
  if (word == "all") {
    return reading::View::All;
  }
  return Error(ErrorCode::InvalidArgument, "view is open, acknowledged or all");
}

Result<reading::WorklistQuery> read_query(const Request& request) {
  reading::WorklistQuery query;
  for (const auto& [name, value] : request.query) {
    if (name == "view") {
      OSLER_TRY(query.view, view_of(value));
    } else if (name == "urgency" && !value.empty()) {
      OSLER_TRY(query.urgency, urgencies(value));
    } else if (name == "ai" && !value.empty()) {
      query.ai = split(value, ',');
    } else if (name == "find") {
      query.find = value.substr(0, 200);
    } else if (name != "offset" && name != "limit" && name != "urgency" && name != "ai") {
      return Error(ErrorCode::InvalidArgument, "the worklist has no such parameter")
          .hint("view, urgency, ai, find, offset, limit");
    }
  }
  OSLER_TRY(query.offset, count_value(request, "offset", 0, 10'000'000));
  OSLER_TRY(query.limit, count_value(request, "limit", 100, 500));
  return query;
}

const char* group_of(const reading::StudyFacts& study, std::int64_t now) {
  if (study.acknowledged_ms != 0) {
    return "acknowledged";
  }
  if (study.due_ms < now) {
    return "over";
  }
  return study.due_ms < now + reading::kSoonMs ? "soon" : "later";
}

std::string why_it_is_here(const reading::StudyFacts& study, std::int64_t now) {
  if (study.acknowledged_ms != 0) {
    return "Read by " + study.acknowledged_by;
  }
  const std::string word = study.urgency == Urgency::Critical ? "Critical"
                           : study.urgency == Urgency::Urgent ? "Urgent"
                                                              : "Routine";
  if (study.urgency == Urgency::Critical && study.ai == "failed") {
    return "Critical, no AI: read first";
  }
  const std::int64_t left = (study.due_ms - now) / 60'000;
  if (left < 0) {
    return word + ", over its target";
  }
  if (!study.raised_by.empty()) {
    return "AI raised it from routine";
  }
  return left < 60 ? word + ", " + std::to_string(left) + " min left" : "By waiting time";
}

Json row_document(const reading::StudyFacts& study, const workflow::Configuration& configuration,
                  std::int64_t now) {
  auto parsed = parse_json(study.result.empty() ? "{}" : study.result, "studies");
  const Json result = parsed ? *std::move(parsed) : Json::object();
  const Json findings = result.value("findings", Json::array());
  Json document = study_document(study, configuration, now);
  document["group"] = group_of(study, now);
  document["ai"] = study.ai;
  document["assessed"] = result.value("assessed", 0);
  document["of"] = findings.size();
  document["warnings"] = result.value("warnings", 0);
  document["findings"] = findings;
  document["why"] = why_it_is_here(study, now);
  return document;
}

Json counts_document(const reading::WorklistCounts& counts) {
  Json ai = Json::object();
  for (const auto& [state, count] : counts.ai) {
    ai[state] = count;
  }
  return {
      {"view",
       {{"open", counts.view[0]}, {"acknowledged", counts.view[1]}, {"all", counts.view[2]}}},
      {"urgency",
       {{"critical", counts.urgency[0]},
        {"urgent", counts.urgency[1]},
        {"routine", counts.urgency[2]}}},
      {"group", {{"over", counts.group[0]}, {"soon", counts.group[1]}, {"later", counts.group[2]}}},
      {"ai", std::move(ai)}};
}

// The list changes with the home, and by itself with the minute: groups follow the clock.
Result<std::string> revision_of(Context& context, const Request& request, std::int64_t now) {
  // The database's count begins anew with the process, so that what it said before a restart must
  // not look like what it says now.
  static const std::string kProcess = to_hex(crypto::random_bytes(8));
  OSLER_TRY(const std::string revision, reading::worklist_revision(context.home));
  std::string asked;
  for (const auto& [name, value] : request.query) {
    asked.append(name).append("=").append(value).append("&");
  }
  return crypto::sha256(kProcess + "/" + revision + "/" + std::to_string(now / 60'000) + "/" +
                        asked)
      .hex()
      .substr(0, 24);
}

Result<Response> answer(Context& context, const Request& request) {
  OSLER_TRY(const auto query, read_query(request));
  const std::int64_t now = now_ms(context.home.clock());
  OSLER_TRY(const std::string revision, revision_of(context, request, now));
  Response response;
  response.etag = revision;
  // The server compares the tag after the handler; that the list did not change is known before the
  // rows are read.
  if (request.header("If-None-Match").find(revision) != std::string_view::npos) {
    response.status = 304;
    return response;
  }
  OSLER_TRY(const auto page, reading::worklist(context.home, query));
  Json rows = Json::array();
  for (const auto& study : page.rows) {
    rows.push_back(row_document(study, context.home.configuration(), now));
  }
  response = http::json_response(200, {{"time", time_or_null(now)},
                                       {"total", page.total},
                                       {"offset", query.offset},
                                       {"counts", counts_document(page.counts)},
                                       {"notices", notices_document(context)},
                                       {"rows", std::move(rows)}});
  response.etag = revision;
  return response;
}

}  // namespace

void add_worklist(http::Router& router, Context& context) {
  router.add(
      {.pattern = "/api/worklist",
       .id = "worklist",
       .summary = "Studies by what needs eyes first",
       .access = "study.read",
       .parameters = {{.name = "view", .description = "open (default), acknowledged or all"},
                      {.name = "urgency", .description = "critical, urgent, routine; with commas"},
                      {.name = "ai",
                       .description =
                           "queued, done, failed, out_of_scope, paused, none; with commas"},
                      {.name = "find", .description = "in name, number, accession and place"},
                      {.name = "offset",
                       .description = "rows to pass",
                       .schema = R"({"type": "integer", "minimum": 0})"},
                      {.name = "limit",
                       .description = "rows to give",
                       .schema = R"({"type": "integer", "minimum": 0, "maximum": 500})"}},
       .handler = [&context](const Request& request) {
         auto response = answer(context, request);
         return response ? *std::move(response) : http::error_response(response.error());
       }});
}

}  // namespace osler::serve::api::internal
